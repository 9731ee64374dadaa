"""Tape: every reply of a run as lines of JSON, with who asked and what it cost; no key, no prompt.

The run's own tape says what was spent, and answers again for the calls of a turn that was cut. Any
tape can be played instead of calling anybody.
"""

from __future__ import annotations

import json
import os
from collections import defaultdict, deque
from collections.abc import Collection, Iterator
from contextlib import suppress
from dataclasses import fields
from pathlib import Path
from typing import Any

from mhsim.chat.address import Place
from mhsim.chat.purse import Spending
from mhsim.chat.request import Reply
from mhsim.errors import RunError

_FIELDS = tuple(f.name for f in fields(Reply) if f.name != "source")


def packed(reply: Reply) -> dict[str, Any]:
    """Return a reply as plain data, without what is missing."""
    return {n: v for n in _FIELDS if (v := getattr(reply, n)) is not None}


class Tape:
    """A file of replies; what it holds is read once, what comes is appended.

    Args:
        path: the file; made when the first reply comes.
        wanted: ids of trials whose replies are to be played again; None for all.

    Raises:
        RunError: the file cannot be read.
    """

    def __init__(self, path: Path, wanted: Collection[str] | None = None) -> None:
        self.path = path
        self.spent = Spending()
        self._replies: defaultdict[tuple[str, str, str], deque[Reply]] = defaultdict(deque)
        self._wanted = wanted
        self._file: int | None = None
        self._end = 0
        with suppress(FileNotFoundError):
            self._read()

    def play(self, place: Place, key: str) -> Reply | None:
        """Return the next reply to this call of this seat; None where there is no more."""
        replies = self._replies.get((place.trial, place.role, key))
        return replies.popleft() if replies else None

    def keep(self, place: Place, key: str, reply: Reply, charge: float | None = None) -> None:
        """Append a reply.

        Args:
            place: who asked.
            key: the digest of the call.
            reply: what came.
            charge: US dollars charged to the budget where the cost is not known.

        Raises:
            RunError: the disk refused.
        """
        row: dict[str, Any] = {"trial": place.trial, "role": place.role, "key": key}
        if charge:
            row["charge"] = charge
        if reply.source:
            row["source"] = reply.source
        row["reply"] = packed(reply)
        if not reply.source:
            self.spent.calls += 1
            self.spent.unpriced += reply.cost is None
        line = json.dumps(row, ensure_ascii=False).encode(errors="surrogatepass") + b"\n"
        try:
            if self._file is None:
                self._file = self._open()
            os.write(self._file, line)
        except OSError as error:
            raise RunError(f"{self.path}: {error.strerror}; see to the disk and go on") from error

    def close(self) -> None:
        """Close the file."""
        if self._file is not None:
            os.close(self._file)
            self._file = None

    def _open(self) -> int:
        """Open the file for what comes; half a line, left by a crash, is cut off."""
        file = os.open(self.path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o644)
        if os.fstat(file).st_size > self._end:
            os.ftruncate(file, self._end)
        return file

    def _read(self) -> None:
        for place, reply, charge in self._rows():
            if not reply.source:
                self.spent.calls += 1
                self.spent.tokens += reply.tokens
                self.spent.dollars += charge or reply.cost or 0.0
                self.spent.unpriced += reply.cost is None
            if self._wanted is None or place[0] in self._wanted:
                self._replies[place].append(reply)

    def _rows(self) -> Iterator[tuple[tuple[str, str, str], Reply, float | None]]:
        """Yield what was written: trial, role and digest, the reply, what was charged for it."""
        with self.path.open("rb") as file:
            for number, line in enumerate(file, 1):
                if not line.endswith(b"\n"):
                    return
                try:
                    row = json.loads(line)
                    place = (row["trial"], row["role"], row["key"])
                    reply = Reply(**row["reply"], source=row.get("source"))
                except (ValueError, TypeError, KeyError) as error:
                    raise RunError(f"{self.path}: line {number} is damaged; delete it") from error
                yield place, reply, row.get("charge")
                self._end += len(line)
