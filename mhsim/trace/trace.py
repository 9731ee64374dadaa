"""The trace: one conversation for a person to watch, while it happens or afterwards."""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Self, TextIO

from mhsim.record import AnyEvent, Closing, Critique, Failure, Opening, Rating, Risk, Utterance
from mhsim.spec.graph import Graph
from mhsim.spec.instrument import Instrument
from mhsim.text import nfc
from mhsim.trace import plot, telling
from mhsim.trace.excerpt import excerpts
from mhsim.trace.glyphs import cells
from mhsim.trace.ink import ink, safe
from mhsim.trace.page import Page
from mhsim.trace.progress import Progress
from mhsim.trace.speech import Speech, turn_line


class Trace:
    """Shows the events of one conversation; a context manager.

    The transcript only grows. On a terminal a status is redrawn below it; elsewhere there are
    plain lines, without styles.

    Args:
        instruments: name to instrument, of those the judges use.
        graph: what the conversation runs.
        judges: role to the name of its instrument.
        turns: at most so many turns, if there is a limit.
        locale: which locale it is in.
        title: what it is called.
        stream: where it goes; standard output, without it.
        live: whether the stream is a terminal to draw on; found out, if None.
        width: columns; the terminal is asked for every line, if None.
        truth: item to value, as the patient's presentation has it; shown after the end only.
    """

    def __init__(
        self,
        *,
        instruments: Mapping[str, Instrument],
        graph: Graph,
        judges: Mapping[str, str],
        turns: int | None,
        locale: str,
        title: str,
        stream: TextIO | None = None,
        live: bool | None = None,
        width: int | None = None,
        truth: Mapping[str, int] | None = None,
    ) -> None:
        self._instruments = instruments
        self._judges = judges
        self._limit = turns
        self._heading = f"{ink(safe(title), 'bold')}  {safe(locale)}"
        self._truth = truth
        self._start = graph.start
        self._mute = {r for r, kinds in graph.roles().items() if {*kinds} <= {"critic", "judge"}}
        self._progress = Progress(graph, turns)
        self._page = Page(stream or sys.stdout, self._progress.lines, live, width)
        self._speech: Speech | None = None
        self._heard: dict[str, Speech] = {}
        self._said: list[Utterance] = []
        self._drafts: Counter[str] = Counter()
        self._ratings: dict[str, Rating] = {}
        self._arrives = False
        self._shown = 0
        self._next = 1

    def __enter__(self) -> Self:
        self._page.begin("heading")
        self._page.prose(self._heading)
        for name in dict.fromkeys(self._judges.values()):
            roles = [role for role, used in self._judges.items() if used == name]
            instrument = self._instruments[name]
            self._page.begin(f"legend of {name}")
            self._page.line(plot.legend(name, instrument, roles, self._page.room()))
        self._page.start()
        return self

    def __exit__(self, *error: object) -> None:
        try:
            if self._speech is not None:
                self._speech.close()
        finally:
            self._page.stop()

    @contextmanager
    def paused(self) -> Iterator[None]:
        """Leave the terminal to somebody who types, without a status below."""
        self._page.stop()
        try:
            yield
        finally:
            self._page.start()

    def arrive(self, node: str) -> None:
        """Take note that a node has become active."""
        self._arrives = True
        self._progress.arrive(node)
        if node in self._start:
            self._next = self._progress.turn + 1
            self._drafts.clear()

    def hear(self, role: str, piece: str) -> None:
        """Show a piece of what a role is saying. What critics and judges fill in is not shown."""
        if role in self._mute or not piece:
            return
        if self._speech is not None and self._speech.role != role:
            self._speech.close()
            self._heard[self._speech.role] = self._speech
            self._speech = None
        if self._speech is None:
            self._speech = self._begin(role)
        self._progress.hear(role)
        self._speech.hear(piece)

    def event(self, event: AnyEvent) -> None:
        """Show what happened."""
        self._progress.count(event)
        if isinstance(event, Utterance):
            self._utterance(event)
            return
        if self._speech is not None:
            self._speech.cut()
        match event:
            case Opening():
                self._opening(event)
            case Critique():
                self._critique(event)
            case Risk():
                self._risk(event)
            case Rating():
                self._rating(event)
            case Failure():
                self._note(telling.failure(event))
            case Closing():
                self._closing(event)
