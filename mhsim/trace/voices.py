"""Voices: who speaks in which turn, whether heard piece by piece or read from a file."""

from __future__ import annotations

from collections import Counter, deque

from mhsim.record import Critique, Utterance
from mhsim.spec.graph import Graph
from mhsim.text import nfc
from mhsim.trace.ink import ink
from mhsim.trace.page import Page
from mhsim.trace.speech import Speech

_KEPT = 16
"""Utterances a critique may still speak of."""


class Voices:
    """Puts the utterances of a session on a page, each once.

    Args:
        page: where.
        graph: what the session runs; says where turns begin and who speaks.
        limit: at most so many turns, if there is a limit.
    """

    def __init__(self, page: Page, graph: Graph, limit: int | None) -> None:
        self._page = page
        self._start = graph.start
        self._mute = {r for r, kinds in graph.roles().items() if {*kinds} <= {"critic", "judge"}}
        self._limit = limit
        self._open: Speech | None = None
        self._closed: dict[str, Speech] = {}
        self._said: deque[Utterance] = deque(maxlen=_KEPT)
        self._drafts: Counter[tuple[int, str]] = Counter()
        self._arrives = False
        self._shown = 0
        self.turn = 0

    def arrive(self, node: str) -> None:
        """Take note that a node has become active; a start node begins a turn."""
        self._arrives = True
        if node in self._start:
            self.turn += 1

    def at(self, turn: int) -> None:
        """Take note that something happens in a turn; the page says so once."""
        self.turn = max(self.turn, turn)
        if turn > self._shown:
            self._shown = turn
            self.cut()
            self._page.begin("turn")
            limit = "" if self._limit is None else f" of {self._limit}"
            self._page.line(ink(f"-- turn {turn}{limit} --", "dim"))

    def hear(self, role: str, piece: str) -> bool:
        """Show a piece of what a role says; return False for one that only fills in forms."""
        if role in self._mute:
            return False
        if self._open is not None and self._open.role != role:
            self._open.close()
            self._closed[self._open.role] = self._open
            self._open = None
        if self._open is None:
            self._guess_turn(role)
            self.at(self.turn)
            self._open = Speech(self._page, role, self._drafts[self.turn, role])
        self._open.hear(piece)
        return True

    def say(self, event: Utterance) -> None:
        """Show an utterance that has ended; only what was not heard of it."""
        self._said.append(event)
        self._drafts[event.turn, event.role] += 1
        self.at(event.turn)
        if self._open is not None and self._open.role == event.role:
            speech, self._open = self._open, None
            speech.close(event.text)
        elif event.role in self._closed:
            speech = self._closed.pop(event.role)
            self.cut()
        else:
            self.cut()
            speech = Speech(self._page, event.role, event.revision)
            speech.close(event.text)
        speech.correct(event.text)

    def cut(self, role: str | None = None) -> None:
        """Make way for something else; if it is the end of what `role` says, end it."""
        if self._open is not None:
            self._open.cut()
            if self._open.role == role:
                self._open = None

    def close(self) -> None:
        """End what is being said, whole or not."""
        if self._open is not None:
            self._open.close()
            self._open = None

    def criticised(self, critique: Critique) -> Utterance | None:
        """Return the latest utterance in which all flags of a critique are where they say."""
        for said in reversed(self._said):
            text = nfc(said.text)
            if all(text[f.span.start : f.span.end] == f.span.quote for f in critique.flags):
                return said
        return None

    def _guess_turn(self, role: str) -> None:
        """Without word of nodes: who speaks again after somebody else begins a turn."""
        again = self._drafts[self.turn, role] > 0 and self._said[-1].role != role
        if not self.turn or (again and not self._arrives):
            self.turn += 1
