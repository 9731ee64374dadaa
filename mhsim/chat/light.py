"""Light: our own client for chat completions as OpenAI defined them and many servers speak them.

It does what one HTTP call takes and no more; a provider's own package walks every message on every
call, which costs more than everything else around a conversation.
"""

from __future__ import annotations

import time
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import aclosing
from typing import Any

from mhsim.chat.answer import Pieces, as_reply, read
from mhsim.chat.body import Body
from mhsim.chat.keys import key_of
from mhsim.chat.request import Reply, Request
from mhsim.chat.servers import TIMEOUT, base_of
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
        begun = time.monotonic()
        if request.hear is not None and request.schema is None:
            body = self._body.made(request, stream=True, more=more)
            answer = await self._heard(body, request.hear)
        else:
            data = await self._transport.post(self._body.made(request, more=more))
            answer = read(data, self._key)
        return as_reply(answer, round(time.monotonic() - begun, 3))

    async def close(self) -> None:
        """Close its connections."""
        await self._transport.close()

    async def _heard(self, body: bytes, hear: Callable[[str], None]) -> dict[str, Any]:
        """Put a streamed answer together, and let it be heard as it comes."""
        events, said = Events(), Pieces(hear)
        async with aclosing(self._transport.stream(body)) as pieces:
            async for piece in pieces:
                if piece.startswith(b"{") and events.empty:
                    return await self._at_once(piece, pieces, hear)
                for data in events.feed(piece):
                    said.add(data, self._key)
        for data in events.end():
            said.add(data, self._key)
        return said.answer()

    async def _at_once(
        self, piece: bytes, rest: AsyncIterator[bytes], hear: Callable[[str], None]
    ) -> dict[str, Any]:
        """Read the answer of a server that does not stream though it was asked to."""
        answer = read(piece + b"".join([more async for more in rest]), self._key)
        hear(as_reply(answer, 0).text)
        return answer
