"""Play what is planned and not yet done, so many at a time; resume is the same call again."""

from __future__ import annotations

import asyncio
import gc
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

from mhsim.errors import RunError
from mhsim.planning import Plan, make_plan
from mhsim.record import AnyEvent, Closing, Failure, TrialId
from mhsim.session import Stage
from mhsim.spec.scenario import Scenario
from mhsim.state import Log
from mhsim.store import Journal, Run, Writer, read_lines
from mhsim.table import Player

WORKERS = 16
"""How many conversations go on at once, unless told otherwise."""

_RAMP = 0.002
"""Seconds between the starts of workers: all at once would stall the event loop."""


class Watcher(Protocol):
    """Somebody who is told how a batch gets on."""

    def started(self, trial: TrialId, resumed_turns: int) -> None:
        """Say that a trial begins, or goes on after some whole turns."""
        ...

    def turned(self, trial: TrialId) -> None:
        """Say that a turn has begun."""
        ...

    def finished(self, trial: TrialId, closing: Closing, failures: Sequence[Failure]) -> None:
        """Say that a trial has ended."""
        ...


@dataclass(frozen=True)
class Outcome:
    """What a batch came to.

    Args:
        run: the run directory, readable.
        played: trials closed by this call.
        kept: trials that were closed before.
        resumed: trials that went on from whole turns of an earlier call.
        failed: ids of trials that could not go on, with the reason.
        failures: failures by kind, unrated turns included.
    """

    run: Run
    played: int
    kept: int
    resumed: int
    failed: Mapping[str, str]
    failures: Mapping[str, int]


@dataclass
class _Tally:
    played: int = 0
    resumed: int = 0
    failed: dict[str, str] = field(default_factory=dict)
    failures: Counter[str] = field(default_factory=Counter)


async def run(
    plan: Plan | str | Scenario,
    out: str | Path | None = None,
    *,
    workers: int = WORKERS,
    players: Mapping[str, Player] | None = None,
    watcher: Watcher | None = None,
) -> Outcome:
    """Play every planned trial that is not closed yet.

    Cancelling leaves everything that is finished on disk; calling again goes on from there.

    Args:
        plan: a plan, a scenario, or a scenario's name.
        out: the run directory; `runs/<scenario>` without it.
        workers: conversations at once, 1 or more.
        players: role to player, for roles somebody in this process answers for.
        watcher: told how it gets on.

    Raises:
        InputError: the scenario is wrong.
        RunError: the directory holds another plan, has another writer, or cannot be written.
    """
    made = plan if isinstance(plan, Plan) else make_plan(plan)
    path = Path(out) if out else Path("runs") / made.name
    with Writer(path, made) as writer:
        kept = writer.closed()
        batch = _Batch(writer, Stage(made, players), watcher)
        with _calm_collector():
            await batch.play((t for t in made.trials() if t.id not in kept), max(1, workers))
        tally = batch.tally
        return Outcome(
            run=Run(path),
            played=tally.played,
            kept=len(kept),
            resumed=tally.resumed,
            failed=dict(tally.failed),
            failures=dict(tally.failures),
        )


@contextmanager
def _calm_collector() -> Iterator[None]:
    """Keep the garbage collector off what lives as long as the batch: about a third of CPU."""
    thresholds = gc.get_threshold()
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000, 20, 100)
    try:
        yield
    finally:
        gc.set_threshold(*thresholds)
        gc.unfreeze()


class _Batch:
    def __init__(self, writer: Writer, stage: Stage, watcher: Watcher | None) -> None:
        self.writer = writer
        self.stage = stage
        self.watcher = watcher
        self.tally = _Tally()

    async def play(self, trials: Iterator[TrialId], workers: int) -> None:
        """Let workers take trials until there are none left.

        Raises:
            RunError: a file could not be written or read.
        """
        tasks = [asyncio.create_task(self._worker(trials, n * _RAMP)) for n in range(workers)]
        try:
            await asyncio.gather(*tasks)
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)

    async def _worker(self, trials: Iterator[TrialId], delay: float) -> None:
        await asyncio.sleep(delay)
        for trial in trials:
            await self._trial(trial)

    async def _trial(self, trial: TrialId) -> None:
        with self._disk(trial):
            past, keep = self._past(trial)
            journal = self.writer.journal(trial.id, keep)
        finished = False
        try:
            if self.watcher:
                self.watcher.started(trial, Log(past).turn)
            self.tally.resumed += len(past) > 1
            await self._play(trial, journal, past)
            finished = True
        finally:
            journal.close(finished=finished)

    def _past(self, trial: TrialId) -> tuple[list[AnyEvent], int]:
        """Return the whole turns a trial has already, and their length in bytes."""
        part = self.writer.part(trial.id)
        if not part.exists():
            return [], 0
        events, ends = read_lines(part)
        if events and isinstance(events[-1], Closing):
            return events, ends[-1]
        whole = self.stage.whole_turns(trial, events)
        return (events[:whole], ends[whole - 1]) if whole > 1 else ([], 0)

    async def _play(
        self, trial: TrialId, journal: Journal, past: list[AnyEvent]
    ) -> Closing:
        failures = [e for e in past if isinstance(e, Failure)]
        if past and isinstance(past[-1], Closing):
            self._count(trial, past[-1], failures)
            return past[-1]

        def emit(events: Sequence[AnyEvent]) -> None:
            with self._disk(trial):
                journal.append(events)
            failures.extend(e for e in events if isinstance(e, Failure))

        async def settle() -> None:
            with self._disk(trial):
                await journal.settle()
            if self.watcher:
                self.watcher.turned(trial)

        table = self.stage.casting.table(trial, emit=emit, settle=settle)
        closing = await self.stage.play(trial, table, past)
        self._count(trial, closing, failures)
        return closing

    @contextmanager
    def _disk(self, trial: TrialId) -> Iterator[None]:
        """Turn what the disk refuses into an error that says what to do."""
        try:
            yield
        except OSError as error:
            raise RunError(
                f"{self.writer.path}: cannot write {trial.id}: {error.strerror}; make room and "
                "give the same command again: no finished turn is lost"
            ) from error

    def _count(self, trial: TrialId, closing: Closing, failures: Sequence[Failure]) -> None:
        self.tally.played += 1
        self.tally.failures.update(f.kind for f in failures)
        if closing.reason == "failure":
            last = failures[-1].detail if failures else ""
            self.tally.failed[trial.id] = closing.detail or last
            self.writer.note(f"{trial.id} failed: {closing.detail or last}")
        if self.watcher:
            self.watcher.finished(trial, closing, failures)
