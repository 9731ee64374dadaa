"""All numbers of a run about severity: what a language did to it, and how far that can be trusted.

The patient is the unit. The primary judgement is the mean of the judges where several fill the same
scale, the only judge otherwise.
"""

from __future__ import annotations

from collections.abc import Iterator

from mhsim.measure.accuracy import accuracy
from mhsim.measure.components import components
from mhsim.measure.concord import concord
from mhsim.measure.consistency import consistency, persons, shift, shift_test
from mhsim.measure.cutoffs import chosen
from mhsim.measure.family import BY_JUDGE, PRIMARY, adjusted
from mhsim.measure.intake import sample
from mhsim.measure.item_shifts import item_shifts
from mhsim.measure.pairing import contrasted, twins
from mhsim.measure.sample import Sample
from mhsim.measure.summary import Number
from mhsim.measure.trajectories import trajectories
from mhsim.store import Run


def severity(run: Run, cutoffs: str | None = None) -> list[Number]:
    """Return every number about severity.

    Args:
        run: the run.
        cutoffs: a table of cut-offs by name, instead of the instruments' own.

    Raises:
        InputError: there is no such table, or it does not fit the run's scales.
    """
    return numbers_of(sample(run, chosen(run.plan, cutoffs)))


def numbers_of(taken: Sample) -> list[Number]:
    """Return every number about severity of a sample."""
    return list(_numbers(taken))


def _numbers(taken: Sample) -> Iterator[Number]:
    for judged in taken.judged:
        yield from accuracy(taken, judged)
        for pair in twins(taken, judged):
            yield from consistency(pair)
            yield from item_shifts(pair)
            if any(judged is one for one in taken.primary):
                yield from persons(pair, taken.patients)
        for pair in contrasted(taken, judged):
            yield from shift(pair, "severity_shift")
        yield from trajectories(taken, judged)
    yield from _tests(taken)
    yield from concord(taken)
    yield from components(taken)


def _tests(taken: Sample) -> Iterator[Number]:
    """Yield the tests of shifts in their families: an arm's, or a contrast's."""
    primary = {id(judged) for judged in taken.primary}
    single = [judged for judged in taken.judged if id(judged) not in primary]
    for family, judges in ((PRIMARY, taken.primary), (BY_JUDGE, tuple(single))):
        for arm in dict.fromkeys(arm for arm, _ in taken.conditions):
            pairs = [p for j in judges for p in twins(taken, j) if p.where["arm"] == arm]
            yield from adjusted("mean_shift", [shift_test(p) for p in pairs], family)
        for name in taken.plan.scenario.contrasts:
            pairs = [p for j in judges for p in contrasted(taken, j) if p.where["contrast"] == name]
            yield from adjusted("severity_shift", [shift_test(p) for p in pairs], family)
