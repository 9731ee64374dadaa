"""How near a judge's final ratings come to the presentation, per language.

This is fidelity to the specification, judge and patient together: an unbiased judge of a bounded
scale already reads minimal as milder than minimal and severe as milder than severe. What a language
does is told by the twins, not by these.
"""

from __future__ import annotations

import math
from collections.abc import Iterator

import numpy as np

from mhsim.measure.band_table import band_table
from mhsim.measure.cell import Cell, bounded
from mhsim.measure.interval import (
    JACKKNIFE,
    T,
    average,
    jackknife,
    mean,
    share,
)
from mhsim.measure.limits import slope
from mhsim.measure.metrics import metrics
from mhsim.measure.sample import Condition, Judged, Sample
from mhsim.measure.screened import screened
from mhsim.measure.summary import Number


def accuracy(sample: Sample, judged: Judged) -> Iterator[Number]:
    """Yield every measure of one judge against the presentation, in every condition."""
    there = judged.known_items()
    if there is None:
        return
    cells = [
        Cell(there, place, sample.planned[:, place], _where(judged, condition))
        for place, condition in enumerate(sample.conditions)
    ]
    for cell in cells:
        yield from measured(cell)
        yield from _constants(cell)
        yield from screened(cell)
    if sample.english is not None:
        for cell in cells:
            if not cell.where["locale"].startswith("en-"):
                yield from _differences(cell, cells[sample.english])


def measured(cell: Cell) -> Iterator[Number]:
    """Yield errors, shares, bands and the calibration line of one condition."""
    yield from _means(cell)
    yield from band_table(cell)
    yield from _line(cell)


def _where(judged: Judged, condition: Condition) -> dict[str, str]:
    return {"arm": condition[0], "locale": condition[1], "judge": judged.judge}


def _means(cell: Cell) -> Iterator[Number]:
    """Yield the mean of every metric, with what is missing leaves open."""
    for named in metrics(cell.judged.scale):
        persons = cell.each(named.metric)
        found = (mean(persons), T) if named.kind == "points" else share(persons)
        told = found[0], f"{named.said}; {found[1]}"
        yield from bounded(cell, named.measure, named.metric, told)
    squares = cell.each(lambda t, true: (t - true) ** 2)
    squares = squares[np.isfinite(squares)]
    found = jackknife(len(squares), lambda p: math.sqrt(float(squares[p].mean())), "log")
    method = f"root of the mean squared error of totals; {JACKKNIFE}"
    yield found.number("rmse", method, cell.where, cell.missing)


def _constants(cell: Cell) -> Iterator[Number]:
    """Yield what a judge would reach who says the same of everybody: the reference's mean."""
    true = cell.judged.intended
    true = true[np.isfinite(true)]
    constant = np.floor(true.mean() + 0.5) + 0 * true
    method = f"a constant {constant[0]:g} points, the mean of the reference, for everybody"
    for named in metrics(cell.judged.scale):
        if named.measure in ("adodl", "dchr", "mae"):
            value = float(average(named.metric(constant, true), 0))
            yield Number(
                f"{named.measure}_of_constant", value, None, None, len(true), 0, method, cell.where
            )


def _differences(cell: Cell, english: Cell) -> Iterator[Number]:
    """Yield how much worse or better a language fares, paired by patient."""
    for named in metrics(cell.judged.scale):
        if named.compared:
            gaps = cell.each(named.metric) - english.each(named.metric)
            method = f"{named.said}, less the same patients' in English; {T}"
            missing = cell.missing + english.missing
            yield mean(gaps).number(f"{named.measure}_difference", method, cell.where, missing)


def _line(cell: Cell) -> Iterator[Number]:
    """Yield the calibration line: slope and intercept of final on intended totals."""
    y, x = average(cell.totals, 1), cell.judged.intended
    there = np.flatnonzero(np.isfinite(y) & np.isfinite(x))
    x, y = x[there], y[there]
    found = jackknife(len(x), lambda p: slope(x[p], y[p]))
    method = f"least-squares line of final on intended totals, 1 is faithful; {JACKKNIFE}"
    yield found.number("calibration_slope", method, cell.where, cell.missing)
    crossing = jackknife(
        len(x), lambda p: float(y[p].mean()) - slope(x[p], y[p]) * float(x[p].mean())
    )
    method = f"the same line at an intended total of 0; {JACKKNIFE}"
    yield crossing.number("calibration_intercept", method, cell.where, cell.missing)
