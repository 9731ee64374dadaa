"""Visits: whether what is shown keeps up with what happens.

Nodes are arrived at and words are heard at once; events may be read later, whenever their reader
has time. Words are shown while they come only if everything before them has been shown; otherwise
they wait for their event, so that nothing is out of order.
"""

from __future__ import annotations

from collections import deque
from datetime import datetime

from mhsim.record import AnyEvent


class Visits:
    """The nodes that were arrived at and whose events have not been shown yet."""

    def __init__(self) -> None:
        self._due: deque[str] = deque()
        self._last: tuple[str, datetime | None] | None = None
        self._missed = False
        self.told = False

    def arrive(self, node: str) -> bool:
        """Take note of an arrival; return whether all before it has been shown."""
        self._due.append(node)
        self._missed = False
        self.told = len(self._due) == 1
        return self.told

    def hear(self) -> bool:
        """Return whether a piece of what is said at this visit may be shown."""
        self._missed = self._missed or len(self._due) > 1
        return not self._missed

    def show(self, event: AnyEvent) -> None:
        """Take note that an event is shown; those of one visit share node and time."""
        visit = (event.node, event.at)
        if visit == self._last or event.node not in self._due:
            return
        self._last = visit
        while self._due.popleft() != event.node:
            pass
