"""What is said of one final total against the intended one: errors in points, and yes or no."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np

from mhsim.measure.cell import Metric
from mhsim.measure.estimators.arrays import Floats
from mhsim.measure.scale import Scale


@dataclass(frozen=True, slots=True)
class Named:
    """A metric with its name.

    Args:
        measure: what its mean is called.
        metric: of every conversation.
        said: what it is, in words.
        kind: `points` has a t interval, `share` one for shares.
        compared: whether languages are compared by it.
    """

    measure: str
    metric: Metric
    said: str
    kind: Literal["points", "share"] = "share"
    compared: bool = False


def metrics(scale: Scale) -> list[Named]:
    """Return the metrics of a scale; those of bands only where its cut-offs fit its maximum."""
    highest, margin = scale.highest, scale.margins.person
    found = [
        Named("bias", lambda t, true: t - true, "final less intended total", "points"),
        Named(
            "mae",
            lambda t, true: np.abs(t - true),
            "absolute difference of final and intended total",
            "points",
            compared=True,
        ),
        Named(
            "within_person_margin",
            lambda t, true: np.where(np.isfinite(t), np.abs(t - true) < margin, np.nan),
            f"less than {margin:g} points off",
        ),
        Named(
            "adodl",
            lambda t, true: (highest - np.abs(t - true)) / highest,
            "1 - |difference of totals| / maximum (eRisk ADODL); compressive, see bias",
        ),
    ]
    if scale.highest != scale.scheme[0]:
        return found
    return [
        *found,
        _banded(scale, "band_accuracy", lambda d: d == 0, "in the intended band"),
        _banded(scale, "band_accuracy_adjacent", lambda d: abs(d) <= 1, "at most one band off"),
        _banded(scale, "under_called", lambda d: d < 0, "in too low a band, the unsafe way"),
        _banded(scale, "over_called", lambda d: d > 0, "in too high a band"),
        _banded(scale, "dchr", lambda d: d == 0, "total in the right category (eRisk DCHR)"),
    ]


def _banded(scale: Scale, measure: str, test: Callable[[Any], Any], said: str) -> Named:
    """Return a metric of how many bands a total is off."""

    def metric(totals: Floats, true: Floats) -> Floats:
        bands = scale.band(totals).astype(float)
        off = np.where(bands >= 0, bands - scale.band(true + 0 * totals), np.nan)
        return np.where(np.isfinite(off), test(off), np.nan)

    return Named(measure, metric, said, compared=measure in ("band_accuracy", "under_called"))
