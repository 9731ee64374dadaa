"""What the engine costs: `mhsim` against a hand-written loop that makes the same four calls.

    python benchmarks/engine.py           the figures, and benchmarks/results/latest.json
    python benchmarks/engine.py --quick   the same with next to no work: does it run?

A turn is four calls: therapist, patient, critic, judge. Players are scripted in code and answer at
once, so that what is measured is what stands around them. CPU time is that of the whole process,
threads that make files durable included.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import gc
import itertools
import json
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Coroutine, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any, TextIO

from mhsim import batch
from mhsim.forms import Findings, rating_form
from mhsim.library import Library
from mhsim.lowering import Lowering
from mhsim.planning import Plan, make_plan
from mhsim.process import calm_collector
from mhsim.report.table import table
from mhsim.session import Stage
from mhsim.spec.graph import Graph
from mhsim.spec.model import Model
from mhsim.spec.scenario import Arm, Scenario
from mhsim.table import Ask, Filled, Form, Line

HERE = Path(__file__).parent
ROLES = ("therapist", "patient", "critic", "judge")
WORKERS = 16
LIBRARY = Library((HERE.parent,))
PHQ9 = LIBRARY.load("instrument", "phq9")
RATING = rating_form(PHQ9)

GRAPH = Graph.model_validate(
    {
        "start": "therapist",
        "nodes": {
            "therapist": {"kind": "speak", "role": "therapist"},
            "patient": {"kind": "speak", "role": "patient"},
            "critic": {"kind": "review", "role": "critic", "of": "patient"},
            "judge": {"kind": "rate", "roles": ["judge"], "of": "patient"},
        },
        "edges": {
            "therapist": "patient",
            "patient": "critic",
            "critic": [{"to": "patient", "when": "flagged", "limit": "revisions"}, "judge"],
            "judge": [
                {"to": "end", "when": "closed"},
                {"to": "therapist", "limit": "turns"},
                "end",
            ],
        },
    }
)


class Scripted:
    """Answers at once: some sixty words, no flag, six items with evidence from several turns."""

    def __init__(self, role: str, turns: int) -> None:
        every = range(1, turns + 1)
        self._lines = [Line(_words(role, turn)) for turn in every]
        self._forms = [Filled(RATING.model_validate(_rating(turn))) for turn in every]
        self._findings = Filled(Findings(verdict="grounded"))

    async def say(self, ask: Ask) -> Line:
        """Say the turn's line."""
        return self._lines[ask.turn - 1]

    async def fill(self, ask: Ask, form: type[Form]) -> Filled[Form]:
        """Hand in the turn's form."""
        filled: Any = self._findings if form is Findings else self._forms[ask.turn - 1]
        return filled


def _words(role: str, turn: int) -> str:
    said = " ".join(f"word{(turn * 7 + n) % 97}" for n in range(52))
    return f"In turn {turn} the {role} says {said}."


def _rating(turn: int) -> dict[str, Any]:
    items = {
        f"item_{name}": {
            "state": "scaled" if place < 3 else "present",
            "value": 1 + place if place < 3 else None,
            "quotes": [f"In turn {max(1, turn - 2 * place)} the patient says"],
        }
        for place, name in enumerate(list(PHQ9.items)[:6])
    }
    return {"rationale": f"Said so until turn {turn}.", **items}


def players(turns: int) -> dict[str, Scripted]:
    """Return a player for every role."""
    return {role: Scripted(role, turns) for role in ROLES}


def plan(turns: int, conversations: int) -> Plan:
    """Return the plan that `mhsim` plays."""
    cast = zip(ROLES, ("interviewer", "shopkeeper", "culture", "severity"), strict=True)
    design = Scenario(
        graph=GRAPH,
        cast={role: (name,) for role, name in cast},
        models={"default": Model(model="code:here")},
        limits={"turns": turns, "revisions": 1},
        arms={"english": Arm(locales=("en-US",))},
        replicates=conversations,
    )
    return make_plan(design, LIBRARY)


# --- the engines: each makes ready for so many conversations of so many turns, then plays them

Play = Callable[[Path | None, int], Coroutine[Any, Any, object]]
"""Plays into a folder, if it writes, with so many workers."""


def by_hand(turns: int, conversations: int) -> Play:
    """Make ready the loop one would write without an engine: calls, a list, a line per answer."""
    seats = players(turns)

    async def play(folder: Path | None, workers: int) -> None:
        left = iter(range(conversations))

        async def work() -> None:
            for number in left:
                out = (folder / f"{number}.jsonl").open("w") if folder else None
                await _conversation(seats, turns, out)
                if out:
                    out.close()

        await asyncio.gather(*(work() for _ in range(workers)))

    return play


