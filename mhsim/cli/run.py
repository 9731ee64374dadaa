"""`mhsim run`: the batch."""

from __future__ import annotations

import asyncio
import shlex
import signal
import sys
from collections.abc import Coroutine, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, TypeVar

from cyclopts import Parameter

from mhsim.cli.output import note, say
from mhsim.cli.terms import Options, sensible
from mhsim.errors import InputError

if TYPE_CHECKING:
    from mhsim.batch import Outcome
    from mhsim.chat import Terms
    from mhsim.errors import Halt
    from mhsim.steering import Steering

Came = TypeVar("Came")

_NAMED = 20
"""How many failed conversations are named."""


def run(
    scenario: str,
    /,
    *,
    out: Path | None = None,
    workers: int = 16,
    replicates: int | None = None,
    quiet: bool = False,
    grace: float = 30.0,
    accept_changes: bool = False,
    paying: Annotated[Options, Parameter(name="*")] = Options(),  # noqa: B008
) -> int:
    """Play every planned conversation; go on where it stopped.

    The same command again plays what is not finished, and nothing twice. The exit code is 1 where
    conversations failed, which are named, and 3 where the budget was used up. Ctrl-C finishes the
    turns in flight and stops; a second one stops at once. From another terminal, mhsim watch and
    mhsim ctl attach to it.

    Examples:
        mhsim run persona-trap
        mhsim run persona-trap --out runs/first --workers 32
        mhsim run mine --budget 20 --cache replies

    Args:
        scenario: a scenario's name or file.
        out: the run directory; runs/SCENARIO without it.
        workers: conversations at once.
        replicates: another number of replicates than the scenario's.
        quiet: show no progress.
        grace: seconds that turns in flight have to finish in when it is stopped.
        accept_changes: where the scenario has changed since, play again what that touches.
        paying: what chat models may cost, and where replies come from.
    """
    numbers = {"--workers": workers, "--replicates": replicates}
    sensible(numbers)
    if grace < 0:
        raise InputError(f"mhsim run: --grace: found {grace:g}; 0 or more seconds")
    terms = paying.terms()
    from mhsim import batch
    from mhsim.cli.progress import Progress
    from mhsim.planning import make_plan
    from mhsim.steering import Steering

    plan = make_plan(scenario, changes={"replicates": replicates} if replicates else None)
    path = out or Path("runs") / plan.name
    again = _again(scenario, {"--out": path, **numbers, **paying.words()})
    with Progress(plan, sys.stderr, quiet=quiet) as progress:
        steering = Steering(workers, grace, progress.tell)
        job = batch.run(
            plan, path, watcher=progress, steering=steering, terms=terms, accept=accept_changes
        )
        outcome = asyncio.run(stoppable(job, steering))
    if outcome is None or (steering.draining and not outcome.stopped):
        note("interrupted; every finished turn is on disk. To go on:")
        note(f"  {again}")
        return 130
    tell(outcome, plan.size)
    if outcome.stopped:
        say(str(path))
        return stopped(outcome.stopped, again)
    return _done(outcome, workers, terms, quiet=quiet)


def _done(outcome: Outcome, workers: int, terms: Terms, *, quiet: bool) -> int:
    """Do what comes after the last conversation; return the exit code."""
    path = outcome.run.path
    code = 1 if outcome.failed else 0
    if outcome.run.plan.scenario.pairwise is not None:
        from mhsim.cli.compare import compared

        code = compared(path, workers, terms, quiet=quiet) or code
    say(str(path))
    note(f"next: mhsim report {shlex.quote(str(path))}")
    return code


def stopped(halt: Halt, again: str) -> int:
    """Say why the batch stopped, and how it goes on; return the exit code."""
    note(f"stopped: {halt.detail}")
    more = " with a larger budget" if halt.reason == "budget" else ""
    note(f"every finished turn is on disk. To go on{more}:")
    note(f"  {again}")
    return 3 if halt.reason == "budget" else 1


async def stoppable(job: Coroutine[Any, Any, Came], steering: Steering) -> Came | None:
    """Await the batch; Ctrl-C, SIGTERM and a closed terminal drain it first, then stop it."""
    task = asyncio.ensure_future(job)
    loop = asyncio.get_running_loop()
    for name in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        loop.add_signal_handler(name, steering.drain)
    try:
        return await task
    except asyncio.CancelledError:
        return None


def _again(scenario: str, options: Mapping[str, Any]) -> str:
    """Return the command that goes on."""
    words = ["mhsim", "run", scenario]
    for option, value in options.items():
        words += [option, str(value)] if value is not None else []
    return shlex.join(words)


def tell(outcome: Outcome, planned: int) -> None:
    """Say what a batch came to, and name what failed."""
    kept = f", {outcome.kept} were done before" if outcome.kept else ""
    resumed = f", {outcome.resumed} went on from finished turns" if outcome.resumed else ""
    note(f"{outcome.played} of {planned} conversations played{kept}{resumed}")
    if outcome.spent.calls:
        note(f"spent: {outcome.spent}")
    if outcome.failures:
        note(f"failures: {', '.join(f'{kind} {n}' for kind, n in outcome.failures.items())}")
    for trial, reason in list(outcome.failed.items())[:_NAMED]:
        note(f"failed: {trial}: {reason}")
    if len(outcome.failed) > _NAMED:
        note(f"failed: and {len(outcome.failed) - _NAMED} more; see {outcome.run.path}/run.log")
    if outcome.failed:
        note(f"to play them again: mhsim rerun {shlex.quote(str(outcome.run.path))} --failed")
