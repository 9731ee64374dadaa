"""Play what is planned and not yet done, so many at a time; resume is the same call again."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from mhsim.chat import Terms, afford
from mhsim.outcome import Outcome, Watcher
from mhsim.planning import Plan, make_plan
from mhsim.shift import Hands, Shift, ready
from mhsim.spec.scenario import Scenario
from mhsim.steering import WORKERS as WORKERS
from mhsim.steering import Steering
from mhsim.table import Player
from mhsim.writer import Writer


async def run(
    plan: Plan | str | Scenario,
    out: str | Path | None = None,
    *,
    workers: int = WORKERS,
    players: Mapping[str, Player] | None = None,
    watcher: Watcher | None = None,
    steering: Steering | None = None,
    terms: Terms | None = None,
    accept: bool = False,
) -> Outcome:
    """Play every planned trial that is not closed yet.

    Cancelling leaves everything that is finished on disk; calling again goes on from there. So it
    does after the batch had to stop: `Outcome.stopped` then says why.

    Args:
        plan: a plan, a scenario, or a scenario's name.
        out: the run directory; `runs/<scenario>` without it.
        workers: conversations at once, 1 or more; what `steering` says, where there is one.
        players: role to player, for roles somebody in this process answers for.
        watcher: told how it gets on.
        steering: pauses, drains and resizes the batch while it goes on.
        terms: what chat models may cost, and where replies may come from besides them.
        accept: where the plan differs from that of the run directory, play again what it changes.

    Raises:
        InputError: the scenario is wrong, or the price of a model with a budget is not known.
        RunError: the directory holds another plan, has another writer, is damaged, or cannot be
            written.
    """
    made = plan if isinstance(plan, Plan) else make_plan(plan)
    path = Path(out) if out else Path("runs") / made.name
    hands = Hands(players or {}, watcher, steering or Steering(workers), terms or Terms())
    paid = set(made.scenario.cast) - {*hands.players}
    afford(hands.terms, (made.scenario.model_for(role) for role in paid))  # before a folder is made
    with Writer(path, made, accept=accept) as writer:
        async with ready(Shift, writer, hands) as batch:
            left = batch.left(made.trials())
            await batch.play(left, f"{batch.tally.kept} of {made.size} are closed")
    return batch.outcome()
