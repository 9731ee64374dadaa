"""Light: our own client for chat completions as OpenAI defined them and many servers speak them.

It does what one HTTP call takes and no more; a provider's own package walks every message on every
call, which costs more than everything else around a conversation.
"""

from __future__ import annotations

import time
from collections.abc import AsyncGenerator, Mapping
from contextlib import aclosing
from typing import Any

from mhsim.chat.answer import Pieces, as_reply, read
from mhsim.chat.body import Body
from mhsim.chat.keys import key_of
from mhsim.chat.patience import TIMEOUT
from mhsim.chat.request import Reply, Request
from mhsim.chat.servers import base_of
from mhsim.chat.sse import Events
from mhsim.chat.transport import Address, Transport, completions
from mhsim.spec.model import Model


class LightClient:
    """Speaks to one model behind chat completions; one call, one attempt.

    Args:
        model: the model.
        key: its key; looked up as `keys.key_of` does where it is not given.

    Raises:
        InputError: the address or the key is missing.
    """

    def __init__(self, model: Model, key: str | None = None) -> None:
        url = completions(base_of(model))
        self._key = key or key_of(model)
        self._transport = Transport(Address(url, self._key, model.timeout or TIMEOUT))
        self._body = Body(model)

    async def send(self, request: Request, more: Mapping[str, Any] | None = None) -> Reply:
        """Make one call.

        Args:
            request: the call; with `hear` and no schema the reply comes in pieces.
            more: what goes into this call's JSON besides, such as `stop`.

        Raises:
            ChatError: it failed; says how.
        """
        if request.hear is None or request.schema is not None:
            begun = time.monotonic()
            data = await self._transport.post(self._body.made(request, more=more))
            return as_reply(read(data, self._key), _since(begun))
        async with aclosing(self.stream(request, more)) as pieces:
            async for piece in pieces:
                if isinstance(piece, Reply):
                    return piece
                request.hear(piece)
        raise AssertionError("a stream ends in a reply")

    async def stream(
        self, request: Request, more: Mapping[str, Any] | None = None
    ) -> AsyncGenerator[str | Reply]:
        """Make one call; yield the words as they come, and the reply at last.

        Raises:
            ChatError: it failed; says how.
        """
        begun = time.monotonic()
        events, said = Events(), Pieces()
        body = self._body.made(request, stream=True, more=more)
        async with aclosing(self._transport.stream(body)) as pieces:
            async for piece in pieces:
                if piece.startswith(b"{") and events.empty:  # it does not stream, though asked to
                    whole = piece + b"".join([rest async for rest in pieces])
                    reply = as_reply(read(whole, self._key), _since(begun))
                    yield reply.text
                    yield reply
                    return
                for data in events.feed(piece):
                    if words := said.add(data, self._key):
                        yield words
        for data in events.end():
            if words := said.add(data, self._key):
                yield words
        yield as_reply(said.answer(), _since(begun))

    async def close(self) -> None:
        """Close its connections."""
        await self._transport.close()


def _since(begun: float) -> float:
    return round(time.monotonic() - begun, 3)
