"""The fault campaign holds, on a small scale: real runs, a server that misbehaves, SIGKILL."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from support import ROOT


def test_nothing_is_lost_made_up_or_paid_twice_among_faults() -> None:
    """`make faults` does the same with three hundred conversations."""
    words = [sys.executable, str(ROOT / "benchmarks" / "faults.py"), "--quick", "--out", "page.md"]
    done = subprocess.run(words, check=False, capture_output=True, text=True, timeout=300)
    assert done.returncode == 0, done.stdout + done.stderr
    page = Path("page.md").read_text(encoding="utf-8")
    assert "`killed`: every conversation is closed" in page
    assert "does not hold" not in page
