"""What a judge finds: illness at a cut-off, self-harm, the main symptoms."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from mhsim.measure.cell import Cell
from mhsim.measure.estimators.arrays import Floats
from mhsim.measure.estimators.erisk import ashr
from mhsim.measure.interval import average, share
from mhsim.measure.summary import Number

KEY_SYMPTOMS = 4


def screened(cell: Cell) -> Iterator[Number]:
    """Yield sensitivity and specificity, the item on self-harm, and main symptoms found."""
    yield from _risk(cell)
    yield from _key_symptoms(cell)


def _risk(cell: Cell) -> Iterator[Number]:
    """Yield how well a screen by this judge does, and the item on self-harm by itself."""
    scale, intended = cell.judged.scale, cell.judged.intended
    at = scale.margins.screen
    positive = np.where(np.isfinite(cell.totals), cell.totals >= (at or 0), np.nan)
    if at is not None:
        ill = intended >= at
        for measure, rows in (("sensitivity", positive[ill]), ("specificity", 1 - positive[~ill])):
            found, how = share(average(rows, 1))
            yield found.number(measure, f"screen at {at} points or more; {how}", cell.where)
    item = scale.risk_item
    if item is not None:
        risky = cell.judged.truth[:, item] >= 1
        low = cell.judged.low[:, cell.place, :, item]
        seen = np.where(np.isfinite(low), low >= 1, np.nan)
        found, how = share(average(seen[risky], 1))
        method = f"patients with self-harm intended who are rated 1 or more on it; {how}"
        yield found.number("risk_item_sensitivity", method, cell.where)


def _key_symptoms(cell: Cell) -> Iterator[Number]:
    """Yield the share of each patient's main symptoms among the judge's highest items."""
    values, truth = cell.judged.values[:, cell.place], cell.judged.truth
    hits = np.full(values.shape[:2], np.nan)
    for row, repetition in np.argwhere(np.isfinite(cell.totals)):
        pair = _highest(truth[row]), _highest(values[row, repetition])
        hits[row, repetition] = ashr([pair[0]], [pair[1]])
    found, how = share(average(hits, 1))
    method = f"share of the {KEY_SYMPTOMS} main symptoms among the judge's (eRisk ASHR); {how}"
    yield found.number("key_symptom_hit_rate", method, cell.where, cell.missing)


def _highest(values: Floats) -> set[str]:
    """Return the highest items above 0, four at most; of equal ones the earlier."""
    filled = np.nan_to_num(values)
    order = np.argsort(-filled, kind="stable")[:KEY_SYMPTOMS]
    return {str(n) for n in order if filled[n] > 0}
