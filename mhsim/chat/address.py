"""Address: what decides a reply, as a digest; and how large a call can become."""

from __future__ import annotations

import json
from collections.abc import Mapping
from hashlib import blake2b
from typing import Any, NamedTuple

from mhsim.chat.request import Request
from mhsim.spec.model import PACE, Model

_ELSE = PACE | {"api_key_env", "timeout"}
"""Fields of a model that do not decide what it replies."""

_AROUND = 16
"""Tokens a message takes besides its words, at most."""

_ASSUMED = 4096
"""Tokens of a reply where a scenario names no `max_tokens`."""


class Place(NamedTuple):
    """Who asks: the trial's id and the role; both empty outside of a run."""

    trial: str = ""
    role: str = ""


class Size(NamedTuple):
    """Tokens a call reads and writes."""

    read: int
    written: int

    @property
    def total(self) -> int:
        """Both together."""
        return self.read + self.written


def endpoint(model: Model) -> bytes:
    """Return a digest of what of a model decides its replies; keys, pace and price do not."""
    return _digest(model.model_dump(mode="json", exclude=set(_ELSE), exclude_none=True))


def address(model: bytes, request: Request) -> str:
    """Return the digest of a call: model, messages, schema, mode and draw."""
    found = blake2b(model, digest_size=16)
    for message in request.messages:
        for part in (message["role"], message["content"]):
            data = part.encode(errors="surrogatepass")
            found.update(b"%d:" % len(data))
            found.update(data)
    schema = _digest(request.schema) if request.schema is not None else b"-"
    found.update(schema + f"/{request.mode}/{request.draw}".encode())
    return found.hexdigest()


def largest(request: Request, max_tokens: int | None, seen: int = 0) -> Size:
    """Return what a call can come to at most: no token is shorter than a byte.

    Args:
        request: the call.
        max_tokens: the longest reply the scenario allows.
        seen: the longest reply this model has given; twice that is feared where none is named.
    """
    read = sum(len(m["content"].encode(errors="replace")) + _AROUND for m in request.messages)
    if request.schema is not None:
        read += len(json.dumps(request.schema))
    return Size(read, max_tokens or max(_ASSUMED, 2 * seen))


def likely(request: Request) -> float:
    """Return about how many tokens a call will come to, for rates: corrected when it is known."""
    return sum(len(m["content"]) for m in request.messages) / 3 + 200


def _digest(data: Mapping[str, Any]) -> bytes:
    return blake2b(json.dumps(data, sort_keys=True).encode(), digest_size=16).digest()
