"""Play what is planned and not yet done, so many at a time; resume is the same call again."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import mhsim
from mhsim.chat import Books, Pool, Terms, afford
from mhsim.errors import Halt, RunError
from mhsim.journal import Journal, read_closed, read_lines
from mhsim.outcome import Outcome, Watcher
from mhsim.planning import Plan, make_plan
from mhsim.process import calm_collector, open_files
from mhsim.record import AnyEvent, Closing, Failure, Opening, TrialId
from mhsim.session import Stage
from mhsim.spec.scenario import Scenario
from mhsim.state import Log
from mhsim.store import TAPE, Run
from mhsim.table import Player
from mhsim.writer import Writer

WORKERS = 16
"""How many conversations go on at once, unless told otherwise."""

_RAMP = 0.002
"""Seconds between the starts of workers: all at once would stall the event loop."""

_FILES = 256
"""Open files a batch may need besides one per worker."""


@dataclass
class _Tally:
    played: int = 0
    kept: int = 0
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
    terms: Terms | None = None,
) -> Outcome:
    """Play every planned trial that is not closed yet.

    Cancelling leaves everything that is finished on disk; calling again goes on from there. So it
    does after the batch had to stop: `Outcome.stopped` then says why.

    Args:
        plan: a plan, a scenario, or a scenario's name.
        out: the run directory; `runs/<scenario>` without it.
        workers: conversations at once, 1 or more.
        players: role to player, for roles somebody in this process answers for.
        watcher: told how it gets on.
        terms: what chat models may cost, and where replies may come from besides them.

    Raises:
        InputError: the scenario is wrong, or the price of a model with a budget is not known.
        RunError: the directory holds another plan, has another writer, is damaged, or cannot be
            written.
    """
    made = plan if isinstance(plan, Plan) else make_plan(plan)
    path = Path(out) if out else Path("runs") / made.name
    players = players or {}
    workers = max(1, min(workers, made.size))
    terms = terms or Terms()
    afford(terms, (made.scenario.model_for(role) for role in set(made.scenario.cast) - {*players}))
    with Writer(path, made) as writer, open_files(workers + _FILES), calm_collector():
        pool = Pool(Books(terms, path / TAPE, writer.begun()))
        batch = _Batch(writer, Stage(made, players, pool=pool), watcher)
        tally = batch.tally
        left = batch.left(made.trials())
        replies = f"; replies: {terms.replies}" if terms.replies else ""
        already = f"{tally.kept} of {made.size} are closed{replies}"
        writer.note(f"mhsim {mhsim.__version__} begins: {already}")
        try:
            await batch.play(left, workers)
        finally:
            await pool.close()
        end = f"stopped: {batch.stopped}" if batch.stopped else "done"
        spent = f"; spent: {pool.books.spent}" if pool.books.spent.calls else ""
        writer.note(f"{end}: {tally.played} played, {len(tally.failed)} failed in all{spent}")
    return Outcome(
        run=Run(path),
        played=tally.played,
        kept=tally.kept,
        resumed=tally.resumed,
        failed=dict(sorted(tally.failed.items())),
        failures=dict(sorted(tally.failures.items())),
        spent=pool.books.spent,
        stopped=batch.stopped,
    )


class _Batch:
    """One call: what it plays, and what became of it."""

    def __init__(self, writer: Writer, stage: Stage, watcher: Watcher | None) -> None:
        self.writer = writer
        self.stage = stage
        self.watcher = watcher
        self.tally = _Tally()
        self.stopped: Halt | None = None

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

    async def play(self, trials: Iterator[TrialId], workers: int) -> None:
        """Let workers take trials until there are none left.

        Raises:
            InputError: nothing answers for a seat.
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
            if self.stopped:
                return
            try:
                await self._trial(trial)
            except Halt as halt:
                self.stopped = self.stopped or halt

    async def _trial(self, trial: TrialId) -> None:
        past, keep = self._past(trial)
        journal = self.writer.journal(trial.id, keep)
        finished = False
        try:
            self.tally.resumed += len(past) > 1
            closing, failures = await self._play(trial, journal, past)
            finished = True
        finally:
            journal.close(finished=finished)
        self._count(trial, closing, failures)

    def _past(self, trial: TrialId) -> tuple[list[AnyEvent], int]:
        """Return the whole turns a trial has already, and their length in bytes.

        Raises:
            RunError: the file is damaged, or another trial's.
        """
        part = self.writer.part(trial.id)
        if not part.exists():
            return [], 0
        events, ends = read_lines(part)
        if not events:
            return [], 0
        first = events[0]
        if not isinstance(first, Opening) or (first.trial, first.plan) != (trial, self._plan):
            raise RunError(
                f"{part}: line 1 does not open this trial of this plan; delete the file to play "
                "the trial again"
            )
        if isinstance(events[-1], Closing):
            return events, ends[-1]
        whole = self.stage.whole_turns(trial, events)
        return (events[:whole], ends[whole - 1]) if whole > 1 else ([], 0)

    @property
    def _plan(self) -> str:
        return self.writer.plan.hash

    async def _play(
        self, trial: TrialId, journal: Journal, past: list[AnyEvent]
    ) -> tuple[Closing, list[Failure]]:
        """Play a trial from its past on; return how it ended and everything that failed."""
        watcher = self.watcher
        failures = [e for e in past if isinstance(e, Failure)]

        def emit(events: Sequence[AnyEvent]) -> None:
            journal.append(events)
            failures.extend(e for e in events if isinstance(e, Failure))
            if watcher:
                _tell(watcher, trial, events)

        table = self.stage.casting.table(trial, emit=emit, settle=journal.settle)
        if watcher:
            watcher.started(trial, Log(past).turn)
        if past and isinstance(past[-1], Closing):
            # The writer of its last line was killed before it gave the file its name.
            await journal.settle()
            return past[-1], failures
        return await self.stage.play(trial, table, past), failures

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


def _tell(watcher: Watcher, trial: TrialId, events: Sequence[AnyEvent]) -> None:
    """Tell a watcher; what goes wrong in it must not be taken for the trial's own failure."""
    try:
        watcher.happened(trial, events)
    except Exception as error:
        raise RunError(
            f"the watcher of the batch failed: {type(error).__name__}: {error}"
        ) from error
