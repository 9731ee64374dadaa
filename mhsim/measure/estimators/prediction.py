"""Many ratings by judges, a few by humans: the humans' mean, with the judges' help."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import ArrayLike

from mhsim.measure.estimators.arrays import floats
from mhsim.measure.estimators.distributions import t_quantile


def ppi_mean(
    f_all: ArrayLike, f_lab: ArrayLike, y_lab: ArrayLike, alpha: float = 0.05
) -> dict[str, float]:
    """Return the human mean, with many judges' ratings to narrow it; unbiased whatever their bias.

    Source: Angelopoulos, Duchi and Zrnic 2023 (arXiv:2311.01453), with the weight that is best for
    these data.

    Args:
        f_all: judges' values of persons no human rated.
        f_lab: judges' values of persons a human rated; two or more.
        y_lab: the humans' values of these.
        alpha: one less the interval's coverage.

    Returns:
        est, se, lo, hi; lam, the weight of the judges, 0 to 1; se_human_only.
    """
    others, judged, human = floats(f_all, 1), floats(f_lab, 1), floats(y_lab, 1)
    n, many = human.size, others.size
    spread = float(np.concatenate([others, judged]).var(ddof=1))
    together = float(((human - human.mean()) * (judged - judged.mean())).sum()) / (n - 1)
    weight = min(max(together / ((1 + n / many) * spread), 0.0), 1.0) if spread else 0.0
    rest = human - weight * judged
    value = weight * float(others.mean()) + float(rest.mean())
    se = math.sqrt(weight**2 * float(others.var(ddof=1)) / many + float(rest.var(ddof=1)) / n)
    half = t_quantile(1 - alpha / 2, n - 1) * se
    alone = float(human.std(ddof=1)) / math.sqrt(n)
    return {
        "est": value, "se": se, "lo": value - half, "hi": value + half, "lam": weight,
        "se_human_only": alone,
    }  # fmt: skip
