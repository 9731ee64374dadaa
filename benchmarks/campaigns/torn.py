"""Campaign: trials' files cut at every byte of their last records, and every bit of one flipped."""

from __future__ import annotations

import argparse
import sys
import tempfile
from pathlib import Path

from common import plan, play, report, transcripts

from mhsim.journal import read_whole


def campaign(turns: int, most: int) -> dict[str, tuple[int, int]]:
    """Cut and flip; return what is aimed at, how often it held, and how often it was tried.

    Args:
        turns: of each conversation.
        most: cuts and flipped bytes, at most.
    """
    made = plan(most, turns)
    with tempfile.TemporaryDirectory() as folder:
        run = Path(folder) / "run"
        play(made, run, 64)
        before = transcripts(run)
        opened, cuts = _cut(run, most)
        play(made, run, 64)
        same = _alike(before, transcripts(run))
        named, bits, flipped = _flip(run, most)
        play(made, run, 64)
        again = _alike(before, transcripts(run))
        kept = len(list((run / "quarantine").iterdir()))
    return {
        "cut files that open and lose only the torn record": (opened, cuts),
        "conversations gone on with to the same end": (same, most),
        "flipped bits whose line is named, none before it lost": (named, bits),
        "conversations gone on with to the same end, again": (again, most),
        "damaged files kept in quarantine": (kept, flipped),
    }


def _cut(run: Path, most: int) -> tuple[int, int]:
    """Cut each file one byte shorter than the one before, over its last three records."""
    held = tried = 0
    for number, closed in enumerate(sorted((run / "trials").iterdir()), 1):
        whole = closed.read_bytes()
        tail = len(b"".join(whole.splitlines(keepends=True)[-3:]))
        if number > min(tail, most):
            break
        part = closed.rename(closed.with_name(f"{closed.name}.part"))
        part.write_bytes(whole[:-number])
        found = read_whole(part)
        held += len(found.events) == whole[:-number].count(b"\n") and found.damage is None
        tried += 1
    return held, tried


def _flip(run: Path, most: int) -> tuple[int, int, int]:
    """Flip every bit of one record; leave one bit of each file flipped."""
    held = tried = left = 0
    for number, closed in enumerate(sorted((run / "trials").iterdir())):
        whole = closed.read_bytes()
        rows = whole.splitlines(keepends=True)
        middle = len(rows) // 2
        start = len(b"".join(rows[:middle]))
        if number >= min(len(rows[middle]), most):
            break
        part = closed.rename(closed.with_name(f"{closed.name}.part"))
        for bit in range(8):
            flipped = bytearray(whole)
            flipped[start + number] ^= 1 << bit
            part.write_bytes(flipped)
            found = read_whole(part)
            named = (found.damage or "").startswith(f"line {middle + 1} ")
            held += named and len(found.events) == middle
            tried += 1
        left += 1
    return held, tried, left


def _alike(one: dict[str, bytes], other: dict[str, bytes]) -> int:
    return sum(other.get(name) == data for name, data in one.items())


def main() -> None:
    """Run the campaign and write its report."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--turns", type=int, default=4)
    parser.add_argument("--most", type=int, default=1500)
    given = parser.parse_args()
    found = campaign(given.turns, given.most)
    rows = [
        [f"{what}: {tried}", str(held), "yes" if held == tried else "no"]
        for what, (held, tried) in found.items()
    ]
    about = (
        f"{given.most} conversations of {given.turns} turns. The n-th file is cut n bytes before "
        "its end, over every byte of the last three records, and gone on with. Then every bit of a "
        "record in the middle is flipped, the n-th byte's in the n-th file, and one flipped bit of "
        "each is left there and gone on with."
    )
    sys.exit(0 if report("torn", about, rows) else 1)


if __name__ == "__main__":
    main()
