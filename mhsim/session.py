"""Play one trial, or go on with a cut one, yielding events."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Mapping, Sequence

import mhsim
from mhsim.casting import Casting
from mhsim.chat import Pool
from mhsim.errors import MhsimError, RunError
from mhsim.lowering import Compiled, Lowering, compile_graph
from mhsim.planning import Plan, make_plan
from mhsim.record import AnyEvent, Closing, Opening, TrialId
from mhsim.spec.graph import END
from mhsim.state import Log
from mhsim.table import Hear, Player, Table
from mhsim.text import digest


class Stage:
    """Plays the trials of one plan; graphs are compiled once per set of limits.

    Args:
        plan: the plan.
        players: role to player, for roles somebody in this process answers for.
        lowering: `session` for batches, `node` where somebody watches.
        pool: the connections to chat models; whoever makes it closes it.
    """

    def __init__(
        self,
        plan: Plan,
        players: Mapping[str, Player] | None = None,
        lowering: Lowering = "session",
        pool: Pool | None = None,
    ) -> None:
        self.plan = plan
        self.casting = Casting(plan, players, pool)
        self.lowering: Lowering = lowering
        self._compiled: dict[tuple[tuple[str, int], ...], Compiled] = {}

    def compiled(self, arm: str) -> Compiled:
        """Return the runnable graph of one arm."""
        limits = self.plan.limits(arm)
        key = tuple(sorted(limits.items()))
        if key not in self._compiled:
            self._compiled[key] = compile_graph(self.plan.graph, limits, self.lowering)
        return self._compiled[key]

    async def play(self, trial: TrialId, table: Table, past: Sequence[AnyEvent] = ()) -> Closing:
        """Play one trial to its closing event.

        Whatever goes wrong inside ends the trial with a closing that names it; nothing but
        cancellation gets out, so that one conversation cannot stop the others.

        Args:
            trial: the trial.
            table: its table, whose `emit` gets every new event.
            past: events of whole turns to go on from; a session that has ended is left as it is.
        """
        log = Log(past)
        if log.closing is not None:
            return log.closing
        compiled = self.compiled(trial.arm)
        try:
            if past:
                start, ending = compiled.walk.onward(past[-1].node, log) if log.turn else ("", "")
            else:
                table.emit(log.record("", [self._opening(trial, table)]))
                start, ending = "", ""
            if start != END:
                ending = await compiled.run(log, table, start or None)
            closing = Closing(turn=log.turn, reason=ending, detail=None)  # type: ignore[arg-type]
        except RunError:
            raise  # the disk or the budget, not the trial: nothing of it may be called closed
        except MhsimError as error:
            closing = Closing(turn=log.turn, reason="failure", detail=str(error))
        except Exception as error:  # noqa: BLE001 - the edge of a trial
            detail = f"{type(error).__name__}: {error}"
            closing = Closing(turn=log.turn, reason="failure", detail=detail)
        (stamped,) = log.record("", [closing])
        table.emit([stamped])
        await table.settle()
        assert isinstance(stamped, Closing)
        return stamped

    def whole_turns(self, trial: TrialId, events: Sequence[AnyEvent]) -> int:
        """Return how many of `events` make up whole turns, the opening included."""
        walk = self.compiled(trial.arm).walk
        return _whole(events, lambda end: walk.whole(events[:end]))

    def whole_visits(self, trial: TrialId, events: Sequence[AnyEvent]) -> int:
        """Return how many of `events` make up whole visits to nodes, the opening included."""
        walk = self.compiled(trial.arm).walk
        return _whole(events, lambda end: walk.finished(events[:end]))

    def _opening(self, trial: TrialId, table: Table) -> Opening:
        return Opening(
            trial=trial,
            plan=self.plan.hash,
            models={role: self.plan.scenario.model_for(role).model for role in trial.cast},
            prompts={r: digest(seat.prompt) for r, seat in table.seats.items() if seat.prompt},
            mhsim=mhsim.__version__,
            replies=self.casting.pool.books.terms.replies,
        )


def _whole(events: Sequence[AnyEvent], holds: Callable[[int], bool]) -> int:
    """Return the latest end of a visit at which it holds, else the opening's."""
    for end in range(len(events), 1, -1):
        here, after = events[end - 1], events[end] if end < len(events) else None
        if after is not None and (after.node, after.at) == (here.node, here.at):
            continue
        if here.node and holds(end):
            return end
    return 1 if events and isinstance(events[0], Opening) else 0


async def simulate(
    plan: Plan | str,
    trial: str | TrialId | None = None,
    *,
    players: Mapping[str, Player] | None = None,
    hear: Hear | None = None,
    arrive: Callable[[str], None] | None = None,
) -> AsyncIterator[AnyEvent]:
    """Play one conversation and yield its events as they happen.

    Args:
        plan: a plan, or a scenario's name.
        trial: which of its trials; the first, without it.
        players: role to player, for roles somebody in this process answers for.
        hear: called with a role and pieces of what it is saying.
        arrive: called with the name of each node that becomes active.

    Raises:
        InputError: the scenario or the trial's name is wrong.
    """
    made = make_plan(plan) if isinstance(plan, str) else plan
    if not isinstance(trial, TrialId):
        trial = made.trial(trial) if trial else next(made.trials())
    pool = Pool()
    stage = Stage(made, players, "node", pool)
    queue: asyncio.Queue[AnyEvent | None] = asyncio.Queue()

    def emit(events: Sequence[AnyEvent]) -> None:
        for event in events:
            queue.put_nowait(event)

    table = stage.casting.table(trial, emit=emit, hear=hear, arrive=arrive)
    task = asyncio.create_task(stage.play(trial, table))
    task.add_done_callback(lambda _: queue.put_nowait(None))
    try:
        while (event := await queue.get()) is not None:
            yield event
        await task
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
        await pool.close()
