"""What is wrong with a reply: what it is recorded as, and what the model is told."""

from __future__ import annotations

from dataclasses import dataclass

from mhsim.errors import FailureKind


@dataclass(frozen=True, slots=True)
class Wrong:
    """Why a reply was not taken.

    Args:
        kind: what it would be recorded as.
        detail: for the log.
        again: what the model is told before it is asked again.
        elsewhere: whether another way of asking may help more than another try.
    """

    kind: FailureKind
    detail: str
    again: str
    elsewhere: bool = False
