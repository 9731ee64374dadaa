"""Rate: so many calls or tokens a minute, evenly spread; knows nothing of who waits."""

from __future__ import annotations


class Bucket:
    """Fills at a steady rate; what is taken drains it.

    A taking larger than the bucket waits until it is full and leaves a debt. So in any minute at
    most `per_minute` are taken, and besides one `burst` and what the last taking exceeds it by.

    Args:
        per_minute: what flows in within a minute; above 0.
        burst: what it holds; above 0.
    """

    def __init__(self, per_minute: float, burst: float = 1.0) -> None:
        self._rate = per_minute / 60
        self._burst = burst
        self._level = burst
        self._at: float | None = None

    def wait(self, amount: float, now: float) -> float:
        """Return the seconds until `amount` may be taken; 0 where it may be now."""
        missing = min(amount, self._burst) - self._filled(now)
        # What rounding leaves over must not become a wait that never ends.
        return missing / self._rate if missing > 1e-9 * self._burst else 0.0

    def take(self, amount: float, now: float) -> None:
        """Take `amount`; a negative one is given back."""
        self._level = min(self._burst, self._filled(now) - amount)

    def _filled(self, now: float) -> float:
        """Let in what has come since it was last looked at; return the level."""
        if self._at is not None:
            self._level = min(self._burst, self._level + (now - self._at) * self._rate)
        self._at = now
        return self._level
