"""Arrays of numbers as estimators take them: lists, nested lists, None for what is missing."""

from __future__ import annotations

from typing import Any, TypeAlias

import numpy as np
from numpy.typing import ArrayLike, NDArray

Floats: TypeAlias = NDArray[np.float64]
Ints: TypeAlias = NDArray[np.int64]


def floats(values: Any, dimensions: int | None = None) -> Floats:
    """Return values as floats; None becomes NaN.

    Args:
        values: numbers, in any nesting.
        dimensions: how many dimensions there must be.

    Raises:
        ValueError: there are more or fewer dimensions.
    """
    array = np.asarray(values, dtype=np.float64)
    if dimensions is not None and array.ndim != dimensions:
        raise ValueError(f"found {array.ndim} dimensions; {dimensions} would be right")
    return array


def divided(one: ArrayLike, other: ArrayLike) -> Floats:
    """Return one over the other, NaN where the other is 0."""
    top, bottom = np.broadcast_arrays(floats(one), floats(other))
    return np.divide(top, bottom, out=np.full(top.shape, np.nan), where=bottom != 0)
