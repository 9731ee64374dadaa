"""Agreement that takes any number of raters, any level of measurement, and missing ratings."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
from numpy.typing import ArrayLike

from mhsim.measure.estimators.arrays import Floats, divided, floats


def krippendorff_alpha(
    data: ArrayLike, level: str = "ordinal", domain: Sequence[float] | None = None
) -> float:
    """Return Krippendorff's alpha: 1 - observed / expected disagreement.

    Units with fewer than two ratings are left out. NaN with no pair of ratings, or where all are
    the same. Source: Krippendorff 2011, Computing Krippendorff's Alpha-Reliability.

    Args:
        data: raters x units; None or NaN where there is no rating.
        level: `nominal`, `ordinal`, `interval` or `ratio`.
        domain: the values of the scale; those found, without it.

    Raises:
        ValueError: there is no such level.
    """
    ratings = floats(data, 2)
    found = ratings[~np.isnan(ratings)]
    values = np.unique(found if domain is None else floats(list(domain)))
    counts = np.stack([(ratings == value).sum(axis=0) for value in values], axis=1).astype(float) \
        if values.size else np.zeros((0, 0))  # fmt: skip
    counts = counts[counts.sum(axis=1) >= 2]
    if not counts.size:
        return math.nan
    shared = counts / (counts.sum(axis=1) - 1)[:, None]
    coincidence = shared.T @ counts - np.diag(shared.sum(axis=0))
    margin = coincidence.sum(axis=1)
    n = float(margin.sum())
    distance = _distance(level, values, margin)
    expected = float(margin @ distance @ margin) / (n - 1)
    return 1 - float((coincidence * distance).sum()) / expected if expected else math.nan


def _distance(level: str, values: Floats, margin: Floats) -> Floats:
    """Return squared distances between values; ordinal ones lie as many ratings apart."""
    match level:
        case "nominal":
            return 1.0 - np.eye(len(values))
        case "ordinal":
            # The rank a value would have in the middle of its ties.
            middle = np.cumsum(margin) - margin / 2
            return np.subtract.outer(middle, middle) ** 2
        case "interval":
            return np.subtract.outer(values, values) ** 2
        case "ratio":
            apart = divided(np.subtract.outer(values, values), np.add.outer(values, values))
            return np.nan_to_num(apart) ** 2
        case _:
            right = "nominal, ordinal, interval, ratio"
            raise ValueError(f"found {level!r}; one of {right} would be right")


def ccc(a: ArrayLike, b: ArrayLike) -> float:
    """Return Lin's concordance correlation, with moments over n.

    On whole numbers it equals quadratic weighted kappa. NaN where nothing varies and nothing
    differs. Source: Lin 1989 (doi:10.2307/2532051).
    """
    one, other = floats(a), floats(b)
    together = float(np.mean((one - one.mean()) * (other - other.mean())))
    apart = float(one.var() + other.var() + (one.mean() - other.mean()) ** 2)
    return 2 * together / apart if apart else math.nan
