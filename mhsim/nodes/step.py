"""The base of every node kind."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence

from mhsim.record import AnyEvent
from mhsim.spec.graph import Node
from mhsim.table import Visit


class Step(Node, ABC):
    """A node that acts: its fields are what an author writes, `run` is what it does."""

    @abstractmethod
    async def run(self, visit: Visit) -> Sequence[AnyEvent]:
        """Return the new events; at least one. The engine stamps and records them.

        Raises:
            PlayerError: a player could not answer and the session cannot go on without it.
        """

    def whole(self, events: Sequence[AnyEvent]) -> bool:
        """Say whether `events`, read back from a cut file, are all that one visit leaves.

        A node that leaves several must count them here.
        """
        return bool(events)
