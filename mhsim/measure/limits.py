"""Limits of agreement between twins: how far one person may lie from the other."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Any

import numpy as np

from mhsim.measure.estimators.arrays import Floats
from mhsim.measure.estimators.bland_altman import Z, bland_altman_repeated
from mhsim.measure.estimators.distributions import t_quantile
from mhsim.measure.interval import JACKKNIFE, Estimate, jackknife
from mhsim.measure.pairing import Pairing
from mhsim.measure.summary import Number


def limits(pair: Pairing) -> Iterator[Number]:
    """Yield bias and limits of agreement; replicates are never pooled as independent rows."""
    one, other = pair.totals
    both = pair.both
    if both.size < 3:
        return
    n = both.size
    bias, sd = float(pair.shifts.mean()), float(pair.shifts.std(ddof=1))
    repeated = _repeated(pair)
    unit = "of persons"
    if repeated.shape[1] > 1:
        sd = bland_altman_repeated(repeated)["sd"]
        unit = f"of single pairs of conversations, {repeated.shape[1]} per person"
    low, high = bias - Z * sd, bias + Z * sd
    method = f"bias and 95 % limits of agreement {unit}"
    value = Estimate(bias, low, high, n)
    yield value.number("limits_of_agreement", method, pair.where, pair.missing)
    around = t_quantile(0.975, n - 1) * sd * math.sqrt(1 / n + Z * Z / (2 * (n - 1)))
    for name, limit in (("lower", low), ("upper", high)):
        value = Estimate(limit, limit - around, limit + around, n)
        method = f"{name} limit {unit}, 95 % interval"
        yield value.number(f"limit_{name}", method, pair.where, pair.missing)
    halves, shifts = (one[both] + other[both]) / 2, pair.shifts
    value = jackknife(n, lambda places: slope(halves[places], shifts[places]))
    method = "slope of difference on mean; " + JACKKNIFE
    yield value.number("proportional_bias", method, pair.where, pair.missing)


def _repeated(pair: Pairing) -> Floats:
    """Return persons x repetitions of paired differences that nobody lacks."""
    cells = pair.judged.totals[pair.both]
    pairs = cells[:, pair.one] - cells[:, pair.other]
    whole: Any = np.isfinite(pairs).all(axis=0)
    return pairs[:, whole]


def slope(x: Floats, y: Floats) -> float:
    """Return the least-squares slope of y on x; NaN where x does not vary."""
    apart = x - x.mean()
    spread = float((apart**2).sum())
    return float((apart * (y - y.mean())).sum()) / spread if spread > 1e-12 else math.nan
