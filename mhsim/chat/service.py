"""Service: one model behind its gate: with patience, within a budget, nothing asked twice."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, replace

from mhsim.chat.address import Place, Size, address, endpoint, largest, likely
from mhsim.chat.books import Books
from mhsim.chat.gate import Gate, Pass
from mhsim.chat.patience import DEADLINE, TIMEOUT, Patience
from mhsim.chat.price import tariff
from mhsim.chat.request import ChatError, Client, Reply, Request
from mhsim.errors import Halt
from mhsim.spec.model import Model

_DOUBTFUL = 2
"""Attempts where a server fails at a mode it has not been seen to do: it may not know it."""

_REFUSED = 5
"""Calls not allowed in a row, whatever they were about, that say the key is at fault."""


@dataclass(slots=True)
class _Effort:
    """What one answer has taken so far: attempts, and seconds of calls and waits between them."""

    attempts: int = 0
    worked: float = 0.0


class Service:
    """Answers the calls to one model.

    Args:
        model: the model as the scenario has it.
        client: what speaks to it.
        gate: what it shares with other models of the same endpoint and key.
        books: what the run knows of its calls.
    """

    def __init__(self, model: Model, client: Client, gate: Gate, books: Books) -> None:
        self.model = model
        self.client = client
        self.gate = gate
        self.books = books
        self.tariff = tariff(model)
        self._endpoint = endpoint(model)
        self._patience = Patience(model.timeout or TIMEOUT, model.deadline or DEADLINE)
        self._longest = 0

    def address(self, request: Request) -> str:
        """Return the digest of a call; empty where nothing is kept."""
        return address(self._endpoint, request) if self.books.kept else ""

    def known(self, place: Place, key: str, nth: int) -> Reply | None:
        """Return a reply that need not be asked for; see `Books.known`."""
        return self.books.known(place, key, nth) if key else None

    async def ask(self, request: Request, place: Place, known_mode: bool) -> tuple[Reply, float]:
        """Ask the model, however often it takes.

        Args:
            request: the call.
            place: who asks.
            known_mode: whether the model has been seen to do the request's mode.

        Returns:
            The reply, and the US dollars charged for it.

        Raises:
            ChatError: it failed for good; says how.
            Halt: the run cannot go on.
        """
        purse = self.books.purse
        size = self._size(request) if purse.limited else Size(0, 0)
        most = self.tariff.most(*size) if self.tariff else 0.0
        hold = await purse.hold(most, size.total)
        charge, tokens = 0.0, 0
        try:
            reply = self._priced(await self._insist(request, place, known_mode))
            charge = hold.dollars if reply.cost is None else reply.cost
            tokens = reply.tokens or hold.tokens
        finally:
            purse.settle(hold, charge, tokens)
        return reply, charge

    def _size(self, request: Request) -> Size:
        return largest(request, self.model.max_tokens, self._longest)

    def _priced(self, reply: Reply) -> Reply:
        self._longest = max(self._longest, reply.tokens_out or 0)
        if self.tariff is None or reply.tokens_in is None or reply.tokens_out is None:
            return replace(reply, cost=None)
        cost = self.tariff.cost(reply.tokens_in, reply.tokens_out, reply.tokens_cached or 0)
        return replace(reply, cost=round(cost, 9))

    async def _insist(self, request: Request, place: Place, known_mode: bool) -> Reply:
        effort = _Effort()
        tokens = likely(request)
        while True:
            leave = await self._enter(place.role, tokens, effort)
            told = await self._attempt(request, leave, self._left(effort, place), known_mode)
            self._work(_now() - leave.begun, effort, place)
            if isinstance(told, Reply):
                return told
            effort.attempts += 1
            self._give_up(told, effort, known_mode)
            wait = self._patience.wait(told, effort.attempts)
            if self.gate.open and wait > 0:
                if wait >= self._left(effort, place):
                    raise self._late(told, effort)
                self._work(wait, effort, place)
                await asyncio.sleep(wait)
            if self._left(effort, place) <= 0:
                raise self._late(told, effort)

    async def _enter(self, role: str, tokens: float, effort: _Effort) -> Pass:
        """Stand in line; an outage that nobody else shares counts as work: it may be our call."""
        alone = not self.gate.open and not self.gate.waiting
        before = _now()
        leave = await self.gate.enter(role, tokens)
        effort.worked += leave.begun - before if alone and effort.attempts else 0.0
        return leave

    async def _attempt(
        self, request: Request, leave: Pass, left: float, known_mode: bool
    ) -> Reply | ChatError:
        """Make one call, and tell the gate how it went."""
        most = max(0.0, min(self._patience.timeout, left))
        try:
            async with asyncio.timeout(most):
                reply = await self.client.send(request)
        except ChatError as error:
            doubtful = error.kind == "server" and not known_mode
            self.gate.leave(leave, ChatError("request", error.detail) if doubtful else error)
            return error
        except TimeoutError:
            error = ChatError("timeout", f"no answer within {most:g} s")
            self.gate.leave(leave, error)
            return error
        except BaseException:
            self.gate.abandon(leave)
            raise
        self.gate.leave(leave, None, reply.tokens if reply.tokens_in is not None else None)
        return reply

    def _give_up(self, error: ChatError, effort: _Effort, known_mode: bool) -> None:
        """Raise the error where another try is no use."""
        refused = error.kind == "key" and (error.status != 403 or self.gate.refused >= _REFUSED)
        if refused and self.books.in_run:
            raise Halt("key", f"{self.gate.name} does not let us in: {error.detail}")
        doubtful = error.kind == "server" and not known_mode and effort.attempts >= _DOUBTFUL
        tries = effort.attempts if self.gate.open else 0
        if doubtful or not self._patience.again(error, tries):
            raise _final(error, effort.attempts)

    def _work(self, seconds: float, effort: _Effort, place: Place) -> None:
        effort.worked += seconds
        if place.trial and self.books.terms.deadline is not None:
            self.books.worked[place.trial] += seconds

    def _left(self, effort: _Effort, place: Place) -> float:
        """Return the seconds that are left, of the answer's and of the conversation's."""
        left = self._patience.deadline - effort.worked
        whole = self.books.terms.deadline
        if whole is None or not place.trial:
            return left
        return min(left, whole - self.books.worked[place.trial])

    def _late(self, error: ChatError, effort: _Effort) -> ChatError:
        detail = f"no answer before the deadline, {effort.attempts} attempts; last: {error}"
        return ChatError("timeout", detail, status=error.status, attempts=effort.attempts)


def proven(modes: Mapping[str, str], request: Request) -> bool:
    """Say whether a model has been seen to do what a request asks: plain text, or its mode."""
    if request.mode is None or request.schema is None:
        return True
    return modes.get(str(request.schema.get("title"))) == request.mode


def _final(error: ChatError, attempts: int) -> ChatError:
    return ChatError(
        error.kind,
        error.detail,
        status=error.status,
        retry_after=error.retry_after,
        attempts=attempts,
    )


def _now() -> float:
    return asyncio.get_running_loop().time()