async def _conversation(seats: dict[str, Scripted], turns: int, out: TextIO | None) -> None:
    transcript: list[Any] = []
    for turn in range(1, turns + 1):
        for role in ("therapist", "patient"):
            line = await seats[role].say(Ask(role, "speak", turn, 0, transcript))
            transcript.append({"role": role, "text": line.text})
            if out:
                out.write(json.dumps({"turn": turn, "role": role, "text": line.text}) + "\n")
        for role, task, form in (("critic", "review", Findings), ("judge", "rate", RATING)):
            filled = await seats[role].fill(Ask(role, task, turn, 0, transcript), form)
            if out:
                reply = {"turn": turn, "role": role, **filled.form.model_dump()}
                out.write(json.dumps(reply) + "\n")
        if out:
            out.flush()


def by_batch(turns: int, conversations: int) -> Play:
    """Make ready what `mhsim run` does: a run directory, durable turn by turn."""
    made, seats = plan(turns, conversations), players(turns)
    return lambda folder, workers: batch.run(made, folder, workers=workers, players=seats)


def lowered(turns: int, conversations: int, lowering: Lowering) -> Play:
    """Make ready the engine without files, in one lowering."""
    stage = Stage(plan(turns, conversations), players(turns), lowering)

    async def play(_: Path | None, workers: int) -> None:
        left = stage.plan.trials()

        async def work() -> None:
            for trial in left:
                await stage.play(trial, stage.casting.table(trial))

        await asyncio.gather(*(work() for _ in range(workers)))

    return play


ENGINES: dict[str, tuple[Callable[[int, int], Play], bool]] = {
    "hand-loop": (by_hand, True),
    "mhsim": (by_batch, True),
    "hand-loop, no files": (by_hand, False),
    "mhsim by session, no files": (partial(lowered, lowering="session"), False),
    "mhsim by node, no files": (partial(lowered, lowering="node"), False),
}
"""Name to what makes ready, and whether it writes."""


# --- measuring


@dataclass(frozen=True, slots=True)
class Sample:
    """One measurement: CPU and wall seconds, and bytes of the conversations' files."""

    cpu: float
    wall: float
    size: int


def measure(engine: str, turns: int, conversations: int, workers: int = WORKERS) -> Sample:
    """Play, and measure."""
    ready, writes = ENGINES[engine]
    play = ready(turns, conversations)
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place) if writes else None
        gc.collect()
        cpu, wall = time.process_time(), time.perf_counter()
        with calm_collector():
            asyncio.run(play(folder, workers))
        cpu, wall = time.process_time() - cpu, time.perf_counter() - wall
        files = [path for path in Path(place).rglob("*.jsonl") if path.is_file()]
        return Sample(cpu, wall, sum(path.stat().st_size for path in files))


def peak(engine: str, turns: int, conversations: int, workers: int = WORKERS) -> float:
    """Return the peak memory, in MB, of a process that plays nothing else."""
    words = ["--alone", engine, str(turns), str(conversations), str(workers)]
    done = subprocess.run(
        [sys.executable, __file__, *words], check=True, capture_output=True, text=True
    )
    return float(done.stdout)


def alone(engine: str, *numbers: str) -> None:
    """Play, and print the peak memory."""
    turns, conversations, workers = map(int, numbers)
    measure(engine, turns, conversations, workers)
    print(own_peak())


def own_peak() -> float:
    """Return the peak memory of this process in MB."""
    kilobytes = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    # On Linux that begins with the peak of whoever started this process; the status does not.
    with contextlib.suppress(OSError):
        status = Path("/proc/self/status").read_text(encoding="utf-8")
        kilobytes = int(status.partition("VmHWM:")[2].split()[0])
    return kilobytes / 1024


def start_up(command: Sequence[str], times: int) -> float:
    """Return how many seconds a command takes: the median of some."""
    taken: list[float] = []
    for _ in range(times):
        began = time.perf_counter()
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
        taken.append(time.perf_counter() - began)
    return statistics.median(taken)


