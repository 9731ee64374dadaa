"""Many tests at once: p-values adjusted within a family."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from mhsim.measure.estimators.arrays import Floats, floats


def holm(p: ArrayLike) -> Floats:
    """Return p-values adjusted by Holm's step-down, which bounds the chance of any false alarm.

    Source: Holm 1979, Scandinavian Journal of Statistics 6:65-70.
    """
    values = floats(p, 1)
    order = np.argsort(values)
    steps = np.arange(values.size, 0, -1) * values[order]
    return _back(np.maximum.accumulate(steps), order)


def bh(p: ArrayLike) -> Floats:
    """Return p-values adjusted by Benjamini and Hochberg, which bounds the share of false alarms.

    Source: Benjamini and Hochberg 1995 (doi:10.1111/j.2517-6161.1995.tb02031.x).
    """
    values = floats(p, 1)
    order = np.argsort(values)
    steps = values.size / np.arange(1, values.size + 1) * values[order]
    return _back(np.minimum.accumulate(steps[::-1])[::-1], order)


def _back(sorted_values: Floats, order: np.ndarray) -> Floats:
    adjusted = np.empty_like(sorted_values)
    adjusted[order] = np.minimum(sorted_values, 1)
    return adjusted
