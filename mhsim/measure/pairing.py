"""Twins: the same persons in two conditions, and the differences between them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

import numpy as np

from mhsim.measure.estimators.arrays import Floats
from mhsim.measure.interval import average
from mhsim.measure.sample import Judged, Sample


@dataclass(frozen=True)
class Pairing:
    """Two conditions of the same persons as one judge rated them.

    Args:
        judged: what the judge made of the run.
        one: place of the condition looked at.
        other: place of the condition it is held against.
        where: how numbers about it are labelled.
        planned: patients x conditions x repetitions.
    """

    judged: Judged
    one: int
    other: int
    planned: Floats
    where: dict[str, str] = field(default_factory=dict)

    @property
    def totals(self) -> tuple[Floats, Floats]:
        """Mean final total of every person in both conditions; NaN missing."""
        means = average(self.judged.totals, axis=2)
        return means[:, self.one], means[:, self.other]

    @property
    def both(self) -> np.ndarray:
        """Places of the persons who have a total in both."""
        one, other = self.totals
        return np.flatnonzero(np.isfinite(one) & np.isfinite(other))

    @property
    def shifts(self) -> Floats:
        """The difference of totals of every person who has both, in points."""
        one, other = self.totals
        return (one - other)[self.both]

    @property
    def missing(self) -> int:
        """Planned conversations of both conditions that give no total."""
        cells = self.judged.totals[:, [self.one, self.other]]
        return int((self.planned[:, [self.one, self.other]] * ~np.isfinite(cells)).sum())

    @property
    def items(self) -> Floats:
        """Persons x items: the difference of final item values; NaN where one is missing."""
        means = average(self.judged.values, axis=2)
        return means[:, self.one] - means[:, self.other]

    def bounds(self) -> tuple[float, float]:
        """Return the least and the greatest mean shift that anything missing leaves open.

        Items not assessed may have any of their values, conversations without a final rating any
        total of the scale, for every person planned.
        """
        low, high = extremes(self.judged, self.planned)
        one, other = average(low, 2), average(high, 2)
        least = average(one[:, self.one] - other[:, self.other], 0)
        most = average(other[:, self.one] - one[:, self.other], 0)
        return float(least), float(most)


def extremes(judged: Judged, planned: Floats) -> tuple[Floats, Floats]:
    """Return the lowest and highest final total of every planned conversation, NaN unplanned."""
    low, high = judged.low.sum(axis=-1), judged.high.sum(axis=-1)
    low = np.where(np.isfinite(low), low, 0.0)
    high = np.where(np.isfinite(high), high, float(judged.scale.highest))
    return np.where(planned > 0, low, np.nan), np.where(planned > 0, high, np.nan)


def twins(sample: Sample, judged: Judged) -> Iterator[Pairing]:
    """Yield every condition that is not English, held against the English twins."""
    base = sample.english
    if base is None:
        return
    for place, (arm, locale) in enumerate(sample.conditions):
        if not locale.startswith("en-"):
            where = {"arm": arm, "locale": locale, "judge": judged.judge}
            yield Pairing(judged, place, base, sample.planned, where)


def contrasted(sample: Sample, judged: Judged) -> Iterator[Pairing]:
    """Yield the plan's contrasts; an arm played in one locale only is held against every other."""
    arms = sample.plan.scenario.arms
    for name, (one, other) in sample.plan.scenario.contrasts.items():
        for locale in arms[one].locales:
            base = locale if locale in arms[other].locales else arms[other].locales[0]
            places = sample.place((one, locale)), sample.place((other, base))
            where = {"contrast": name, "locale": locale, "judge": judged.judge}
            yield Pairing(judged, *places, sample.planned, where)
