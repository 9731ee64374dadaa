"""Breaker: pauses a connection on which nothing answers, and tries it with one call at a time."""

from __future__ import annotations

from math import inf

_TRIP = 5
"""Failures without a success in between that count as an outage."""

_FIRST, _MOST = 1.0, 15.0
"""Seconds of the first pause, and of the longest: each is twice the one before."""


class Breaker:
    """Closed while calls come through; otherwise lets one through after each pause."""

    def __init__(self) -> None:
        self.worked = False
        """Whether a call has ever come through."""
        self._failures = 0
        self._since: float | None = None
        self._until: float | None = None
        self._pause = _FIRST
        self._probing = False

    @property
    def open(self) -> bool:
        """Whether it holds calls back."""
        return self._until is not None

    def wait(self, now: float) -> float:
        """Return the seconds until a call may begin; infinite while one tries."""
        if self._until is None:
            return 0.0
        return inf if self._probing else max(0.0, self._until - now)

    def down(self, now: float) -> float:
        """Return for how long nothing has come through, in seconds."""
        return 0.0 if self._since is None else now - self._since

    def begin(self) -> bool:
        """Let a call through; return whether it is the one that tries."""
        self._probing = self.open
        return self._probing

    def good(self) -> None:
        """Say that a call came through, whatever it was answered."""
        self.worked, self._failures, self._since, self._until = True, 0, None, None
        self._pause, self._probing = _FIRST, False

    def bad(self, now: float, probe: bool) -> None:
        """Say that nothing answered a call."""
        self._failures += 1
        self._since = now if self._since is None else self._since
        if probe:
            self._pause = min(_MOST, self._pause * 2)
        if probe or (not self.open and self._failures >= _TRIP):
            self._until, self._probing = now + self._pause, False

    def hold(self, seconds: float, now: float) -> None:
        """Pause for as long as the server asks, which is a sign of life."""
        self.worked = True
        self._since = now if self._since is None else self._since
        self._until, self._probing = max(self._until or 0.0, now + seconds), False

    def given_up(self, probe: bool) -> None:
        """Say that a call was ended by whoever asked: it tells nothing."""
        if probe:
            self._probing = False
