"""Campaign: a trial's file cut at every byte of its last records, and every bit of one flipped."""

from __future__ import annotations

import argparse
import sys
import tempfile
from pathlib import Path

from common import plan, play, report, timeless

from mhsim.journal import read_whole


def campaign(turns: int, step: int = 1) -> dict[str, tuple[int, int]]:
    """Cut and flip; return what is aimed at, how often it held, and how often it was tried.

    Args:
        turns: of the conversation.
        step: every byte and bit, or every so many.
    """
    made = plan(1, turns)
    with tempfile.TemporaryDirectory() as folder:
        run = Path(folder) / "run"
        play(made, run, 1)
        (closed,) = (run / "trials").iterdir()
        whole = closed.read_bytes()
        part = closed.with_name(f"{closed.name}.part")
        closed.rename(part)
        rows = whole.splitlines(keepends=True)
        tail = len(b"".join(rows[-3:]))
        cuts = list(range(len(whole) - tail, len(whole), step))
        held = [0, 0]
        for cut in cuts:
            part.write_bytes(whole[:cut])
            found = read_whole(part)
            held[0] += len(found.events) == whole[:cut].count(b"\n") and found.damage is None
            held[1] += _resumed(made, run, part, whole)
        middle = len(rows) // 2
        start = len(b"".join(rows[:middle]))
        bits = list(range(8 * start, 8 * (start + len(rows[middle])), step))
        flips = [0, 0]
        for bit in bits:
            flipped = bytearray(whole)
            flipped[bit // 8] ^= 1 << bit % 8
            part.write_bytes(flipped)
            found = read_whole(part)
            named = (found.damage or "").startswith(f"line {middle + 1} ")
            flips[0] += named and len(found.events) == middle
            if bit % 8 == 0:
                flips[1] += _resumed(made, run, part, whole)
        kept = len(list((run / "quarantine").iterdir()))
    return {
        "cut files that open and lose only the torn record": (held[0], len(cuts)),
        "cut files gone on with to the same end": (held[1], len(cuts)),
        "flipped bits whose line is named, and none before it lost": (flips[0], len(bits)),
        "flipped files gone on with to the same end": (flips[1], sum(b % 8 == 0 for b in bits)),
        "flipped files kept in quarantine": (kept, sum(b % 8 == 0 for b in bits)),
    }


def _resumed(made: object, run: Path, part: Path, whole: bytes) -> bool:
    """Go on with a file; say whether it comes to the same end, and open it again."""
    play(made, run, 1)  # type: ignore[arg-type]
    closed = part.with_suffix("")
    same = timeless(closed.read_bytes()) == timeless(whole)
    closed.unlink()
    return same


def main() -> None:
    """Run the campaign and write its report."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--turns", type=int, default=10)
    parser.add_argument("--step", type=int, default=1)
    given = parser.parse_args()
    found = campaign(given.turns, given.step)
    rows = [
        [f"{what}: {tried}", str(held), "yes" if held == tried else "no"]
        for what, (held, tried) in found.items()
    ]
    about = (
        f"One conversation of {given.turns} turns, its file cut at every byte of the last three "
        "records, and every bit of a record in the middle flipped. Each cut file, and of the "
        "flipped ones one per byte, is gone on with by a real batch."
    )
    sys.exit(0 if report("torn", about, rows) else 1)


if __name__ == "__main__":
    main()
