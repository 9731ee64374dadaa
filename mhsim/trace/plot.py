"""Plots: a rating as a bar, and its items as a strip of one cell each. ASCII; no truth in it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import pairwise

from mhsim.record import Interval, ItemRating, Rating
from mhsim.spec.instrument import Instrument
from mhsim.trace.glyphs import cells
from mhsim.trace.ink import Style, ink

_WIDEST = 64
"""Cells of a bar, at most."""

_STATES: dict[str, tuple[str, Style]] = {
    "not_assessed": ("?", "dim"),
    "denied": ("0", "cyan"),
    "present": ("+", "yellow"),
    "scaled": ("", "magenta"),
}
"""The sign and the colour of an item's state; one that is scaled shows its value."""


def rating(
    instrument: Instrument, now: Rating, before: Rating | None, room: int | None
) -> list[str]:
    """Return the lines of one rating: bar, strip, total and band.

    Args:
        instrument: what was filled in.
        now: how.
        before: the same judge's rating a turn ago.
        room: cells in a line; without it all goes on one, however long.
    """
    signs = strip(instrument, now, before)
    total = f"{interval(now.total)}/{instrument.maximum}".ljust(_total_room(instrument))
    figures = f"{total} {now.band or 'undetermined'}"
    beside = len(instrument.items) + _total_room(instrument) + 3 + _band_room(instrument)
    budget = instrument.maximum + 1 + _frame(instrument)
    if room is not None:
        budget = room - beside if room - beside >= budget else room
    drawn = bar(instrument, now.total, before.total if before else None, budget)
    return _packed([drawn, signs, figures, *_invented(now)], room)


def bar(instrument: Instrument, now: Interval, before: Interval | None, room: int) -> str:
    """Draw the interval of a total on the instrument's scale, band by band.

    Args:
        instrument: whose scale, from 0 to its maximum.
        now: what the total can be: `=`.
        before: what it could be a turn ago; what was ruled out since is `-`.
        room: cells the bar may take; where the scale has more values, several share a cell.
    """
    lows = [*instrument.bands.values(), instrument.maximum + 1]
    bands = [range(low, high) for low, high in pairwise(lows)]
    free = max(room, 2 * _frame(instrument)) - _frame(instrument)
    share = 1
    while sum(-(-len(band) // share) for band in bands) > free:
        share += 1
    stretch = max(1, min(free, _WIDEST) // (instrument.maximum + 1))
    drawn = ("".join(_cell(v, now, before) * stretch for v in _shared(b, share)) for b in bands)
    return f"[{'|'.join(drawn)}]"


def strip(instrument: Instrument, now: Rating, before: Rating | None) -> str:
    """Draw a rating's items, one cell each; one that changed is bold."""
    drawn: list[str] = []
    for name in instrument.items:
        item = now.items.get(name)
        old = before.items.get(name) if before else None
        bold: tuple[Style, ...] = ("bold",) if old and _sign(old) != _sign(item) else ()
        drawn.append(ink(_sign(item), _STATES[item.state if item else "not_assessed"][1], *bold))
    return "".join(drawn)


def interval(values: Interval) -> str:
    """Return `8-14`, or `9` where both ends agree."""
    return f"{values.low}" if values.low == values.high else f"{values.low}-{values.high}"


def _total_room(instrument: Instrument) -> int:
    return len(f"{instrument.maximum}-{instrument.maximum}/{instrument.maximum}")


def _band_room(instrument: Instrument) -> int:
    return max(len("undetermined"), *map(len, instrument.bands))


def _invented(now: Rating) -> Iterator[str]:
    """Say how many of a judge's quotes nobody said."""
    count = sum(bool(q.unsupported) for item in now.items.values() for q in item.quotes)
    if count:
        yield f"({count} quote{'s' if count > 1 else ''} nobody said)"


def _packed(parts: Iterable[str], room: int | None) -> list[str]:
    """Put parts on as few lines as hold them."""
    lines: list[str] = []
    for part in parts:
        longer = f"{lines[-1]} {part}" if lines else part
        if lines and (room is None or cells(longer.rstrip()) <= room):
            lines[-1] = longer
        else:
            lines.append(part)
    return [line.rstrip() for line in lines]


def _frame(instrument: Instrument) -> int:
    """Return the cells of a bar that hold no values: its ends and the borders of bands."""
    return len(instrument.bands) + 1


def _shared(values: range, share: int) -> Iterable[range]:
    return (values[start : start + share] for start in range(0, len(values), share))


def _cell(values: range, now: Interval, before: Interval | None) -> str:
    if any(now.low <= value <= now.high for value in values):
        return "="
    ruled_out = before and any(before.low <= value <= before.high for value in values)
    return "-" if ruled_out else "."


def _sign(item: ItemRating | None) -> str:
    if item is None:
        return "?"
    return _STATES[item.state][0] or (f"{item.low}" if item.low < 10 else "*")
