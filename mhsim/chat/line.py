"""Line: who waits for a call, first come first served, and fair between roles."""

from __future__ import annotations

import asyncio
from collections import OrderedDict, deque
from dataclasses import dataclass, field


@dataclass(slots=True, eq=False)
class Waiter:
    """Somebody in line.

    Args:
        tokens: what the call will read and write, about.
        called: done when it is their turn.
    """

    tokens: float
    called: asyncio.Future[bool] = field(repr=False)


class Line:
    """Waiters by role; roles take turns, so that many of one kind do not keep out the others."""

    def __init__(self) -> None:
        self._roles: OrderedDict[str, deque[Waiter]] = OrderedDict()

    def __len__(self) -> int:
        return sum(not w.called.done() for line in self._roles.values() for w in line)

    def join(self, role: str, tokens: float) -> Waiter:
        """Stand in line."""
        waiter = Waiter(tokens, asyncio.get_running_loop().create_future())
        self._roles.setdefault(role, deque()).append(waiter)
        return waiter

    def head(self) -> Waiter | None:
        """Return who is next; whoever has left is forgotten."""
        while self._roles:
            role, waiting = next(iter(self._roles.items()))
            while waiting and waiting[0].called.done():
                waiting.popleft()
            if waiting:
                return waiting[0]
            del self._roles[role]
        return None

    def pop(self) -> None:
        """Let who is next go; the next after that is of another role, where there is one."""
        role, waiting = next(iter(self._roles.items()))
        waiting.popleft()
        self._roles.move_to_end(role)

    def everyone(self) -> list[Waiter]:
        """Return all who wait."""
        return [w for line in self._roles.values() for w in line if not w.called.done()]
