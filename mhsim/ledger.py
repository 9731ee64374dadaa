"""Ledger: comparisons.jsonl, one durable line per comparison; a torn last line is cut off."""

from __future__ import annotations

import os
from pathlib import Path

from pydantic import ValidationError

from mhsim.comparison import Compared, Key
from mhsim.disk import disk
from mhsim.errors import RunError
from mhsim.syncer import Syncer

FILE = "comparisons.jsonl"


def read(path: Path) -> dict[Key, Compared]:
    """Read the comparisons of a run by their keys; of two of the same key the later one counts.

    Args:
        path: the run directory.

    Raises:
        RunError: a line that is not the last is damaged.
    """
    return _read(path / FILE)[0]


def _read(file: Path) -> tuple[dict[Key, Compared], int]:
    """Return what a file holds, and how many of its bytes are whole lines."""
    if not file.exists():
        return {}, 0
    with disk(file):
        lines = file.read_bytes().split(b"\n")
    found: dict[Key, Compared] = {}
    end = 0
    for n, line in enumerate(lines[:-1], 1):
        try:
            compared = Compared.model_validate_json(line)
        except ValidationError as error:
            if n == len(lines) - 1 and not lines[-1]:
                break
            raise RunError(f"{file}: line {n} is damaged; mend or remove that line") from error
        found[compared.key] = compared
        end += len(line) + 1
    return found, end


class Ledger:
    """The file while it is written.

    Args:
        path: the run directory.
        syncer: who makes it durable.

    Raises:
        RunError: the disk refused, or a line is damaged.
    """

    def __init__(self, path: Path, syncer: Syncer) -> None:
        self._path = path / FILE
        self._syncer = syncer
        self.known, self._written = _read(self._path)
        with disk(self._path):
            self._file = os.open(self._path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o644)
            os.ftruncate(self._file, self._written)

    async def add(self, compared: Compared) -> None:
        """Append a comparison, and wait until it is on disk.

        Raises:
            RunError: the disk refused; nothing of it is kept.
        """
        data = compared.model_dump_json(exclude_none=True).encode(errors="replace") + b"\n"
        with disk(self._path):
            try:
                done = os.write(self._file, data)
                while done < len(data):
                    done += os.write(self._file, data[done:])
            except OSError:
                os.ftruncate(self._file, self._written)
                raise
            self._written += len(data)
            await self._syncer.sync(self._file)
        self.known[compared.key] = compared

    def close(self) -> None:
        """Close the file."""
        os.close(self._file)
