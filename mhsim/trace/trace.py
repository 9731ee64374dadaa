"""The trace: one conversation for a person to watch, while it happens or afterwards."""

from __future__ import annotations

import sys
from collections.abc import Generator, Mapping
from contextlib import contextmanager
from typing import Self, TextIO

from mhsim.record import AnyEvent, Closing, Critique, Failure, Opening, Rating, Risk, Utterance
from mhsim.spec.graph import Graph
from mhsim.spec.instrument import Instrument
from mhsim.trace import plot, telling
from mhsim.trace.excerpt import excerpts
from mhsim.trace.ink import ink, safe
from mhsim.trace.legend import legend
from mhsim.trace.page import Page
from mhsim.trace.progress import Progress
from mhsim.trace.visits import Visits
from mhsim.trace.voices import Voices


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
        self._heading = f"{ink(safe(title), 'bold')}  {safe(locale)}"
        self._truth = truth
        self._ratings: dict[str, Rating] = {}
        self._progress = Progress(graph, turns)
        self._page = Page(stream or sys.stdout, self._progress.lines, live, width)
        self._visits = Visits()
        self._voices = Voices(self._page, graph, turns)

    def __enter__(self) -> Self:
        self._page.begin("heading")
        self._page.prose(self._heading)
        for name in dict.fromkeys(self._judges.values()):
            roles = [role for role, used in self._judges.items() if used == name]
            instrument = self._instruments[name]
            self._page.begin(f"legend of {name}")
            for line in legend(name, instrument, roles, self._page.room()):
                self._page.line(line)
        self._page.start()
        return self

    def __exit__(self, *error: object) -> None:
        try:
            self._voices.close()
        finally:
            self._page.stop()

    @contextmanager
    def paused(self) -> Generator[None, None, None]:
        """Leave the terminal to somebody who types; no status is drawn meanwhile."""
        self._page.stop()
        try:
            yield
        finally:
            self._page.start()

    def arrive(self, node: str) -> None:
        """Take note that a node has become active."""
        if self._visits.arrive(node):
            self._voices.arrive(node)
            self._progress.arrive(node)

    def hear(self, role: str, piece: str) -> None:
        """Show a piece of what a role is saying; what critics and judges fill in is not shown."""
        if self._visits.hear() and self._voices.hear(role, piece):
            self._progress.hear(role)
        self._progress.turn = self._voices.turn
        self._page.flush()

    def event(self, event: AnyEvent) -> None:
        """Show what happened."""
        self._visits.show(event)
        if not self._visits.told and event.node:
            self._progress.arrive(event.node)
        self._progress.count(event)
        turn = getattr(event, "turn", None)
        if turn and not isinstance(event, Closing):
            self._voices.at(turn)
        self._progress.turn = self._voices.turn
        if isinstance(event, Utterance):
            self._voices.say(event)
        else:
            self._note(event)
        self._page.flush()

    def _note(self, event: Opening | Critique | Risk | Rating | Failure | Closing) -> None:
        match event:
            case Opening():
                self._lines("opening", telling.models(event.models))
            case Critique():
                self._critique(event)
            case Risk():
                self._risk(event)
            case Rating():
                self._rating(event)
            case Failure():
                self._voices.cut(event.role)
                self._lines("notes", telling.failure(event))
            case Closing():
                self._closing(event)

    def _lines(self, kind: str, *lines: str, indent: str = "") -> None:
        if lines:
            self._begin(kind)
        for line in lines:
            self._page.prose(line, indent)

    def _begin(self, kind: str) -> None:
        self._voices.cut()
        self._page.begin(kind)

    def _risk(self, event: Risk) -> None:
        if event.level != "none":
            first, *more = telling.risk(event)
            self._lines("notes", first)
            self._lines("notes", *more, indent="  ")

    def _critique(self, event: Critique) -> None:
        kind = "critique" if event.flags else "notes"
        self._lines(kind, telling.verdict(event))
        said = self._voices.criticised(event)
        spans = [flag.span for flag in event.flags]
        for excerpt in excerpts(said.text if said else None, spans):
            self._lines(kind, excerpt.text, indent="  ")
            for number in excerpt.spans:
                self._lines(kind, *telling.flag(event.flags[number]), indent="    ")

    def _rating(self, event: Rating) -> None:
        before, self._ratings[event.role] = self._ratings.get(event.role), event
        pad = max(map(len, [event.role, *self._judges])) + 1
        room = self._page.width - 1 - pad if self._page.live else None
        first, *rest = plot.rating(self._instruments[event.instrument], event, before, room)
        self._begin("notes")
        self._page.line(ink(safe(event.role), "bold") + " " * (pad - len(event.role)) + first)
        for line in rest:
            self._page.line(" " * pad + line)

    def _closing(self, event: Closing) -> None:
        self._voices.close()
        self._lines("end", telling.closing(event))
        if self._truth is not None:
            told = telling.compared(event, self._truth, self._instruments, self._ratings.values())
            self._lines("end", *filter(None, [told]))
