"""Legends: what the signs of bars and strips mean, for one instrument, said once."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from mhsim.spec.instrument import Instrument
from mhsim.trace.glyphs import wrap
from mhsim.trace.ink import ink

_NBSP = "\N{NO-BREAK SPACE}"


def legend(name: str, instrument: Instrument, judges: Sequence[str], room: int) -> list[str]:
    """Return a title and one entry each for items, their signs, the bar and its bands."""
    most = max(instrument.item_maximum(item) for item in instrument.items)
    title = f"{instrument.title}, 0 to {instrument.maximum}, filled in by {', '.join(judges)}"
    signs = ["? not assessed", "0 denied", "+ present", f"1-{most} how often"]
    return [
        wrap(f"{ink(name, 'bold')}  {title}", room + 2, indent=""),
        _entry("items", (f"{n} {item}" for n, item in enumerate(instrument.items, 1)), room),
        _entry("strip", ["one sign per item:", *signs], room),
        _entry("bar", ["= can still be", "- ruled out this turn", "| next band"], room),
        _entry("bands", (f"{band} {low}+" for band, low in instrument.bands.items()), room),
    ]


def _entry(title: str, entries: Iterable[str], room: int) -> str:
    """Wrap a list so that no entry is cut in two, with its title before it."""
    text = "  ".join(entry.replace(" ", _NBSP) for entry in entries)
    return f"  {title:5}" + wrap(text, room - 7, indent=" " * 9).replace(_NBSP, " ")[7:]
