"""`mhsim judge`: another judge's ratings of stored transcripts."""

from __future__ import annotations

import asyncio
import shlex
from typing import Annotated

from cyclopts import Parameter

from mhsim.cli.output import note, say
from mhsim.cli.terms import Options
from mhsim.errors import InputError


def judge(
    run: str,
    /,
    *,
    judge: str,
    model: str | None = None,
    name: str | None = None,
    workers: int = 16,
    paying: Annotated[Options, Parameter(name="*")] = Options(),  # noqa: B008
) -> int:
    """Have another judge rate stored transcripts, beside the old ratings.

    Nothing that is there changes: its ratings are a set of their own in opinions/. The same command
    again rates what is not rated yet. The exit code is 1 where turns could not be rated.

    Examples:
        mhsim judge persona-trap --judge severity
        mhsim judge runs/first --judge severity --model openai:gpt-5-mini

    Args:
        run: a run directory, or the name of one in runs/.
        judge: which judge, by the name of its file.
        model: what answers for it; the scenario's default, without it.
        name: what the set is called; made of judge and model, without it.
        workers: transcripts at once.
        paying: what chat models may cost, and where replies come from.
    """
    if workers < 1:
        raise InputError(f"mhsim judge: --workers: found {workers}; 1 or more")
    terms = paying.terms()
    from mhsim.cli.run import stoppable
    from mhsim.opinion import judge as rate
    from mhsim.opinion import second
    from mhsim.shift import Hands
    from mhsim.steering import Steering
    from mhsim.store import Run, find_run

    opened = Run(find_run(run))
    added = second(opened, judge, model, name)
    steering = Steering(workers, tell=note)
    done = asyncio.run(stoppable(rate(opened, added, Hands({}, None, steering, terms)), steering))
    if done is None or steering.draining:
        note("interrupted; every finished rating is on disk; the same command goes on")
        return 130
    rated, failed = done
    note(f"{added.role}: {rated} transcripts rated, {failed} turns could not be rated")
    say(str(opened.path / "opinions" / added.role))
    note(f"next: mhsim report {shlex.quote(str(opened.path))}")
    return 1 if failed else 0
