"""Intervals of shares and of rates."""

from __future__ import annotations

import math
from statistics import NormalDist


def wilson(x: float, n: int, alpha: float = 0.05) -> tuple[float, float]:
    """Return the score interval of a share (Wilson 1927, doi:10.1080/01621459.1927.10502953).

    Args:
        x: successes, 0 to n; a sum of shares is taken for that many, which is cautious.
        n: independent trials, 1 or more.
        alpha: one less the interval's coverage.

    Raises:
        ValueError: x is not between 0 and n, or n is 0.
    """
    if not 0 <= x <= n or n == 0:
        raise ValueError(f"found {x} of {n}; 0 to n of 1 or more would be right")
    z = NormalDist().inv_cdf(1 - alpha / 2)
    share = x / n
    middle = (share + z * z / (2 * n)) / (1 + z * z / n)
    half = z * math.sqrt(share * (1 - share) / n + z * z / (4 * n * n)) / (1 + z * z / n)
    return max(0.0, middle - half), min(1.0, middle + half)


def garwood(x: int, exposure: float = 1.0, alpha: float = 0.05) -> tuple[float, float]:
    """Return the exact Poisson interval of a rate (Garwood 1936, doi:10.1093/biomet/28.3-4.437).

    Args:
        x: events counted.
        exposure: in how much of anything, such as thousands of turns.
        alpha: one less the interval's coverage.
    """
    from mhsim.measure.estimators.distributions import chi2_quantile

    low = chi2_quantile(alpha / 2, 2 * x) / 2 if x else 0.0
    return low / exposure, chi2_quantile(1 - alpha / 2, 2 * x + 2) / 2 / exposure
