"""A second opinion: another judge rates stored transcripts, as a set of its own beside the old.

runs/<name>/opinions/<set>/<trial id>.jsonl   an opening with the transcript's digest, then ratings
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import mhsim
from mhsim.disk import disk
from mhsim.errors import Halt, InputError
from mhsim.journal import read_whole
from mhsim.library import Library
from mhsim.nodes import Visit
from mhsim.nodes.rate import Rate
from mhsim.planning import Plan
from mhsim.record import AnyEvent, Closing, Failure, Opening, Rating, TrialId, Utterance
from mhsim.shift import Hands, Shift, ready
from mhsim.spec.agent import Judge, Patient
from mhsim.spec.model import Model
from mhsim.state import Log
from mhsim.steering import Going
from mhsim.store import OPINIONS, Run, Session, transcript_digest
from mhsim.table import Table
from mhsim.text import digest
from mhsim.writer import Writer


@dataclass(frozen=True)
class Second:
    """A judge that is added to a run.

    Args:
        role: what its set is called, and who it is in reports.
        plan: the run's plan with this judge in it.
        of: the role whose severity is rated.
    """

    role: str
    plan: Plan
    of: str

    def trial(self, trial: TrialId) -> TrialId:
        """Return a trial with the judge in its cast."""
        return next(
            trial.model_copy(update={"cast": {**trial.cast, self.role: name}})
            for name in self.plan.scenario.names(self.role)
        )


def second(run: Run, judge: str, model: str | None = None, name: str | None = None) -> Second:
    """Return a judge made ready to rate a run's transcripts.

    Args:
        run: the run.
        judge: the judge's name in the library, or in the run.
        model: what answers for it; the scenario's default, without it.
        name: what the set is called; made of judge and model, without it.

    Raises:
        InputError: there is no such judge, or nobody whose severity it could rate.
    """
    plan, library = run.plan, Library()
    agent = plan.agents.get(judge) or library.load("judge", judge)
    if not isinstance(agent, Judge):
        raise InputError(f"{judge} is no judge")
    answering = Model(model=model) if model else plan.scenario.model_for("")
    role = name or f"{judge}-{answering.model}".replace(":", "-").replace("/", "-")
    if role in plan.scenario.cast:
        raise InputError(f"{role!r} rates in this run already; give the set another --name")
    of = next((r for r, n in _first(plan).items() if isinstance(plan.agents[n], Patient)), None)
    if of is None:
        raise InputError(f"{run.path}: nobody in it is a patient to be rated")
    instruments = dict(plan.instruments)
    if agent.instrument not in instruments:
        instruments[agent.instrument] = library.load("instrument", agent.instrument)
    scenario = plan.scenario.model_copy(
        update={
            "cast": {**plan.scenario.cast, role: (judge,)},
            "models": {**plan.scenario.models, role: answering},
        }
    )
    more = {"scenario": scenario, "instruments": instruments}
    return Second(
        role, plan.model_copy(update={**more, "agents": {**plan.agents, judge: agent}}), of
    )


def _first(plan: Plan) -> dict[str, str]:
    return next(plan.casts())


async def judge(run: Run, added: Second, hands: Hands) -> tuple[int, int]:
    """Rate every closed transcript that this judge has not rated to its end yet.

    Returns:
        How many transcripts were rated, and how many turns the judge could not rate.

    Raises:
        InputError: nothing answers for the judge.
        RunError: the directory has another writer, or cannot be written.
    """
    with Writer(run.path, run.plan) as writer:
        async with ready(Bench, writer, hands, added.plan) as bench:
            bench.begin(run, added)
            left = list(bench.unrated())
            await bench.play(iter(left), f"{added.role} rates {len(left)} transcripts")
            if bench.stopped:
                raise bench.stopped
    return bench.rated, bench.failed


class Bench(Shift):
    """Rates transcripts one after the other; what is on file is not asked again."""

    def begin(self, run: Run, added: Second) -> None:
        """Take a judge's seat in a run.

        Raises:
            RunError: the disk refused.
        """
        self.run, self.second = run, added
        self.rated = self.failed = 0
        self._folder = run.path / OPINIONS / added.role
        with disk(self._folder):
            self._folder.mkdir(parents=True, exist_ok=True)

    def unrated(self) -> Iterator[TrialId]:
        """Yield the trials whose transcripts are not rated to their end yet."""
        closed = self.run.closed()
        for trial in self.run.plan.trials():
            if trial.id in closed and not self._place(trial).exists():
                yield trial

    async def _trial(self, trial: TrialId, going: Going) -> None:
        try:
            await self._rate(trial, going)
        except Halt as halt:
            self.stopped = self.stopped or halt
            self.steering.finish()

    async def _cancelled(self, trial: TrialId) -> None:
        """Leave a cancelled transcript as far as it is rated."""

    async def _rate(self, trial: TrialId, going: Going) -> None:
        session = self.run.session(trial.id)
        part = self._place(trial).with_suffix(".jsonl.part")
        rater = self.second.trial(trial)
        seat = self.stage.casting.seat(self.second.role, rater)
        table = Table(rater, {self.second.role: seat}, self.second.plan.instruments, {})
        opening = self._opening(session, table)
        past, keep = self._past(part, opening)
        journal = await self.writer.journal(part, keep)
        log, closed = Log(past), False
        try:
            if not past:
                journal.append(log.record("", [opening]))
            done = {e.turn for e in past if isinstance(e, Rating | Failure)}
            for turn, heard in self._turns(session):
                if turn not in done:
                    going.turn = turn
                    going.at("", self.second.role)
                    await journal.settle()
                    await self.steering.gate(going)
                    given = await self._ask(turn, heard, table)
                    journal.append(log.record(self.second.role, [given]))
            if log.closing is None:
                journal.append(log.record("", [Closing(turn=session.turns, reason="closed")]))
            await journal.settle()
            closed = True
        finally:
            if not closed:
                journal.close(finished=False)
        await self.writer.room.insist(lambda: journal.close(finished=True))
        self.rated += 1

    async def _ask(self, turn: int, heard: Log, table: Table) -> AnyEvent:
        step = Rate(kind="rate", roles=(self.second.role,), of=self.second.of)
        (event,) = await step.run(Visit(self.second.role, turn, heard, table))
        self.failed += isinstance(event, Failure)
        return event

    def _turns(self, session: Session) -> Iterator[tuple[int, Log]]:
        """Yield every turn in which the patient spoke, with what had been said until then."""
        said: list[Utterance] = []
        for place, line in enumerate(session.transcript):
            said.append(line)
            after = session.transcript[place + 1 :]
            more = any(u.turn == line.turn and u.role == self.second.of for u in after)
            if line.role == self.second.of and not more:
                yield line.turn, Log(u.model_copy(update={"revision": 0}) for u in said)

    def _opening(self, session: Session, table: Table) -> Opening:
        role = self.second.role
        return Opening(
            trial=self.second.trial(session.opening.trial),
            plan=self.run.plan.hash,
            models={role: self.second.plan.scenario.model_for(role).model},
            prompts={role: digest(table.seats[role].prompt)},
            mhsim=mhsim.__version__,
            transcript=transcript_digest(session.transcript),
        )

    def _past(self, part: Path, opening: Opening) -> tuple[list[AnyEvent], int]:
        if not part.exists():
            return [], 0
        found = read_whole(part)
        first = found.events[0] if found.events else None
        if found.damage:
            self.writer.shelf.quarantine(part, found.damage)
        if not isinstance(first, Opening):
            return [], 0
        was, now = ((o.transcript, o.models, o.prompts) for o in (first, opening))
        if was != now:
            self.writer.shelf.earlier(part)
            return [], 0
        return found.events, found.ends[-1]

    def _place(self, trial: TrialId) -> Path:
        return self._folder / f"{trial.id}.jsonl"
