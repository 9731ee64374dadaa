"""Connection: one model as the seats of a run share it."""

from __future__ import annotations

from dataclasses import dataclass

from mhsim.chat.request import Client, Reply, Request
from mhsim.record import Usage


@dataclass(frozen=True, slots=True)
class ConnectionState:
    """What a connection is doing, for who asks why a batch waits.

    Args:
        name: `provider:model`.
        in_flight: calls under way.
        waiting: calls in line.
        limit: calls allowed at once.
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
    """

    def __init__(self, name: str, client: Client) -> None:
        self.name = name
        self.modes: dict[str, str] = {}
        """Title of a schema to the mode that worked for it."""
        self._client = client
        self._in_flight = 0

    async def send(self, request: Request) -> Reply:
        """Make one call, with whatever patience the run allows.

        Raises:
            ChatError: it failed for good; says how.
        """
        self._in_flight += 1
        try:
            return await self._client.send(request)
        finally:
            self._in_flight -= 1

    def usage(self, reply: Reply) -> Usage:
        """Return what a reply took, as events record it."""
        return Usage(
            model=self.name,
            tokens_in=reply.tokens_in,
            tokens_out=reply.tokens_out,
            tokens_cached=reply.tokens_cached,
            seconds=reply.seconds,
        )

    def state(self) -> ConnectionState:
        """Tell what it is doing."""
        return ConnectionState(self.name, in_flight=self._in_flight)

    async def close(self) -> None:
        """Let go of the client."""
        await self._client.close()
