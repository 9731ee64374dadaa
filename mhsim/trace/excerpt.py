"""Excerpts: the sentences of an utterance that something was said about, with it marked."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from mhsim.record import Span
from mhsim.text import nfc, sentences
from mhsim.trace.glyphs import edges
from mhsim.trace.ink import ink, safe

Place = tuple[int, int]
"""From a code point to another, the second excluded."""


@dataclass(frozen=True, slots=True)
class Excerpt:
    """Whole sentences of one utterance.

    Args:
        text: what they say, the spans in «…» and underlined.
        spans: which spans they hold, by their number.
    """

    text: str
    spans: tuple[int, ...]


def excerpts(text: str | None, spans: Sequence[Span]) -> list[Excerpt]:
    """Return the sentences that hold the spans, in order; those that share a span as one.

    Args:
        text: the utterance; where it is not known, what the spans quote is all there is.
        spans: places in its NFC form.
    """
    if text is None:
        return [Excerpt(_mark(span.quote), (n,)) for n, span in enumerate(spans)]
    source = nfc(text)
    whole = _sentences(source)
    found: list[tuple[Place, list[int]]] = []
    for number in sorted(range(len(spans)), key=lambda n: spans[n].start):
        place = _around(whole, (spans[number].start, spans[number].end))
        if found and place[0] < found[-1][0][1]:
            (start, end), held = found[-1]
            found[-1] = (start, max(end, place[1])), [*held, number]
        else:
            found.append((place, [number]))
    return [
        Excerpt(_marked(source, place, [spans[n] for n in held]), tuple(sorted(held)))
        for place, held in found
    ]


def _sentences(source: str) -> list[Place]:
    places: list[Place] = []
    end = 0
    for sentence in sentences(source):
        start = source.index(sentence, end)
        end = start + len(sentence)
        places.append((start, end))
    return places


def _around(whole: Sequence[Place], span: Place) -> Place:
    """Widen a span to the sentences it touches."""
    touched = [place for place in whole if place[0] < span[1] and span[0] < place[1]]
    ends = [span, *touched]
    return min(start for start, _ in ends), max(end for _, end in ends)


def _marked(source: str, place: Place, spans: Iterable[Span]) -> str:
    """Return one stretch of text with its spans marked, each widened to whole graphemes."""
    borders = edges(source)
    parts: list[str] = []
    here = place[0]
    for start, end in _joined(_snapped(borders, span) for span in spans):
        start = max(start, here)
        parts += [safe(source[here:start]), _mark(source[start:end])]
        here = end
    return "".join([*parts, safe(source[here : place[1]])])


def _mark(words: str) -> str:
    return ink(f"«{safe(words)}»", "under")


def _snapped(borders: Sequence[int], span: Span) -> Place:
    start = borders[bisect_right(borders, span.start) - 1]
    end = bisect_left(borders, span.end)
    return start, borders[min(end, len(borders) - 1)]


def _joined(places: Iterable[Place]) -> list[Place]:
    """Join places that overlap."""
    joined: list[Place] = []
    for start, end in sorted(places):
        if joined and start < joined[-1][1]:
            joined[-1] = joined[-1][0], max(joined[-1][1], end)
        else:
            joined.append((start, end))
    return joined
