"""Campaign: thousands of conversations in one process: memory, event loop, bytes, resume scan."""

from __future__ import annotations

import argparse
import asyncio
import resource
import sys
import tempfile
import time
from dataclasses import dataclass, field
from pathlib import Path

from common import Player, plan, report

from mhsim import batch
from mhsim.record import Utterance
from mhsim.store import Run

_LOOK = 0.05
"""Seconds between two looks at the event loop."""


@dataclass
class Found:
    """What was measured: seconds of lag, megabytes over time."""

    lags: list[float] = field(default_factory=list)
    memory: list[float] = field(default_factory=list)


async def _watched(found: Found, job: asyncio.Future[object]) -> None:
    while not job.done():
        began = time.perf_counter()
        await asyncio.sleep(_LOOK)
        found.lags.append(time.perf_counter() - began - _LOOK)
        if len(found.lags) % 20 == 0:
            found.memory.append(_resident())


def _resident() -> float:
    """Return the memory in use now, in MB."""
    pages = int(Path("/proc/self/statm").read_text(encoding="utf-8").split()[1])
    return pages * resource.getpagesize() / 2**20


def campaign(conversations: int, turns: int, workers: int, latency: float) -> dict[str, float]:
    """Play them all; return what was measured."""
    made, found = plan(conversations, turns), Found()
    Player.latency = latency
    with tempfile.TemporaryDirectory() as folder:
        run = Path(folder) / "run"

        async def play() -> None:
            job = asyncio.ensure_future(batch.run(made, run, workers=workers))
            await _watched(found, job)
            await job

        cpu, wall = time.process_time(), time.perf_counter()
        asyncio.run(play())
        cpu, wall = time.process_time() - cpu, time.perf_counter() - wall
        size = sum(path.stat().st_size for path in (run / "trials").iterdir())
        text = sum(
            len(event.text.encode())
            for trial in list(made.trials())[:20]
            for event in Run(run).session(trial.id).events
            if isinstance(event, Utterance)
        ) / min(20, conversations)
        began = time.perf_counter()
        again = asyncio.run(batch.run(made, run, workers=workers))
        scan = time.perf_counter() - began
        assert again.played == 0
    lags = sorted(found.lags)
    late = found.memory[len(found.memory) // 2 :] or [0.0]
    early = found.memory[: max(1, len(found.memory) // 4)] or [0.0]
    return {
        "wall": wall,
        "cpu_ms_per_call": 1000 * cpu / (3 * turns * conversations),
        "turns_per_s": turns * conversations / wall,
        "peak_mb": max(found.memory or [0.0]),
        "growth_mb": max(late) - max(early),
        "lag_p99_ms": 1000 * lags[int(len(lags) * 0.99)] if lags else 0.0,
        "bytes_per_text": size / conversations / text,
        "scan_s": scan,
    }


def main() -> None:
    """Run the campaign and write its report."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--conversations", type=int, default=10_000)
    parser.add_argument("--turns", type=int, default=20)
    parser.add_argument("--workers", type=int, default=200)
    given = parser.parse_args()
    found = campaign(given.conversations, given.turns, given.workers, latency=0.05)
    aims = [
        ("peak memory in MB: at most 500", "peak_mb", 500),
        ("event loop lag p99 in ms: under 100", "lag_p99_ms", 100),
        ("resume scan in s: at most 5", "scan_s", 5),
        ("CPU ms per call, everything included: at most 0.8", "cpu_ms_per_call", 0.8),
        ("bytes of the log per byte of text: at most 1.3", "bytes_per_text", 1.3),
    ]
    rows = [
        [what, f"{found[key]:.2f}", "yes" if found[key] <= most else "no"]
        for what, key, most in aims
    ]
    about = (
        f"{given.conversations:,} conversations of {given.turns} turns, {given.workers} at once, "
        "three calls a turn that take 25 to 75 ms, all judging, logging and durability on; the "
        f"machine was shared with other work. {found['wall']:.0f} s, "
        f"{found['turns_per_s']:.0f} turns per second; memory grew by {found['growth_mb']:.0f} MB "
        "from the first quarter to the end."
    )
    sys.exit(0 if report("soak", about, rows) else 1)


if __name__ == "__main__":
    main()
