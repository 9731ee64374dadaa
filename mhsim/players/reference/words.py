"""Whole sentences of one speaker: which they may say, which they have said, how they join."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from random import Random

from mhsim.spec.agent import Persona
from mhsim.spec.culture import Expression

_GENDERED = re.compile(r"\{([^|{}]*)\|([^|{}]*)\}")
_TIGHT = ("zh", "ja")
"""Languages that put no space between sentences."""


@dataclass(frozen=True, slots=True)
class Sentence:
    """Something a speaker may say.

    Args:
        text: as this speaker says it.
        kind: `voice`, `often`, `denied`, `flat`, or the name of a group of other sentences.
        item: the item it is about, if any.
        at: item values it suits.
        idiom: id of the idiom it carries.
        tags: what only such a speaker says it.
        direction: which way the item goes, if it says so.
    """

    text: str
    kind: str
    item: str | None = None
    at: tuple[int, ...] = (1, 2, 3)
    idiom: str | None = None
    tags: frozenset[str] = frozenset()
    direction: str | None = None


def gendered(text: str, persona: Persona | None) -> str:
    """Fill in `{masculine|feminine}` for a speaker."""
    form = 2 if persona is not None and "women" in persona.tags else 1
    return _GENDERED.sub(lambda match: match.group(form), text)


def own(
    expressions: Iterable[Expression],
    kind: str,
    persona: Persona,
    item: str | None = None,
    at: tuple[int, ...] | None = None,
) -> Iterator[Sentence]:
    """Yield the expressions this person may use, in this person's forms."""
    tags = voice_tags(persona)
    for said in expressions:
        if said.tags <= tags:
            yield Sentence(
                text=gendered(said.text, persona),
                kind=kind,
                item=item,
                at=at or said.at,
                idiom=said.idiom,
                tags=frozenset(said.tags),
                direction=said.direction if said.direction != "both" else None,
            )


def voice_tags(persona: Persona) -> frozenset[str]:
    """Return how a person may talk: their tags, and what follows from their age."""
    tags: set[str] = set(persona.tags)
    if persona.age is not None and persona.age < 30:
        tags.add("youth")
    if persona.age is not None and persona.age >= 60:
        tags.add("older")
    return frozenset(tags)


class Spoken:
    """Which of a speaker's sentences stand in what they have said; folded as it grows.

    Args:
        pool: every sentence the speaker may say.
    """

    def __init__(self, pool: Sequence[Sentence]) -> None:
        self.pool = sorted(pool, key=lambda sentence: -len(sentence.text))
        self.used: set[str] = set()

    def hear(self, text: str) -> list[Sentence]:
        """Note an utterance; return its sentences, longest match first."""
        rest = text
        found: list[Sentence] = []
        for sentence in self.pool:
            if sentence.text in rest:
                rest = rest.replace(sentence.text, "\0", 1)
                found.append(sentence)
        self.used.update(sentence.text for sentence in found)
        return found


def pick(
    options: Iterable[Sentence], used: set[str], draw: Random, taken: Iterable[str] = ()
) -> Sentence | None:
    """Choose a sentence not said before, or None when all were."""
    gone = used.union(taken)
    left = [sentence for sentence in options if sentence.text not in gone]
    return draw.choice(left) if left else None


def join(sentences: Iterable[str], language: str) -> str:
    """Put sentences one after the other as the language does."""
    return ("" if language in _TIGHT else " ").join(sentences)
