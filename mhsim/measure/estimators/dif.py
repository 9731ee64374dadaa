"""Does an item answer differently in two languages at equal severity? Classical tests.

Strata are tables of counts at one severity: row 0 the reference, row 1 the focal group, a column
per value. Rows are taken as independent; twins are not: take p-values from `label_swap_p`.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
from numpy.typing import ArrayLike

from mhsim.measure.estimators.arrays import Floats, floats
from mhsim.measure.estimators.distributions import chi2_upper


def mantel_ordinal(
    strata: Sequence[ArrayLike],
    row_scores: ArrayLike | None = None,
    col_scores: ArrayLike | None = None,
) -> dict[str, float]:
    """Return Mantel's correlation chi-square with one degree of freedom over R x K strata.

    Formula: (sum of u'My - its expectation)^2 / its hypergeometric variance. A 2 x 2 table gives
    the Mantel-Haenszel test without continuity correction. Source: Mantel 1963
    (doi:10.1080/01621459.1963.10500879).

    Args:
        strata: R x K counts each; those of fewer than two are left out.
        row_scores: a value per row; 0, 1, ... without it.
        col_scores: a value per column; 0, 1, ... without it.

    Returns:
        chi2, p, and signed, its root with the sign of the association; NaN where nothing varies.
    """
    difference = variance = 0.0
    for stratum in strata:
        table = floats(stratum, 2)
        n = float(table.sum())
        if n < 2:
            continue
        u = np.arange(table.shape[0], dtype=float) if row_scores is None else floats(row_scores)
        y = np.arange(table.shape[1], dtype=float) if col_scores is None else floats(col_scores)
        rows, columns = table.sum(axis=1), table.sum(axis=0)
        difference += float(u @ table @ y) - float(u @ rows) * float(y @ columns) / n
        variance += _spread(u, rows, n) * _spread(y, columns, n) / (n - 1)
    if variance <= 0:
        return {"chi2": math.nan, "p": math.nan, "signed": math.nan}
    chi2 = difference**2 / variance
    signed = math.copysign(math.sqrt(chi2), difference)
    return {"chi2": chi2, "p": chi2_upper(chi2, 1), "signed": signed}


def _spread(scores: Floats, counts: Floats, n: float) -> float:
    return float(scores**2 @ counts) - float(scores @ counts) ** 2 / n


def mh_or(strata: Sequence[ArrayLike]) -> float:
    """Return the Mantel-Haenszel common odds ratio of 2 x 2 strata [[a, b], [c, d]].

    Formula: sum of ad/n over sum of bc/n. NaN where the latter is 0. Source: Mantel and Haenszel
    1959 (doi:10.1093/jnci/22.4.719).
    """
    tables = floats(list(strata), 3)
    n = tables.sum(axis=(1, 2))
    tables, n = tables[n > 0], n[n > 0]
    one = float((tables[:, 0, 0] * tables[:, 1, 1] / n).sum())
    other = float((tables[:, 0, 1] * tables[:, 1, 0] / n).sum())
    return one / other if other else math.nan


def liu_agresti(strata: Sequence[ArrayLike]) -> float:
    """Return the common cumulative odds ratio over 2 x K strata: odds of a higher value, focal.

    Two columns give the Mantel-Haenszel odds ratio. NaN where it is not defined. Source: Liu and
    Agresti 1996, Biometrics 52:1223-1234.
    """
    above = below = 0.0
    for stratum in strata:
        table = floats(stratum, 2)
        n = float(table.sum())
        if not n:
            continue
        higher = table[:, ::-1].cumsum(axis=1)[:, ::-1][:, 1:]  # at k or above, k = 1 to K - 1
        lower = table.sum(axis=1)[:, None] - higher
        above += float((higher[1] * lower[0]).sum()) / n
        below += float((lower[1] * higher[0]).sum()) / n
    return above / below if below else math.nan


def smd_dif(strata: Sequence[ArrayLike]) -> dict[str, float | str]:
    """Return the standardised mean difference of 2 x K strata, weighted by the focal group.

    Source: Dorans and Schmitt 1991; grades at 0.17 and 0.25 of Zwick, Thayer and Mazzeo 1997,
    which are contested. NaN without a stratum that has both groups.

    Returns:
        smd, in points; es, over the standard deviation of all; grade, A (negligible) to C.
    """
    tables = [floats(stratum, 2) for stratum in strata]
    values = np.arange(tables[0].shape[1], dtype=float)
    both = [t for t in tables if t[0].sum() > 0 and t[1].sum() > 0]
    focal = sum(float(t[1].sum()) for t in tables)
    difference = sum(
        float(t[1].sum()) * float(values @ t[1] / t[1].sum() - values @ t[0] / t[0].sum())
        for t in both
    )
    counts = np.sum([t.sum(axis=0) for t in tables], axis=0)
    n = float(counts.sum())
    sd = math.sqrt(_spread(values, counts, n) / (n - 1)) if n > 1 else 0.0
    smd = difference / focal if both else math.nan
    effect = smd / sd if sd else math.nan
    grade = "A" if abs(effect) < 0.17 else "B" if abs(effect) < 0.25 else "C"
    return {"smd": smd, "es": effect, "grade": "-" if math.isnan(effect) else grade}
