"""Guards and counts: a yes or no, or a number, read off the log. Plug-ins add more."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable
from itertools import takewhile
from typing import ClassVar, Literal, Self

from pydantic import Field, model_validator

from mhsim.record import ClosingReason, Rating
from mhsim.registry import Registry
from mhsim.spec.base import Count, Name, Spec
from mhsim.spec.graph import Guard
from mhsim.state import Log


class LogGuard(Guard, ABC):
    """A guard: a pydantic model whose fields are its parameters.

    `reason` is what a session that ends by this guard is closed with.
    """

    reason: ClassVar[ClosingReason] = "closed"

    @abstractmethod
    def holds(self, log: Log) -> bool:
        """Say whether the guard holds now."""


class Flagged(LogGuard):
    """The last critique of this turn flagged something, or handed a draft back."""

    def holds(self, log: Log) -> bool:
        """Hold when the latest draft was flagged."""
        critique = log.critique()
        return critique is not None and (bool(critique.flags) or critique.verdict == "returned")


class Closed(LogGuard):
    """A speaker ended the conversation in this turn."""

    def holds(self, log: Log) -> bool:
        """Hold when something finally said in this turn closes the session."""
        latest = takewhile(lambda said: said.turn == log.turn, reversed(log.transcript))
        return any(said.closes for said in latest)


class RiskRaised(LogGuard):
    """The screen found risk in this turn, or a judge newly rated the self-harm item present.

    Only what this turn brought counts, so that one disclosure leads to one enquiry.

    Args:
        levels: levels of the screen that count.
        item: the instrument's self-harm item.
    """

    reason: ClassVar[ClosingReason] = "risk"
    levels: tuple[Literal["passive", "active", "ambiguous"], ...] = (
        "passive",
        "active",
        "ambiguous",
    )
    item: Name = "self_harm"

    def holds(self, log: Log) -> bool:
        """Hold when this turn raised risk."""
        risk = log.risk()
        if risk is not None and risk.level in self.levels:
            return True
        return any(self._raised(log, event) for event in log.this_turn if isinstance(event, Rating))

    def _raised(self, log: Log, rating: Rating) -> bool:
        before = [r for r in log.ratings(rating.role) if r.turn < rating.turn][-1:]
        return _low(rating, self.item) > 0 and not any(_low(r, self.item) > 0 for r in before)


class Stable(LogGuard):
    """A judge has assessed every item, and its total no longer moves.

    As long as an item is not assessed the interval stands still for want of evidence, which is
    not stability.

    Args:
        judge: the judge's role.
        turns: over how many rated turns.
        within: by how many points at most either end of the interval moved.
    """

    reason: ClassVar[ClosingReason] = "stable"
    judge: Name
    turns: int = Field(ge=2, strict=True)
    within: Count

    def judges(self) -> tuple[str, ...]:
        """Name the judge it reads."""
        return (self.judge,)

    def holds(self, log: Log) -> bool:
        """Hold when the last `turns` totals are `within` reach of each other."""
        last = log.ratings(self.judge)[-self.turns :]
        if len(last) < self.turns or any(
            item.state == "not_assessed" for rating in last for item in rating.items.values()
        ):
            return False
        totals = [rating.total for rating in last]
        lows, highs = [t.low for t in totals], [t.high for t in totals]
        return max(lows) - min(lows) <= self.within and max(highs) - min(highs) <= self.within


class _Threshold(Spec):
    """Bounds of a value; where one of the two is left out, it is not bounded on that side.

    Args:
        at_least: the lowest value it holds for.
        at_most: the highest value it holds for.
    """

    at_least: Count | None = None
    at_most: Count | None = None

    @model_validator(mode="after")
    def _says_something(self) -> Self:
        if self.at_least is None and self.at_most is None:
            raise ValueError("found neither at_least nor at_most; write one of them, or both")
        if self.at_least is not None and self.at_most is not None and self.at_least > self.at_most:
            found = f"nothing is at least {self.at_least} and at most {self.at_most}"
            raise ValueError(f"{found}; at_least must not exceed at_most")
        return self

    def _within(self, low: int, high: int) -> bool:
        above = self.at_least is None or low >= self.at_least
        return above and (self.at_most is None or high <= self.at_most)


class ItemAt(_Threshold, LogGuard):
    """A judge is sure that an item is at least, or at most, a value.

    The whole interval must lie there: an item not assessed satisfies neither.

    Args:
        judge: the judge's role.
        item: the item's name.
    """

    judge: Name
    item: Name

    def judges(self) -> tuple[str, ...]:
        """Name the judge it reads."""
        return (self.judge,)

    def items(self) -> tuple[str, ...]:
        """Name the item it reads."""
        return (self.item,)

    def holds(self, log: Log) -> bool:
        """Hold when the judge's last rating puts the item there."""
        for rating in log.ratings(self.judge)[-1:]:
            item = rating.items.get(self.item)
            if item is not None and item.state != "not_assessed":
                return self._within(item.low, item.high)
        return False


class TotalAt(_Threshold, LogGuard):
    """A judge is sure that the total is at least, or at most, a value.

    Args:
        judge: the judge's role.
    """

    judge: Name

    def judges(self) -> tuple[str, ...]:
        """Name the judge it reads."""
        return (self.judge,)

    def holds(self, log: Log) -> bool:
        """Hold when the judge's last total lies there entirely."""
        return any(self._within(r.total.low, r.total.high) for r in log.ratings(self.judge)[-1:])


class TurnAt(_Threshold, LogGuard):
    """The turn's number is at least, or at most, a value; one-based."""

    def holds(self, log: Log) -> bool:
        """Hold when the turn is there."""
        return self._within(log.turn, log.turn)


class Disagree(LogGuard):
    """Two judges' ratings of this turn lie apart.

    Args:
        between: the two judges' roles.
        by: how many points must lie between the middles of their totals, at least.
    """

    between: tuple[Name, Name]
    by: int = Field(default=3, ge=1, strict=True)

    def judges(self) -> tuple[str, ...]:
        """Name the judges it reads."""
        return self.between

    def holds(self, log: Log) -> bool:
        """Hold when both rated this turn and the middles of their totals differ by `by`."""
        last = [r for judge in self.between for r in log.ratings(judge)[-1:] if r.turn == log.turn]
        if len(last) < 2:
            return False
        middles = [(r.total.low + r.total.high) / 2 for r in last]
        return abs(middles[0] - middles[1]) >= self.by


def _low(rating: Rating, item: str) -> int:
    found = rating.items.get(item)
    return found.low if found else 0


CountOf = Callable[[Log, str], int]
"""How often something has happened, given the log and the node an edge leads to."""

COUNTS: Registry[CountOf] = Registry("mhsim.counts", "count")


def turns(log: Log, _target: str) -> int:
    """Count the turns begun so far."""
    return log.turn


def revisions(log: Log, target: str) -> int:
    """Count the returns to `target` within this turn."""
    return log.returns(target)
