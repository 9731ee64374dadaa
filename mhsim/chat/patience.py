"""Patience: which failed calls are made again, how often, and after how long."""

from __future__ import annotations

from dataclasses import dataclass
from random import Random

from mhsim.chat.request import ChatError

AGAIN = frozenset({"overloaded", "server", "network", "timeout"})
"""Kinds of failure another try may mend; a wrong key, a wrong call or a long one it does not."""

TIMEOUT = 120.0
"""Seconds of one call, where a scenario names no `timeout`."""

DEADLINE = 900.0
"""Seconds of one answer with all its retries, where a scenario names no `deadline`."""

LONG = 60.0
"""Seconds: who asks to wait longer than this pauses the whole connection."""

_FIRST, _MOST = 1.0, 60.0
"""Seconds the first wait is at most, and any: each may be twice as long as the one before."""

_JITTER = Random()
"""Timing only; nothing that is said or rated depends on it."""


@dataclass(frozen=True, slots=True)
class Patience:
    """How often and how long one answer is tried for.

    Args:
        timeout: seconds of one call.
        deadline: seconds of all its calls and the waits between them; standing in line and a
            paused connection do not count.
        attempts: calls at most, except where the server is only overloaded.
    """

    timeout: float = TIMEOUT
    deadline: float = DEADLINE
    attempts: int = 8

    def again(self, error: ChatError, attempts: int) -> bool:
        """Say whether a call that failed so often is made again."""
        if error.kind not in AGAIN:
            return False
        return error.kind == "overloaded" or attempts < self.attempts

    def wait(self, error: ChatError, attempts: int) -> float:
        """Return the seconds to wait after so many attempts: what the server asks, or full jitter.

        The server's own wish is lengthened by up to a tenth, so that not all come back together.
        """
        if error.retry_after is not None:
            return error.retry_after * _JITTER.uniform(1.0, 1.1)
        return _JITTER.uniform(0.0, min(_MOST, _FIRST * 2 ** min(attempts - 1, 10)))
