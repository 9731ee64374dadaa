"""Bands against bands: which are taken for which, every patient weighing the same."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import numpy as np

from mhsim.measure.cell import Cell
from mhsim.measure.estimators.accuracy import macro_f1
from mhsim.measure.estimators.arrays import Floats, Ints
from mhsim.measure.estimators.kappa import kappa_from_table
from mhsim.measure.interval import JACKKNIFE, Estimate, jackknife
from mhsim.measure.summary import Number


def band_table(cell: Cell) -> Iterator[Number]:
    """Yield macro-F1 and weighted kappa of bands, every patient weighing the same."""
    scale, size = cell.judged.scale, len(cell.judged.scale.bands)
    if scale.highest != scale.scheme[0]:
        return
    given, true = scale.band(cell.totals), scale.band(cell.judged.intended)
    tables = np.zeros((len(given), size, size))
    for row, bands in enumerate(given):
        rated = bands[bands >= 0]
        if rated.size and true[row] >= 0:
            tables[row, true[row]] = np.bincount(rated, minlength=size) / rated.size
    tables = tables[tables.sum(axis=(1, 2)) > 0]
    statistics: tuple[tuple[str, Callable[[Floats], float], str, str], ...] = (
        ("macro_f1", macro_f1, "logit", "mean F1 over the bands of the reference"),
        (
            "qwk",
            lambda table: kappa_from_table(table, "quadratic")["kappa"],
            "fisher",
            f"quadratic weighted kappa, all {size} bands counted",
        ),
    )
    for measure, statistic, transformed, said in statistics:

        def value(places: Ints, statistic: Callable[[Floats], float] = statistic) -> float:
            return statistic(tables[places].sum(axis=0))

        found = jackknife(len(tables), value, transformed)
        yield found.number(measure, f"{said}; {JACKKNIFE}", cell.where, cell.missing)
    for row, name in enumerate(scale.bands):
        for column, other in enumerate(scale.bands):
            where = {**cell.where, "band": name, "rated": other}
            weight = tables.sum(axis=0)
            total = float(weight[row].sum())
            part = Estimate(float(weight[row, column]) / total if total else None, n=round(total))
            method = "share of patients of this intended band rated in that; descriptive"
            yield part.number("confusion", method, where)
