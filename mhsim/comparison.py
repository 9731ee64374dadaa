"""Comparison: of two conversations, who is more depressed; as planned, and as it came out."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from random import Random
from typing import Literal, TypeAlias

from mhsim.errors import FailureKind
from mhsim.planning import Plan
from mhsim.record import Record, TrialId, Usage
from mhsim.spec.agent import Patient
from mhsim.spec.scenario import Pairwise

Key: TypeAlias = tuple[str, str, str]
"""The judge's role, and the ids of the trials shown as A and as B."""


class Compared(Record):
    """One line of `comparisons.jsonl`: what a judge said of two conversations.

    Args:
        judge: the judge's role.
        arm: the arm both were played in.
        locale: the locale of both.
        replicate: one-based.
        first: the trial shown as A.
        second: the trial shown as B.
        texts: sha256 of the two transcripts as they were shown.
        choice: who is more depressed; absent where the judge could not answer.
        reason: why, in the judge's words.
        failure: why there is no answer.
        detail: more on that, for the log.
        attempts: how often it was asked.
        usage: what the answer took.
        at: when, in UTC.
    """

    judge: str
    arm: str
    locale: str
    replicate: int
    first: str
    second: str
    texts: str
    choice: Literal["A", "B", "tie"] | None = None
    reason: str | None = None
    failure: FailureKind | None = None
    detail: str | None = None
    attempts: int = 1
    usage: Usage | None = None
    at: datetime

    @property
    def key(self) -> Key:
        """What tells it from other comparisons of a run."""
        return self.judge, self.first, self.second


@dataclass(frozen=True, slots=True)
class Pair:
    """A planned comparison.

    Args:
        judge: the judge's role.
        first: the trial to be shown as A.
        second: the trial to be shown as B.
    """

    judge: str
    first: TrialId
    second: TrialId

    @property
    def key(self) -> Key:
        """What tells it from other comparisons of a run."""
        return self.judge, self.first.id, self.second.id


def patient_role(plan: Plan, trial: TrialId) -> str:
    """Return the role whose words are compared: the first that a patient takes."""
    return next(r for r, name in trial.cast.items() if isinstance(plan.agents[name], Patient))


def pairs(plan: Plan) -> Iterator[tuple[Pair, ...]]:
    """Yield the planned comparisons, those of one arm, locale and replicate together.

    Every two patients meet within arm, locale, replicate and otherwise equal cast. In `both`
    orders each pair is shown twice; in `one` a draw from the seed says who comes first.
    """
    wanted = plan.scenario.pairwise
    if wanted is None:
        return
    alike: dict[tuple[object, ...], list[TrialId]] = {}
    for trial in plan.trials():
        role = patient_role(plan, trial)
        others = tuple((r, name) for r, name in trial.cast.items() if r != role)
        alike.setdefault((trial.arm, trial.locale, trial.replicate, others), []).append(trial)
    for trials in alike.values():
        yield tuple(
            Pair(judge, *shown)
            for one, other in itertools.combinations(trials, 2)
            for judge in wanted.judges
            for shown in _orders(one, other, f"{plan.scenario.seed}/{judge}", wanted.orders)
        )


def _orders(
    one: TrialId, other: TrialId, stream: str, orders: Literal["both", "one"]
) -> tuple[tuple[TrialId, TrialId], ...]:
    both = ((one, other), (other, one))
    if orders == "both":
        return both
    return (both[Random(f"{stream}/{one.id}/{other.id}").randrange(2)],)


def count(plan: Plan) -> int:
    """Return how many comparisons are planned: 66 pairs of 12 patients, times orders and judges."""
    wanted: Pairwise | None = plan.scenario.pairwise
    return sum(len(group) for group in pairs(plan)) if wanted else 0
