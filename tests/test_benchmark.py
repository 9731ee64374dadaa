"""The benchmark runs; how fast, it says itself."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

from support import ROOT

KEYS = {
    "engine", "transport", "turns", "conversations", "workers", "latency_ms", "calls_per_turn",
    "cpu_ms_per_call", "cpu_ms_per_turn", "calls_per_s", "peak_rss_mb", "bytes_per_conversation",
}  # fmt: skip


def run(script: str) -> str:
    """Run a benchmark with next to no work; return what it prints."""
    done = subprocess.run(
        [sys.executable, str(ROOT / "benchmarks" / script), "--quick", "--out", "rows.json"],
        check=False,
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_the_benchmark_of_clients_adds_its_rows_to_the_others() -> None:
    """Nothing is timed."""
    other = dict.fromkeys(KEYS, 0) | {"engine": "mhsim", "transport": "none"}
    old = other | {"transport": "http", "engine": "old"}
    Path("rows.json").write_text(json.dumps([other, old]), encoding="utf-8")
    assert "CPU ms per call with log, engine and judging" in run("light.py")
    first, *rows = json.loads(Path("rows.json").read_text(encoding="utf-8"))
    assert first == other
    assert {row["engine"] for row in rows} == {"aiohttp", "light client", "LightChatModel", "mhsim"}
    assert all(set(row) == KEYS and row["transport"] == "http" for row in rows)


def test_the_engine_benchmark_runs_and_writes_the_agreed_rows() -> None:
    """With next to no work; nothing is timed."""
    script = ROOT / "benchmarks" / "engine.py"
    done = subprocess.run(
        [sys.executable, str(script), "--quick", "--out", "rows.json"],
        check=False,
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr
    rows = json.loads(Path("rows.json").read_text(encoding="utf-8"))
    assert {"mhsim", "hand-loop"} <= {row["engine"] for row in rows}
    assert all(set(row) == KEYS for row in rows)
    assert "bytes per turn at 4 turns, times those at 2" in done.stdout


def test_the_benchmark_of_the_critic_tells_packs_as_shipped_and_four_times_as_large() -> None:
    """On four utterances of one language; nothing is held against a clock."""
    script = ROOT / "benchmarks" / "critic.py"
    done = subprocess.run(
        [sys.executable, str(script), "--quick"], check=False, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr
    shipped, larger = (line.split() for line in done.stdout.splitlines()[2:])
    assert shipped[0] == "bn-BD"
    assert larger[:3] == ["bn-BD", "x", "4"]
    assert int(larger[3]) == 4 * int(shipped[1])
