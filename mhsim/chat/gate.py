"""Gate: what all calls to one endpoint with one key pass: concurrency, rates, pauses."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass

from mhsim.chat.breaker import Breaker
from mhsim.chat.limit import MOST, Limit
from mhsim.chat.line import Line
from mhsim.chat.patience import LONG
from mhsim.chat.rate import Bucket
from mhsim.chat.request import ChatError
from mhsim.errors import Halt
from mhsim.spec.model import Model

_DEAD = frozenset({"server", "network", "timeout"})
"""Failures that say nobody is there; any other answer is a sign of life."""

_OUTAGE, _NEVER = 3600.0, 30.0
"""Seconds without a success after which a batch stops: where it had worked before, and not."""


@dataclass(frozen=True, slots=True)
class Pass:
    """One call's leave to begin: when it did, whether it tries a paused connection."""

    begun: float
    probe: bool
    tokens: float


@dataclass(frozen=True, slots=True)
class Most:
    """What the models of an endpoint allow: calls at once, calls and tokens a minute."""

    concurrency: int | None = None
    requests: int | None = None
    tokens: int | None = None

    def least(self, model: Model) -> Most:
        """Return what holds with one more model."""
        return Most(
            _least(self.concurrency, model.concurrency),
            _least(self.requests, model.requests_per_minute),
            _least(self.tokens, model.tokens_per_minute),
        )


class Gate:
    """Shared by all models of one endpoint and key.

    Args:
        name: the endpoint, for messages.
    """

    def __init__(self, name: str) -> None:
        self.name = name
        self.in_flight = 0
        self.last_error: str | None = None
        self.refused = 0
        """Calls in a row that were not allowed."""
        self._breaker = Breaker()
        self._limit = Limit(MOST)
        self._line = Line()
        self._timer: asyncio.TimerHandle | None = None
        self._requests: Bucket | None = None
        self._tokens: Bucket | None = None
        self._most = Most()

    def bind(self, model: Model) -> None:
        """Keep to what one more model names: of several, the least holds for all of them."""
        before = self._most
        self._most = most = before.least(model)
        if most.concurrency != before.concurrency:
            self._limit = Limit(most.concurrency or MOST)
        if most.requests and most.requests != before.requests:
            self._requests = Bucket(most.requests)
        if most.tokens and most.tokens != before.tokens:
            self._tokens = Bucket(most.tokens, most.tokens / 60)

    @property
    def limit(self) -> int:
        """Calls allowed at once."""
        return self._limit.value

    @property
    def waiting(self) -> int:
        """Calls in line."""
        return len(self._line)

    @property
    def open(self) -> bool:
        """Whether calls come through; they do not while the connection is paused."""
        return not self._breaker.open

    def paused(self) -> float | None:
        """Return the seconds until a paused connection is tried again; None if it is not paused."""
        if self.open:
            return None
        wait = self._breaker.wait(_now())
        return 0.0 if wait == float("inf") else wait

    async def enter(self, role: str, tokens: float) -> Pass:
        """Wait in line until a call may begin.

        Args:
            role: who asks; roles take turns.
            tokens: what it will read and write, about.

        Raises:
            Halt: nothing has answered for so long that waiting on is no use.
        """
        waiter = self._line.join(role, tokens)
        self._serve()
        try:
            probe = await waiter.called
        except asyncio.CancelledError:
            called = waiter.called
            if called.done() and not called.cancelled() and called.exception() is None:
                self._release(called.result())
            called.cancel()
            self._serve()
            raise
        return Pass(_now(), probe, tokens)

    def leave(self, leave: Pass, error: ChatError | None, used: float | None = None) -> None:
        """Say how a call ended.

        Args:
            leave: what it was let in with.
            error: how it failed; None where it did not.
            used: tokens it read and wrote; None where not told.
        """
        now = _now()
        if self._tokens and used is not None:
            self._tokens.take(used - leave.tokens, now)
        if error is None:
            self._limit.good(self.in_flight)
        else:
            self.last_error = str(error)
        self.refused = self.refused + 1 if error is not None and error.kind == "key" else 0
        if error is not None and error.kind == "overloaded":
            self._limit.overloaded(leave.begun, now)
        if error is not None and error.kind in _DEAD:
            self._breaker.bad(now, leave.probe)
        elif error is not None and (error.retry_after or 0) > LONG:
            self._breaker.hold(error.retry_after or 0, now)
        else:
            self._breaker.good()
        self.in_flight -= 1
        self._serve()

    def abandon(self, leave: Pass) -> None:
        """Say that whoever asked has gone."""
        self._release(leave.probe)

    def _release(self, probe: bool) -> None:
        self._breaker.given_up(probe)
        self.in_flight -= 1
        self._serve()

    def _serve(self) -> None:
        """Call whoever may begin; come back when the next may."""
        if self._timer:
            self._timer.cancel()
            self._timer = None
        while (waiter := self._line.head()) is not None:
            now = _now()
            if self._lost(now):
                return
            wait = self._wait(waiter.tokens, now)
            if wait > 0:
                if wait != float("inf"):
                    self._timer = asyncio.get_running_loop().call_later(wait, self._serve)
                return
            for bucket, amount in ((self._requests, 1.0), (self._tokens, waiter.tokens)):
                if bucket:
                    bucket.take(amount, now)
            self._line.pop()
            self.in_flight += 1
            waiter.called.set_result(self._breaker.begin())

    def _wait(self, tokens: float, now: float) -> float:
        """Return the seconds until the next may begin; infinite where only a call's end helps."""
        if self.in_flight >= self._limit.value and not self._breaker.open:
            return float("inf")
        waits = [self._breaker.wait(now)]
        for bucket, amount in ((self._requests, 1.0), (self._tokens, tokens)):
            if bucket:
                waits.append(bucket.wait(amount, now))
        return max(waits)

    def _lost(self, now: float) -> bool:
        """Send everyone home where an outage has lasted too long; return whether it has."""
        most = _OUTAGE if self._breaker.worked else _NEVER
        wait = self._breaker.wait(now)
        left = 0.0 if wait == float("inf") else wait
        if self.open or self._breaker.down(now) + left <= most:
            return False
        reason = f"{self.name} has not answered for {self._breaker.down(now):.0f} s"
        for waiter in self._line.everyone():
            waiter.called.set_exception(Halt("outage", f"{reason}; last: {self.last_error}"))
        return True


def _least(one: int | None, other: int | None) -> int | None:
    return min((n for n in (one, other) if n is not None), default=None)


def _now() -> float:
    return asyncio.get_running_loop().time()
