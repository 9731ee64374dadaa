"""Intake: the one pass over a run's files that fills the arrays of a sample."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np

from mhsim.measure.estimators.arrays import Floats
from mhsim.measure.estimators.bands import Scheme
from mhsim.measure.played import alike, judges
from mhsim.measure.sample import ENSEMBLE, Judged, Sample
from mhsim.measure.scale import Scale
from mhsim.record import Rating
from mhsim.spec.agent import Judge, Patient
from mhsim.store import Run, Session


def sample(run: Run, scheme: Scheme | None = None) -> Sample:
    """Read a run into arrays.

    Conversations that failed or are not finished are missing, as are last turns without a rating.

    Args:
        run: the run.
        scheme: cut-offs to use instead of the instruments' own, where they fit.
    """
    plan = run.plan
    reading = _Reading(run, scheme)
    closed = run.closed()
    for trial in plan.trials():
        place = reading.place(trial.arm, trial.locale, trial.cast)
        if trial.id in closed:
            reading.take(place, run.session(trial.id))
    judged = list(reading.judged())
    return Sample(
        plan=plan,
        patients=reading.patients,
        conditions=reading.conditions,
        planned=reading.planned,
        turns=reading.turns,
        judged=(*judged, *means_of(judged)),
    )


def means_of(judged: Sequence[Judged]) -> list[Judged]:
    """Return the mean over judges of each scale that several fill; unrated by one is missing."""
    found: list[Judged] = []
    for name in dict.fromkeys(j.scale.name for j in judged):
        same = [j for j in judged if j.scale.name == name]
        if len(same) < 2:
            continue
        mean = {
            field: np.mean([getattr(j, field) for j in same], axis=0)
            for field in ("values", "low", "high", "lows", "highs", "read", "covered", "risk")
        }
        first = np.max([j.first for j in same], axis=0)
        quotes = np.sum([j.quotes for j in same], axis=0)
        found.append(replace(same[0], judge=ENSEMBLE, first=first, quotes=quotes, **mean))
    return found


class _Reading:
    """Arrays while they are filled."""

    def __init__(self, run: Run, scheme: Scheme | None) -> None:
        plan = run.plan
        self._plan = plan
        self.conditions = tuple(plan.conditions())
        self.patients = tuple(
            name
            for role in plan.scenario.cast
            for name in plan.scenario.names(role)
            if isinstance(plan.agents[name], Patient)
        )
        self._rows = {name: n for n, name in enumerate(self.patients)}
        self._count: dict[tuple[int, int], int] = {}
        each = max(1, plan.size // max(1, len(self.patients) * len(self.conditions)))
        # What was imported is listed, not crossed: some people have more conversations than others.
        each = plan.scenario.replicates if plan.listed is not None else each
        self._shape = (len(self.patients), len(self.conditions), each)
        self.planned = np.zeros(self._shape)
        self.turns = np.full(self._shape, np.nan)
        limits = [most for arm, _ in self.conditions for most in plan.limits(arm).values()]
        self._turns = max([1, *limits])
        self._scales = {role: self._scale(role, scheme) for role in judges(run)}
        self._arrays = {role: self._empty(scale) for role, scale in self._scales.items()}

    def place(self, arm: str, locale: str, cast: Mapping[str, str]) -> tuple[int, int, int]:
        """Return where a planned conversation goes: the next repetition of its cell."""
        row = next(self._rows[name] for name in cast.values() if name in self._rows)
        cell = row, self.conditions.index((arm, locale))
        repetition = self._count.get(cell, 0)
        self._count[cell] = repetition + 1
        self.planned[*cell, repetition] = 1
        return *cell, repetition

    def take(self, place: tuple[int, int, int], session: Session) -> None:
        """Put one finished conversation in its place."""
        closing = session.closing
        if closing is None or closing.reason == "failure":
            return
        self.turns[place] = session.turns
        for role, arrays in self._arrays.items():
            for rating in session.ratings(role):
                self._rate(arrays, place, rating, session.turns)

    def _rate(
        self, arrays: dict[str, Floats], place: tuple[int, int, int], rating: Rating, turns: int
    ) -> None:
        items = list(rating.items.values())
        low = np.array([item.low for item in items], dtype=float)
        high = np.array([item.high for item in items], dtype=float)
        known = np.array([item.state != "not_assessed" for item in items])
        values = np.where(known, (low + high) / 2, np.nan)
        turn = rating.turn - 1
        if turn < self._turns:
            arrays["lows"][*place, turn] = low.sum()
            arrays["highs"][*place, turn] = high.sum()
            arrays["read"][*place, turn] = np.where(known, values, 0).sum()
            arrays["covered"][*place, turn] = known.sum()
            risk = self._scales[rating.role].risk_item
            arrays["risk"][*place, turn] = np.nan if risk is None else low[risk]
        first = arrays["first"][place]
        first[known & np.isnan(first)] = rating.turn
        quotes = [quote for item in items for quote in item.quotes]
        arrays["quotes"][place] += (len(quotes), sum(bool(q.unsupported) for q in quotes))
        if rating.turn == turns:
            for name, array in (("low", low), ("high", high), ("values", values)):
                arrays[name][place] = array

    def _scale(self, role: str, scheme: Scheme | None) -> Scale:
        agents = (self._plan.agents[name] for name in self._plan.scenario.names(role))
        name = next(agent.instrument for agent in agents if isinstance(agent, Judge))
        return Scale.of(name, self._plan.instruments[name], scheme)

    def _empty(self, scale: Scale) -> dict[str, Floats]:
        """Make the arrays of one judge; everything is missing until it is found."""
        items, turns = (*self._shape, len(scale.items)), (*self._shape, self._turns)
        by_item = ("values", "low", "high", "first")
        by_turn = ("lows", "highs", "read", "covered", "risk")
        return {
            **{name: np.full(items, np.nan) for name in by_item},
            **{name: np.full(turns, np.nan) for name in by_turn},
            "quotes": np.zeros((*self._shape, 2)),
        }

    def judged(self) -> list[Judged]:
        """Return what every judge made of the run."""
        return [
            Judged(role, self._scales[role], self._truth(self._scales[role]), **arrays)
            for role, arrays in self._arrays.items()
        ]

    def _truth(self, scale: Scale) -> Floats:
        """Return intended values of the items a scale shares with the patients' own."""
        asked = self._plan.instruments[scale.name]
        truth = np.full((len(self.patients), len(scale.items)), np.nan)
        for row, name in enumerate(self.patients):
            patient = self._plan.agents[name]
            assert isinstance(patient, Patient)
            own = self._plan.instruments.get(patient.presentation.instrument or "")
            shared = alike(asked, own) if own is not None else set[str]()
            for n, item in enumerate(scale.items):
                if item in shared and item in patient.presentation.items:
                    truth[row, n] = patient.presentation.items[item]
        return truth
