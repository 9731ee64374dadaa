"""Where things stand in an utterance: quotations, sentences, flags that do not overlap."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from mhsim.critic.finding import Flag
from mhsim.lexicon import Hit
from mhsim.text import sentences

_PAIRS = (("“", "”"), ("‘", "’"), ("「", "」"), ("«", "»"), ('"', '"'))


def around(hits: Iterable[Hit], kind: str, reason: str) -> Flag:
    """Flag everything from the first hit to the last."""
    every = list(hits)
    return Flag(min(h.start for h in every), max(h.end for h in every), kind, reason)


def apart(flags: Sequence[Flag]) -> Iterator[Flag]:
    """Drop flags that overlap an earlier one."""
    last = -1
    for flag in flags:
        if flag.start >= last:
            yield flag
            last = flag.end


def quoted(text: str) -> Iterator[tuple[int, int]]:
    """Yield what stands between quotation marks."""
    for left, right in _PAIRS:
        start = text.find(left)
        while start >= 0:
            end = text.find(right, start + 1)
            if end < 0:
                break
            yield start, end
            start = text.find(left, end + 1)


def masked(text: str) -> str:
    """Return a text of the same length with spaces for what stands between quotation marks."""
    for start, end in quoted(text):
        text = text[: start + 1] + " " * (end - start - 1) + text[end:]
    return text


def sentences_with(text: str, hits: Sequence[Hit]) -> list[tuple[int, int]]:
    """Return the places of the sentences that hold one of the hits."""
    found: list[tuple[int, int]] = []
    place = 0
    for sentence in sentences(text):
        start = text.index(sentence, place)
        place = start + len(sentence)
        if any(start <= hit.start < place for hit in hits):
            found.append((start, place))
    return found


def distinct(text: str, hits: Sequence[Hit]) -> list[Hit]:
    """Return one hit for each different wording, those inside longer ones left out."""
    outer = [hit for hit in hits if not any(_inside(hit, other) for other in hits)]
    return list({text[hit.start : hit.end]: hit for hit in outer}.values())


def inside(hit: Hit, spans: Sequence[tuple[int, int]]) -> bool:
    """Say whether a hit begins in one of the places."""
    return any(start <= hit.start < end for start, end in spans)


def _inside(hit: Hit, other: Hit) -> bool:
    return other.start <= hit.start and hit.end <= other.end and len(hit) < len(other)
