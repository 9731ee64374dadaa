"""Connection: one model as the seats of a run share it."""

from __future__ import annotations

from collections import Counter
from copy import copy
from dataclasses import dataclass, replace

from mhsim.chat.address import Place
from mhsim.chat.request import Client, Reply, Request
from mhsim.chat.service import Service, proven
from mhsim.record import Usage


@dataclass(frozen=True, slots=True)
class ConnectionState:
    """What a connection is doing, for who asks why a batch waits.

    Args:
        name: `provider:model`.
        in_flight: calls under way, of all models that share its endpoint and key.
        waiting: calls in line, likewise.
        limit: calls allowed at once, likewise.
        paused: seconds until it tries again; None when it is not paused.
        last_error: what went wrong last; None if nothing has.
    """

    name: str
    in_flight: int = 0
    waiting: int = 0
    limit: int | None = None
    paused: float | None = None
    last_error: str | None = None


class Connection:
    """One model, shared by all the seats it answers for.

    Args:
        name: `provider:model`.
        client: what speaks to it.
        service: how it is asked; without one every call is made once, at once.
    """

    def __init__(self, name: str, client: Client, service: Service | None = None) -> None:
        self.name = name
        self.modes: dict[str, str] = {}
        """Title of a schema to the mode that worked for it."""
        self._client = client
        self._service = service
        self._place = Place()
        self._asked: Counter[str] = Counter()

    def at(self, trial: str, role: str) -> Connection:
        """Return the same connection as one seat of one trial uses it."""
        seat = copy(self)
        seat._place = Place(trial, role)
        seat._asked = Counter()
        return seat

    async def send(self, request: Request) -> Reply:
        """Make one call, with whatever patience the run allows.

        Raises:
            ChatError: it failed for good; says how.
            Halt: the run cannot go on: budget, outage, key, or a recording that ends.
        """
        service = self._service
        if service is None:
            return await self._client.send(request)
        key = service.address(request)
        nth = self._asked[key]
        self._asked[key] += 1
        known = service.known(self._place, key, nth)
        if known is not None:
            if request.hear:
                request.hear(known.text)
            return known
        reply, charge = await service.ask(request, self._place, proven(self.modes, request))
        if key:
            unknown = charge if reply.cost is None else None
            service.books.keep(self._place, key, nth, replace(reply, source=None), unknown)
        return reply

    def usage(self, reply: Reply) -> Usage:
        """Return what a reply took, as events record it."""
        return Usage(
            model=self.name,
            tokens_in=reply.tokens_in,
            tokens_out=reply.tokens_out,
            tokens_cached=reply.tokens_cached,
            seconds=reply.seconds,
            cost=reply.cost,
            source=reply.source,
        )

    def state(self) -> ConnectionState:
        """Tell what it is doing."""
        if self._service is None:
            return ConnectionState(self.name)
        gate = self._service.gate
        return ConnectionState(
            self.name, gate.in_flight, gate.waiting, gate.limit, gate.paused(), gate.last_error
        )

    async def close(self) -> None:
        """Let go of the client."""
        await self._client.close()
