"""The workers of a batch: so many conversations at once, as many as steering wants."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterator

from mhsim.record import TrialId
from mhsim.steering import Going, Steering

_RAMP = 0.002
"""Seconds between the starts of workers: all at once would stall the event loop."""


class Crew:
    """Takes trials one after the other, so many at a time.

    Args:
        steering: says how many, and when to stop.
        play: plays one trial to its end.
        stopped: told a trial that somebody cancelled.
    """

    def __init__(
        self,
        steering: Steering,
        play: Callable[[TrialId, Going], Awaitable[None]],
        stopped: Callable[[TrialId], Awaitable[None]],
    ) -> None:
        self._steering = steering
        self._play = play
        self._stopped = stopped
        self._trials: Iterator[TrialId] = iter(())
        self._working: set[int] = set()
        self._group: asyncio.TaskGroup | None = None

    async def work(self, trials: Iterator[TrialId]) -> None:
        """Play until there is none left, or steering wants no more.

        Raises:
            MhsimError: what a trial raised; the others are cut off, and can be gone on with.
        """
        self._trials = trials
        try:
            async with asyncio.TaskGroup() as self._group:
                self.resized()
        except BaseExceptionGroup as group:
            raise group.exceptions[0] from None
        finally:
            self._group = None

    def resized(self) -> None:
        """Have workers for every number that is wanted."""
        for number in range(self._steering.workers):
            if self._group is not None and number not in self._working:
                self._working.add(number)
                self._group.create_task(self._worker(number, len(self._working) * _RAMP))

    async def _worker(self, number: int, delay: float) -> None:
        await asyncio.sleep(delay)
        while True:
            await self._steering.open()
            trial = next(self._trials, None) if self._steering.wanted(number) else None
            if trial is None:
                break
            if trial.id not in self._steering.skipped:
                await self._one(trial)
        self._working.discard(number)

    async def _one(self, trial: TrialId) -> None:
        going = Going(trial)
        going.task = asyncio.ensure_future(self._play(trial, going))
        self._steering.going[trial.id] = going
        own = asyncio.current_task()
        try:
            await going.task
        except asyncio.CancelledError:
            if own is not None and own.cancelling():
                raise
            if going.cancelled:
                await self._stopped(trial)
        finally:
            del self._steering.going[trial.id]
