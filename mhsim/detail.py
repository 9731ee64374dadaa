"""Details: what events are made of: spans, quotes, marks, item ratings, what an answer took."""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from mhsim.errors import FailureKind


class Record(BaseModel):
    """Base of events and their parts: frozen, no unknown keys."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Span(Record):
    """A piece of one utterance, in code points of its NFC form; `end` is exclusive."""

    quote: str
    start: int = Field(ge=0)
    end: int = Field(ge=0)


class Quote(Record):
    """What a judge cites as evidence; found in the transcript, it says where.

    One that is not there is kept and marked `unsupported`: invented evidence is itself a result.
    """

    quote: str
    turn: int | None = None
    start: int | None = None
    end: int | None = None
    unsupported: Literal[True] | None = None


class Usage(Record):
    """What one answer took: tokens, seconds of wall time, US dollars where the price is known.

    Every attempt at it counts. Of `tokens_in`, `tokens_cached` came from the provider's cache.
    `attempts` and `retried` are there where it took more than one call: how many, and why a reply
    was not taken. `source` is there where no model was asked: tokens are then those of the first
    time, and the cost is 0.
    """

    model: str
    tokens_in: int | None = None
    tokens_out: int | None = None
    tokens_cached: int | None = None
    seconds: float | None = None
    cost: float | None = None
    attempts: int | None = None
    retried: tuple[FailureKind, ...] | None = None
    source: Literal["cache", "replay"] | None = None


class Mark(Record):
    """One flag on an utterance."""

    span: Span
    kind: str
    reason: str
    suggestion: str | None = None
    idiom: str | None = None
    marker: str | None = None


ItemState = Literal["not_assessed", "denied", "present", "scaled"]
"""What a judge knows of one item.

- `not_assessed`: it has not come up: anything from 0 to the item's maximum, never 0
- `denied`: said to be absent: 0
- `present`: there, how often unknown: 1 to the maximum
- `scaled`: there, and how often: one value
"""


class Interval(Record):
    """From `low` to `high`, both included."""

    low: int = Field(ge=0)
    high: int = Field(ge=0)


class ItemRating(Interval):
    """One item after a turn: an interval of values, and the words it rests on."""

    state: ItemState
    quotes: tuple[Quote, ...] = ()
