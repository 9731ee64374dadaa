"""How large a shift matters: margins by instrument, fixed before any run.

Two things are kept apart. What matters to one person (PHQ-9: 5 points, twice the standard error of
measurement; Löwe et al. 2004, doi:10.1097/00005650-200412000-00006) is far too wide for the mean of
a group: with it, eight persons and a true shift of two points would often be called equivalent. For
the mean the margin is 2 points (about a fifth at moderate severity; Kounali et al. 2020,
doi:10.1017/S0033291720003700).
"""

from __future__ import annotations

from dataclasses import dataclass

from mhsim.spec.instrument import Instrument


@dataclass(frozen=True, slots=True)
class Margins:
    """What matters on one scale, in points of its total.

    Args:
        mean: for the mean of a group; the primary margin of equivalence.
        strict: half of it, shown beside.
        person: for one person.
        item: for the mean of one item.
        settled: how near a rating must stay to count as settled.
        screen: from which total on a screen is positive; None where no such cut-off is known.
        note: where they come from.
    """

    mean: float
    strict: float
    person: float
    item: float
    settled: float
    screen: int | None
    note: str


_PUBLISHED = {
    "phq9": Margins(2, 1, 5, 0.25, 1, 10, "PHQ-9: 2 points for means, 5 for persons"),
    "phq8": Margins(2, 1, 5, 0.25, 1, 10, "as PHQ-9"),
    "gad7": Margins(2, 1, 5, 0.25, 1, 10, "as PHQ-9"),
    "bdi2": Margins(3.5, 1.75, 9, 0.25, 2, None, "BDI-II: 3.5 points for means (Kounali 2020)"),
    "hamd17": Margins(2, 1, 5, 0.25, 2, None, "HAM-D: 2 points, set by protocol without an anchor"),
}


def margins(name: str, instrument: Instrument) -> Margins:
    """Return the margins of an instrument; where none are known, those of PHQ-9 in proportion."""
    if name in _PUBLISHED:
        return _PUBLISHED[name]
    share = instrument.maximum / 27
    note = f"{2 * share:g} of {instrument.maximum} points, in proportion to PHQ-9's 2 of 27"
    return Margins(2 * share, share, 5 * share, 0.25, share, None, note)
