"""What tests of runs and verbs share: small scenarios, commands called, files compared."""

from __future__ import annotations

import asyncio
import contextlib
import io
import os
import re
import subprocess
import sys
import time
import warnings
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from support import filled, plan, seats

from mhsim import batch, cli
from mhsim.casting import PLAYERS
from mhsim.planning import Plan
from mhsim.players.reference import seat as reference
from mhsim.record import AnyEvent, Closing, TrialId
from mhsim.table import Ask, Brief, Filled, Form, Line, Player

SMALL = """\
# A small scenario: one patient, two arms, one judge.
about: A small scenario.
graph: interview
cast: {patient: shopkeeper, therapist: interviewer, judge: severity}
limits: {turns: 4}
arms:
  english: {locales: [en-US]}
  chinese: {locales: [zh-CN], localize: biography}
replicates: 2
seed: 7
"""

PLAIN = filled("1????????", "get by")
"""A judge's reply that cites what the scripted patient says."""


@dataclass(frozen=True)
class Called:
    """What a command came to."""

    code: int
    out: str
    err: str


def small(text: str = SMALL, name: str = "small", **changes: object) -> Path:
    """Write a scenario below the working directory; `changes` replace whole lines by their key."""
    for key, value in changes.items():
        line = f"{key}: {value}"
        text, found = re.subn(rf"(?m)^{key}: .*$", line, text)
        text = text if found else f"{text}{line}\n"
    path = Path("scenarios") / f"{name}.yaml"
    path.parent.mkdir(exist_ok=True)
    path.write_text(text, encoding="utf-8")
    return path


def scripted(turns: int = 3, replicates: int = 1, graph: str = "interview", **more: Any) -> Plan:
    """Return a plan whose seats are all played by scripts in code."""
    return plan(graph, {"turns": turns}, replicates=replicates, **more)


def played(
    made: Plan,
    out: str | Path = "run",
    replies: Mapping[str, Sequence[Any] | Player] | None = None,
    **more: Any,
) -> batch.Outcome:
    """Play a scripted plan into a directory."""
    players = dict(seats(made, {"judge": [PLAIN] * 99, **(replies or {})}))
    return asyncio.run(batch.run(made, out, players=players, **more))


def call(*arguments: str) -> Called:
    """Call a verb in this process."""
    out, err = io.StringIO(), io.StringIO()
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
        code = cli.call(list(arguments))
    return Called(code, out.getvalue(), err.getvalue())


def command(*arguments: str) -> list[str]:
    """Return the command line that starts the real program."""
    return [sys.executable, "-m", "mhsim", *arguments]


def process(*arguments: str, before: Sequence[str] = (), **more: Any) -> Called:
    """Run the real program to its end; `before` is what starts it."""
    given: dict[str, Any] = {"capture_output": True, "text": True, "timeout": 120, **more}
    done = subprocess.run([*before, *command(*arguments)], check=False, **given)
    return Called(done.returncode, done.stdout or "", done.stderr or "")


def forked(*arguments: str, before: Callable[[], object] | None = None) -> int:
    """Start the program as a copy of this process, which has imported everything already.

    What it prints lands in the files `out` and `err`; `before` is called in the copy first.
    """
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        child = os.fork()
    if child:
        return child
    code = 99
    try:
        os.dup2(os.open(os.devnull, os.O_RDWR), 0)
        for stream, name in ((1, "out"), (2, "err")):
            os.dup2(os.open(name, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o644), stream)
        sys.stdout, sys.stderr = os.fdopen(1, "w"), os.fdopen(2, "w")
        if before:
            before()
        code = cli.call(list(arguments))
        sys.stdout.flush()
        sys.stderr.flush()
    finally:
        os._exit(code)


def ended(child: int) -> Called:
    """Wait for a forked program; return what it came to. Killed by a signal, its code is that."""
    status = os.waitpid(child, 0)[1]
    code = os.waitstatus_to_exitcode(status)
    return Called(code, Path("out").read_text(), Path("err").read_text())


def trials(run: str | Path) -> dict[str, bytes]:
    """Return the trial files of a run without their times."""
    files = sorted((Path(run) / "trials").iterdir())
    return {file.name: timeless(file.read_bytes()) for file in files}


def timeless(data: bytes) -> bytes:
    """Return lines without when they were written, how long answers took, and their checksum."""
    return re.sub(rb'"(at|seconds|crc)":("[^"]*"|[0-9.e-]+)', rb'"\1":0', data)


def reopen(run: str | Path, trial: str, keep: int | None = None) -> Path:
    """Turn a closed trial back into one in progress, with its first `keep` bytes."""
    closed = Path(run) / "trials" / f"{trial}.jsonl"
    part = closed.with_name(f"{trial}.jsonl.part")
    part.write_bytes(closed.read_bytes()[:keep])
    closed.unlink()
    return part


def lines(path: Path) -> list[bytes]:
    """Return the lines of a file with their ends."""
    return path.read_bytes().splitlines(keepends=True)


def wait_for(what: Callable[[], object], seconds: float = 60) -> None:
    """Wait until something is so."""
    end = time.monotonic() + seconds
    while not what():
        assert time.monotonic() < end, "it never came"
        time.sleep(0.005)


class Told:
    """A watcher that keeps what it is told."""

    def __init__(self) -> None:
        self.calls: list[tuple[Any, ...]] = []

    def kept(self, trial: TrialId, closing: Closing) -> None:
        """Keep it."""
        self.calls.append(("kept", trial.id, closing.reason))

    def started(self, trial: TrialId, turns: int) -> None:
        """Keep it."""
        self.calls.append(("started", trial.id, turns))

    def happened(self, trial: TrialId, events: Sequence[AnyEvent]) -> None:
        """Keep it."""
        self.calls.append(("happened", trial.id, [event.event for event in events]))

    def finished(self, trial: TrialId, closing: Closing) -> None:
        """Keep it."""
        self.calls.append(("finished", trial.id, closing.reason))


class Counted:
    """The reference simulator, with every call written down in `calls.log` as it is answered."""

    def __init__(self, brief: Brief) -> None:
        self._player = reference(brief)
        self._trial = brief.trial.id

    async def say(self, ask: Ask) -> Line:
        """Write the call down, and answer it."""
        await asyncio.sleep(0.002)
        self._count(ask)
        return await self._player.say(ask)

    async def fill(self, ask: Ask, form: type[Form]) -> Filled[Form]:
        """Write the call down, and answer it."""
        await asyncio.sleep(0.002)
        self._count(ask)
        return await self._player.fill(ask, form)

    def _count(self, ask: Ask) -> None:
        with Path("calls.log").open("ab", buffering=0) as log:
            log.write(f"{self._trial} {ask.turn} {ask.role}\n".encode())


@contextlib.contextmanager
def counting() -> Iterator[None]:
    """Register the counting player."""
    PLAYERS.add("counted")(Counted)
    try:
        yield
    finally:
        PLAYERS.remove("counted")


def calls() -> list[tuple[str, int, str]]:
    """Return the calls written down: trial, turn, role."""
    log = Path("calls.log")
    rows = (line.split() for line in (log.read_text() if log.exists() else "").splitlines())
    return [(trial, int(turn), role) for trial, turn, role in rows]


def is_root() -> bool:
    """Say whether permissions do not count for us."""
    return os.geteuid() == 0
