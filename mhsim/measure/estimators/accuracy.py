"""How near ratings come to a reference: totals, bands, probabilities, flags."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import ArrayLike

from mhsim.measure.estimators.arrays import divided, floats
from mhsim.measure.estimators.bands import Scheme, band_index, scheme_of
from mhsim.measure.estimators.kappa import confusion, kappa_from_table
from mhsim.measure.estimators.proportions import wilson

MCID = 5.0
"""PHQ-9 points that matter to one person (Löwe 2004, doi:10.1097/00005650-200412000-00006).

It is an individual figure; for the mean of a group it is far too wide a margin.
"""


def macro_f1(table: ArrayLike) -> float:
    """Return the mean F1 over the categories that occur in the reference.

    Args:
        table: counts, reference in rows.
    """
    counts = floats(table, 2)
    true, named = counts.sum(axis=1), counts.sum(axis=0)
    scores = divided(2 * np.diag(counts), true + named)[true > 0]
    return float(scores.mean()) if scores.size else math.nan


def calibration_line(true: ArrayLike, given: ArrayLike) -> tuple[float, float]:
    """Return slope and intercept of the least-squares line of ratings on the reference.

    NaN where the reference does not vary.
    """
    x, y = floats(true, 1), floats(given, 1)
    spread = float(((x - x.mean()) ** 2).sum())
    if not spread:
        return math.nan, math.nan
    slope = float(((x - x.mean()) * (y - y.mean())).sum()) / spread
    return slope, float(y.mean()) - slope * float(x.mean())


def accuracy_block(
    true_total: ArrayLike, pred_total: ArrayLike, scheme: str | Scheme
) -> dict[str, float]:
    """Return error of totals and of bands against a reference.

    Args:
        true_total: reference totals, in points.
        pred_total: given totals, in points.
        scheme: the cut-offs: a name of `BANDS` or a table.

    Returns:
        bias (mean error), mae, rmse, in points; band_acc, adj_acc (at most one band off), under
        and over (band too low, too high), as shares; macro_f1 over the bands of the reference;
        qwk_band; calib_slope and calib_intercept; within_mcid (share less than 5 points off).

    Raises:
        ValueError: a total lies outside the scale.
    """
    true, given = floats(true_total, 1), floats(pred_total, 1)
    error = given - true
    right, named = band_index(true, scheme), band_index(given, scheme)
    table = confusion(right, named, len(scheme_of(scheme)[2]))
    slope, intercept = calibration_line(true, given)
    return {
        "bias": float(error.mean()),
        "mae": float(np.abs(error).mean()),
        "rmse": math.sqrt(float((error**2).mean())),
        "band_acc": float((right == named).mean()),
        "adj_acc": float((np.abs(right - named) <= 1).mean()),
        "under": float((named < right).mean()),
        "over": float((named > right).mean()),
        "macro_f1": macro_f1(table),
        "qwk_band": kappa_from_table(table, "quadratic")["kappa"],
        "calib_slope": slope,
        "calib_intercept": intercept,
        "within_mcid": float((np.abs(error) < MCID).mean()),
    }


def rps(prob: ArrayLike, y: ArrayLike) -> float:
    """Return the mean ranked probability score of ordinal forecasts, 0 (best) to 1.

    Source: Epstein 1969 (doi:10.1175/1520-0450(1969)008<0985:ASSFPF>2.0.CO;2), over K - 1.

    Args:
        prob: n forecasts x K categories.
        y: the category that was true, from 0.
    """
    forecast, true = floats(prob, 2), np.asarray(y, dtype=np.int64)
    steps = forecast.shape[1] - 1
    below = forecast.cumsum(axis=1)[:, :-1]
    happened = (np.arange(steps)[None, :] >= true[:, None]).astype(float)
    return float(((below - happened) ** 2).sum(axis=1).mean()) / steps


def ece(conf: ArrayLike, correct: ArrayLike, bins: int = 10) -> float:
    """Return the expected calibration error, over equally wide bins open to the left.

    Args:
        conf: stated confidence, 0 to 1.
        correct: whether it was right.
        bins: how many.
    """
    stated, right = floats(conf, 1), floats(correct, 1)
    place = np.clip(np.ceil(stated * bins).astype(int) - 1, 0, bins - 1)
    count = np.bincount(place, minlength=bins)
    gap = np.bincount(place, right, bins) - np.bincount(place, stated, bins)
    return float(np.abs(gap[count > 0]).sum() / stated.size)


def prf(tp: int, fp: int, fn: int) -> dict[str, float | tuple[float, float] | None]:
    """Return precision, recall and F1 of flags, with Wilson intervals; None without any.

    Args:
        tp: flagged, and rightly.
        fp: flagged, and wrongly.
        fn: not flagged, and should have been.
    """
    either = 2 * tp + fp + fn
    return {
        "precision": tp / (tp + fp) if tp + fp else math.nan,
        "recall": tp / (tp + fn) if tp + fn else math.nan,
        "f1": 2 * tp / either if either else math.nan,
        "precision_ci": wilson(tp, tp + fp) if tp + fp else None,
        "recall_ci": wilson(tp, tp + fn) if tp + fn else None,
    }
