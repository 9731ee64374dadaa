"""One condition as one judge rated it, and numbers that say what is missing leaves open."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np

from mhsim.measure.estimators.arrays import Floats
from mhsim.measure.interval import Estimate, average, known
from mhsim.measure.pairing import extremes
from mhsim.measure.sample import Judged
from mhsim.measure.summary import Number

Metric: TypeAlias = Callable[[Floats, Floats], Floats]
"""Takes totals and intended totals, gives a value for each conversation."""

BOUNDS = (
    "least and greatest mean that what is missing leaves open: items not assessed and "
    "conversations without a final rating may have any value of the scale"
)


@dataclass(frozen=True)
class Cell:
    """One condition as one judge rated it.

    Args:
        judged: what the judge made of the run, on items whose truth is known.
        place: the condition.
        planned: patients x repetitions.
        where: how numbers about it are labelled.
    """

    judged: Judged
    place: int
    planned: Floats
    where: dict[str, str]

    @property
    def totals(self) -> Floats:
        """Patients x repetitions: final totals."""
        return self.judged.totals[:, self.place]

    @property
    def missing(self) -> int:
        """Planned conversations without a final total."""
        return int((self.planned * ~np.isfinite(self.totals)).sum())

    def each(self, metric: Metric) -> Floats:
        """Return one value per patient: the mean over repetitions."""
        return average(metric(self.totals, self.judged.intended[:, None]), axis=1)

    def bounds(self, metric: Metric) -> tuple[float, float]:
        """Return the least and greatest mean of a metric that what is missing leaves open."""
        low, high = (e[:, self.place] for e in extremes(self.judged, self.planned[:, None]))
        steps = low[..., None] + np.arange(self.judged.scale.highest + 1)
        steps = np.where(steps <= high[..., None], steps, np.nan)
        found = metric(steps, self.judged.intended[:, None, None])
        least = np.where(np.isfinite(found), found, np.inf).min(axis=-1)
        most = np.where(np.isfinite(found), found, -np.inf).max(axis=-1)
        return (
            float(average(average(least, 1), 0)),
            float(average(average(most, 1), 0)),
        )


def bounded(
    cell: Cell, measure: str, metric: Metric, found: tuple[Estimate, str]
) -> Iterator[Number]:
    """Yield a number, and the same with the ends of what is missing leaves open.

    Args:
        cell: the condition.
        measure: what it is.
        metric: of each conversation; its mean is the number.
        found: the estimate, and how it was made.
    """
    estimate, method = found
    yield estimate.number(measure, method, cell.where, cell.missing)
    low, high = cell.bounds(metric)
    outer = Estimate(estimate.value, known(low), known(high), estimate.n)
    yield outer.number(f"{measure}_bounds", BOUNDS, cell.where, cell.missing)