@dataclass(frozen=True, slots=True)
class Work:
    """How much is done.

    Args:
        turns: lengths of conversations.
        each: turns played in one measurement, over all its conversations.
        repeats: measurements, interleaved.
        crowds: conversations of 20 turns whose peak memory is compared.
        starts: how often a start is timed.
        apart: whether the peak memory of every row is that of a process of its own.
    """

    turns: tuple[int, ...] = (20, 60, 200)
    each: int = 4000
    repeats: int = 5
    crowds: tuple[int, int] = (200, 2000)
    starts: int = 10
    apart: bool = True

    def conversations(self, turns: int) -> int:
        """Return how many conversations of this length make one measurement."""
        return max(2, self.each // turns)


QUICK = Work(turns=(2, 4), each=8, repeats=1, crowds=(2, 4), starts=1, apart=False)


def rows(work: Work) -> Iterator[dict[str, Any]]:
    """Measure every engine at every length; yield a row each, with medians."""
    cases = list(itertools.product(work.turns, ENGINES))
    samples: dict[tuple[int, str], list[Sample]] = {case: [] for case in cases}
    for _ in range(work.repeats):
        for turns, engine in cases:
            samples[turns, engine].append(measure(engine, turns, work.conversations(turns)))
    for (turns, engine), found in samples.items():
        conversations = work.conversations(turns)
        calls = 4 * turns * conversations
        memory = peak(engine, turns, conversations) if work.apart else own_peak()
        cpu = 1000 * statistics.median(sample.cpu for sample in found)
        yield {
            "engine": engine,
            "transport": "none",
            "turns": turns,
            "conversations": conversations,
            "workers": WORKERS,
            "latency_ms": 0,
            "calls_per_turn": 4,
            "cpu_ms_per_call": round(cpu / calls, 4),
            "cpu_ms_per_turn": round(4 * cpu / calls, 4),
            "calls_per_s": round(calls / statistics.median(s.wall for s in found)),
            "peak_rss_mb": round(memory, 1),
            "bytes_per_conversation": round(found[0].size / conversations) or None,
        }


# --- telling


def told(found: Sequence[dict[str, Any]]) -> str:
    """Lay the rows out, with ratios to the loop and to the shortest conversation."""
    by = {(row["engine"], row["turns"]): row for row in found}
    shortest = min(row["turns"] for row in found)
    head = ["engine", "turns", "CPU ms/turn", "+loop", "x short", "calls/s", "B/turn", "peak MB"]
    cells: list[list[str]] = []
    for row in found:
        cpu, size = row["cpu_ms_per_turn"], row["bytes_per_conversation"]
        loop = by["hand-loop" if size else "hand-loop, no files", row["turns"]]["cpu_ms_per_turn"]
        cells.append(
            [
                row["engine"],
                str(row["turns"]),
                f"{cpu:.3f}",
                f"{cpu - loop:+.3f}",
                f"{cpu / by[row['engine'], shortest]['cpu_ms_per_turn']:.2f}",
                str(row["calls_per_s"]),
                str(round(size / row["turns"])) if size else "",
                f"{row['peak_rss_mb']:.0f}",
            ]
        )
    return table(head, cells)


def targets(found: Sequence[dict[str, Any]], work: Work) -> Iterator[tuple[str, float, float]]:
    """Yield what is aimed at: what it is, what was measured, and the most it may be."""
    ours = {row["turns"]: row for row in found if row["engine"] == "mhsim"}
    loop = {row["turns"]: row for row in found if row["engine"] == "hand-loop"}
    short, long = min(ours), max(ours)
    cpu = {turns: row["cpu_ms_per_turn"] for turns, row in ours.items()}
    size = {turns: row["bytes_per_conversation"] / turns for turns, row in ours.items()}
    more = max(cpu[turns] - loop[turns]["cpu_ms_per_turn"] for turns in cpu)
    yield f"CPU per turn at {long} turns, times that at {short}", cpu[long] / cpu[short], 1.2
    yield "CPU ms per turn more than the loop, at worst", more, 1.0
    yield f"bytes per turn at {long} turns, times those at {short}", size[long] / size[short], 1.05
    few, many = (peak("mhsim", work.turns[0], crowd, 64) for crowd in work.crowds)
    yield f"MB more at {work.crowds[1]} conversations than at {work.crowds[0]}", many - few, 60
    program = str(Path(sys.executable).with_name("mhsim"))
    yield "seconds of mhsim --help", start_up([program, "--help"], work.starts), 0.3
    start = [sys.executable, "-c", "import mhsim"]
    yield "seconds of import mhsim", start_up(start, work.starts), 0.3


def main() -> None:
    """Measure, print, and keep."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--quick", action="store_true", help="next to no work: does it run?")
    parser.add_argument("--out", type=Path, default=HERE / "results" / "latest.json")
    parser.add_argument("--alone", nargs=4, help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.alone:
        alone(*given.alone)
        return
    work = QUICK if given.quick else Work()
    with contextlib.suppress(KeyboardInterrupt):
        found = list(rows(work))
        print(f"{told(found)}\n")
        checked = [
            [what, f"{value:.3f}", f"{most:g}", "yes" if value <= most else "NO"]
            for what, value, most in targets(found, work)
        ]
        print(table(["target", "measured", "at most", "met"], checked))
        given.out.parent.mkdir(parents=True, exist_ok=True)
        given.out.write_text(json.dumps(found, indent=1) + "\n", encoding="utf-8")
        print(f"\n{given.out}")


if __name__ == "__main__":
    main()
