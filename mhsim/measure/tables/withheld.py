"""Withheld: words about dying leave the tables that are handed on, unless asked for."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace

from mhsim.lexicon import Lexicon, screen
from mhsim.measure.tables.rows import Conversation, Flag, RiskFound, Row, Turn
from mhsim.store import Run


def without_risk(run: Run, rows: Iterable[Row]) -> Iterator[Row]:
    """Yield rows in which what speaks of self-harm, or may, has no words.

    An utterance is withheld where the conversation's own screen raised anything, where the pack's
    screen does now, and where there is no pack to screen it with: recall first. What remains says
    that there was an utterance, how long, and at which level.
    """
    lexicons = {locale: Lexicon(pack) for locale, pack in run.plan.packs.items()}
    for conversation in _conversations(rows):
        first = conversation[0]
        here = lexicons.get(first.locale) if isinstance(first, Conversation) else None
        yield from _mute(conversation, here)


def _conversations(rows: Iterable[Row]) -> Iterator[list[Row]]:
    """Yield the rows of a conversation together: its own comes first."""
    kept: list[Row] = []
    for row in rows:
        if isinstance(row, Conversation) and kept:
            yield kept
            kept = []
        kept.append(row)
    if kept:
        yield kept


def _mute(rows: Sequence[Row], lexicon: Lexicon | None) -> Iterator[Row]:
    raised = {(r.turn, r.role) for r in rows if isinstance(r, RiskFound) and r.level != "none"}
    for row in rows:
        if isinstance(row, Turn) and row.text is not None and _risky(row.text, lexicon):
            raised.add((row.turn, row.role))
    for row in rows:
        match row:
            case Turn() if (row.turn, row.role) in raised:
                yield replace(row, text=None)
            case Flag() if (row.turn, row.role) in raised:
                yield replace(row, quote=None)
            case RiskFound() if row.level != "none":
                yield replace(row, quote=None)
            case _:
                yield row


def _risky(text: str, lexicon: Lexicon | None) -> bool:
    return lexicon is None or screen(text, [lexicon])[0] != "none"
