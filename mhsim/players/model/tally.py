"""Tally: what one answer took, every attempt included, so that nothing paid goes uncounted."""

from __future__ import annotations

from typing import TypeVar

from mhsim.errors import FailureKind
from mhsim.record import Usage

Number = TypeVar("Number", int, float)


class Tally:
    """Adds up the attempts at one answer."""

    def __init__(self) -> None:
        self.attempts = 0
        self._used: Usage | None = None
        self._retried: list[FailureKind] = []

    def call(self) -> None:
        """Count a call that is about to be made."""
        self.attempts += 1

    def add(self, used: Usage) -> None:
        """Take in what one reply took."""
        self._used = used if self._used is None else _sum(self._used, used)

    def again(self, kind: FailureKind) -> None:
        """Note why a reply was not taken and another was asked for."""
        self._retried.append(kind)

    @property
    def usage(self) -> Usage | None:
        """The sum; None where no reply came."""
        if self._used is None or self.attempts < 2:
            return self._used
        more = {"attempts": self.attempts, "retried": tuple(self._retried) or None}
        return self._used.model_copy(update=more)


def _sum(one: Usage, other: Usage) -> Usage:
    seconds = _both(one.seconds, other.seconds)
    known = one.cost is not None and other.cost is not None
    return Usage(
        model=other.model,
        tokens_in=_both(one.tokens_in, other.tokens_in),
        tokens_out=_both(one.tokens_out, other.tokens_out),
        tokens_cached=_both(one.tokens_cached, other.tokens_cached),
        seconds=None if seconds is None else round(seconds, 3),
        cost=_both(one.cost, other.cost) if known else None,
        source=one.source if one.source == other.source else None,
    )


def _both(one: Number | None, other: Number | None) -> Number | None:
    """Add what is known; None where neither is."""
    if one is None or other is None:
        return other if one is None else one
    return one + other
