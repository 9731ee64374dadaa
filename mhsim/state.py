"""The log as LangGraph state, and what is read off it: turn, transcript, revisions, ratings."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, datetime, timedelta
from typing import TypedDict, overload

from mhsim.record import AnyEvent, Closing, Critique, Rating, Risk, Utterance
from mhsim.text import locate

_TICK = timedelta(microseconds=1)


Place = tuple[Utterance, int, int]
"""Where words were said: in which utterance, from where to where in its NFC code points."""


def now() -> datetime:
    """Return the time events are stamped with."""
    return datetime.now(UTC)


class Log(Sequence[AnyEvent]):
    """A session's events in order; append-only.

    What is read off the log is kept up as events arrive, so that reading costs the same at turn
    200 as at turn 2; none of it is state of its own: `Log(events)` gives the same answers.

    Args:
        events: events to begin with, stamped.
    """

    def __init__(self, events: Iterable[AnyEvent] = ()) -> None:
        self._events: list[AnyEvent] = []
        self._transcript: list[Utterance] = []
        self._words: list[Utterance] = []
        self._said: dict[str, list[Utterance]] = {}
        self._found: dict[tuple[str, str], tuple[int, Place | None]] = {}
        self._ratings: dict[str, list[Rating]] = {}
        self._this_turn: list[AnyEvent] = []
        self._visited: list[str] = []
        self._drafts: Counter[str] = Counter()
        self._risks: dict[str, Risk] = {}
        self.turn = 0
        for event in events:
            self._append(event)

    @overload
    def __getitem__(self, index: int) -> AnyEvent: ...
    @overload
    def __getitem__(self, index: slice) -> Sequence[AnyEvent]: ...
    def __getitem__(self, index: int | slice) -> AnyEvent | Sequence[AnyEvent]:
        return self._events[index]

    def __len__(self) -> int:
        return len(self._events)

    def __iter__(self) -> Iterator[AnyEvent]:
        return iter(self._events)

    def record(self, node: str, events: Sequence[AnyEvent]) -> list[AnyEvent]:
        """Stamp and append what one visit to a node left; return it as stamped.

        No two visits share a time stamp, and none is earlier than the one before, whatever the
        clock does: visits are told apart by it.
        """
        at = now()
        start = len(self._events)
        before = self._events[-1].at if self._events else None
        if before is not None and at <= before:
            at = before + _TICK
        stamped = [
            event.model_copy(update={"seq": start + n, "node": node, "at": at})
            for n, event in enumerate(events)
        ]
        for event in stamped:
            self._append(event)
        return stamped

    @property
    def transcript(self) -> Sequence[Utterance]:
        """What was finally said: the last draft of each speaker in each turn, in order."""
        return self._transcript

    @property
    def words(self) -> Sequence[Utterance]:
        """The transcript for the blind: who said what in which turn.

        How many drafts it took, which node it came from and what it cost would give the arm away.
        """
        return self._words

    def said(self, role: str) -> Sequence[Utterance]:
        """Return what `role` finally said, a turn after the other."""
        return self._said.get(role, ())

    def find(self, role: str, quote: str) -> Place | None:
        """Find words of `role`: the latest utterance that has them, and where in it.

        An answer is remembered, so that evidence cited again every turn is looked up once. The
        latest utterance is left out of that: it may still be said again in other words.
        """
        said = self.said(role)
        if not said:
            return None
        seen, found = self._found.get((role, quote), (0, None))
        settled = len(said) - 1
        found = _latest(said[seen:settled], quote) or found
        self._found[role, quote] = (settled, found)
        return _latest(said[settled:], quote) or found

    @property
    def this_turn(self) -> Sequence[AnyEvent]:
        """The events of the current turn."""
        return self._this_turn

    @property
    def closing(self) -> Closing | None:
        """How the session ended, or None while it goes on."""
        last = self._events[-1] if self._events else None
        return last if isinstance(last, Closing) else None

    @property
    def visited(self) -> Sequence[str]:
        """The nodes visited in this turn, in order."""
        return self._visited

    def returns(self, node: str) -> int:
        """Return how often `node` was come back to in this turn."""
        return max(0, self._visited.count(node) - 1)

    def drafts(self, role: str) -> int:
        """Return how many drafts `role` has made in this turn; the next one's revision."""
        return self._drafts[role]

    def spoken(self, role: str) -> Utterance | None:
        """Return the last thing `role` said in this turn."""
        for event in reversed(self._this_turn):
            if isinstance(event, Utterance) and event.role == role:
                return event
        return None

    def critique(self) -> Critique | None:
        """Return what a critic made of the last thing said in this turn.

        None if nobody has looked at it: then what was found in an earlier draft no longer counts.
        """
        for event in reversed(self._this_turn):
            if isinstance(event, Critique):
                return event
            if isinstance(event, Utterance):
                break
        return None

    def ratings(self, role: str) -> Sequence[Rating]:
        """Return every rating of one judge, a turn after the other; unrated turns are missing."""
        return self._ratings.get(role, ())

    def risk(self) -> Risk | None:
        """Return the last risk seen in what is now the last turn, the most serious if several."""
        order = ("none", "ambiguous", "passive", "active")
        found = [risk for risk in self._risks.values() if risk.turn == self.turn]
        return max(found, key=lambda risk: order.index(risk.level), default=None)

    def _append(self, event: AnyEvent) -> None:
        before = self._events[-1] if self._events else None
        self._events.append(event)
        turn = getattr(event, "turn", None)
        if turn is not None and turn != self.turn and not isinstance(event, Closing):
            self.turn = turn
            self._this_turn.clear()
            self._visited.clear()
            self._drafts.clear()
        self._this_turn.append(event)
        # The events of one visit share node and time stamp: so visits can be counted in a file too.
        if before is None or (before.node, before.at) != (event.node, event.at):
            self._visited.append(event.node)
        match event:
            case Utterance():
                self._say(event)
            case Rating():
                self._ratings.setdefault(event.role, []).append(event)
            case Risk():
                self._risks[event.role] = event
            case _:
                pass

    def _say(self, event: Utterance) -> None:
        said = self._said.setdefault(event.role, [])
        words = Utterance(turn=event.turn, role=event.role, text=event.text)
        if self._drafts[event.role]:
            place = len(self._transcript) - 1
            while self._transcript[place] is not said[-1]:
                place -= 1
            self._transcript[place] = said[-1] = event
            self._words[place] = words
        else:
            self._transcript.append(event)
            self._words.append(words)
            said.append(event)
        self._drafts[event.role] += 1


def _latest(said: Sequence[Utterance], quote: str) -> Place | None:
    for utterance in reversed(said):
        if span := locate(utterance.text, quote):
            return utterance, *span
    return None


class State(TypedDict):
    """What LangGraph carries: the log, the node to go to next, and why the session ends.

    The log is the only state; `next` and `ending` are where the graph stands in it.
    """

    log: Log
    next: str
    ending: str
