"""Campaign: a file system of 16 MB that fills up, and gets room again."""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from common import forked, plan, play, report, transcripts

from mhsim.journal import read_whole
from mhsim.record import Rating


def turns(run: Path) -> int:
    """Count the finished turns on file."""
    files = list((run / "trials").iterdir()) if (run / "trials").exists() else []
    return sum(isinstance(e, Rating) for p in files if p.exists() for e in read_whole(p).events)


def campaign(size: int, conversations: int, length: int) -> dict[str, object]:
    """Fill a file system of so many megabytes; make room; return what was found."""
    made = plan(conversations, length)
    with tempfile.TemporaryDirectory() as folder:
        disk = Path(folder) / "disk"
        disk.mkdir()
        mount = ["mount", "-t", "tmpfs", "-o", f"size={size}m", "none", str(disk)]
        subprocess.run(mount, check=True)
        try:
            # Something else takes the room, so that the run meets a full disk however it counts.
            child = forked(lambda: play(made, disk / "run", 16, 0.002))
            while turns(disk / "run") < 20:
                time.sleep(0.02)
            _fill(disk / "ballast")
            log = disk / "run" / "run.log"
            began = time.monotonic()
            while time.monotonic() - began < 60 and _stands_still(disk / "run") is False:
                pass
            paused = time.monotonic() - began
            before = turns(disk / "run")
            alive = os.waitpid(child, os.WNOHANG)[0] == 0
            (disk / "ballast").unlink()
            _, status = os.waitpid(child, 0)
            play(made, Path(folder) / "calm", 16)
            same = transcripts(disk / "run") == transcripts(Path(folder) / "calm")
            said = log.read_text()
        finally:
            subprocess.run(["umount", str(disk)], check=True)
    return {
        "paused": paused,
        "before": before,
        "alive": alive,
        "code": os.waitstatus_to_exitcode(status),
        "same": same,
        "said": "paused; make room" in said,
        "again": "there is room again" in said,
    }


def _fill(ballast: Path) -> None:
    """Take all the room there is."""
    with ballast.open("wb", buffering=0) as out:
        for size in (2**16, 2**12, 512):
            try:
                while True:
                    out.write(b"x" * size)
            except OSError:
                continue


def _stands_still(run: Path) -> bool:
    before = turns(run)
    time.sleep(2.5)
    return turns(run) == before


def main() -> None:
    """Run the campaign and write its report."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--size", type=int, default=16)
    given = parser.parse_args()
    found = campaign(given.size, conversations=200, length=10)
    rows = [
        ["the batch pauses and does not fail", str(found["alive"]), _met(found["alive"])],
        ["it says so", str(found["said"]), _met(found["said"])],
        ["it goes on by itself, and says so", str(found["again"]), _met(found["again"])],
        ["it ends well: exit code 0", str(found["code"]), _met(found["code"] == 0)],
        ["final transcripts like an undisturbed run's", str(found["same"]), _met(found["same"])],
    ]
    about = (
        f"200 conversations of 10 turns on a file system of {given.size} MB. After some turns "
        f"something else takes all the room to the last byte; {found['before']} finished turns "
        "were on file then. When nothing moves any more, the room is given back."
    )
    sys.exit(0 if report("disk", about, rows) else 1)


def _met(so: object) -> str:
    return "yes" if so else "no"


if __name__ == "__main__":
    main()
