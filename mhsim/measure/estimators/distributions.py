"""Tails and quantiles of the normal, t, F and chi-square, by `scipy.special`.

`scipy.stats` has the same, and takes three times as long to import.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from numpy.typing import ArrayLike
from scipy import special

_special: Any = special  # its functions have no signatures


def normal_cdf(x: ArrayLike) -> Any:
    """Return P(Z <= x)."""
    return _special.ndtr(x)


def normal_quantile(p: ArrayLike) -> Any:
    """Return the z with P(Z <= z) = p."""
    return _special.ndtri(p)


def t_cdf(x: ArrayLike, df: float) -> Any:
    """Return P(T <= x); with -x it is the upper tail, exact however small."""
    return _special.stdtr(df, x)


def t_two_sided(x: ArrayLike, df: float) -> Any:
    """Return the two-sided p-value of a t statistic."""
    return 2 * t_cdf(-np.abs(np.asarray(x, dtype=float)), df)


def t_quantile(p: float, df: float) -> float:
    """Return the t with P(T <= t) = p."""
    return float(_special.stdtrit(df, p))


def noncentral_t_cdf(x: float, df: float, shift: float) -> float:
    """Return P(T <= x) of the noncentral t; `shift` is its noncentrality.

    Far out, where the series gives up, by the normal approximation of Johnson and Welch 1940
    (doi:10.1093/biomet/31.3-4.362).
    """
    exact = float(_special.nctdtr(df, shift, x))
    if not math.isnan(exact):
        return exact
    middle = x * (1 - 1 / (4 * df)) - shift
    return float(normal_cdf(middle / (1 + x * x / (2 * df)) ** 0.5))


def f_quantile(p: float, df1: float, df2: float) -> float:
    """Return the F with P(F <= f) = p."""
    return float(_special.fdtri(df1, df2, p))


def chi2_upper(x: float, df: float) -> float:
    """Return P(chi-square > x)."""
    return float(_special.chdtrc(df, x))


def chi2_quantile(p: float, df: float) -> float:
    """Return the x with P(chi-square <= x) = p."""
    return float(_special.chdtri(df, 1 - p))
