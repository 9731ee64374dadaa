"""Request, reply, error: what passes between a seat and a chat model, whoever serves it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal, Protocol

from mhsim.errors import MhsimError

Message = Mapping[str, str]
"""`{"role": "system" | "user" | "assistant", "content": text}`."""

Mode = Literal["json_schema", "tool", "json"]
"""How a server is held to a schema.

- `json_schema`: it enforces the schema itself
- `tool`: the schema stands as the only tool, which must be called
- `json`: it promises some JSON; that it fits is checked here
"""


@dataclass(frozen=True, slots=True)
class Request:
    """One call.

    Args:
        messages: the conversation as the model sees it, the system's first.
        schema: JSON Schema the reply must fit; None for plain text.
        mode: how the server is held to the schema; None asks in words alone.
        draw: which draw of the same call, 0-based: keeps replicates apart where replies are cached.
        hear: called with pieces of a plain-text reply as they come.
    """

    messages: Sequence[Message]
    schema: Mapping[str, Any] | None = None
    mode: Mode | None = None
    draw: int = 0
    hear: Callable[[str], None] | None = field(default=None, compare=False)


Finish = Literal["stop", "length", "filter"]
"""Why a reply ends: by itself, cut off at the token limit, or held back by the provider."""


@dataclass(frozen=True, slots=True)
class Reply:
    """What came back.

    Args:
        text: the words, or the JSON text of a form however it was delivered; may be empty.
        finish: why it ends; None where the server did not say.
        refusal: the provider's own field for a refusal.
        tokens_in: tokens read, cached ones included; None where not told.
        tokens_out: tokens written, reasoning included.
        tokens_cached: of `tokens_in`, those the provider had cached.
        seconds: wall time of the call that succeeded, waiting in line not counted.
        cost: US dollars; None where the price is not known. The connection's word, not a client's.
        source: where it came from, if not from the model just now.
    """

    text: str
    finish: Finish | None = None
    refusal: str | None = None
    tokens_in: int | None = None
    tokens_out: int | None = None
    tokens_cached: int | None = None
    seconds: float | None = None
    cost: float | None = None
    source: Literal["cache", "replay"] | None = None

    @property
    def tokens(self) -> int:
        """Tokens read and written, as far as told."""
        return (self.tokens_in or 0) + (self.tokens_out or 0)


ErrorKind = Literal["overloaded", "server", "network", "timeout", "key", "request", "context"]
"""What went wrong with a call.

- `overloaded`: too many requests or tokens (429, 529): later, and fewer at once
- `server`: the server failed (5xx)
- `network`: no connection, or it was cut
- `timeout`: no answer in time
- `key`: not allowed (401, 403): waiting does not help
- `request`: this call cannot work as it stands (other 4xx, 501)
- `context`: longer than the model can read
"""


class ChatError(MhsimError):
    """A call failed.

    Args:
        kind: one of `ErrorKind`.
        detail: what the server said, shortened, without keys.
        status: HTTP status, where there was one.
        retry_after: seconds the server asks to wait.
        attempts: calls made in all.
    """

    def __init__(
        self,
        kind: ErrorKind,
        detail: str,
        *,
        status: int | None = None,
        retry_after: float | None = None,
        attempts: int = 1,
    ) -> None:
        self.kind: ErrorKind = kind
        self.detail = detail
        self.status = status
        self.retry_after = retry_after
        self.attempts = attempts
        super().__init__(f"{kind}: {detail}")


class Client(Protocol):
    """Speaks one provider's protocol: one call, no retries, no memory."""

    async def send(self, request: Request) -> Reply:
        """Make one call.

        Raises:
            ChatError: it failed; says how.
        """
        ...

    async def close(self) -> None:
        """Let go of its connections."""
        ...
