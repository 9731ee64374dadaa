"""How a batch is steered while it goes on: paused, drained, resized; and what it waits for.

Knows conversations by their ids and the time of day, nothing of files or sockets.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import asdict
from typing import Any

from mhsim.chat.connection import ConnectionState
from mhsim.disk import Room
from mhsim.errors import InputError, listed, suggestion
from mhsim.record import TrialId

WORKERS = 16
"""How many conversations go on at once, unless told otherwise."""

GRACE = 30.0
"""Seconds that turns in flight have to finish in, once a batch is asked to stop."""


class Going:
    """One conversation in progress.

    Args:
        trial: which it is.
    """

    def __init__(self, trial: TrialId) -> None:
        self.trial = trial
        self.task: asyncio.Task[None] | None = None
        self.turn = 0
        self.cancelled = False
        self._doing, self._node = "starting", ""
        self._since = time.monotonic()

    def at(self, doing: str, node: str = "") -> None:
        """Say what it waits for from now on: something, or a node's answer."""
        self._doing, self._node, self._since = doing, node, time.monotonic()

    def state(self, described: Callable[[str], str] = str) -> dict[str, Any]:
        """Tell what it waits for, nodes described, and for how many seconds it has."""
        return {
            "trial": self.trial.id,
            "turn": self.turn,
            "waits_for": self._doing or described(self._node),
            "seconds": round(time.monotonic() - self._since, 1),
        }


class Steering:
    """What is wanted of a batch; every conversation asks at each turn's beginning.

    Args:
        workers: conversations at once, 1 or more.
        grace: seconds that turns in flight have to finish in when it is drained.
        tell: told every change, besides the run's own log.
    """

    def __init__(
        self,
        workers: int = WORKERS,
        grace: float = GRACE,
        tell: Callable[[str], None] = lambda _: None,
    ) -> None:
        self.workers = max(1, workers)
        self.grace = grace
        self.tell = tell
        self.going: dict[str, Going] = {}
        self.skipped: set[str] = set()
        self.draining = False
        self.stopped = False
        self.ending = False
        self.note: Callable[[str], None] = lambda _: None
        self.resized: Callable[[], None] = lambda: None
        self.room: Room | None = None
        self.connections: Callable[[], Iterable[ConnectionState]] = lambda: ()
        self.described: Callable[[str], str] = str
        self.planned: Callable[[], Mapping[str, bool]] = dict
        self._unpaused = asyncio.Event()
        self._unpaused.set()
        self._grace: asyncio.TimerHandle | None = None

    @property
    def paused(self) -> bool:
        """Whether nothing new is begun until somebody says so."""
        return not self._unpaused.is_set()

    def log(self, text: str) -> None:
        """Write a change down, and tell it."""
        self.note(text)
        self.tell(text)

    def pause(self) -> str:
        """Begin no turn until it is resumed; turns in flight are finished."""
        self._unpaused.clear()
        return self._told("paused: turns in flight are finished, none is begun")

    def resume(self) -> str:
        """Go on."""
        self._unpaused.set()
        return self._told("resumed")

    def resize(self, workers: int) -> str:
        """Have so many conversations at once; more begin now, fewer as conversations end.

        Raises:
            InputError: fewer than one.
        """
        if workers < 1:
            raise InputError(f"workers: found {workers}; 1 or more")
        before, self.workers = self.workers, workers
        self.resized()
        return self._told(f"workers: {before} before, {workers} now")

    def cancel(self, trial: str) -> str:
        """Stop one conversation: it is closed as stopped after its last whole turn.

        Raises:
            InputError: it is over already, or nobody planned it.
        """
        going = self.going.get(trial)
        if going is not None and going.task is not None:
            going.cancelled = True
            going.task.cancel()
            return self._told(f"{trial}: cancelled")
        planned = self.planned()
        if planned.get(trial):
            raise InputError(f"{trial} is over already")
        if trial not in planned:
            near = suggestion(trial, planned)
            raise InputError(
                f"there is no conversation {trial!r}{near}; now there is: {listed(self.going)}"
            )
        self.skipped.add(trial)
        return self._told(f"{trial}: cancelled before it began; the next run plays it")

    def drain(self) -> str:
        """Finish the turns in flight, then stop; what is not done within the grace is cut off."""
        if self.draining:
            return self.stop()
        self.draining = True
        self._unpaused.set()
        if self.room is not None:
            self.room.leave()
        self._grace = asyncio.get_running_loop().call_later(self.grace, self._out_of_time)
        return self._told(
            f"stopping: turns in flight are finished, for at most {self.grace:g} s; "
            "once more stops now"
        )

    def finish(self) -> None:
        """Begin no further conversation; those that go on are left to end as they do."""
        self.ending = True

    def stop(self) -> str:
        """Stop now; turns in flight are played again by the next run."""
        self.draining = self.stopped = True
        self.close()
        for going in self.going.values():
            if going.task is not None:
                going.task.cancel()
        return self._told("stopped: turns in flight were cut off")

    def close(self) -> None:
        """Let go of the clock."""
        if self._grace is not None:
            self._grace.cancel()

    def wanted(self, worker: int) -> bool:
        """Say whether the worker of that number, from 0, should take another conversation."""
        return worker < self.workers and not self.draining and not self.ending

    async def open(self) -> None:
        """Wait until something new may begin, or nothing new ever will."""
        while not self.draining and self._held:
            await self._unpaused.wait()
            if self.room is not None:
                await self.room.wait()

    async def gate(self, going: Going) -> None:
        """Wait until a next turn may begin; a conversation that must not go on ends here."""
        if self._held:
            going.at(f"{self._held}, between two turns")
            await self.open()
        if self.draining and going.task is not None:
            going.task.cancel()
            await asyncio.get_running_loop().create_future()

    @property
    def _held(self) -> str:
        """What keeps anything new from beginning; empty where nothing does."""
        if self.paused:
            return "somebody to resume"
        return "room on the disk" if self.room is not None and self.room.short else ""

    def why(self) -> dict[str, Any]:
        """Tell what every conversation waits for, and what every connection does."""
        return {
            "workers": self.workers,
            "paused": self.paused,
            "stopping": self.draining,
            "room": self.room is None or not self.room.short,
            "going": [going.state(self.described) for going in self.going.values()],
            "connections": [asdict(state) for state in self.connections()],
        }

    def _told(self, text: str) -> str:
        self.log(text)
        return text

    def _out_of_time(self) -> None:
        self.log(f"the grace of {self.grace:g} s is over")
        self.stop()
