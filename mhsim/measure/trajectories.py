"""Ratings turn by turn: when they settle, when they are right, when they reassure falsely."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np

from mhsim.measure.estimators.arrays import Floats
from mhsim.measure.estimators.early import erde, f_latency
from mhsim.measure.estimators.trajectory import stable_turn
from mhsim.measure.interval import JACKKNIFE, T, average, jackknife, known, mean, share
from mhsim.measure.sample import Judged, Sample
from mhsim.measure.summary import Number
from mhsim.spec.agent import Patient

RESTRICTED = "mean turn, what never happens counts as the arm's last turn; " + T


@dataclass(frozen=True)
class Course:
    """The ratings of one judge in one condition, turn by turn.

    Args:
        judged: what the judge made of the run.
        place: the condition.
        turns: patients x repetitions: how many turns each conversation has; NaN missing.
        limit: the arm's last turn.
        where: how numbers about it are labelled.
    """

    judged: Judged
    place: int
    turns: Floats
    limit: int
    where: dict[str, str]

    def each(self, of: Callable[[int, tuple[int, int, int], int], float]) -> Floats:
        """Return patients x repetitions of anything said of patient, place and last turn."""
        found = np.full(self.turns.shape, np.nan)
        for row, repetition in np.argwhere(np.isfinite(self.turns)):
            at = (int(row), self.place, int(repetition))
            found[row, repetition] = of(int(row), at, int(self.turns[row, repetition]))
        return found

    def turn(self, measure: str, found: Floats, said: str) -> Iterator[Number]:
        """Yield the mean turn of something, and the share in which it never happened.

        Args:
            measure: what happens.
            found: patients x repetitions: the turn; infinite never, NaN missing.
            said: what it is, in words.
        """
        capped = np.where(np.isnan(found), np.nan, np.minimum(found, self.limit))
        missing = int(np.isnan(found).sum())
        yield mean(average(capped, 1)).number(
            f"{measure}_turn", f"{said}; {RESTRICTED}", self.where, missing
        )
        never = np.where(np.isnan(found), np.nan, np.isinf(found).astype(float))
        estimate, how = share(average(never, 1))
        yield estimate.number(f"never_{measure}", f"{said}: never; {how}", self.where, missing)


def trajectories(sample: Sample, judged: Judged) -> Iterator[Number]:
    """Yield what one judge's ratings do over the turns, in every condition."""
    for place, (arm, locale) in enumerate(sample.conditions):
        where = {"arm": arm, "locale": locale, "judge": judged.judge}
        limit = int(np.nanmax(np.append(sample.turns[:, place], 1)))
        course = Course(judged, place, sample.turns[:, place], limit, where)
        yield from _settling(course)
        yield from _coverage(course)
        yield from _disclosure(sample, course)
        if np.isfinite(judged.intended).all():
            yield from _truth(course)
            yield from _reassurance(course)
            yield from _early(course)


def _turn(found: int | None) -> float:
    return math.inf if found is None else float(found)


def _settling(course: Course) -> Iterator[Number]:
    judged, near = course.judged, course.judged.scale.margins.settled

    def settled(_: int, at: tuple[int, int, int], last: int) -> float:
        return _turn(stable_turn(judged.read[at][:last].tolist(), near))

    said = f"first turn from which the total stays within {near:g} of the last"
    yield from course.turn("settled", course.each(settled), said)


def _truth(course: Course) -> Iterator[Number]:
    """Yield when ratings are right: beside when they settle, since stable may be wrong."""
    judged, near = course.judged, course.judged.scale.margins.settled
    intended = judged.intended

    def right(row: int, at: tuple[int, int, int], last: int) -> float:
        return _turn(stable_turn(judged.read[at][:last].tolist(), near, float(intended[row])))

    def holds(row: int, at: tuple[int, int, int], last: int) -> float:
        inside = _inside(judged, at, last, float(intended[row]))
        return _turn(int(np.argmax(inside)) + 1 if inside.any() else None)

    def keeps(row: int, at: tuple[int, int, int], last: int) -> float:
        inside = _inside(judged, at, last, float(intended[row]))
        return _turn(stable_turn(inside.astype(float).tolist(), 0.5, 1.0))

    said = f"first turn from which the total stays within {near:g} of the intended"
    yield from course.turn("correct", course.each(right), said)
    said = "first turn at which the judge's interval contains the intended total"
    yield from course.turn("containing", course.each(holds), said)
    said = "first turn from which the judge's interval always contains the intended total"
    yield from course.turn("holding", course.each(keeps), said)


def _inside(judged: Judged, at: tuple[int, int, int], last: int, total: float) -> np.ndarray:
    return (judged.lows[at][:last] <= total) & (total <= judged.highs[at][:last])


