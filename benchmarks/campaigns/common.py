"""What campaigns share: a plan, players that write their calls down, processes to kill, reports."""

from __future__ import annotations

import asyncio
import os
import platform
import random
import re
import signal
import sys
import time
import warnings
from collections import Counter
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import mhsim
from mhsim import batch
from mhsim.casting import PLAYERS
from mhsim.forms import rating_form
from mhsim.library import Library
from mhsim.planning import Plan, make_plan
from mhsim.report.table import table
from mhsim.spec.model import Model
from mhsim.spec.scenario import Arm, Scenario
from mhsim.table import Ask, Brief, Filled, Form, Line

ROOT = Path(__file__).parents[2]
REPORTS = ROOT / "docs" / "reliability"
LIBRARY = Library((ROOT,))
PHQ9 = LIBRARY.load("instrument", "phq9")
RATING = rating_form(PHQ9)
ROLES = ("therapist", "patient", "judge")


PROVIDER = "campaign"


def plan(conversations: int, turns: int) -> Plan:
    """Return a plan of so many conversations: an interview with one judge."""
    if PROVIDER not in PLAYERS:
        PLAYERS.add(PROVIDER)(Player)
    cast = zip(ROLES, ("interviewer", "shopkeeper", "severity"), strict=True)
    design = Scenario(
        graph="interview",
        cast={role: (name,) for role, name in cast},
        models={"default": Model(model="campaign:player")},
        limits={"turns": turns},
        arms={"english": Arm(locales=("en-US",))},
        replicates=conversations,
    )
    return make_plan(design, LIBRARY)


def words(seed: str, count: int = 60) -> str:
    """Return a sentence of random words, the same for the same seed."""
    chance = random.Random(seed)
    letters = "etaoinshrdlu"
    return " ".join("".join(chance.choices(letters, k=chance.randint(3, 9))) for _ in range(count))


LINES = [Line(words(str(n))) for n in range(997)]


class Player:
    """Answers by turn after a while; writes down when it is asked and when it has answered.

    Args:
        brief: whose seat it takes.
    """

    latency = 0.0
    """Seconds an answer takes, half as long to one and a half times as long."""
    calls: int | None = None
    """The open file where calls are written down."""

    def __init__(self, brief: Brief) -> None:
        self._call = f"{brief.trial.id} {{}} {brief.role}\n"
        self._place = brief.trial.seed % 991 + len(brief.role)

    async def say(self, ask: Ask) -> Line:
        """Say the turn's line."""
        await self._wait(ask)
        return LINES[(self._place + 31 * ask.turn) % len(LINES)]

    async def fill(self, ask: Ask, form: type[Form]) -> Filled[Form]:
        """Hand in the same form every time."""
        await self._wait(ask)
        filled: Any = FILLED
        return filled

    async def _wait(self, ask: Ask) -> None:
        call = self._call.format(ask.turn)
        if self.calls is not None:
            os.write(self.calls, f"asked {call}".encode())
        if self.latency:
            await asyncio.sleep(self.latency * random.uniform(0.5, 1.5))
        if self.calls is not None:
            os.write(self.calls, f"answered {call}".encode())


def _rating() -> dict[str, Any]:
    items = {
        f"item_{name}": {"state": "scaled" if n < 3 else "present", "value": 1 if n < 3 else None}
        for n, name in enumerate(PHQ9.items)
    }
    return {"rationale": "As it was said.", **items}


FILLED = Filled(RATING.model_validate(_rating()))


def play(made: Plan, run: Path, workers: int, latency: float = 0.0, log: Path | None = None) -> Any:
    """Play a plan in this process, or go on with it."""
    Player.latency = latency
    Player.calls = os.open(log, os.O_WRONLY | os.O_APPEND | os.O_CREAT) if log else None
    try:
        return asyncio.run(batch.run(made, run, workers=workers))
    finally:
        if Player.calls is not None:
            os.close(Player.calls)
            Player.calls = None


def forked(job: Callable[[], object]) -> int:
    """Do a job in a copy of this process; return the copy's id."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        child = os.fork()
    if child:
        return child
    code = 99
    try:
        null = os.open(os.devnull, os.O_RDWR)
        for stream in (0, 1, 2):
            os.dup2(null, stream)
        job()
        code = 0
    finally:
        os._exit(code)


def killed(child: int, seconds: float) -> bool:
    """Kill a process after a while; say whether it was still alive."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        done, _ = os.waitpid(child, os.WNOHANG)
        if done:
            return False
        time.sleep(min(0.002, seconds))
    os.kill(child, signal.SIGKILL)
    os.waitpid(child, 0)
    return True


def timeless(data: bytes) -> bytes:
    """Return lines without when they were written, how long answers took, and their checksum."""
    return re.sub(rb'"(at|seconds|crc)":("[^"]*"|[0-9.e-]+)', rb'"\1":0', data)


def transcripts(run: Path) -> dict[str, bytes]:
    """Return the trial files of a run without their times."""
    return {p.name: timeless(p.read_bytes()) for p in sorted((run / "trials").iterdir())}


def calls(path: Path) -> tuple[Counter[str], Counter[str]]:
    """Return how often each call was made, and how often it was answered."""
    asked, answered = Counter[str](), Counter[str]()
    if path.exists():
        for line in path.read_text().splitlines():
            what, _, call = line.partition(" ")
            (asked if what == "asked" else answered)[call] += 1
    return asked, answered


def report(name: str, about: str, rows: Sequence[Sequence[str]], more: str = "") -> bool:
    """Write a campaign's report and print it; return whether all that is aimed at was met.

    Args:
        name: the campaign's.
        about: what was done, in a paragraph.
        rows: what is aimed at, what was found, and `yes` or `no`.
        more: anything else, as Markdown.
    """
    met = all(row[-1] != "no" for row in rows)
    found = table(["aimed at", "found", "met"], [list(row) for row in rows])
    made = time.strftime("%Y-%m-%d", time.gmtime())
    system = f"Python {platform.python_version()}, {os.cpu_count()} cores, {platform.system()}"
    text = (
        f"# Campaign: {name}\n\n{about}\n\n```text\n{found}\n```\n\n{more}"
        f"Made by `make campaign-{name}` on {made} with mhsim {mhsim.__version__}, {system}.\n"
    )
    REPORTS.mkdir(parents=True, exist_ok=True)
    (REPORTS / f"{name}.md").write_text(text, encoding="utf-8")
    sys.stdout.write(f"{found}\n{REPORTS / name}.md\n")
    return met
