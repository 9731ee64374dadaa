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
