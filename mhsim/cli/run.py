"""mhsim run"""

from __future__ import annotations

import asyncio
import signal
import sys
from pathlib import Path
from typing import Annotated

from cyclopts import Parameter

from mhsim.cli.output import note, say
from mhsim.errors import InputError


def run(
    scenario: str,
    *,
    out: Annotated[Path | None, Parameter(help="Run directory; runs/<scenario> by default.")] = None,
    workers: Annotated[int, Parameter(help="Conversations at once.")] = 16,
    replicates: Annotated[int | None, Parameter(help="Another number of replicates.")] = None,
    quiet: Annotated[bool, Parameter(negative="", help="No progress.")] = False,
) -> int:
    """Play every planned conversation; resumes where it stopped.

    The same command again goes on with what is not finished. Exit code 1 means that some trials
    failed; they are named.

    Example: mhsim run persona-trap --out runs/first --workers 32

    Parameters
    ----------
    scenario
        A scenario's name or file.
    """
    if workers < 1:
        raise InputError(f"--workers: found {workers}; 1 or more")
    if replicates is not None and replicates < 1:
        raise InputError(f"--replicates: found {replicates}; 1 or more")
    from mhsim import batch
    from mhsim.cli.progress import Progress
    from mhsim.planning import make_plan

    plan = make_plan(scenario, changes={"replicates": replicates} if replicates else None)
    path = out or Path("runs") / plan.name
    with Progress(plan, sys.stderr, quiet=quiet) as progress:
        try:
            outcome = asyncio.run(_play(batch.run(plan, path, workers=workers, watcher=progress)))
        except (KeyboardInterrupt, asyncio.CancelledError):
            progress.close()
            options = f" --replicates {replicates}" if replicates else ""
            note(f"interrupted; every finished turn is on disk. To go on:\n  mhsim run {scenario}"
                 f" --out {path}{options}")  # fmt: skip
            return 130
    kept = f", {outcome.kept} were done before" if outcome.kept else ""
    resumed = f", {outcome.resumed} went on from finished turns" if outcome.resumed else ""
    note(f"{outcome.played} of {plan.size} conversations played{kept}{resumed}")
    for kind, count in sorted(outcome.failures.items()):
        note(f"failures: {kind} {count}")
    for trial, reason in list(outcome.failed.items())[:20]:
        note(f"failed: {trial}: {reason}")
    say(str(path))
    note(f"next: mhsim report {path}")
    return 1 if outcome.failed else 0


async def _play(job: object) -> object:
    """Await the batch; SIGTERM and a closed terminal end it as Ctrl-C does."""
    import mhsim.batch

    task = asyncio.ensure_future(job)  # type: ignore[arg-type]
    loop = asyncio.get_running_loop()
    for name in (signal.SIGTERM, signal.SIGHUP):
        loop.add_signal_handler(name, task.cancel)
    outcome = await task
    assert isinstance(outcome, mhsim.batch.Outcome)
    return outcome
