"""Plots: a rating as a bar, and its items as a strip of one cell each. ASCII; no truth in it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import pairwise

from mhsim.record import Interval, ItemRating, Rating
from mhsim.spec.instrument import Instrument
from mhsim.trace.glyphs import wrap
from mhsim.trace.ink import Style, ink

_WIDEST = 64
"""Cells of a bar, at most."""

_CELLS: dict[str, tuple[str, tuple[Style, ...]]] = {
    "not_assessed": ("?", ("dim",)),
    "denied": ("0", ("cyan",)),
    "present": ("+", ("yellow",)),
    "scaled": ("", ("magenta",)),
}
_NBSP = "\N{NO-BREAK SPACE}"


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
    frame = len(bands) + 1
    share = 1
    while frame + sum(-(-len(band) // share) for band in bands) > max(room, 2 * frame):
        share += 1
    stretch = max(1, (min(room, _WIDEST) - frame) // (instrument.maximum + 1)) if share == 1 else 1
    drawn = ("".join(_cell(p, now, before) * stretch for p in _shared(b, share)) for b in bands)
    return f"[{'|'.join(drawn)}]"


def bar_room(instrument: Instrument) -> int:
    """Return the cells of a bar in which every value has one."""
    return instrument.maximum + 1 + len(instrument.bands) + 1


def strip(instrument: Instrument, rating: Rating, before: Rating | None) -> str:
    """Draw a rating's items, one cell each, those that changed in bold."""
    cells: list[str] = []
    for name in instrument.items:
        item = rating.items.get(name)
        old = before.items.get(name) if before else None
        changed: tuple[Style, ...] = ("bold",) if old and _sign(old) != _sign(item) else ()
        state = item.state if item else "not_assessed"
        cells.append(ink(_sign(item), *_CELLS[state][1], *changed))
    return "".join(cells)


def total(instrument: Instrument, rating: Rating) -> str:
    """Return the total in figures: `8-14/27`."""
    return f"{interval(rating.total)}/{instrument.maximum}"


def interval(values: Interval) -> str:
    """Return `8-14`, or `9` where both ends agree."""
    return f"{values.low}" if values.low == values.high else f"{values.low}-{values.high}"


def legend(name: str, instrument: Instrument, judges: Sequence[str], room: int) -> str:
    """Return what the signs of bars and strips mean, for one instrument."""
    most = max(instrument.item_maximum(item) for item in instrument.items)
    items = [f"{n} {item}" for n, item in enumerate(instrument.items, 1)]
    bands = [f"{band} {low}" for band, low in instrument.bands.items()]
    signs = ["? not assessed", "0 denied", "+ present", f"1-{most} how often"]
    bars = ["= the total can still be", "- ruled out this turn", "| the next band begins"]
    return "\n".join(
        [
            f"{ink(name, 'bold')}  {instrument.title}, 0 to {instrument.maximum}; "
            f"judged by {', '.join(judges)}",
            _entry("items", items, room),
            _entry("strip", signs, room),
            _entry("bar", bars, room),
            _entry("bands", bands, room),
        ]
    )


def _entry(title: str, entries: Iterable[str], room: int) -> str:
    """Wrap a list so that no entry is cut in two, its title before it."""
    text = "  ".join(entry.replace(" ", _NBSP) for entry in entries)
    lines = wrap(text, room - 7, indent=" " * 9).replace(_NBSP, " ")
    return f"  {title:5}{lines[7:]}"


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
    sign = _CELLS[item.state][0]
    return sign or (f"{item.low}" if item.low < 10 else "*")
