"""Severity error and flag rate by arm and locale, with what is missing counted.

The unit is the patient: replicates are averaged within a patient first, so that thirty replicates
of one case weigh as one case.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass, field
from statistics import fmean
from typing import Any

from mhsim.record import Critique, Failure, Rating, TrialId
from mhsim.spec.agent import Patient
from mhsim.store import Run, Session


@dataclass(frozen=True, slots=True)
class Number:
    """One number of a report.

    Args:
        measure: what it is.
        value: the number; None where nothing was there to count.
        low: its lower end; what that is, `method` says.
        high: its upper end.
        n: patients it rests on.
        missing: planned conversations (or turns) it could not take in.
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


@dataclass(frozen=True, slots=True)
class _Played:
    """What the summary keeps of one session: a few numbers, so that a big run stays small."""

    patient: str
    finals: dict[str, tuple[float, int, int, int]]
    """Per judge: middle, low and high of the final total less the truth; items assessed."""
    unrated: dict[str, int]
    drafts: tuple[int, int]
    finally_said: tuple[int, int]
    """Flagged and critiqued, of first drafts and of what was finally said."""
    revisions: int


def summary(run: Run) -> list[Number]:
    """Return severity error, item coverage, flag rates and missing counts by arm and locale."""
    numbers: list[Number] = []
    closed = run.closed()
    planned: dict[tuple[str, str], list[TrialId]] = {}
    for trial in run.plan.trials():
        planned.setdefault((trial.arm, trial.locale), []).append(trial)
    for (arm, locale), trials in planned.items():
        played = [_played(run, run.session(t.id)) for t in trials if t.id in closed]
        where = {"arm": arm, "locale": locale}
        numbers.append(_count("conversations", len(played), len(trials) - len(played), where))
        for judge in _judges(run):
            numbers += _judged(played, judge, len(trials), where)
        numbers += _flagged(played, where)
    return numbers


def _judges(run: Run) -> list[str]:
    return [role for role, kinds in run.plan.graph.roles().items() if kinds == ("judge",)]


def _played(run: Run, session: Session) -> _Played:
    name, truth = _truth(run, session)
    finals: dict[str, tuple[float, int, int, int]] = {}
    unrated: dict[str, int] = {}
    for judge in _judges(run):
        ratings = session.ratings(judge)
        failed = [e for e in session.events if isinstance(e, Failure) and e.role == judge]
        unrated[judge] = len(failed)
        if ratings and ratings[-1].turn == session.turns and truth is not None:
            finals[judge] = _error(ratings[-1], truth)
    critiques = [c for c in session.critiques if c.verdict not in ("approved", "returned")]
    last: dict[int, Critique] = {c.turn: c for c in critiques}
    first = [c for c in critiques if c.revision == 0]
    return _Played(
        patient=name,
        finals=finals,
        unrated=unrated,
        drafts=(sum(bool(c.flags) for c in first), len(first)),
        finally_said=(sum(bool(c.flags) for c in last.values()), len(last)),
        revisions=sum(c.revision > 0 for c in critiques),
    )


def _truth(run: Run, session: Session) -> tuple[str, dict[str, int] | None]:
    for name in session.opening.trial.cast.values():
        agent = run.plan.agents[name]
        if isinstance(agent, Patient):
            return name, dict(agent.presentation.items)
    return "", None


def _error(rating: Rating, truth: dict[str, int]) -> tuple[float, int, int, int]:
    """Return how far the final total lies from the presentation's, on the items both have."""
    items = {name: item for name, item in rating.items.items() if name in truth}
    total = sum(truth[name] for name in items)
    low, high = sum(i.low for i in items.values()), sum(i.high for i in items.values())
    assessed = sum(item.state != "not_assessed" for item in items.values())
    return (low + high) / 2 - total, low - total, high - total, assessed


def _judged(
    played: Sequence[_Played], judge: str, planned: int, where: dict[str, str]
) -> Iterator[Number]:
    here = {**where, "judge": judge}
    rated = [p for p in played if judge in p.finals]
    missing = planned - len(rated)
    middle = _by_patient(rated, lambda p: p.finals[judge][0])
    yield Number(
        measure="severity_error",
        value=_mean(middle),
        low=_mean(_by_patient(rated, lambda p: p.finals[judge][1])),
        high=_mean(_by_patient(rated, lambda p: p.finals[judge][2])),
        n=len(middle),
        missing=missing,
        method="final total less presentation, middle of the judge's interval; low and high are the "
        "means of the interval's ends: what items not assessed leave open, no confidence interval",
        where=here,
    )
    absolute = _by_patient(rated, lambda p: abs(p.finals[judge][0]))
    method = "mean absolute severity error"
    yield Number("severity_error_abs", _mean(absolute), None, None, len(absolute), missing, method, here)
    inside = _by_patient(rated, lambda p: p.finals[judge][1] <= 0 <= p.finals[judge][2])
    method = "share of final intervals that hold the presentation's total"
    yield Number("truth_in_interval", _mean(inside), None, None, len(inside), missing, method, here)
    items = _by_patient(rated, lambda p: p.finals[judge][3])
    method = "items assessed at the end, mean"
    yield Number("items_assessed", _mean(items), None, None, len(items), missing, method, here)
    yield _count("unrated_turns", sum(p.unrated.get(judge, 0) for p in played), 0, here)


def _flagged(played: Sequence[_Played], where: dict[str, str]) -> Iterator[Number]:
    for measure, part, method in (
        ("flag_rate", lambda p: p.finally_said, "share of what was finally said that was flagged"),
        ("flag_rate_first_draft", lambda p: p.drafts, "share of first drafts that were flagged"),
    ):
        looked = [p for p in played if part(p)[1]]
        rates = _by_patient(looked, lambda p, part=part: part(p)[0] / part(p)[1])
        missing = len(played) - len(looked)
        yield Number(measure, _mean(rates), None, None, len(rates), missing, method, where)
    yield _count("revisions", sum(p.revisions for p in played), 0, where)


def _by_patient(
    played: Sequence[_Played], value: Callable[[_Played], float]
) -> list[float]:
    """Average within each patient; one number per patient."""
    patients: dict[str, list[float]] = {}
    for one in played:
        patients.setdefault(one.patient, []).append(float(value(one)))
    return [fmean(values) for values in patients.values()]


def _mean(values: Sequence[float]) -> float | None:
    return fmean(values) if values else None


def _count(measure: str, count: int, missing: int, where: dict[str, str]) -> Number:
    return Number(measure, float(count), None, None, count, missing, "count", where)
