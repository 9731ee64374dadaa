"""Severity error and flag rate by arm and locale, with what is missing counted.

The unit is the patient: replicates are averaged within a patient first, so that thirty replicates
of one case weigh as one case. Conversations that failed are in no mean.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass, field, replace
from statistics import fmean
from typing import Any

from mhsim.measure.played import Error, Played, judges, played
from mhsim.record import TrialId
from mhsim.store import Run


@dataclass(frozen=True, slots=True)
class Number:
    """One number of a report.

    Args:
        measure: what it is.
        value: the number; None where nothing was there to count.
        low: its lower end; what that is, `method` says.
        high: its upper end.
        n: patients it rests on.
        missing: planned conversations it could not take in.
        method: how it was made.
        where: arm, locale, judge.
    """

    measure: str
    value: float | None
    low: float | None
    high: float | None
    n: int
    missing: int
    method: str
    where: dict[str, str] = field(default_factory=dict)

    def as_data(self) -> dict[str, Any]:
        """Return it as plain data."""
        return asdict(self)


def summary(run: Run) -> list[Number]:
    """Return severity error, items assessed, flag rates and missing counts by arm and locale."""
    closed = run.closed()
    planned: dict[tuple[str, str], list[TrialId]] = {}
    for trial in run.plan.trials():
        planned.setdefault((trial.arm, trial.locale), []).append(trial)
    numbers: list[Number] = []
    for (arm, locale), trials in planned.items():
        ended = [played(run, run.session(t.id)) for t in trials if t.id in closed]
        cell = _Cell(ended, len(trials), {"arm": arm, "locale": locale})
        numbers += cell.conversations()
        for judge in judges(run):
            numbers += cell.judged(judge)
        if _watched(run):
            numbers += cell.flagged()
    return numbers


def _watched(run: Run) -> bool:
    """Say whether anybody is cast who flags."""
    return any(kinds == ("critic",) for kinds in run.plan.graph.roles().values())


class _Cell:
    """One arm in one locale.

    Args:
        ended: its conversations that have ended.
        planned: how many are planned.
        where: arm and locale.
    """

    def __init__(self, ended: Sequence[Played], planned: int, where: dict[str, str]) -> None:
        self.whole = [p for p in ended if not p.failed]
        self.failed = [p for p in ended if p.failed]
        self.planned = planned
        self.where = where

    def conversations(self) -> Iterator[Number]:
        """Count those that came to an end, and those that failed."""
        missing = self.planned - len(self.whole)
        method = "closed, and not by a failure"
        yield self._count("conversations", self.whole, len(self.whole), missing, method)
        waiting = self.planned - len(self.whole) - len(self.failed)
        method = "closed by a failure"
        yield self._count("failed_conversations", self.failed, len(self.failed), waiting, method)

    def judged(self, judge: str) -> Iterator[Number]:
        """Hold a judge's final totals against the truth."""
        here = {**self.where, "judge": judge}
        rated = [p for p in self.whole if judge in p.finals]

        def mean(measure: str, of: Callable[[Error], float], method: str) -> Number:
            return self._mean(measure, rated, lambda p: of(p.finals[judge]), method, here)

        error = mean(
            "severity_error",
            lambda e: e.middle,
            "final total less presentation, middle of the judge's interval; low and high are the "
            "means of the interval's ends: what items not assessed leave open, no confidence "
            "interval",
        )
        low = _average(rated, lambda p: p.finals[judge].low)
        high = _average(rated, lambda p: p.finals[judge].high)
        yield replace(error, low=low, high=high)
        yield mean("severity_error_abs", lambda e: abs(e.middle), "mean absolute severity error")
        method = "share of final intervals that hold the presentation's total"
        yield mean("truth_in_interval", lambda e: e.low <= 0 <= e.high, method)
        yield mean("items_assessed", lambda e: e.assessed, "items assessed at the end, mean")
        unrated = sum(p.unrated.get(judge, 0) for p in self.whole)
        missing = self.planned - len(self.whole)
        yield replace(
            self._count("unrated_turns", self.whole, unrated, missing, "count"), where=here
        )

    def flagged(self) -> Iterator[Number]:
        """Tell how much was flagged."""
        for measure, part, method in (
            ("flag_rate", _finally_said, "share of what was finally said that was flagged"),
            ("flag_rate_first_draft", _drafts, "share of first drafts that were flagged"),
        ):
            looked = [p for p in self.whole if part(p)[1]]
            yield self._mean(
                measure, looked, lambda p, part=part: part(p)[0] / part(p)[1], method, self.where
            )
        revisions = sum(p.revisions for p in self.whole)
        missing = self.planned - len(self.whole)
        method = "drafts after the first"
        yield self._count("revisions", self.whole, revisions, missing, method)

    def _mean(
        self,
        measure: str,
        played: Sequence[Played],
        of: Callable[[Played], float],
        method: str,
        where: dict[str, str],
    ) -> Number:
        value = _average(played, of)
        missing = self.planned - len(played)
        return Number(measure, value, None, None, len(_patients(played)), missing, method, where)

    def _count(
        self,
        measure: str,
        played: Sequence[Played],
        count: int,
        missing: int,
        method: str,
    ) -> Number:
        n = len(_patients(played))
        return Number(measure, float(count), None, None, n, missing, method, self.where)


def _finally_said(played: Played) -> tuple[int, int]:
    return played.finally_said


def _drafts(played: Played) -> tuple[int, int]:
    return played.drafts


def _patients(played: Sequence[Played]) -> set[str]:
    return {p.patient for p in played}


def _average(played: Sequence[Played], value: Callable[[Played], float]) -> float | None:
    """Average within each patient, then over patients; None without any."""
    patients: dict[str, list[float]] = {}
    for one in played:
        patients.setdefault(one.patient, []).append(float(value(one)))
    return fmean(fmean(values) for values in patients.values()) if patients else None
