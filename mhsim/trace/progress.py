"""Progress: where a session stands, as the lines of a status."""

from __future__ import annotations

import time

from mhsim.record import AnyEvent, Critique, Rating, Utterance
from mhsim.spec.graph import Graph


class Progress:
    """Counts what happens.

    Args:
        graph: what the session runs.
        turns: at most so many turns, if there is a limit.
    """

    def __init__(self, graph: Graph, turns: int | None) -> None:
        self._graph = graph
        self._turns = turns
        self._began = time.monotonic()
        self._events = 0
        self._read: int | None = None
        self._written: int | None = None
        self._node = ""
        self._busy = ""
        self.turn = 0

    def arrive(self, node: str) -> None:
        """Take note of the node that is now active."""
        self._node = node
        roles = self._graph.nodes[node].cast() if node in self._graph.nodes else ()
        self._busy = f"waiting for {', '.join(roles)}" if roles else ""

    def hear(self, role: str) -> None:
        """Take note of who is speaking."""
        self._busy = f"{role} speaks"

    def count(self, event: AnyEvent) -> None:
        """Count an event and the tokens it took."""
        self._events += 1
        if isinstance(event, Utterance | Critique | Rating) and event.usage is not None:
            self._read = _sum(self._read, event.usage.tokens_in)
            self._written = _sum(self._written, event.usage.tokens_out)

    def lines(self, columns: int) -> tuple[str, str]:
        """Return the status: the graph with its active node, and the counts."""
        limit = "" if self._turns is None else f"/{self._turns}"
        counts = (
            f"turn {self.turn}{limit}",
            f"{self._events} event{'' if self._events == 1 else 's'}",
            f"tokens {_known(self._read)} in {_known(self._written)} out",
            f"{time.monotonic() - self._began:.0f} s",
            self._busy,
        )
        lines = self._path(columns), "  ".join(filter(None, counts))
        return _ascii(lines[0]), _ascii(lines[1])

    def _path(self, columns: int) -> str:
        """Return the nodes in the graph's order; where room is short, those before it go first."""
        names = [f"[{n}]" if n == self._node else n for n in self._graph.nodes]
        here = names.index(f"[{self._node}]") if self._node in self._graph.nodes else 0
        before = ""
        for first in range(here):
            if len(before + " > ".join(names[first : here + 1])) + 4 <= columns:
                return _cut(before + " > ".join(names[first:]), columns)
            before = "... > "
        return _cut(before + " > ".join(names[here:]), columns)


def _cut(text: str, columns: int) -> str:
    return text if len(text) <= columns else f"{text[: columns - 3]}..."


def _sum(before: int | None, more: int | None) -> int | None:
    return before if more is None else (before or 0) + more


def _known(count: int | None) -> str:
    return "-" if count is None else f"{count:,}"


def _ascii(text: str) -> str:
    return "".join(char if " " <= char <= "~" else "?" for char in text)
