"""Rows about words: what was said, what a critic marked in it, what the screen made of it.

They hold the only words of a conversation in the tables, and may have to do without them.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class Turn:
    """One draft of one utterance; the last revision is what was finally said.

    Args:
        turn_id: of conversation, turn, role and revision.
        conversation_id: whose.
        turn: one-based.
        role: who spoke.
        revision: 0 for a first draft.
        final: whether it is what was finally said.
        text: byte for byte; None where words about dying are withheld.
        characters: code points.
        verdict: what a critic made of this draft.
        at: when, in UTC.
    """

    turn_id: str
    conversation_id: str
    turn: int
    role: str
    revision: int
    final: bool
    text: str | None
    characters: int
    verdict: str | None
    at: datetime | None


@dataclass(frozen=True, slots=True)
class Flag:
    """One mark of a critic on one draft.

    Args:
        flag_id: of conversation, turn, role of the critic, revision and number.
        conversation_id: whose.
        turn: one-based.
        critic: the critic's role.
        role: whose words.
        revision: of which draft.
        verdict: on the draft as a whole.
        kind: what it is.
        quote: the words; None where words about dying are withheld.
        start: where they begin, in code points.
        end: where they end, exclusive.
        reason: why.
        idiom: the pack's idiom, if it is one.
        marker: the pack's marker, if it is one.
    """

    flag_id: str
    conversation_id: str
    turn: int
    critic: str
    role: str
    revision: int
    verdict: str
    kind: str
    quote: str | None
    start: int | None
    end: int | None
    reason: str
    idiom: str | None
    marker: str | None


@dataclass(frozen=True, slots=True)
class RiskFound:
    """One look of the screen for self-harm at one utterance.

    Args:
        risk_id: of conversation, turn, role and node.
        conversation_id: whose.
        turn: one-based.
        role: whose words.
        level: `none`, `passive`, `active` or `ambiguous`.
        quote: the words it rests on; None without any, or where they are withheld.
        source: `lexicon` or `model`.
    """

    risk_id: str
    conversation_id: str
    turn: int
    role: str
    level: str
    quote: str | None
    source: str
