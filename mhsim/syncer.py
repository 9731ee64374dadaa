"""Makes files durable, grouped across trials: one round of fsyncs serves all who wait."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor

_PARALLEL_SYNCS = 8


class Syncer:
    """Makes files durable, grouped across trials."""

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
