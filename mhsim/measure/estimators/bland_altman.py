"""Limits of agreement between two measurements of the same units."""

from __future__ import annotations

import math

from numpy.typing import ArrayLike

from mhsim.measure.estimators.arrays import floats
from mhsim.measure.estimators.distributions import t_quantile

Z = 1.959963984540054
"""Standard normal quantile of 0.975."""


def bland_altman(
    x: ArrayLike, y: ArrayLike, alpha: float = 0.05, z: float = Z
) -> dict[str, float | tuple[float, float]]:
    """Return bias and limits of agreement of x - y, with intervals.

    Formula: bias +- z s; a limit's standard error is s sqrt(1/n + z^2 / (2 (n-1))). One pair per
    unit: pairs of one person are no independent rows. Source: Bland and Altman 1986
    (doi:10.1016/S0140-6736(86)90837-8; their example takes z = 2) and 1999
    (doi:10.1177/096228029900800204).

    Returns:
        n, bias, sd, bias_lo, bias_hi, loa_lo, loa_hi, and the intervals of the limits, loa_lo_ci
        and loa_hi_ci; in the unit of x and y.

    Raises:
        ValueError: there are fewer than two pairs.
    """
    difference = floats(x) - floats(y)
    n = difference.size
    if n < 2:
        raise ValueError(f"found {n} pairs; two or more would be right")
    bias, sd = float(difference.mean()), float(difference.std(ddof=1))
    t = t_quantile(1 - alpha / 2, n - 1)
    half = t * sd / math.sqrt(n)
    around = t * sd * math.sqrt(1 / n + z * z / (2 * (n - 1)))
    low, high = bias - z * sd, bias + z * sd
    return {
        "n": n,
        "bias": bias,
        "sd": sd,
        "bias_lo": bias - half,
        "bias_hi": bias + half,
        "loa_lo": low,
        "loa_hi": high,
        "loa_lo_ci": (low - around, low + around),
        "loa_hi_ci": (high - around, high + around),
    }


def bland_altman_repeated(D: ArrayLike, z: float = Z) -> dict[str, float]:
    """Return limits of agreement where every unit has several pairs, its true value varying.

    Formula: the variance of one difference is that between units plus that within. Pooling the
    rows would take replicates for persons. Source: Bland and Altman 2007
    (doi:10.1080/10543400701329422), section 3.

    Args:
        D: units x replicates, of paired differences; two or more of each.
        z: how many standard deviations the limits lie off.
    """
    differences = floats(D, 2)
    m = differences.shape[1]
    within = float(differences.var(axis=1, ddof=1).mean())
    means = m * float(differences.mean(axis=1).var(ddof=1))
    between = max(0.0, (means - within) / m)
    bias, sd = float(differences.mean()), math.sqrt(between + within)
    return {
        "bias": bias,
        "sd_between": math.sqrt(between),
        "sd_within": math.sqrt(within),
        "sd": sd,
        "loa_lo": bias - z * sd,
        "loa_hi": bias + z * sd,
    }
