"""Limits of agreement between twins: how far one person may lie from the other."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from mhsim.measure.estimators.arrays import Floats
from mhsim.measure.estimators.bland_altman import Z
from mhsim.measure.estimators.distributions import t_quantile
from mhsim.measure.interval import JACKKNIFE, Estimate, average, jackknife
from mhsim.measure.pairing import Pairing
from mhsim.measure.summary import Number


def limits(pair: Pairing) -> Iterator[Number]:
    """Yield bias and limits of agreement; replicates are never pooled as independent rows."""
    one, other = pair.totals
    both = pair.both
    if both.size < 3:
        return
    n, found = both.size, _spread(pair)
    low, high = found.bias - Z * found.sd, found.bias + Z * found.sd
    method = f"bias and 95 % limits of agreement {found.unit}"
    value = Estimate(found.bias, low, high, n)
    yield value.number("limits_of_agreement", method, pair.where, pair.missing)
    around = t_quantile(0.975, n - 1) * found.se
    for name, limit in (("lower", low), ("upper", high)):
        value = Estimate(limit, limit - around, limit + around, n)
        method = f"{name} limit {found.unit}, 95 % interval"
        yield value.number(f"limit_{name}", method, pair.where, pair.missing)
    halves, shifts = (one[both] + other[both]) / 2, pair.shifts
    value = jackknife(n, lambda places: slope(halves[places], shifts[places]))
    method = "slope of difference on mean; " + JACKKNIFE
    yield value.number("proportional_bias", method, pair.where, pair.missing)


@dataclass(frozen=True, slots=True)
class _Spread:
    """Bias, standard deviation of a difference, standard error of a limit; of persons or pairs."""

    bias: float
    sd: float
    se: float
    unit: str


def _spread(pair: Pairing) -> _Spread:
    """Return how far twins lie apart: one pair of conversations where there are replicates.

    The variance of one pair is that between persons plus that within, as `bland_altman_repeated`
    has it, for persons who may have lost some of their pairs. A limit's error is that of the bias
    and, times 1.96, that of the standard deviation, both mean squares counted with their own
    degrees of freedom.
    """
    shifts = pair.shifts
    n, bias, variance = shifts.size, float(shifts.mean()), float(shifts.var(ddof=1))
    cells = pair.judged.totals
    pairs = cells[:, pair.one] - cells[:, pair.other]
    count = np.isfinite(pairs).sum(axis=1)
    pairs, count = pairs[count > 0], count[count > 0]
    df = int((count - 1).sum())
    if df < 1 or len(count) < 3:
        return _Spread(bias, math.sqrt(variance), _error(variance, variance, 0.0, n), "of persons")
    means = average(pairs, 1)
    within = float(np.nansum((pairs - means[:, None]) ** 2)) / df
    of_means, once = float(means.var(ddof=1)), float((1 / count).mean())
    total = max(0.0, of_means - within * once) + within
    se = _error(total, of_means, (1 - once) ** 2 * 2 * within**2 / df, len(count))
    return _Spread(bias, math.sqrt(total), se, "of single pairs, replicates within persons")


def _error(total: float, of_means: float, within: float, n: int) -> float:
    """Return the standard error of bias - 1.96 sd, by the delta method."""
    if not total:
        return 0.0
    spread = 2 * of_means**2 / (n - 1) + within
    return math.sqrt(of_means / n + Z**2 * spread / (4 * total))


def slope(x: Floats, y: Floats) -> float:
    """Return the least-squares slope of y on x; NaN where x does not vary."""
    apart = x - x.mean()
    spread = float((apart**2).sum())
    return float((apart * (y - y.mean())).sum()) / spread if spread > 1e-12 else math.nan
