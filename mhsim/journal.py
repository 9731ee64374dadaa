"""One trial's file: appended to event by event, durable turn by turn, renamed once when closed."""

from __future__ import annotations

import asyncio
import errno
import os
from collections.abc import Generator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from pathlib import Path

from pydantic import ValidationError

from mhsim.errors import RunError
from mhsim.record import AnyEvent, Closing, dump, parse

_PARALLEL_SYNCS = 8

_AGAIN = "give the same command again: no finished turn is lost"
ELSEWHERE = "take another directory with --out"
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


@contextmanager
def disk(path: Path) -> Generator[None]:
    """Turn what the disk refuses into an error that says what to do.

    Raises:
        RunError: the disk refused.
    """
    try:
        yield
    except OSError as error:
        remedy = _REMEDIES.get(error.errno or 0, f"see to the disk and {_AGAIN}")
        raise RunError(f"{path}: {error.strerror or error}; {remedy}") from error


class Syncer:
    """Makes files durable, grouped across trials: one round of fsyncs serves all who wait."""

    def __init__(self) -> None:
        self._waiting: dict[int, list[asyncio.Future[None]]] = {}
        self._pool = ThreadPoolExecutor(_PARALLEL_SYNCS, thread_name_prefix="mhsim-sync")
        self._round: asyncio.Task[None] | None = None

    async def sync(self, file: int) -> None:
        """Wait until what was written to this file descriptor is on disk.

        Raises:
            OSError: the disk refused.
        """
        future = asyncio.get_running_loop().create_future()
        self._waiting.setdefault(file, []).append(future)
        if self._round is None:
            self._round = asyncio.create_task(self._rounds())
        await future

    def close(self) -> None:
        """Let the threads go; who still waits was cancelled."""
        self._waiting.clear()
        self._pool.shutdown(wait=True, cancel_futures=True)

    async def _rounds(self) -> None:
        loop = asyncio.get_running_loop()
        while self._waiting:
            batch, self._waiting = self._waiting, {}
            files = list(batch)
            shares = [files[n::_PARALLEL_SYNCS] for n in range(min(_PARALLEL_SYNCS, len(files)))]
            jobs = [loop.run_in_executor(self._pool, _sync_all, share) for share in shares]
            for share, job in zip(shares, jobs, strict=True):
                errors = await job
                for file in share:
                    for future in batch[file]:
                        _settle(future, errors.get(file))
        self._round = None


def _sync_all(files: Sequence[int]) -> dict[int, OSError]:
    errors: dict[int, OSError] = {}
    for file in files:
        try:
            os.fdatasync(file)
        except OSError as error:
            errors[file] = error
    return errors


def _settle(future: asyncio.Future[None], error: OSError | None) -> None:
    if future.done():
        return
    if error is None:
        future.set_result(None)
    else:
        future.set_exception(error)


class Journal:
    """One trial's file while it is being played: appended to, made durable turn by turn.

    Args:
        path: the `.part` file.
        syncer: who makes it durable.
        folder: the open folder it lies in, made durable with it once: it holds the file's name.
        keep: bytes of the existing file to keep; the rest is cut off.

    Raises:
        RunError: the disk refused.
    """

    def __init__(self, path: Path, syncer: Syncer, folder: int, keep: int = 0) -> None:
        self.path = path
        self._syncer = syncer
        self._folder: int | None = folder
        self._written = keep
        with disk(path):
            self._file = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o644)
            os.ftruncate(self._file, keep)

    def append(self, events: Sequence[AnyEvent]) -> None:
        """Append the events of one visit in one write.

        Raises:
            RunError: the disk refused; nothing of them is kept.
        """
        data = b"".join(map(dump, events))
        rest = memoryview(data)
        with disk(self.path):
            try:
                while rest:
                    rest = rest[os.write(self._file, rest) :]
            except OSError:
                os.ftruncate(self._file, self._written)
                raise
        self._written += len(data)

    async def settle(self) -> None:
        """Wait until all that was appended is on disk.

        Raises:
            RunError: the disk refused.
        """
        folder, self._folder = self._folder, None
        with disk(self.path):
            await self._syncer.sync(self._file)
            if folder is not None:
                await self._syncer.sync(folder)

    def close(self, *, finished: bool) -> None:
        """Close the file; a finished one gets its final name.

        Raises:
            RunError: the disk refused.
        """
        with disk(self.path):
            os.close(self._file)
            if finished:
                self.path.rename(self.path.with_suffix(""))


def read_lines(path: Path) -> tuple[list[AnyEvent], list[int]]:
    """Read the events of a file that may be cut anywhere.

    Returns:
        The events of its whole lines up to a torn last one, and where each line ends, in bytes.

    Raises:
        RunError: a line that is not the last is damaged or missing.
    """
    data = path.read_bytes()
    events: list[AnyEvent] = []
    ends: list[int] = []
    start = 0
    while (end := data.find(b"\n", start)) >= 0:
        try:
            event = parse(data[start:end])
        except ValidationError as error:
            if data.find(b"\n", end + 1) < 0:
                break
            raise _damage(path, len(events) + 1, "is damaged") from error
        if event.seq != len(events):
            raise _damage(path, len(events) + 1, f"has seq {event.seq}, so lines are missing")
        events.append(event)
        start = end + 1
        ends.append(start)
    return events, ends


def read_closed(path: Path) -> list[AnyEvent]:
    """Read the events of a closed trial.

    Raises:
        RunError: the file is damaged or cut.
    """
    events, ends = read_lines(path)
    if not events or not isinstance(events[-1], Closing) or ends[-1] != path.stat().st_size:
        raise _damage(path, len(events) + 1, "is damaged or missing, though the trial was closed")
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
    with suppress(ValidationError, IndexError):
        event = parse(lines[-2])
    if not isinstance(event, Closing) or lines[-1]:
        event = read_closed(path)[-1]  # raises: reading them all tells which line it is
    assert isinstance(event, Closing)
    return event


def _damage(path: Path, line: int, what: str) -> RunError:
    return RunError(
        f"{path}: line {line} {what}; mend it, or delete the file to play the trial again"
    )
