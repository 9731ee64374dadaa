"""`mhsim compare`: pairwise judging of a run's conversations."""

from __future__ import annotations

import asyncio
import shlex
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Self, TextIO

from cyclopts import Parameter

from mhsim.cli.output import note, say
from mhsim.cli.terms import Options
from mhsim.errors import Halt, InputError

if TYPE_CHECKING:
    from mhsim.chat import Terms
    from mhsim.comparison import Compared

_OFTEN = 10.0
"""Seconds between two lines where there is no terminal."""


def compare(
    run: str,
    /,
    *,
    workers: int = 16,
    quiet: bool = False,
    paying: Annotated[Options, Parameter(name="*")] = Options(),  # noqa: B008
) -> int:
    """Have judges say which of two patients is more depressed.

    Every two patients within arm and locale, as the scenario's `pairwise` says; `mhsim run` does it
    at its end. What is on file is not asked again. The exit code is 1 where judges gave no answer.

    Examples:
        mhsim compare persona-trap
        mhsim compare runs/first --workers 32

    Args:
        run: a run directory, or the name of one in runs/.
        workers: comparisons at once.
        quiet: show no progress.
        paying: what chat models may cost, and where replies come from.
    """
    if workers < 1:
        raise InputError(f"mhsim compare: --workers: found {workers}; 1 or more")
    from mhsim.store import find_run

    path = find_run(run)
    code = compared(path, workers, paying.terms(), quiet=quiet)
    say(str(path))
    return code


def compared(path: Path, workers: int, terms: Terms, *, quiet: bool) -> int:
    """Make the comparisons of a run, tell how it gets on, and return the exit code."""
    from mhsim.comparing import compare as make
    from mhsim.comparison import count
    from mhsim.store import Run

    run = Run(path)
    with _Counter(count(run.plan), sys.stderr, quiet=quiet) as listener:
        try:
            outcome = asyncio.run(make(run, workers=workers, listener=listener, terms=terms))
        except (KeyboardInterrupt, asyncio.CancelledError):
            listener.close()
            note("interrupted; every comparison made is on disk. To go on:")
            note(f"  mhsim compare {shlex.quote(str(path))}")
            return 130
        except Halt as halt:
            listener.close()
            note(f"stopped: {halt.detail}")
            note(f"every comparison made is on disk. To go on: mhsim compare {path}")
            return 3 if halt.reason == "budget" else 1
    kept = f", {outcome.kept} were done before" if outcome.kept else ""
    note(f"{outcome.made} of {outcome.planned} comparisons made{kept}")
    if outcome.missing:
        note(f"{outcome.missing} comparisons lack a finished conversation")
    if outcome.failed:
        note(f"{outcome.failed} comparisons have no answer; comparisons.jsonl says why")
    return 1 if outcome.failed else 0


class _Counter:
    """Tells how many comparisons are made; a context manager."""

    def __init__(self, planned: int, stream: TextIO, *, quiet: bool) -> None:
        from mhsim.trace.sheet import Live, is_terminal

        self._planned = planned
        self._stream = stream
        self._made = 0
        self._quiet = quiet
        self._spoke = time.monotonic()
        shown = is_terminal(stream) and not quiet
        self._live = Live(stream, lambda columns: [self._line()[:columns]], None) if shown else None

    def __enter__(self) -> Self:
        if self._live:
            self._live.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Stop showing."""
        if self._live:
            self._live.stop()
        self._live = None

    def compared(self, compared: Compared) -> None:
        """Count one."""
        self._made += 1
        here = time.monotonic()
        if not self._live and not self._quiet and here - self._spoke >= _OFTEN:
            self._spoke = here
            self._stream.write(f"{self._line()}\n")

    def _line(self) -> str:
        return f"{self._made}/{self._planned} comparisons"
