"""Conversations as compact data for the page: words, drafts, flags, quotes, ratings, failures.

Places are in code points of the NFC text. Words of utterances that speak of self-harm, or may, are
left out unless asked for, with what was cited from them.
"""

from __future__ import annotations

import base64
import gzip
import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from mhsim.detail import ItemRating, Quote
from mhsim.lexicon import Lexicon, screen
from mhsim.record import AnyEvent, Critique, Failure, Rating, Risk, Utterance
from mhsim.store import Session
from mhsim.text import nfc

Raised = frozenset[tuple[int, str]]
"""Turn and role of utterances whose words are withheld."""


@dataclass(frozen=True)
class Talk:
    """Turns conversations into data.

    Args:
        lexicons: locale to what screens its words.
        with_risk: keep the words of utterances about self-harm.
    """

    lexicons: dict[str, Lexicon]
    with_risk: bool = False

    def data(self, session: Session) -> list[list[Any]]:
        """Return what happened, in order: a list of kind, turn, role and more per event."""
        raised = frozenset[tuple[int, str]]() if self.with_risk else self._raised(session)
        return list(_told(session, raised))

    def _raised(self, session: Session) -> Raised:
        lexicon = self.lexicons.get(session.locale)
        found: set[tuple[int, str]] = set()
        for event in session.events:
            if isinstance(event, Risk) and event.level != "none":
                found.add((event.turn, event.role))
            if isinstance(event, Utterance) and _risky(event.text, lexicon):
                found.add((event.turn, event.role))
        return frozenset(found)


def _risky(text: str, lexicon: Lexicon | None) -> bool:
    return lexicon is None or screen(nfc(text), [lexicon])[0] != "none"


def packed(data: Any) -> str:
    """Return data as JSON, gzipped, in base64: letters, digits, plus, slash and equals only."""
    told = json.dumps(data, ensure_ascii=False, separators=(",", ":")).encode(errors="replace")
    return base64.b64encode(gzip.compress(told, 9, mtime=0)).decode()


def _told(session: Session, raised: Raised) -> Iterator[list[Any]]:
    first = min(_of(raised), default=None)
    for event in session.events:
        row = _row(event, raised, first)
        if row is not None:
            yield row


def _row(event: AnyEvent, raised: Raised, first: int | None) -> list[Any] | None:
    """Return one event; from the first withheld words on, no reasons and details either."""
    turn = getattr(event, "turn", None)
    hidden = first is not None and (turn is None or turn >= first)
    match event:
        case Utterance():
            text = None if (event.turn, event.role) in raised else nfc(event.text)
            return ["u", event.turn, event.role, event.revision, text]
        case Critique():
            return _critique(event, event.turn in _of(raised))
        case Risk() if event.level != "none":
            spans = [] if raised else [[s.start, s.end] for s in event.spans]
            return ["k", event.turn, event.role, event.level, spans]
        case Rating():
            items = {
                name: _item(item, raised)
                for name, item in event.items.items()
                if item.state != "not_assessed"
            }
            ends = [event.total.low, event.total.high, event.band]
            return ["r", event.turn, event.role, *ends, items, "" if hidden else event.rationale]
        case Failure():
            return ["f", event.turn, event.role, event.kind, "" if hidden else event.detail]
        case _:
            return None


def _of(raised: Raised) -> set[int]:
    return {turn for turn, _ in raised}


def _critique(event: Critique, hidden: bool) -> list[Any]:
    """Return a critique; of withheld words only that there was one, and its kinds of flags."""
    flags = [
        [0, 0, mark.kind] if hidden else [
            mark.span.start, mark.span.end, mark.kind, mark.reason, mark.suggestion,
            mark.marker or mark.idiom,
        ]
        for mark in event.flags
    ]  # fmt: skip
    invented = [] if hidden else [quote.quote for quote in event.unsupported]
    return ["c", event.turn, event.role, event.revision, event.verdict, flags, invented]


def _item(item: ItemRating, raised: Raised) -> list[Any]:
    turns = _of(raised)
    quotes = [_quote(q) for q in item.quotes if not (raised and (q.unsupported or q.turn in turns))]
    return [item.low, item.high, item.state, quotes]


def _quote(quote: Quote) -> list[Any]:
    if quote.unsupported or quote.turn is None:
        return [quote.quote]
    return [quote.turn, quote.start, quote.end]
