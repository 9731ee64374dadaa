"""Intraclass correlations of a table of targets by raters."""

from __future__ import annotations

import math

from numpy.typing import ArrayLike

from mhsim.measure.estimators.arrays import floats
from mhsim.measure.estimators.distributions import f_quantile

Estimate = tuple[float, float, float]
"""Value, lower and upper limit."""


def mean_squares(X: ArrayLike) -> dict[str, float]:
    """Return the mean squares of a two-way table without replication.

    Args:
        X: n targets x k raters, complete.

    Returns:
        n, k, and the mean squares between targets (BMS), between raters (JMS), of the residual
        (EMS) and within targets (WMS), as Shrout and Fleiss name them.

    Raises:
        ValueError: there are fewer than two targets or raters.
    """
    table = floats(X, 2)
    n, k = table.shape
    if n < 2 or k < 2:
        raise ValueError(f"found {n} targets and {k} raters; two or more of each would be right")
    centred = table - table.mean()
    between = k * float((centred.mean(axis=1) ** 2).sum())
    raters = n * float((centred.mean(axis=0) ** 2).sum())
    total = float((centred**2).sum())
    return {
        "n": n,
        "k": k,
        "BMS": between / (n - 1),
        "JMS": raters / (k - 1),
        "EMS": (total - between - raters) / ((n - 1) * (k - 1)),
        "WMS": (total - between) / (n * (k - 1)),
    }


def icc_a1(X: ArrayLike) -> float:
    """Return ICC(A,1), the agreement of single ratings, without its interval: for resampling.

    Formula: (BMS - EMS) / (BMS + (k-1) EMS + k (JMS - EMS) / n). NaN where nothing varies.
    """
    return _agreement(mean_squares(X))


def icc_c1(X: ArrayLike) -> float:
    """Return ICC(C,1), the consistency of single ratings, without its interval.

    Formula: (BMS - EMS) / (BMS + (k-1) EMS). NaN where nothing varies.
    """
    ms = mean_squares(X)
    return _ratio(ms["BMS"] - ms["EMS"], ms["BMS"] + (ms["k"] - 1) * ms["EMS"])


def _agreement(ms: dict[str, float]) -> float:
    top = ms["BMS"] - ms["EMS"]
    bottom = ms["BMS"] + (ms["k"] - 1) * ms["EMS"] + ms["k"] * (ms["JMS"] - ms["EMS"]) / ms["n"]
    return _ratio(top, bottom)


def _ratio(top: float, bottom: float) -> float:
    return top / bottom if bottom else math.nan


def icc(X: ArrayLike, alpha: float = 0.05) -> dict[str, Estimate]:
    """Return all six intraclass correlations with F-based intervals.

    (1,.) is one-way; (A,.) absolute agreement, two-way random, ICC(2,.) of Shrout and Fleiss;
    (C,.) consistency, their ICC(3,.). Single ratings: (.,1); the mean of all k raters: (.,k).
    Source: Shrout and Fleiss 1979 (doi:10.1037/0033-2909.86.2.420); intervals of McGraw and Wong
    1996 (doi:10.1037/1082-989X.1.1.30).

    Args:
        X: n targets x k raters, complete.
        alpha: one less the coverage of the intervals.

    Raises:
        ValueError: there are fewer than two targets or raters.
    """
    ms = mean_squares(X)
    n, k = ms["n"], ms["k"]
    oneway = _intervals(ms["BMS"], ms["WMS"], k, (n - 1, n * (k - 1)), alpha)
    consistent = _intervals(ms["BMS"], ms["EMS"], k, (n - 1, (n - 1) * (k - 1)), alpha)
    single = _agreement(ms)
    low, high = _agreement_limits(ms, single, alpha)
    mean = _ratio(ms["BMS"] - ms["EMS"], ms["BMS"] + (ms["JMS"] - ms["EMS"]) / n)
    return {
        "ICC(1,1)": oneway[0],
        "ICC(1,k)": oneway[1],
        "ICC(C,1)": consistent[0],
        "ICC(C,k)": consistent[1],
        "ICC(A,1)": (single, low, high),
        "ICC(A,k)": (mean, _stepped_up(low, k), _stepped_up(high, k)),
    }


def _stepped_up(single: float, k: float) -> float:
    """Return the reliability of a mean of k from that of one (Spearman-Brown)."""
    return _ratio(k * single, 1 + (k - 1) * single)


def _intervals(
    between: float, error: float, k: float, df: tuple[float, float], alpha: float
) -> tuple[Estimate, Estimate]:
    """Return the single and mean correlation where one F decides the interval."""
    if error == 0:
        only = 1.0 if between else math.nan
        exact = (only, only, only)
        return exact, exact
    ratio, upper = between / error, 1 - alpha / 2
    low, high = ratio / f_quantile(upper, *df), ratio * f_quantile(upper, df[1], df[0])
    single = [(f - 1) / (f + k - 1) for f in (ratio, low, high)]
    mean = [1 - 1 / f if f else -math.inf for f in (ratio, low, high)]
    return (single[0], single[1], single[2]), (mean[0], mean[1], mean[2])


def _agreement_limits(ms: dict[str, float], r: float, alpha: float) -> tuple[float, float]:
    """Return limits of ICC(A,1) with Satterthwaite's degrees of freedom."""
    n, k, bms, jms, ems = (ms[name] for name in ("n", "k", "BMS", "JMS", "EMS"))
    if ems <= 0 or math.isnan(r):
        return math.nan, math.nan
    others = n * (1 + (k - 1) * r) - k * r
    f = jms / ems
    df = (k - 1) * (n - 1) * (k * r * f + others) ** 2
    df /= (n - 1) * (k * r * f) ** 2 + others**2
    down, up = f_quantile(1 - alpha / 2, n - 1, df), f_quantile(1 - alpha / 2, df, n - 1)
    rest = k * jms + (k * n - k - n) * ems
    low = n * (bms - down * ems) / (down * rest + n * bms)
    return low, n * (up * bms - ems) / (rest + n * up * bms)