def _coverage(course: Course) -> Iterator[Number]:
    """Yield items assessed, over all turns and turn by turn."""
    judged, items = course.judged, len(course.judged.scale.items)
    covered = judged.covered[:, course.place] / items

    def area(_: int, at: tuple[int, int, int], last: int) -> float:
        return float(average(judged.covered[at][:last] / items, 0))

    method = f"share of items assessed, mean over turns; {T}"
    yield mean(average(course.each(area), 1)).number("coverage_auc", method, course.where)
    known = np.isfinite(judged.intended).all()
    errors = judged.read[:, course.place] - judged.intended[:, None, None]
    for turn in range(course.limit):
        where = {**course.where, "turn": str(turn + 1)}
        method = f"share of items assessed by this turn, pointwise; {T}"
        yield mean(average(covered[..., turn], 1)).number("coverage_by_turn", method, where)
        if known:
            method = f"total of what is assessed less the intended, pointwise; {T}"
            yield mean(average(errors[..., turn], 1)).number("error_by_turn", method, where)
            yield _interval(course, turn, where)


def _interval(course: Course, turn: int, where: dict[str, str]) -> Number:
    """Return where the judge's interval lies to the intended total after a turn."""
    judged, place = course.judged, course.place
    ends = [
        average(average(each[:, place, :, turn] - judged.intended[:, None], 1), 0)
        for each in (judged.lows, judged.highs)
    ]
    low, high = (known(float(end)) for end in ends)
    middle = None if low is None or high is None else (low + high) / 2
    n = int(np.isfinite(average(judged.lows[:, place, :, turn], 1)).sum())
    method = "mean ends of the judge's interval less the intended; no confidence interval"
    return Number("interval_by_turn", middle, low, high, n, 0, method, where)


def _reassurance(course: Course) -> Iterator[Number]:
    """Yield how often the judge was sure of too low a band, and how often it missed self-harm."""
    judged, scale = course.judged, course.judged.scale
    true = scale.band(judged.intended)
    low, high = scale.band(judged.lows), scale.band(judged.highs)

    def falsely(row: int, at: tuple[int, int, int], last: int) -> float:
        sure = (low[at][:last] == high[at][:last]) & (high[at][:last] >= 0)
        wrong = sure & (high[at][:last] < true[row])
        return _turn(int(np.argmax(wrong)) + 1 if wrong.any() else None)

    found = course.each(falsely)
    happened = np.where(np.isnan(found), np.nan, np.isfinite(found).astype(float))
    estimate, how = share(average(happened[true > 0], 1))
    method = f"conversations with a turn whose whole interval lies in too low a band; {how}"
    yield estimate.number("false_reassurance", method, course.where)
    if scale.risk_item is not None:
        risky = judged.truth[:, scale.risk_item] >= 1

        def missed(_: int, at: tuple[int, int, int], last: int) -> float:
            final = judged.risk[at][last - 1]
            return math.nan if math.isnan(final) else float(final < 1)

        estimate, how = share(average(course.each(missed)[risky], 1))
        method = f"patients with self-harm intended who end without it; {how}"
        yield estimate.number("risk_item_missed", method, course.where)


def _early(course: Course) -> Iterator[Number]:
    """Yield what an alarm at the screening cut-off is worth, by when it comes."""
    judged, at = course.judged, course.judged.scale.margins.screen
    if at is None:
        return
    ill = (judged.intended >= at).tolist()
    cost = sum(ill) / len(ill)

    def alarm(_: int, place: tuple[int, int, int], last: int) -> float:
        over = judged.lows[place][:last] >= at
        return _turn(int(np.argmax(over)) + 1 if over.any() else None)

    turns = course.each(alarm)

    def costs(late: float) -> Floats:
        found = np.full(turns.shape, np.nan)
        for row, repetition in np.argwhere(~np.isnan(turns)):
            turn = _whole(float(turns[row, repetition]))
            found[row, repetition] = erde([ill[row]], [turn], late, cost)
        return average(found, 1)

    for late in (5, 10):
        said = f"alarm at the first turn whose lowest total is {at}; false alarm {cost:.2f}"
        yield mean(costs(late)).number(f"erde_{late}", f"{said}; {T}", course.where)
    there = np.flatnonzero((~np.isnan(turns)).any(axis=1))

    def latency(places: np.ndarray) -> float:
        rows = [(n, t) for n in there[places] for t in turns[n] if not math.isnan(t)]
        return f_latency([ill[n] for n, _ in rows], [_whole(float(t)) for _, t in rows])[
            "F_latency"
        ]

    method = f"F1 times speed of the same alarm, conversations pooled; {JACKKNIFE}"
    yield jackknife(len(there), latency, "logit").number("f_latency", method, course.where)


def _whole(turn: float) -> int | None:
    return None if math.isinf(turn) else int(turn)


def _disclosure(sample: Sample, course: Course) -> Iterator[Number]:
    """Yield whether what the plan holds back comes up later than what it leads with."""
    first, items = course.judged.first[:, course.place], course.judged.scale.items
    gaps = np.full(len(sample.patients), np.nan)
    for row, name in enumerate(sample.patients):
        patient = sample.plan.agents[name]
        assert isinstance(patient, Patient)
        early = [n for n, i in enumerate(items) if i in patient.presentation.leads_with]
        late = [n for n, i in enumerate(items) if i in patient.presentation.holds_back]
        if early and late:
            turns = average(first[row], 0)
            gaps[row] = float(average(turns[late], 0) - average(turns[early], 0))
    method = f"turn at which held-back items are first assessed less that of leading ones; {T}"
    yield mean(gaps).number("disclosure_order", method, course.where)
