"""What a critic finds in an utterance: a verdict, and the pieces it rests on."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

CultureVerdict = Literal["grounded", "flattened", "caricature", "neutral"]


@dataclass(frozen=True, slots=True)
class Flag:
    """One piece of an utterance that is flagged: places in NFC code points, kind and reason."""

    start: int
    end: int
    kind: str
    reason: str
    suggestion: str | None = None
    marker: str | None = None
    idiom: str | None = None


@dataclass(frozen=True, slots=True)
class Finding:
    """What the critic makes of an utterance."""

    verdict: CultureVerdict
    flags: tuple[Flag, ...] = ()
