"""Is a mean shift small enough not to matter? Two one-sided tests, and the verdict."""

from __future__ import annotations

import math
from typing import Literal

from numpy.typing import ArrayLike

from mhsim.measure.estimators.arrays import floats
from mhsim.measure.estimators.distributions import t_cdf, t_quantile, t_two_sided

Verdict = Literal["equivalent", "trivially different", "meaningfully different", "inconclusive"]


def paired_t(d: ArrayLike, alpha: float = 0.05) -> dict[str, float]:
    """Return the mean of paired differences with its t interval and two-sided test against 0.

    Args:
        d: one difference per person, in points; two or more.
        alpha: one less the interval's coverage.

    Returns:
        mean, se, df, lo, hi, p, n.

    Raises:
        ValueError: there are fewer than two differences.
    """
    mean, se, df = _moments(d)
    half = t_quantile(1 - alpha / 2, df) * se
    p = float(t_two_sided(mean / se, df)) if se else float(mean == 0)
    return {
        "mean": mean, "se": se, "df": df, "lo": mean - half, "hi": mean + half, "p": p, "n": df + 1,
    }  # fmt: skip


def tost(d: ArrayLike, low: float, high: float, alpha: float = 0.05) -> dict[str, float]:
    """Return the two one-sided t tests of paired differences against a margin.

    Equivalent where the 1 - 2 alpha interval lies inside the margin. Source: Schuirmann 1987
    (doi:10.1007/BF01068419).

    Args:
        d: one difference per person, in points; two or more.
        low: the lower margin.
        high: the upper margin.
        alpha: size of each test.

    Returns:
        mean, se, df, p_low, p_high, p (the greater), ci_lo, ci_hi, equivalent.

    Raises:
        ValueError: there are fewer than two differences.
    """
    mean, se, df = _moments(d)
    if se:
        p_low, p_high = float(t_cdf(-(mean - low) / se, df)), float(t_cdf((mean - high) / se, df))
    else:
        p_low, p_high = float(mean <= low), float(mean >= high)
    half = t_quantile(1 - alpha, df) * se
    return {
        "mean": mean,
        "se": se,
        "df": df,
        "p_low": p_low,
        "p_high": p_high,
        "p": max(p_low, p_high),
        "ci_lo": mean - half,
        "ci_hi": mean + half,
        "equivalent": max(p_low, p_high) < alpha,
    }


def verdict(d: ArrayLike, margin: float, alpha: float = 0.05) -> Verdict:
    """Return what paired differences say about a margin, by rules fixed beforehand.

    - `equivalent`: inside the margin, and no difference from 0 shown
    - `trivially different`: inside the margin, and different from 0
    - `meaningfully different`: different from 0, not inside the margin, and as large as it
    - `inconclusive`: anything else

    Raises:
        ValueError: there are fewer than two differences.
    """
    inside = bool(tost(d, -margin, margin, alpha)["equivalent"])
    shift = paired_t(d, alpha)
    different = shift["lo"] > 0 or shift["hi"] < 0
    if inside:
        return "trivially different" if different else "equivalent"
    return "meaningfully different" if different and abs(shift["mean"]) >= margin \
        else "inconclusive"  # fmt: skip


def _moments(d: ArrayLike) -> tuple[float, float, int]:
    differences = floats(d, 1)
    n = differences.size
    if n < 2:
        raise ValueError(f"found {n} differences; two or more would be right")
    return float(differences.mean()), float(differences.std(ddof=1)) / math.sqrt(n), n - 1
