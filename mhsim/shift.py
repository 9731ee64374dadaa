"""One shift of a batch: everything that is ready while trials are played, and what came of them."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import AsyncGenerator, Iterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeVar

import mhsim
from mhsim.attempt import Attempt
from mhsim.chat import Books, Pool, Terms, afford
from mhsim.control import serve
from mhsim.crew import Crew
from mhsim.errors import Halt
from mhsim.journal import read_closed
from mhsim.outcome import Outcome, Watcher
from mhsim.planning import Plan
from mhsim.process import calm_collector, open_files
from mhsim.record import Closing, Failure, TrialId
from mhsim.session import Stage
from mhsim.steering import WORKERS as WORKERS
from mhsim.steering import Going, Steering
from mhsim.store import TAPE, Run
from mhsim.table import Player
from mhsim.writer import Writer

_FILES = 1280
"""Open files a batch may need besides one per worker; more workers may be asked for later."""


@dataclass
class _Tally:
    played: int = 0
    kept: int = 0
    resumed: int = 0
    failed: dict[str, str] = field(default_factory=dict)
    failures: Counter[str] = field(default_factory=Counter)


@dataclass(frozen=True)
class Hands:
    """Who answers, who watches, who steers, and who pays.

    Args:
        players: role to player, for roles somebody in this process answers for.
        watcher: told how it gets on.
        steering: pauses, drains and resizes the batch.
        terms: what chat models may cost, and where replies may come from besides them.
    """

    players: Mapping[str, Player]
    watcher: Watcher | None
    steering: Steering
    terms: Terms


Kind = TypeVar("Kind", bound="Shift")


@asynccontextmanager
async def ready(
    kind: type[Kind], writer: Writer, hands: Hands, plan: Plan | None = None
) -> AsyncGenerator[Kind]:
    """Make everything ready that a batch needs, and let go of it afterwards.

    Args:
        kind: what is done with each trial.
        writer: the run's.
        hands: who answers, watches, steers and pays.
        plan: what is played, where it is not the run's own plan.
    """
    plan, steering, terms = plan or writer.plan, hands.steering, hands.terms
    steering.workers = max(1, min(steering.workers, plan.size))
    paid = set(plan.scenario.cast) - {*hands.players}
    afford(terms, (plan.scenario.model_for(role) for role in paid))
    pool = Pool(Books(terms, writer.path / TAPE, writer.begun()))
    with open_files(steering.workers + _FILES), calm_collector():
        batch = kind(writer, Stage(plan, hands.players, pool=pool), hands)
        try:
            async with _steered(batch):
                yield batch
        finally:
            await pool.close()


class Shift:
    """One call: what it plays, and what became of it.

    Args:
        writer: the run's.
        stage: plays its trials.
        hands: who watches and steers.
    """

    def __init__(self, writer: Writer, stage: Stage, hands: Hands) -> None:
        self.writer = writer
        self.stage = stage
        self.watcher = hands.watcher
        self.steering = hands.steering
        self.terms = hands.terms
        self.tally = _Tally()
        self.stopped: Halt | None = None
        self.crew = Crew(self.steering, self._trial, self._cancelled)

    def left(self, trials: Iterator[TrialId]) -> Iterator[TrialId]:
        """Count the trials that are closed already; return those that are not.

        Raises:
            RunError: the file of a closed trial is damaged.
        """
        closings = self.writer.closings()
        if not closings:
            return trials
        left: list[TrialId] = []
        for trial in trials:
            closing = closings.get(trial.id)
            if closing is None:
                left.append(trial)
                continue
            self.tally.kept += 1
            if closing.reason == "failure":
                events = read_closed(self.writer.closed(trial.id))
                self._failed(trial, closing, [e for e in events if isinstance(e, Failure)])
            if self.watcher:
                self.watcher.kept(trial, closing)
        return iter(left)

    async def play(self, trials: Iterator[TrialId], already: str) -> None:
        """Play trials; the run's log says what was there already, and what came of it.

        Raises:
            InputError: nothing answers for a seat.
            RunError: the disk refused.
        """
        replies = f"; replies: {self.terms.replies}" if self.terms.replies else ""
        self.writer.note(f"mhsim {mhsim.__version__} begins: {already}{replies}")
        await self.crew.work(trials)
        tally, spent = self.tally, self.stage.casting.pool.books.spent
        end = f"stopped: {self.stopped}" if self.stopped else "done"
        cost = f"; spent: {spent}" if spent.calls else ""
        self.writer.note(f"{end}: {tally.played} played, {len(tally.failed)} failed in all{cost}")

    def outcome(self) -> Outcome:
        """Return what the call came to."""
        tally = self.tally
        return Outcome(
            run=Run(self.writer.path),
            played=tally.played,
            kept=tally.kept,
            resumed=tally.resumed,
            failed=dict(sorted(tally.failed.items())),
            failures=dict(sorted(tally.failures.items())),
            spent=self.stage.casting.pool.books.spent,
            stopped=self.stopped,
            left=self.writer.plan.size - tally.played - tally.kept,
        )

    def over(self) -> dict[str, bool]:
        """Return the id of every planned trial, and whether it is closed."""
        closed = Run(self.writer.path).closed()
        return {trial.id: trial.id in closed for trial in self.writer.plan.trials()}

    def described(self, node: str) -> str:
        """Return who is waited for at a node, and what answers for them."""
        plan = self.stage.plan
        roles = plan.graph.nodes[node].cast() if node in plan.graph.nodes else (node,)
        return ", ".join(f"{r} ({plan.scenario.model_for(r).model})" for r in roles) or node

    def part(self, trial: TrialId) -> Path:
        """Return where a trial is written until it is closed."""
        return self.writer.part(trial.id)

    def ended(self, trial: TrialId, closing: Closing) -> None:
        """Do what is to be done with the file of a trial that has just been closed: nothing."""

    def _attempt(self, trial: TrialId) -> Attempt:
        part = self.part(trial)
        return Attempt(self.stage, self.writer, trial, part, self.steering, self.watcher)

    async def _trial(self, trial: TrialId, going: Going) -> None:
        attempt = self._attempt(trial)
        try:
            await attempt.play(going)
        except Halt as halt:
            self.stopped = self.stopped or halt
            self.steering.finish()
            return
        finally:
            self.tally.resumed += attempt.resumed
        assert attempt.closing is not None
        self.ended(trial, attempt.closing)
        self._count(trial, attempt.closing, attempt.failures)

    async def _cancelled(self, trial: TrialId) -> None:
        """Close a trial that somebody cancelled."""
        closing = await self._attempt(trial).stop()
        if closing is not None:
            self.ended(trial, closing)
            self._count(trial, closing, [])

    def _count(self, trial: TrialId, closing: Closing, failures: Sequence[Failure]) -> None:
        self.tally.played += 1
        self.tally.failures.update(f.kind for f in failures)
        if closing.reason == "failure":
            reason = self._failed(trial, closing, failures)
            self.writer.note(f"{trial.id} failed: {reason}")
        if self.watcher:
            self.watcher.finished(trial, closing)

    def _failed(self, trial: TrialId, closing: Closing, failures: Sequence[Failure]) -> str:
        """Name a trial that could not go on; return why."""
        reason = closing.detail or (failures[-1].detail if failures else "no reason was given")
        self.tally.failed[trial.id] = reason
        return reason


@asynccontextmanager
async def _steered(batch: Shift) -> AsyncGenerator[None]:
    """Let the batch be steered, by its steering and through its socket, as long as it goes on."""
    steering, writer = batch.steering, batch.writer
    steering.note, steering.room = writer.note, writer.room
    steering.resized, steering.planned = batch.crew.resized, batch.over
    steering.described = batch.described
    steering.connections = batch.stage.casting.pool.states
    writer.room.tell = steering.log
    watch = asyncio.create_task(writer.room.watch())
    try:
        async with serve(writer.path, steering):
            yield
    finally:
        steering.close()
        watch.cancel()
        await asyncio.gather(watch, return_exceptions=True)
