"""Estimates over persons with their intervals, and how they become numbers of a report.

The person is the unit: turns, repetitions and judges of one person are averaged first. NaN becomes
None here, and never anything else.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np

from mhsim.measure.estimators.arrays import Floats, Ints
from mhsim.measure.estimators.equivalence import paired_t
from mhsim.measure.estimators.proportions import wilson
from mhsim.measure.estimators.resampling import jackknife_ci
from mhsim.measure.summary import Number

T = "mean over patients, 95 % t interval"
JACKKNIFE = "95 % interval by leaving out one patient at a time, t"
WILSON = "mean over patients, 95 % Wilson interval"
_EDGE = 0.02
MOST = 5000
"""With more persons than these, one at a time would take too long, and there is no interval."""


@dataclass(frozen=True, slots=True)
class Estimate:
    """A value with its interval, each None where it cannot be had, and on how many it rests."""

    value: float | None
    low: float | None = None
    high: float | None = None
    n: int = 0

    def number(
        self, measure: str, method: str, where: Mapping[str, str], missing: int = 0
    ) -> Number:
        """Return it as a number of a report."""
        return Number(
            measure, self.value, self.low, self.high, self.n, missing, method, dict(where)
        )


def known(value: float) -> float | None:
    """Return a number, or None for what is none."""
    return float(value) if math.isfinite(value) else None


def average(values: Floats, axis: int | tuple[int, ...]) -> Floats:
    """Return the mean of what is not missing; NaN where everything is."""
    there = np.isfinite(values)
    count = there.sum(axis=axis)
    summed = np.where(there, values, 0).sum(axis=axis)
    return np.divide(summed, count, out=np.full(np.shape(summed), np.nan), where=count > 0)


def mean(persons: Floats) -> Estimate:
    """Return the mean of one value per person with its t interval.

    Args:
        persons: one value each; those missing are left out.
    """
    values = persons[np.isfinite(persons)]
    if values.size < 2:
        return Estimate(known(values.mean()) if values.size else None, n=values.size)
    found = paired_t(values)
    return Estimate(found["mean"], found["lo"], found["hi"], values.size)


def share(persons: Floats) -> tuple[Estimate, str]:
    """Return the mean of one share per person, with its interval and how that was made.

    Where a share is all or nothing for everybody, or would be with one person less, leaving out
    persons tells nothing: then it is the Wilson interval, which is cautious for shares between.
    """
    values = persons[np.isfinite(persons)]
    if not values.size:
        return Estimate(None), WILSON
    without = (values.sum() - values) / max(values.size - 1, 1)
    if np.isin(values, (0, 1)).all() or ((without < _EDGE) | (without > 1 - _EDGE)).any():
        low, high = wilson(min(float(values.sum()), values.size), values.size)
        return Estimate(float(values.mean()), low, high, values.size), WILSON
    return jackknife(values.size, lambda places: float(values[places].mean()), "logit"), JACKKNIFE


def jackknife(
    persons: int, statistic: Callable[[Ints], float], scale: str = "identity"
) -> Estimate:
    """Return a statistic of persons with its delete-one interval.

    Args:
        persons: how many.
        statistic: of the persons at these places.
        scale: on which the interval is made: identity, fisher, logit or log.
    """
    if not persons:
        return Estimate(None)
    if persons > MOST:
        return Estimate(known(statistic(np.arange(persons))), n=persons)
    found = jackknife_ci(persons, statistic, scale=scale)
    return Estimate(known(found["est"]), known(found["lo"]), known(found["hi"]), persons)
