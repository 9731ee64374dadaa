"""The one writer of a run directory: holds its lock, writes its plan, hands out journals."""

from __future__ import annotations

import os
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import Self

from mhsim.difference import differences
from mhsim.disk import ELSEWHERE, NoRoom, Room, disk
from mhsim.errors import RunError
from mhsim.journal import Journal, read_closing
from mhsim.ledger import Ledger
from mhsim.lock import drop, take
from mhsim.planning import Plan
from mhsim.record import AnyEvent, Closing, dump
from mhsim.state import now
from mhsim.store import read_plan
from mhsim.syncer import Syncer


class Writer:
    """The right to write in a run directory; a context manager.

    Args:
        path: the run directory; made where it does not exist.
        plan: what is run there.

    Raises:
        RunError: somebody else writes there, or the plan there is another one.
    """

    def __init__(self, path: Path, plan: Plan) -> None:
        self.path = path
        self.plan = plan
        self.trials = path / "trials"
        self.room = Room(path)
        self._notes: list[str] = []
        with disk(path):
            self.trials.mkdir(parents=True, exist_ok=True)
            self._lock = take(path / "lock")
            try:
                self._write_plan()
                self._folder = os.open(self.trials, os.O_RDONLY)
            except BaseException:
                drop(self._lock)
                raise
        self._syncer = Syncer()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._syncer.close()
        with suppress(OSError):
            os.fsync(self._folder)
        os.close(self._folder)
        drop(self._lock)

    def closings(self) -> dict[str, Closing]:
        """Return how the trials that have ended did so, by their ids.

        One whose last line is damaged has not ended: it is set aside and opened again.

        Raises:
            RunError: the disk refused.
        """
        found: dict[str, Closing] = {}
        for path in sorted(self.trials.glob("*.jsonl")):
            try:
                found[path.name.removesuffix(".jsonl")] = read_closing(path)
            except RunError as error:
                self.reopen(path, str(error).partition(": ")[2].partition(";")[0])
        return found

    def begun(self) -> set[str]:
        """Return the ids of the trials that have begun and not ended."""
        return {path.name.removesuffix(".jsonl.part") for path in self.trials.glob("*.part")}

    def part(self, trial: str) -> Path:
        """Return where a trial in progress is written."""
        return self.trials / f"{trial}.jsonl.part"

    def closed(self, trial: str) -> Path:
        """Return where a closed trial lies."""
        return self.trials / f"{trial}.jsonl"

    async def journal(self, part: Path, keep: int = 0) -> Journal:
        """Open a trial's file, keeping its first `keep` bytes; waits where the disk is full.

        Raises:
            RunError: the disk refused.
        """
        return await self.room.insist(
            lambda: Journal(part, self._syncer, self._folder, keep, self.room)
        )

    def quarantine(self, path: Path, damage: str) -> Path:
        """Keep a copy of a damaged file beside the others, and name it in the run's log.

        Raises:
            RunError: the disk refused.
        """
        folder = self.path / "quarantine"
        with disk(folder):
            folder.mkdir(exist_ok=True)
            taken = {other.name for other in folder.iterdir()}
            number = next(n for n in range(1, 10**6) if f"{path.name}.{n}" not in taken)
            copy = folder / f"{path.name}.{number}"
            _write(copy, path.read_bytes())
        self.note(f"{path.name}: {damage}; kept as quarantine/{copy.name}")
        return copy

    def reopen(self, closed: Path, damage: str) -> None:
        """Set a damaged closed trial aside, and open it again from what is whole of it.

        Raises:
            RunError: the disk refused.
        """
        self.quarantine(closed, damage)
        with disk(closed):
            closed.rename(closed.with_name(f"{closed.name}.part"))
            _sync(closed.parent)

    def cut(self, trial: str, events: Sequence[AnyEvent]) -> None:
        """Keep what was paid for and is cut off: a line each in `cut.jsonl`.

        Raises:
            RunError: the disk refused.
        """
        file = self.path / "cut.jsonl"
        with disk(file), file.open("ab") as out:
            for event in events:
                line = dump(event).rstrip(b"\n")
                out.write(b'{"trial":"%b","event":%b}\n' % (trial.encode(), line))

    def ledger(self) -> Ledger:
        """Open the run's comparisons.

        Raises:
            RunError: the disk refused, or a line of them is damaged.
        """
        return Ledger(self.path, self._syncer)

    def note(self, text: str) -> None:
        """Write a line to the run's own log; on a full disk it is written with the next one.

        Raises:
            RunError: the disk refused.
        """
        file = self.path / "run.log"
        self._notes.append(f"{now().isoformat(timespec='seconds')} {text}\n")
        with suppress(NoRoom), disk(file), file.open("ab") as log:
            start = log.tell()
            try:
                log.write("".join(self._notes).encode())
                log.flush()
                self._notes.clear()
            except OSError:
                os.ftruncate(log.fileno(), start)
                raise

    def _write_plan(self) -> None:
        file = self.path / "plan.json"
        if not file.exists():
            _write(file, self.plan.model_dump_json(by_alias=True, exclude_none=True).encode())
            return
        stored = read_plan(self.path)
        if stored.hash != self.plan.hash:
            changes = "\n".join(f"  {line}" for line in differences(stored, self.plan))
            raise RunError(
                f"{self.path} holds a run of another plan:\n{changes}\n"
                f"{ELSEWHERE}, or bring back what was changed"
            )


def _write(file: Path, data: bytes) -> None:
    """Write a whole file durably, and give it its name last."""
    draft = file.with_name(f"{file.name}.part")
    with draft.open("wb") as out:
        out.write(data)
        out.flush()
        os.fsync(out.fileno())
    draft.rename(file)
    _sync(file.parent)


def _sync(folder: Path) -> None:
    """Make the names in a folder durable."""
    file = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(file)
    finally:
        os.close(file)
