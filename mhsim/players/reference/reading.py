"""Read text by a pack's cues alone: what is asked, what is told. Knows nothing of the speaker."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from mhsim.lexicon import Hit, Lexicon
from mhsim.text import clause_ends, nfc, sentences, turns_away


@dataclass(frozen=True, slots=True)
class Question:
    """What a therapist's words ask for.

    Args:
        items: items asked about, in order.
        topics: topics of life asked about.
        often: whether it asks how often.
        more: whether it invites to go on.
        reflects: whether it acknowledges what was said.
        safety: whether it asks about the wish to die.
    """

    items: tuple[str, ...] = ()
    topics: tuple[str, ...] = ()
    often: bool = False
    more: bool = False
    reflects: bool = False
    safety: bool = False


@dataclass(frozen=True, slots=True)
class Evidence:
    """What one sentence tells of one item.

    Args:
        item: the item; None where the sentence names none and the question must tell.
        quote: the sentence.
        denied: whether it says the item is not there.
        level: how often, 1 to 3; None where it does not say.
    """

    item: str | None
    quote: str
    denied: bool
    level: int | None


def question(text: str, lexicon: Lexicon) -> Question:
    """Read what a therapist asks."""
    hits = lexicon.hits(text)
    kinds = {hit.kind for hit in hits}
    return Question(
        items=tuple(dict.fromkeys(hit.name for hit in hits if hit.kind == "item")),
        topics=tuple(dict.fromkeys(hit.name for hit in hits if hit.kind == "topic")),
        often="asks_often" in kinds,
        more="asks_more" in kinds,
        reflects="reflects" in kinds,
        safety="asks_safety" in kinds,
    )


def evidence(text: str, lexicon: Lexicon) -> Iterator[Evidence]:
    """Yield what each sentence of an utterance tells, clause by clause where it mixes things."""
    for sentence in sentences(nfc(text)):
        hits = lexicon.hits(sentence)
        items = list(dict.fromkeys(hit.name for hit in hits if hit.kind == "item"))
        denied = [hit for hit in hits if hit.kind == "denied"]
        level = _level(hits)
        if not items:
            if level or denied:
                yield Evidence(None, sentence, bool(denied), level)
            continue
        for item in items:
            mine = [hit for hit in hits if hit.kind == "item" and hit.name == item]
            alone = len(items) == 1
            yield Evidence(item, sentence, _denies(sentence, mine, denied, alone=alone), level)


def _denies(sentence: str, item: Sequence[Hit], denied: Sequence[Hit], *, alone: bool) -> bool:
    """Say whether a denial belongs to the item.

    It does in the item's own clause, or around it; where the sentence names nothing else, also in
    a later clause that no word for `but` cuts off.
    """
    ends = clause_ends(sentence)
    clauses = {bisect_right(ends, hit.start) for hit in item}
    for hit in denied:
        overlaps = any(hit.start < mine.end and mine.start < hit.end for mine in item)
        if overlaps or bisect_right(ends, hit.start) in clauses:
            return True
        last = max(mine.end for mine in item)
        if alone and hit.start >= last and not turns_away(sentence[last : hit.start]):
            return True
    return False


def _level(hits: Sequence[Hit]) -> int | None:
    """Return the level of the longest frequency cue."""
    levels = [hit for hit in hits if hit.kind == "often"]
    return int(max(levels, key=len).name) if levels else None
