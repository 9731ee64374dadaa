"""`mhsim rerun`: another attempt at what failed."""

from __future__ import annotations

import asyncio
import shlex
import sys
from typing import Annotated

from cyclopts import Parameter

from mhsim.cli.output import note, say
from mhsim.cli.terms import Options
from mhsim.errors import InputError


def rerun(
    run: str,
    /,
    *,
    failed: bool = False,
    damaged: bool = False,
    workers: int = 16,
    quiet: bool = False,
    paying: Annotated[Options, Parameter(name="*")] = Options(),  # noqa: B008
) -> int:
    """Give conversations that failed another attempt.

    The old one stays until the new one has succeeded, and is then kept in attempts/. A damaged file
    is kept in quarantine/, and its conversation goes on before the first damaged line.

    Examples:
        mhsim rerun persona-trap --failed
        mhsim rerun runs/first --damaged

    Args:
        run: a run directory, or the name of one in runs/.
        failed: those that failed.
        damaged: those whose files are damaged, or which were not finished; reads every file.
        workers: conversations at once.
        quiet: show no progress.
        paying: what chat models may cost, and where replies come from.
    """
    if not failed and not damaged:
        raise InputError("mhsim rerun: say which: --failed, --damaged, or both")
    if workers < 1:
        raise InputError(f"mhsim rerun: --workers: found {workers}; 1 or more")
    terms = paying.terms()
    from mhsim.cli.progress import Progress
    from mhsim.cli.run import stoppable, stopped, tell
    from mhsim.rerun import rerun as again
    from mhsim.shift import Hands
    from mhsim.steering import Steering
    from mhsim.store import Run, find_run

    opened = Run(find_run(run))
    with Progress(opened.plan, sys.stderr, quiet=quiet) as progress:
        steering = Steering(workers, tell=progress.tell)
        hands = Hands({}, progress, steering, terms)
        job = again(opened, hands, failed=failed, damaged=damaged)
        outcome = asyncio.run(stoppable(job, steering))
    words = ["mhsim", "rerun", run, "--failed" * failed, "--damaged" * damaged]
    more = (str(w) for k, v in paying.words().items() if v is not None for w in (k, v))
    go_on = shlex.join([*filter(None, words), *more])
    if outcome is None or (steering.draining and not outcome.stopped):
        note("interrupted; every finished turn is on disk. To go on:")
        note(f"  {go_on}")
        return 130
    tell(outcome, outcome.played)
    if outcome.stopped:
        return stopped(outcome.stopped, go_on)
    say(str(opened.path))
    return 1 if outcome.failed else 0
