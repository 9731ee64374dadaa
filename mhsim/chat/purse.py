"""Purse: what a run may spend; money for a call is set aside before it begins."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass

from mhsim.errors import Halt

_GRAIN = 1e-12
"""US dollars that rounding may make of nothing."""


@dataclass(slots=True)
class Spending:
    """What calls have cost.

    Args:
        calls: calls that were answered.
        tokens: tokens read and written, as far as told.
        dollars: US dollars, as far as known.
        unpriced: calls whose cost is not known.
    """

    calls: int = 0
    tokens: int = 0
    dollars: float = 0.0
    unpriced: int = 0

    def __str__(self) -> str:
        unknown = f", the cost of {self.unpriced:,} calls unknown" if self.unpriced else ""
        return (
            f"{self.dollars:.4f} US dollars, {self.tokens:,} tokens, {self.calls:,} calls{unknown}"
        )


@dataclass(frozen=True, slots=True)
class Hold:
    """What is set aside for one call."""

    dollars: float
    tokens: int


class Purse:
    """Lets a call begin only if all that are under way cannot together exceed the budget.

    A call that does not fit waits while others are under way: they may cost less than was set
    aside. Where none is, the budget is used up, and nothing begins any more.

    Args:
        dollars: US dollars; None for as many as it takes.
        tokens: tokens; None for as many as it takes.
        spent: what was spent before; kept up to date.
    """

    def __init__(self, dollars: float | None, tokens: int | None, spent: Spending) -> None:
        self.dollars = dollars
        self.tokens = tokens
        self.spent = spent
        self._held_dollars = 0.0
        self._held_tokens = 0
        self._holds = 0
        self._empty = False
        self._waiting: list[asyncio.Future[None]] = []

    @property
    def limited(self) -> bool:
        """Whether there is a budget."""
        return self.dollars is not None or self.tokens is not None

    async def hold(self, dollars: float, tokens: int) -> Hold:
        """Set aside what a call costs at most.

        Raises:
            Halt: it does not fit, and nothing under way could make room.
        """
        while not self._empty and not self._fits(dollars, tokens):
            if not self._holds:
                self._empty = True
                self._wake()
                break
            change = asyncio.get_running_loop().create_future()
            self._waiting.append(change)
            await change
        if self._empty:
            raise Halt("budget", self._told())
        self._held_dollars += dollars
        self._held_tokens += tokens
        self._holds += 1
        return Hold(dollars, tokens)

    def settle(self, hold: Hold, dollars: float, tokens: int) -> None:
        """Take what a call has cost; give back what was set aside for it.

        Args:
            hold: what was set aside.
            dollars: US dollars; 0 for a call that failed.
            tokens: tokens, likewise.
        """
        self._held_dollars -= hold.dollars
        self._held_tokens -= hold.tokens
        self._holds -= 1
        if not self._holds:
            self._held_dollars = 0.0  # nothing that rounding has left
        self.spent.dollars += dollars
        self.spent.tokens += tokens
        self._wake()

    def _fits(self, dollars: float, tokens: int) -> bool:
        money = self.spent.dollars + self._held_dollars + dollars
        words = self.spent.tokens + self._held_tokens + tokens
        return (self.dollars is None or money <= self.dollars + _GRAIN) and (
            self.tokens is None or words <= self.tokens
        )

    def _wake(self) -> None:
        waiting, self._waiting = self._waiting, []
        for change in waiting:
            if not change.done():
                change.set_result(None)

    def _told(self) -> str:
        limits = [
            f"{self.dollars:g} US dollars" if self.dollars is not None else "",
            f"{self.tokens:,} tokens" if self.tokens is not None else "",
        ]
        budget = " and ".join(filter(None, limits))
        return f"the next call could exceed the budget of {budget}; spent: {self.spent}"
