"""A run as arrays: patients by conditions by repetitions, everything every judge made of them.

NaN is what is missing. `mhsim.measure.intake` fills it in one pass over a run's files.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TypeAlias

import numpy as np

from mhsim.measure.estimators.arrays import Floats
from mhsim.measure.scale import Scale
from mhsim.measure.totals import ENOUGH
from mhsim.planning import Plan

Condition: TypeAlias = tuple[str, str]
"""Arm and locale."""

ENSEMBLE = "ensemble"
"""The mean of all judges of one scale, where there are several."""


@dataclass(frozen=True)
class Judged:
    """What one judge, or the mean of several, made of a run.

    The first three axes are always patients, conditions and repetitions.

    Args:
        judge: the role, or `ensemble`.
        scale: what was filled.
        truth: patients x items: intended values; NaN where unknown.
        values: ... x items: final values, the middle of the interval; NaN not assessed.
        low: ... x items: lowest final value; NaN where the last turn is unrated.
        high: ... x items: highest final value.
        lows: ... x turns: lowest total after each turn; NaN unrated.
        highs: ... x turns: highest total after each turn.
        read: ... x turns: total of what is assessed after each turn; NaN unrated.
        covered: ... x turns: items assessed after each turn; NaN unrated.
        risk: ... x turns: lowest value of the item on self-harm; NaN unrated or without one.
        first: ... x items: the turn in which an item was first assessed; NaN never.
        quotes: ... x 2: words cited, and of these how many nobody said, over all turns.
    """

    judge: str
    scale: Scale
    truth: Floats
    values: Floats
    low: Floats
    high: Floats
    lows: Floats
    highs: Floats
    read: Floats
    covered: Floats
    risk: Floats
    first: Floats
    quotes: Floats

    @property
    def totals(self) -> Floats:
        """Final totals, scaled up from 7 items in 9; NaN with fewer."""
        known = np.isfinite(self.values)
        count, items = known.sum(axis=-1), self.values.shape[-1]
        summed = np.where(known, self.values, 0).sum(axis=-1)
        enough = (count > 0) & (count >= ENOUGH * items - 1e-9)
        return np.where(enough, summed * items / np.maximum(count, 1), np.nan)

    @property
    def intended(self) -> Floats:
        """The patients' own totals; NaN where an item is unknown."""
        return self.truth.sum(axis=-1)

    def known_items(self) -> Judged | None:
        """Return the same on the items whose truth is known; None without any."""
        known = np.isfinite(self.truth).all(axis=0)
        if known.all():
            return self
        if not known.any():
            return None
        places = np.flatnonzero(known)
        scale = replace(
            self.scale,
            items=tuple(self.scale.items[n] for n in places),
            maxima=tuple(self.scale.maxima[n] for n in places),
            risk_item=None,
        )
        return replace(
            self, scale=scale, truth=self.truth[:, places], values=self.values[..., places],
            low=self.low[..., places], high=self.high[..., places], first=self.first[..., places],
        )  # fmt: skip


@dataclass(frozen=True)
class Sample:
    """A run as arrays.

    Args:
        plan: what was planned.
        patients: the first axis.
        conditions: the second.
        planned: patients x conditions x repetitions: whether such a conversation is planned.
        turns: the same: how many turns it has; NaN where it failed or is not finished.
        judged: every judge, then means over several.
    """

    plan: Plan
    patients: tuple[str, ...]
    conditions: tuple[Condition, ...]
    planned: Floats
    turns: Floats
    judged: tuple[Judged, ...]

    @property
    def english(self) -> int | None:
        """Where the twins are: the first condition in English; None without one."""
        places = (n for n, (_, locale) in enumerate(self.conditions) if locale.startswith("en-"))
        return next(places, None)

    @property
    def primary(self) -> tuple[Judged, ...]:
        """Judgements on which the main results rest: means of judges, or the only judge."""
        means = tuple(j for j in self.judged if j.judge == ENSEMBLE)
        return means or self.judged[:1]

    def place(self, condition: Condition) -> int:
        """Return where a condition is."""
        return self.conditions.index(condition)
