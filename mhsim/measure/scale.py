"""A scale as measures need it: its items, how far they go, its cut-offs and margins."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from mhsim.measure.cutoffs import own
from mhsim.measure.estimators.arrays import Floats, Ints
from mhsim.measure.estimators.bands import Scheme, band_index
from mhsim.measure.margins import Margins, margins
from mhsim.spec.instrument import Instrument


@dataclass(frozen=True)
class Scale:
    """One instrument, ready for arrays.

    Args:
        name: the instrument's name.
        items: names of its items.
        maxima: highest value of each.
        scheme: the cut-offs in force.
        margins: what shift matters.
        risk_item: place of the item on self-harm; None without one.
    """

    name: str
    items: tuple[str, ...]
    maxima: tuple[int, ...]
    scheme: Scheme
    margins: Margins
    risk_item: int | None

    @classmethod
    def of(cls, name: str, instrument: Instrument, scheme: Scheme | None) -> Scale:
        """Make it of an instrument; a table of cut-offs for another highest total is left out."""
        items = tuple(instrument.items)
        fits = scheme is not None and scheme[0] == instrument.maximum
        risk = instrument.risk_item
        return cls(
            name=name,
            items=items,
            maxima=tuple(instrument.item_maximum(item) for item in items),
            scheme=scheme if scheme is not None and fits else own(instrument),
            margins=margins(name, instrument),
            risk_item=items.index(risk) if risk in items else None,
        )

    @property
    def highest(self) -> int:
        """The highest total."""
        return sum(self.maxima)

    @property
    def bands(self) -> list[str]:
        """The names of the bands."""
        return self.scheme[2]

    def band(self, totals: Floats) -> Ints:
        """Return the band of each total, halves rounded up; -1 where there is none."""
        known = np.isfinite(totals)
        whole = np.where(known, np.floor(np.where(known, totals, 0) + 0.5), 0)
        return np.where(known, band_index(np.clip(whole, 0, self.highest), self.scheme), -1)
