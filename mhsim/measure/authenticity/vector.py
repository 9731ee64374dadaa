"""Bands of a human reference, and how far a value lies outside one."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

ENOUGH = 30
"""Human dialogues per locale below which a band stays uncalibrated."""


@dataclass(frozen=True, slots=True)
class Band:
    """Where human dialogues of a locale lie.

    Args:
        low: their 5th percentile.
        high: their 95th percentile.
        n: how many dialogues it rests on.
    """

    low: float
    high: float
    n: int

    @property
    def calibrated(self) -> bool:
        """Whether enough human dialogues stand behind it."""
        return self.n >= ENOUGH

    @classmethod
    def of(cls, values: Sequence[float]) -> Band | None:
        """Return the band of human values, or None without any."""
        if not values:
            return None
        ordered = sorted(values)

        def quantile(share: float) -> float:
            place = share * (len(ordered) - 1)
            below, above = math.floor(place), math.ceil(place)
            return ordered[below] + (ordered[above] - ordered[below]) * (place - below)

        return cls(quantile(0.05), quantile(0.95), len(ordered))


def utility(value: float, band: Band, scale: float) -> float:
    """Return how well a value fits a two-sided band: 1 inside, falling off on both sides.

    Formula: 1 for low <= x <= high, else exp(-((x - bound) / scale)^2). More is not better: too
    many idioms are as far outside as too few.

    Args:
        value: the measure's value.
        band: where human dialogues lie.
        scale: how fast it falls, in the measure's own unit; above 0.
    """
    if band.low <= value <= band.high:
        return 1.0
    bound = band.low if value < band.low else band.high
    return math.exp(-(((value - bound) / scale) ** 2))
