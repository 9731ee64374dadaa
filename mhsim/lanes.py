"""Rows of text with lanes to their right that join some of them; knows nothing of graphs.

A lane belongs to one name: rows that leave for it run into the lane, the row it enters ends it with
an arrow head. Where a row crosses a lane of another name, that lane is drawn through.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from wcwidth import wcswidth


@dataclass(frozen=True, slots=True)
class Row:
    """One line.

    Args:
        text: what stands at the left.
        lane: the name of the lane it is joined to, if to any.
        enters: whether the lane leads here; its head then follows the text.
    """

    text: str
    lane: str | None = None
    enters: bool = False


def columns(rows: Sequence[Row]) -> dict[str, int]:
    """Give each lane a column, 0 the innermost: short lanes inside, none touching another."""
    spans = _spans(rows)
    given: dict[str, int] = {}
    for name in sorted(spans, key=lambda name: spans[name][1] - spans[name][0]):
        low, high = spans[name]
        near = {given[n] for n in given if spans[n][0] <= high + 1 and low <= spans[n][1] + 1}
        given[name] = next(column for column in range(len(spans)) if column not in near)
    return given


def room(lanes: Mapping[str, int], width: int) -> int:
    """Return how many of `width` columns the lanes leave for the rows' own text."""
    return width - 2 * max(lanes.values()) - 3 if lanes else width


def painted(rows: Sequence[Row], lanes: Mapping[str, int]) -> Iterator[str]:
    """Yield the lines with the lanes in their columns."""
    left = max(wcswidth(row.text) for row in rows)
    spans = _spans(rows)
    for place, row in enumerate(rows):
        cells = list(row.text)
        if row.lane is not None:
            start, end = len(cells) + (not row.enters), left + 2 + 2 * lanes[row.lane]
            cells += [" "] * (start - len(cells)) + ["─"] * (end - start)
        for name, (low, high) in spans.items():
            if low <= place <= high:
                at = left + 2 + 2 * lanes[name]
                cells += [" "] * (at + 1 - len(cells))
                cells[at] = _glyph(place, low, high) if row.lane == name else "│"
        yield "".join(cells)


def _glyph(place: int, low: int, high: int) -> str:
    return "┐" if place == low else "┘" if place == high else "┤"


def _spans(rows: Sequence[Row]) -> dict[str, tuple[int, int]]:
    """Return the first and the last row of each lane."""
    spans: dict[str, tuple[int, int]] = {}
    for place, row in enumerate(rows):
        if row.lane is not None:
            spans[row.lane] = (spans.get(row.lane, (place, place))[0], place)
    return spans
