"""The shelf of a run: what is set aside is kept there and named; nothing is ever deleted."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from pathlib import Path

from mhsim.disk import disk
from mhsim.record import AnyEvent, dump


class Shelf:
    """Where a run keeps damaged files, earlier attempts, and answers that were cut off.

    Args:
        path: the run directory.
        note: told what was put there.
    """

    def __init__(self, path: Path, note: Callable[[str], None]) -> None:
        self._path = path
        self._note = note

    def quarantine(self, file: Path, damage: str) -> Path:
        """Keep a copy of a damaged file in `quarantine/`.

        Raises:
            RunError: the disk refused.
        """
        with disk(file):
            copy = self._free("quarantine", file.name)
            write_whole(copy, file.read_bytes())
        self._note(f"{file.name}: {damage}; kept as quarantine/{copy.name}")
        return copy

    def earlier(self, file: Path, *, leave: bool = False) -> Path:
        """Move a trial's file to `attempts/`.

        Args:
            file: the file.
            leave: give it a second name there instead, for somebody who will replace it.

        Raises:
            RunError: the disk refused.
        """
        with disk(file):
            place = self._free("attempts", file.name)
            if leave:
                os.link(file, place)
            else:
                file.rename(place)
            sync(place.parent)
            sync(file.parent)
        self._note(f"{file.name}: kept as attempts/{place.name}")
        return place

    def attempt(self, trial: str) -> Path:
        """Return where a new attempt at a closed trial is written, or goes on."""
        folder = self._path / "attempts"
        with disk(folder):
            folder.mkdir(exist_ok=True)
        return folder / f"{trial}.jsonl.part"

    def cut(self, trial: str, events: Sequence[AnyEvent]) -> None:
        """Keep what was paid for and is cut off: a line each in `cut.jsonl`.

        Raises:
            RunError: the disk refused.
        """
        file = self._path / "cut.jsonl"
        with disk(file), file.open("ab") as out:
            for event in events:
                line = dump(event).rstrip(b"\n")
                out.write(b'{"trial":"%b","event":%b}\n' % (trial.encode(), line))

    def _free(self, folder: str, name: str) -> Path:
        """Return a name in a folder that nobody has: the file's, and a number."""
        place = self._path / folder
        place.mkdir(exist_ok=True)
        taken = {other.name for other in place.iterdir()}
        number = next(n for n in range(1, 10**6) if f"{name}.{n}" not in taken)
        return place / f"{name}.{number}"


def write_whole(file: Path, data: bytes) -> None:
    """Write a whole file durably, and give it its name last.

    Raises:
        OSError: the disk refused.
    """
    draft = file.with_name(f"{file.name}.part")
    with draft.open("wb") as out:
        out.write(data)
        out.flush()
        os.fsync(out.fileno())
    draft.rename(file)
    sync(file.parent)


def sync(folder: Path) -> None:
    """Make the names in a folder durable.

    Raises:
        OSError: the disk refused.
    """
    file = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(file)
    finally:
        os.close(file)
