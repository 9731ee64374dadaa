"""Comparing: judges read two finished conversations and say who is more depressed.

It goes on where it stopped: a comparison on file, of the same two texts, is not asked again.
"""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from mhsim.casting import persona
from mhsim.chat import Books, Pool, Terms, afford
from mhsim.comparison import Compared, Pair, pairs, patient_role
from mhsim.errors import InputError, PlayerError
from mhsim.forms import Comparison
from mhsim.ledger import Ledger
from mhsim.masking import masked
from mhsim.planning import Plan
from mhsim.record import TrialId, Utterance
from mhsim.session import Stage
from mhsim.spec.agent import Patient, Persona
from mhsim.state import now
from mhsim.store import TAPE, Run
from mhsim.table import Ask, Player
from mhsim.writer import Writer


class Listener(Protocol):
    """Somebody who is told how the comparisons get on."""

    def compared(self, compared: Compared) -> None:
        """Say what came of one comparison."""
        ...


@dataclass(frozen=True)
class ComparisonOutcome:
    """What a call came to.

    Args:
        planned: comparisons of the plan.
        made: those made by this call.
        kept: those that were on file.
        missing: those whose conversations are not there, or failed.
        failed: those on file without an answer.
    """

    planned: int
    made: int
    kept: int
    missing: int
    failed: int


@dataclass(frozen=True, slots=True)
class _Job:
    pair: Pair
    player: Player
    shown: tuple[Sequence[Utterance], Sequence[Utterance]]
    texts: str


async def compare(
    run: Run | str | Path,
    *,
    workers: int = 16,
    players: Mapping[str, Player] | None = None,
    listener: Listener | None = None,
    terms: Terms | None = None,
) -> ComparisonOutcome:
    """Make every planned comparison whose two conversations have ended.

    Args:
        run: the run directory.
        workers: comparisons at once, 1 or more.
        players: role to player, for judges somebody in this process answers for.
        listener: told what came of each.
        terms: what chat models may cost, the run's conversations included.

    Raises:
        InputError: the run's scenario plans no pairwise judging, or a budget cannot be kept.
        Halt: the budget is used up; the same call goes on.
        RunError: the directory has another writer, is damaged, or cannot be written.
    """
    opened = run if isinstance(run, Run) else Run(Path(run))
    wanted = opened.plan.scenario.pairwise
    if wanted is None:
        raise InputError(f"{opened.path}: its scenario has no pairwise: {{judges: [...]}}")
    terms = terms or Terms()
    seats = set(wanted.judges) - {*(players or {})}
    afford(terms, (opened.plan.scenario.model_for(role) for role in seats))
    with Writer(opened.path, opened.plan) as writer:
        pool = Pool(Books(terms, opened.path / TAPE))
        ledger = writer.ledger()
        comparing = _Comparing(opened, Stage(opened.plan, players, pool=pool), ledger, listener)
        try:
            await comparing.work(max(1, workers))
        finally:
            ledger.close()
            await pool.close()
        outcome = comparing.outcome()
        writer.note(f"compared: {outcome.made} of {outcome.planned}, {outcome.kept} before")
    return outcome


class _Comparing:
    def __init__(self, run: Run, stage: Stage, ledger: Ledger, listener: Listener | None) -> None:
        self._run = run
        self._stage = stage
        self._ledger = ledger
        self._listener = listener
        self._blind = run.plan.scenario.pairwise is not None and run.plan.scenario.pairwise.blind
        self._planned = self._made = self._kept = self._missing = 0

    async def work(self, workers: int) -> None:
        """Let workers take comparisons until there are none left."""
        jobs = self._jobs()
        tasks = [asyncio.create_task(self._worker(jobs)) for _ in range(workers)]
        try:
            await asyncio.gather(*tasks)
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)

    def outcome(self) -> ComparisonOutcome:
        """Return what it came to."""
        failed = sum(line.choice is None for line in self._ledger.known.values())
        return ComparisonOutcome(self._planned, self._made, self._kept, self._missing, failed)

    async def _worker(self, jobs: Iterator[_Job]) -> None:
        for job in jobs:
            compared = await self._compare(job)
            await self._ledger.add(compared)
            self._made += 1
            if self._listener:
                self._listener.compared(compared)

    def _jobs(self) -> Iterator[_Job]:
        """Yield what is left to compare; the texts of one condition are read at a time."""
        closed = self._run.closed()
        for group in pairs(self._run.plan):
            self._planned += len(group)
            trials = {t.id: t for pair in group for t in (pair.first, pair.second)}
            shown = {
                name: words
                for name, trial in trials.items()
                if name in closed and (words := self._words(trial)) is not None
            }
            # One asked to compare keeps nothing between two asks: a seat serves the condition.
            seats = {
                pair.judge: self._stage.casting.seat(pair.judge, pair.first, "compare").player
                for pair in {pair.judge: pair for pair in group}.values()
            }
            yield from self._left(group, shown, seats)

    def _left(
        self,
        group: Iterable[Pair],
        shown: Mapping[str, Sequence[Utterance]],
        seats: Mapping[str, Player],
    ) -> Iterator[_Job]:
        for pair in group:
            if pair.first.id not in shown or pair.second.id not in shown:
                self._missing += 1
                continue
            both = shown[pair.first.id], shown[pair.second.id]
            job = _Job(pair, seats[pair.judge], both, _digest(both))
            known = self._ledger.known.get(pair.key)
            if known is not None and known.texts == job.texts:
                self._kept += 1
            else:
                yield job

    def _words(self, trial: TrialId) -> Sequence[Utterance] | None:
        """Return what a judge is shown of a conversation; None of one that failed."""
        session = self._run.session(trial.id)
        if session.closing is None or session.closing.reason == "failure":
            return None
        if not self._blind:
            return session.transcript
        return masked(session.transcript, _personas(self._run.plan, trial))

    async def _compare(self, job: _Job) -> Compared:
        pair = job.pair
        ask = Ask(
            role=pair.judge,
            task="compare",
            turn=max((u.turn for u in job.shown[0]), default=1),
            revision=0,
            transcript=job.shown[0],
            versus=job.shown[1],
            of=patient_role(self._run.plan, pair.first),
        )
        line = Compared(
            judge=pair.judge,
            arm=pair.first.arm,
            locale=pair.first.locale,
            replicate=pair.first.replicate,
            first=pair.first.id,
            second=pair.second.id,
            texts=job.texts,
            at=now(),
        )
        try:
            filled = await job.player.fill(ask, Comparison)
        except PlayerError as error:
            failed = {"failure": error.kind, "detail": error.detail, "attempts": error.attempts}
            return line.model_copy(update=failed)
        form = filled.form
        said = {"choice": form.more_depressed, "reason": form.reason, "usage": filled.usage}
        return line.model_copy(update=said)


def _digest(shown: Iterable[Iterable[Utterance]]) -> str:
    """Return the sha256 of what is shown: who spoke, and what, of both conversations."""
    told = hashlib.sha256()
    for transcript in shown:
        for utterance in transcript:
            told.update(f"{utterance.role}\x1f{utterance.text}\x1e".encode(errors="replace"))
        told.update(b"\x1d")
    return told.hexdigest()


def _personas(plan: Plan, trial: TrialId) -> list[Persona]:
    localize = plan.scenario.arms[trial.arm].localize
    agents = (plan.agents[name] for name in trial.cast.values())
    return [persona(a, trial.locale, localize) for a in agents if isinstance(a, Patient)]
