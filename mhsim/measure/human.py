"""Human ratings measured: raters among themselves, judges against raters, the critic against marks.

The reference is the mean of a conversation's raters, repetitions left out, before any
adjudication. The unit of intervals is the patient.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from statistics import fmean

import numpy as np

from mhsim.comparison import patient_role
from mhsim.measure.estimators.agreement import krippendorff_alpha
from mhsim.measure.estimators.kappa import qwk
from mhsim.measure.estimators.proportions import wilson
from mhsim.measure.estimators.resampling import jackknife_ci
from mhsim.measure.played import judges
from mhsim.measure.summary import Number
from mhsim.record import Critique
from mhsim.reviewing.exporting import instrument_of
from mhsim.reviewing.rated import Rated, read_rated
from mhsim.store import Run, Session

_PERSON = "95 % interval by leaving one patient out, t"
Values = Mapping[str, Sequence[float]]
"""Patient to values."""


def human(run: Run) -> Iterator[Number]:
    """Yield what human raters made of a run, by locale; nothing where none rated.

    Raises:
        RunError: the file of ratings is damaged.
    """
    rated = read_rated(run.path / "review")
    locales: dict[str, list[Rated]] = {}
    sessions: dict[str, Session] = {}
    for one in rated:
        sessions.setdefault(one.unit, run.session(one.unit))
        locales.setdefault(sessions[one.unit].locale, []).append(one)
    for locale, mine in locales.items():
        place = _Locale(run, locale, mine, sessions)
        yield from place.agreement()
        yield from place.judged()
        yield from place.grades()
        yield from place.critic()


class _Locale:
    """The ratings of one locale."""

    def __init__(
        self, run: Run, locale: str, rated: Sequence[Rated], sessions: Mapping[str, Session]
    ) -> None:
        self._run = run
        self._where = {"locale": locale}
        self._first = [one for one in rated if not one.again]
        self._again = [one for one in rated if one.again]
        self._sessions = sessions
        self._raters = sorted({one.rater for one in rated})
        self._units = list(dict.fromkeys(one.unit for one in self._first))

    def agreement(self) -> Iterator[Number]:
        """Yield how far raters agree with each other, and with themselves."""
        how = "Krippendorff's alpha, {}; raters by conversations, missing left out"
        for item in instrument_of(self._run.plan).items:
            told = self._alpha(lambda one, item=item: one.items[item], "ordinal")
            method = how.format("ordinal")
            yield self._number("human_alpha", told, method, item=item)
        told = self._alpha(lambda one: one.total, "interval")
        yield self._number("human_alpha_total", told, how.format("interval"))
        twice = list(self._twice())
        pairs = [
            (a, b)
            for one, other in twice
            for a, b in zip(one.items.values(), other.items.values(), strict=True)
            if a is not None and b is not None
        ]
        top = max(instrument_of(self._run.plan).anchors) + 1
        value = qwk([a for a, _ in pairs], [b for _, b in pairs], top) if len(pairs) > 1 else None
        method = "quadratic weighted kappa of items rated twice by the same rater"
        yield self._number("human_self_agreement", value, method)

    def judged(self) -> Iterator[Number]:
        """Yield how far judges' totals lie from the raters' mean."""
        means = self._totals()
        for judge in judges(self._run):
            errors: dict[str, list[float]] = {}
            for unit, mean in means.items():
                session = self._sessions[unit]
                ratings = session.ratings(judge)
                if ratings and ratings[-1].turn == session.turns:
                    total = ratings[-1].total
                    middle = (total.low + total.high) / 2
                    errors.setdefault(self._patient(unit), []).append(middle - mean)
            missing = len(self._units) - sum(map(len, errors.values()))
            for measure, of in (("judge_human_bias", float), ("judge_human_error", abs)):
                how = "judge's final total, middle, less the raters' mean"
                how += ", without its sign" if of is abs else ""
                shown = {p: [of(v) for v in values] for p, values in errors.items()}
                yield self._mean(measure, shown, how, missing, judge=judge)

    def grades(self) -> Iterator[Number]:
        """Yield naturalness, authenticity and what reads as translated, by arm."""
        arms = sorted({self._sessions[one.unit].arm for one in self._first})
        asked: dict[str, tuple[Callable[[Rated], float], str]] = {
            "human_naturalness": (lambda one: one.naturalness, "1 to 5, mean"),
            "human_authenticity": (lambda one: one.authenticity, "1 to 5, mean"),
            "human_translated": (lambda one: float(one.translated), "share read as translated"),
            "human_flattened": (
                lambda one: float(one.verdict == "flattened"),
                "share called flattened on the whole",
            ),
        }
        for arm in arms:
            mine = [one for one in self._first if self._sessions[one.unit].arm == arm]
            for measure, (of, how) in asked.items():
                values: dict[str, list[float]] = {}
                for one in mine:
                    values.setdefault(self._patient(one.unit), []).append(of(one))
                yield self._mean(measure, values, how, 0, arm=arm)

    def critic(self) -> Iterator[Number]:
        """Yield how the critic of the loop does against what most raters marked."""
        tally = {"both": 0, "critic": 0, "human": 0}
        for unit in self._units:
            looked = self._looked(unit)
            readers = [one for one in self._first if one.unit == unit]
            for turn, flagged in looked.items():
                marked = sum(turn in one.marks for one in readers) * 2 > len(readers)
                if flagged and marked:
                    tally["both"] += 1
                elif flagged or marked:
                    tally["critic" if flagged else "human"] += 1
        for measure, other in (("critic_precision", "critic"), ("critic_recall", "human")):
            n = tally["both"] + tally[other]
            low, high = wilson(tally["both"], n) if n else (None, None)
            value = tally["both"] / n if n else None
            how = f"of {n} utterances, against the marks of most raters; 95 % Wilson interval"
            yield Number(measure, value, low, high, n, 0, how, dict(self._where))

    def _looked(self, unit: str) -> dict[int, bool]:
        """Return turn to whether the critic flagged what was finally said."""
        found: dict[int, bool] = {}
        for event in self._sessions[unit].events:
            if isinstance(event, Critique) and event.verdict not in ("approved", "returned"):
                found[event.turn] = bool(event.flags)
        return found

    def _alpha(self, of: Callable[[Rated], float | None], level: str) -> float | None:
        cells = {(one.rater, one.unit): of(one) for one in self._first}
        data = np.array(
            [[_number(cells.get((r, u))) for u in self._units] for r in self._raters], float
        )
        if (np.isfinite(data).sum(axis=0) > 1).sum() == 0:
            return None
        if len(np.unique(data[np.isfinite(data)])) < 2:
            return None  # without any variation agreement has no measure
        return float(krippendorff_alpha(data, level))

    def _twice(self) -> Iterator[tuple[Rated, Rated]]:
        before = {(one.rater, one.unit): one for one in self._first}
        for other in self._again:
            one = before.get((other.rater, other.unit))
            if one is not None:
                yield one, other

    def _totals(self) -> dict[str, float]:
        """Return conversation to the mean total of its raters who left no item out."""
        found: dict[str, list[int]] = {}
        for one in self._first:
            if one.total is not None:
                found.setdefault(one.unit, []).append(one.total)
        return {unit: fmean(totals) for unit, totals in found.items()}

    def _patient(self, unit: str) -> str:
        trial = self._sessions[unit].opening.trial
        return trial.cast[patient_role(self._run.plan, trial)]

    def _mean(self, measure: str, by: Values, how: str, missing: int, **where: str) -> Number:
        people = [fmean(values) for values in by.values()]
        told = {"est": math.nan, "lo": math.nan, "hi": math.nan}
        if people:
            told = jackknife_ci(len(people), lambda kept: float(np.mean(np.array(people)[kept])))
        value, low, high = (None if math.isnan(told[k]) else told[k] for k in ("est", "lo", "hi"))
        how = f"{how}; mean over patients, {_PERSON}"
        return Number(
            measure, value, low, high, len(people), missing, how, {**self._where, **where}
        )

    def _number(self, measure: str, value: float | None, how: str, **where: str) -> Number:
        there = {**self._where, **where}
        return Number(measure, value, None, None, len(self._units), 0, how, there)


def _number(value: float | None) -> float:
    return math.nan if value is None else float(value)
