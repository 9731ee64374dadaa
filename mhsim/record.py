"""The events: everything that can happen in a session, as the lines of its file.

A session's only state is its list of events. What can be read off them has no field of its own:
revisions, transcripts and counts are derived. A missing value is absent, never a stand-in.
"""

from __future__ import annotations

import json
from datetime import datetime
from typing import Annotated, Literal, TypeAlias

from pydantic import Field, TypeAdapter
from pydantic_core import PydanticSerializationError

from mhsim.detail import Interval as Interval
from mhsim.detail import ItemRating as ItemRating
from mhsim.detail import ItemState as ItemState
from mhsim.detail import Mark as Mark
from mhsim.detail import Quote as Quote
from mhsim.detail import Record as Record
from mhsim.detail import Span as Span
from mhsim.detail import Usage as Usage
from mhsim.errors import FailureKind, PlayerError


class TrialId(Record):
    """Which planned conversation this is. `replicate` is one-based."""

    id: str
    arm: str
    locale: str
    cast: dict[str, str]
    replicate: int
    seed: int


class _Event(Record):
    """What every event has; the engine stamps it.

    Args:
        seq: place in the session, 0-based and dense; -1 before the engine has stamped it.
        node: the graph's node that left it; empty for the session's own.
        at: when, in UTC; absent before the engine has stamped it.
    """

    seq: int = -1
    node: str = ""
    at: datetime | None = None


class Opening(_Event):
    """A session begins: everything that was fixed for it."""

    event: Literal["opening"] = "opening"
    trial: TrialId
    plan: str
    models: dict[str, str]
    prompts: dict[str, str]
    mhsim: str
    replies: Literal["cache", "record", "replay"] | None = None
    """Where replies came from or went to besides the models; absent where nowhere else."""
    transcript: str | None = None
    """Digest of the transcript that another judge rates; absent in conversations themselves."""


class Utterance(_Event):
    """Somebody said something. `text` is kept byte for byte; `revision` 0 is the first draft."""

    event: Literal["utterance"] = "utterance"
    turn: int
    role: str
    text: str
    revision: int = 0
    closes: Literal[True] | None = None
    """Present where the speaker ended the conversation with these words."""
    usage: Usage | None = None


Verdict = Literal["grounded", "flattened", "caricature", "neutral", "approved", "returned"]
"""What a critic makes of an utterance.

- `grounded`: distress in words this person would use
- `flattened`: distress in pan-cultural therapy-speak, unlicensed
- `caricature`: idioms stacked, or a culture recited
- `neutral`: no distress in it
- `approved`, `returned`: a supervisor lets a therapist's draft pass, or hands it back
"""


class Critique(_Event):
    """A critic looked at one draft. `unsupported` holds words it flagged that nobody said."""

    event: Literal["critique"] = "critique"
    turn: int
    role: str
    revision: int
    verdict: Verdict
    flags: tuple[Mark, ...] = ()
    unsupported: tuple[Quote, ...] = ()
    usage: Usage | None = None


RiskLevel = Literal["none", "passive", "active", "ambiguous"]
"""How an utterance speaks of death or self-harm.

- `passive`: a wish to be dead, not to act
- `active`: an intent or a plan
- `ambiguous`: could be either, or hyperbole: to be clarified
"""


class Risk(_Event):
    """The screen for self-harm looked at one utterance."""

    event: Literal["risk"] = "risk"
    turn: int
    role: str
    level: RiskLevel
    spans: tuple[Span, ...] = ()
    source: Literal["lexicon", "model"]


class Rating(_Event):
    """One judge's filled instrument after one turn. `band` is given only if both ends agree."""

    event: Literal["rating"] = "rating"
    turn: int
    role: str
    instrument: str
    items: dict[str, ItemRating]
    total: Interval
    band: str | None = None
    rationale: str
    usage: Usage | None = None


class Failure(_Event):
    """A player could not answer. Nothing is put in the answer's place."""

    event: Literal["failure"] = "failure"
    turn: int | None = None
    role: str | None = None
    kind: FailureKind
    detail: str
    attempts: int = 1
    usage: Usage | None = None

    @classmethod
    def because(cls, error: PlayerError, turn: int, role: str | None) -> Failure:
        """Return the failure an error becomes."""
        kept = {key: getattr(error, key) for key in ("kind", "detail", "attempts", "usage")}
        return cls(turn=turn, role=role, **kept)


ClosingReason = Literal["closed", "limit", "stable", "risk", "failure", "stopped"]
"""Why a session ended.

- `closed`, `risk`: a speaker or a guard ended it, or a risk guard
- `limit`: its limit was used up
- `stable`: ratings no longer moved
- `failure`: it could not go on
- `stopped`: somebody stopped it
"""


class Closing(_Event):
    """A session ended."""

    event: Literal["closing"] = "closing"
    turn: int
    reason: ClosingReason
    detail: str | None = None


AnyEvent: TypeAlias = Opening | Utterance | Critique | Risk | Rating | Failure | Closing
Event = Annotated[AnyEvent, Field(discriminator="event")]
_ADAPTER: TypeAdapter[AnyEvent] = TypeAdapter(Event)


def dump(event: AnyEvent) -> bytes:
    """Return the event as one line of JSON, with its line end."""
    try:
        return event.__pydantic_serializer__.to_json(event, exclude_none=True) + b"\n"
    except PydanticSerializationError:  # half a surrogate pair has no bytes: "?" stands for it
        data = event.model_dump(mode="json", exclude_none=True)
        return json.dumps(data, ensure_ascii=False).encode(errors="replace") + b"\n"


def parse(line: bytes | str) -> AnyEvent:
    """Read one line back; a line that is no event raises pydantic's `ValidationError`."""
    return _ADAPTER.validate_json(line)
