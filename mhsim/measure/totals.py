"""Totals of items that were not all assessed: as they are, or scaled up, or none."""

from __future__ import annotations

from collections.abc import Sequence

ENOUGH = 7 / 9
"""The share of items that must be assessed for a total to be scaled up: 7 of 9, 17 of 21."""


def prorated(values: Sequence[float | None]) -> float | None:
    """Return the total of the items assessed, scaled to all items; None with too few of them.

    Args:
        values: an item each; None where it was not assessed.
    """
    known = [value for value in values if value is not None]
    if not known or len(known) < ENOUGH * len(values) - 1e-9:
        return None
    return sum(known) * len(values) / len(known)
