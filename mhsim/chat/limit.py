"""Limit: how many calls may be under way; rises while all is well, halves when it is too many.

Additive increase, multiplicative decrease, as in congestion control (Chiu and Jain 1989,
doi:10.1016/0169-7552(89)90019-6). There a lost packet means that there are too many; a server that
refuses some calls whatever their number would so be left almost idle. Few refusals are put up with.
"""

from __future__ import annotations

from math import inf

MOST = 256
"""Calls under way at once where a scenario names no `concurrency`."""

_SHARE, _MEMORY = 0.125, 64
"""Refusals are too many from this share on, of about so many last calls."""

_START = 16
"""Where it begins, unless fewer are allowed."""


class Limit:
    """The number of calls that may be under way, 1 or more.

    Until the first refusal it rises by one with every good call, afterwards by one with every round
    of good calls; only while it is used in full. It halves at the first refusal, and then where
    more than one in eight is refused.

    Args:
        most: its upper end, 1 or more.
    """

    def __init__(self, most: int = MOST) -> None:
        self._most = most
        self._level = float(min(_START, most))
        self._cut = -inf
        self._fast = True
        self._refused = 0.0

    @property
    def value(self) -> int:
        """The number of calls."""
        return int(self._level)

    def good(self, in_flight: int) -> None:
        """Say that a call went well while so many were under way, itself included."""
        self._refused -= self._refused / _MEMORY
        if in_flight >= self.value:
            step = 1.0 if self._fast else 1.0 / self._level
            self._level = min(float(self._most), self._level + step)

    def overloaded(self, begun: float, now: float) -> None:
        """Say that a call begun at `begun` was one too many; a burst of them counts once."""
        self._refused += (1.0 - self._refused) / _MEMORY
        rare = self._refused < _SHARE and not self._fast
        if begun <= self._cut or rare:
            return
        self._cut, self._fast = now, False
        self._level = max(1.0, self._level / 2)
