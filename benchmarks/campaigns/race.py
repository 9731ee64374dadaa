"""Campaign: several runners at once on one directory; one writes, the others are told who."""

from __future__ import annotations

import argparse
import contextlib
import os
import random
import signal
import sys
import tempfile
import time
from pathlib import Path

from common import forked, plan, report

from mhsim.errors import RunError
from mhsim.lock import writer_of
from mhsim.writer import Writer


def race(run: Path, runners: int, *, stale: bool) -> tuple[int, int, int]:
    """Start runners at the same moment; return how many wrote, at most at once, and were refused.

    Args:
        run: the run directory.
        runners: how many.
        stale: whether a writer was killed there just before.
    """
    made = plan(1, 1)
    if stale:
        dead = forked(lambda: (Writer(run, made), time.sleep(30)))
        while writer_of(run) is None:
            time.sleep(0.005)
        os.kill(dead, signal.SIGKILL)
        os.waitpid(dead, 0)
    marks = run.with_name("marks")
    start = time.time() + 0.1

    def runner() -> None:
        time.sleep(max(0.0, start - time.time()))
        said = f"in {os.getpid()}\n"
        try:
            with Writer(run, made):
                _say(marks, said)
                time.sleep(0.2)
                _say(marks, f"out {os.getpid()}\n")
        except RunError as error:
            named = "process" in str(error) or "somebody" in str(error)
            _say(marks, "refused\n" if named else "unnamed\n")

    for child in [forked(runner) for _ in range(runners)]:
        os.waitpid(child, 0)
    lines = marks.read_text().splitlines()
    inside = most = 0
    for line in lines:
        inside += line.startswith("in") - line.startswith("out")
        most = max(most, inside)
    return sum(line.startswith("in") for line in lines), most, lines.count("refused")


def _say(file: Path, text: str) -> None:
    out = os.open(file, os.O_WRONLY | os.O_APPEND | os.O_CREAT)
    os.write(out, text.encode())
    os.close(out)


def campaign(races: int) -> tuple[int, int, int, int]:
    """Race so often; return races with one writer at a time, with a writer, refused, runners."""
    chance = random.Random(3)
    alone = won = refused = started = 0
    for number in range(races):
        with tempfile.TemporaryDirectory() as folder:
            runners = chance.randint(2, 8)
            wrote, most, told = race(Path(folder) / "run", runners, stale=number % 2 == 1)
            alone += most == 1
            won += wrote >= 1
            refused += told
            started += runners
            started -= wrote
    return alone, won, refused, started


def main() -> None:
    """Run the campaign and write its report."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--races", type=int, default=100)
    races = parser.parse_args().races
    with contextlib.suppress(KeyboardInterrupt):
        alone, won, refused, losers = campaign(races)
        rows = [
            [f"races with one writer at a time: {races}", str(alone), _met(alone == races)],
            [f"races that somebody won: {races}", str(won), _met(won == races)],
            [f"losers told who writes: {losers}", str(refused), _met(refused == losers)],
        ]
        about = (
            f"{races} races of 2 to 8 processes that open one run directory for writing at the "
            "same moment; before every second race a writer was killed there with SIGKILL and left "
            "its lock behind. A winner writes for 0.2 s; who comes later may follow it."
        )
        sys.exit(0 if report("race", about, rows) else 1)


def _met(so: bool) -> str:
    return "yes" if so else "no"


if __name__ == "__main__":
    main()
