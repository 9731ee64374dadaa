"""The disk: what it refuses becomes an error that says what to do, and a full one is waited for."""

from __future__ import annotations

import asyncio
import errno
import os
from collections.abc import Callable, Generator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TypeVar

from mhsim.errors import RunError

_AGAIN = "give the same command again: no finished turn is lost"
ELSEWHERE = "take another directory with --out"
_FULL = (errno.ENOSPC, errno.EDQUOT)
_REMEDIES = {
    errno.ENOSPC: f"make room and {_AGAIN}",
    errno.EDQUOT: f"make room and {_AGAIN}",
    errno.EFBIG: f"allow larger files (ulimit -f) and {_AGAIN}",
    errno.EMFILE: f"take fewer --workers or allow more open files (ulimit -n), and {_AGAIN}",
    errno.EACCES: ELSEWHERE,
    errno.EPERM: ELSEWHERE,
    errno.EROFS: ELSEWHERE,
    errno.EEXIST: f"a file is in the way; {ELSEWHERE}",
    errno.ENOTDIR: f"a file is in the way; {ELSEWHERE}",
}

PERIOD = 1.0
"""Seconds between two looks at how much room there is."""

_LEAST, _SHARE = 64 * 2**20, 0.05
"""Room is short below so many bytes, or below this share of a small disk."""

Done = TypeVar("Done")


class NoRoom(RunError):
    """The disk, or what we may use of it, is full."""


@contextmanager
def disk(path: Path) -> Generator[None]:
    """Turn what the disk refuses into an error that says what to do.

    Raises:
        NoRoom: it is full.
        RunError: it refused for another reason.
    """
    try:
        yield
    except OSError as error:
        remedy = _REMEDIES.get(error.errno or 0, f"see to the disk and {_AGAIN}")
        kind = NoRoom if error.errno in _FULL else RunError
        raise kind(f"{path}: {error.strerror or error}; {remedy}") from error


class Room:
    """Whether there is room to write; who finds none waits here until there is some.

    Args:
        path: a folder on the disk.
        tell: told when room gets short, and when there is some again.
    """

    def __init__(self, path: Path, tell: Callable[[str], None] = lambda _: None) -> None:
        self.path = path
        self.tell = tell
        self._waiting = 0
        self._free = asyncio.Event()
        self._free.set()

    @property
    def short(self) -> bool:
        """Whether no turn should be begun now."""
        return not self._free.is_set()

    async def wait(self) -> None:
        """Wait until there is room for another turn."""
        await self._free.wait()

    def leave(self) -> None:
        """Let who waits for another turn go: there will be none."""
        self._free.set()

    async def insist(self, job: Callable[[], Done]) -> Done:
        """Do what needs room; where there is none, do it again and again until it is done.

        Raises:
            RunError: the disk refused for another reason.
        """
        try:
            return job()
        except NoRoom:
            self.refused()
        self._waiting += 1
        try:
            while True:
                await asyncio.sleep(PERIOD)
                with suppress(NoRoom):
                    return job()
        finally:
            self._waiting -= 1

    def refused(self) -> None:
        """Say that the disk is full: nothing new is begun until it no longer is."""
        self._close("the disk is full")

    async def watch(self) -> None:
        """Look at how much room there is, for as long as the batch goes on."""
        while True:
            self.look()
            await asyncio.sleep(PERIOD)

    def look(self) -> None:
        """Pause where room is short; go on where there is twice that, and nobody waits."""
        with suppress(OSError):
            free, least = _room(self.path)
            if free < least:
                self._close("the disk is nearly full")
            elif self.short and not self._waiting and free >= 2 * least:
                self._free.set()
                self.tell(f"there is room again at {self.path} ({_size(free)}): going on")

    def _close(self, why: str) -> None:
        if self.short:
            return
        self._free.clear()
        free = ""
        with suppress(OSError):
            bytes_free, least = _room(self.path)
            free = f" ({_size(bytes_free)} free, {_size(2 * least)} wanted)"
        self.tell(f"{why} at {self.path}{free}: paused; make room and it goes on by itself")


def _room(path: Path) -> tuple[int, int]:
    """Return how many bytes are free, and below how many it is short."""
    found = os.statvfs(path)
    size = found.f_blocks * found.f_frsize
    return found.f_bavail * found.f_frsize, min(_LEAST, int(size * _SHARE))


def _size(count: int) -> str:
    """Return bytes as people read them."""
    size = float(count)
    for unit in ("B", "kB", "MB", "GB"):
        if size < 1000:
            return f"{size:.{0 if unit == 'B' else 1}f} {unit}"
        size /= 1000
    return f"{size:.1f} TB"
