"""One trial's file while it is played: appended to visit by visit, durable turn by turn."""

from __future__ import annotations

import os
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from mhsim.disk import NoRoom, Room, disk
from mhsim.errors import RunError
from mhsim.record import AnyEvent, Closing, dump, parse
from mhsim.seal import seal, unseal
from mhsim.syncer import Syncer


class Journal:
    """One trial's file: appended to, made durable turn by turn, renamed once when it is closed.

    Bytes that are not known to be on disk are kept in memory: so a disk that was full for a while,
    or whose fsync failed, gets them again.

    Args:
        path: the `.part` file.
        syncer: who makes it durable.
        folder: the open folder it lies in, made durable with it once: it holds the file's name.
        keep: bytes of the existing file to keep; the rest is cut off.
        room: where a full disk is waited for; without it a full disk is an error.

    Raises:
        RunError: the disk refused.
    """

    def __init__(
        self,
        path: Path,
        syncer: Syncer,
        folder: int,
        keep: int = 0,
        room: Room | None = None,
    ) -> None:
        self.path = path
        self._syncer = syncer
        self._folder: int | None = folder
        self._room = room
        self._durable = keep
        self._fresh = bytearray()
        self._passed = 0
        with disk(path):
            self._file = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o644)
            os.ftruncate(self._file, keep)

    def append(self, events: Sequence[AnyEvent]) -> None:
        """Append the events of one visit in one write.

        Where the disk is full and somebody waits for it, they are kept for `settle`.

        Raises:
            RunError: the disk refused; nothing of them is kept.
        """
        before = len(self._fresh)
        self._fresh += b"".join([seal(dump(event)) for event in events])
        try:
            self._write()
        except NoRoom:
            if self._room is None:
                del self._fresh[before:]
                raise
            self._room.refused()
        except RunError:
            del self._fresh[before:]
            raise

    async def settle(self) -> None:
        """Wait until all that was appended is on disk, however long there is no room for it.

        Raises:
            RunError: the disk refused.
        """
        while True:
            if self._room is None:
                self._write()
            elif self._passed < len(self._fresh):
                await self._room.insist(self._write)
            count = len(self._fresh)
            try:
                with disk(self.path):
                    await self._sync()
            except NoRoom:
                if self._room is None:
                    raise
                # What a failed fsync left behind is anybody's guess: it is written once more.
                await self._room.insist(self._take_back)
                continue
            self._durable += count
            self._passed -= count
            del self._fresh[:count]
            return

    def close(self, *, finished: bool) -> None:
        """Close the file; a finished one gets its final name. May be called again if that fails.

        Raises:
            RunError: the disk refused.
        """
        with disk(self.path):
            if self._file >= 0:
                file, self._file = self._file, -1
                os.close(file)
            if finished:
                self.path.rename(self.path.with_suffix(""))

    async def _sync(self) -> None:
        await self._syncer.sync(self._file)
        if self._folder is not None:
            await self._syncer.sync(self._folder)
            self._folder = None

    def _write(self) -> None:
        """Write what is fresh and not written yet, all of it or nothing."""
        rest = memoryview(self._fresh)[self._passed :]
        try:
            with disk(self.path):
                try:
                    while rest:
                        rest = rest[os.write(self._file, rest) :]
                except OSError:
                    os.ftruncate(self._file, self._durable + self._passed)
                    raise
            self._passed = len(self._fresh)
        finally:
            rest.release()

    def _take_back(self) -> None:
        with disk(self.path):
            os.ftruncate(self._file, self._durable)
        self._passed = 0
        self._write()


@dataclass(frozen=True)
class Reading:
    """What could be read of a file that may be cut or damaged anywhere.

    Args:
        events: those of its whole lines, up to a torn or damaged one.
        ends: where each of their lines ends, in bytes.
        damage: what is wrong with the first damaged line; None where nothing is, or the last line
            is merely torn: it has no line end.
    """

    events: list[AnyEvent]
    ends: list[int]
    damage: str | None = None


def read_whole(path: Path) -> Reading:
    """Read the events of a file that may be cut or damaged anywhere."""
    data = path.read_bytes()
    events: list[AnyEvent] = []
    ends: list[int] = []
    start = 0
    while (end := data.find(b"\n", start)) >= 0:
        try:
            event = parse(unseal(data[start:end]))
        except ValueError:
            return Reading(events, ends, f"line {len(events) + 1} is damaged")
        if event.seq != len(events):
            found = f"line {len(events) + 1} has seq {event.seq}, so lines are missing"
            return Reading(events, ends, found)
        events.append(event)
        start = end + 1
        ends.append(start)
    return Reading(events, ends)


def read_lines(path: Path) -> tuple[list[AnyEvent], list[int]]:
    """Read the events of a file that may be cut anywhere.

    Returns:
        The events of its whole lines up to a torn last one, and where each line ends, in bytes.

    Raises:
        RunError: a line that is not the last is damaged or missing.
    """
    found = read_whole(path)
    if found.damage:
        after = path.read_bytes()[found.ends[-1] if found.ends else 0 :]
        if after.count(b"\n") > 1 or "seq" in found.damage:
            raise _damaged(path, found.damage)
    return found.events, found.ends


def read_closed(path: Path) -> list[AnyEvent]:
    """Read the events of a closed trial.

    Raises:
        RunError: the file is damaged or cut.
    """
    events, ends = read_lines(path)
    if not events or not isinstance(events[-1], Closing) or ends[-1] != path.stat().st_size:
        line = f"line {len(events) + 1} is damaged or missing, though the trial was closed"
        raise _damaged(path, line)
    return events


def read_closing(path: Path) -> Closing:
    """Read how a closed trial ended: its last line, without the others.

    Raises:
        RunError: it is damaged or cut.
    """
    with path.open("rb") as file:
        size = tail = file.seek(0, os.SEEK_END)
        block = 4096
        while True:
            tail = max(0, size - block)
            file.seek(tail)
            lines = file.read().split(b"\n")
            if tail == 0 or len(lines) > 2:
                break
            block *= 8
    event = None
    with suppress(ValueError, IndexError):
        event = parse(unseal(lines[-2]))
    if not isinstance(event, Closing) or lines[-1]:
        event = read_closed(path)[-1]  # raises: reading them all tells which line it is
    assert isinstance(event, Closing)
    return event


def _damaged(path: Path, what: str) -> RunError:
    return RunError(
        f"{path}: {what}; mhsim rerun RUN --damaged keeps a copy of the file and goes on before it"
    )
