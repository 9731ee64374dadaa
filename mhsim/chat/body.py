"""Body: a request as the JSON that chat completions take."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

import orjson

from mhsim.chat.request import ChatError, Request
from mhsim.chat.shape import name_of, strict
from mhsim.spec.model import Model

_REASONS = re.compile(r"(?:^|/)(?:o[1-9]|gpt-(?:[5-9]|oss))")
"""Names of models that count their reasoning among `max_completion_tokens`."""

_OFFICIAL = re.compile(r"(?:^|\.)(?:openai\.com|openai\.azure\.com)$")

_KEPT = 64
"""Schemas whose JSON is kept."""


class Body:
    """Writes the JSON of calls to one model.

    What every call has in common is written once. Messages are written anew for each: orjson takes
    7 microseconds for 120 of them, less than looking so many pieces up.

    Args:
        model: the model. `extra` goes into the JSON as it is; null takes a key out.
    """

    def __init__(self, model: Model) -> None:
        extra = dict(model.extra)
        streaming = extra.pop("stream_options", {"include_usage": True})
        fixed: dict[str, Any] = {
            "model": model.model.partition(":")[2],
            "temperature": model.temperature,
            "seed": model.seed,
            _limit(model): model.max_tokens,
            "reasoning_effort": model.reasoning_effort,
            **extra,
        }
        self._fixed = _inside({key: value for key, value in fixed.items() if value is not None})
        self._stream = _inside(
            {"stream": True, **({"stream_options": streaming} if streaming else {})}
        )
        self._schemas: dict[tuple[bytes, str], bytes] = {}

    def made(
        self, request: Request, *, stream: bool = False, more: Mapping[str, Any] | None = None
    ) -> bytes:
        """Return the JSON of a call.

        Args:
            request: the call.
            stream: whether the reply shall come in pieces.
            more: what this call alone has besides, such as `stop`.

        Raises:
            ChatError: a message cannot be written as JSON.
        """
        parts = [self._fixed]
        try:
            parts.append(_inside({"messages": request.messages, **(more or {})}))
        except TypeError as error:
            raise ChatError("request", f"the messages are no JSON: {error}") from error
        if request.schema is not None and request.mode is not None:
            parts.append(self._held(request.schema, request.mode))
        if stream:
            parts.append(self._stream)
        return b"{" + b",".join(parts) + b"}"

    def _held(self, schema: Mapping[str, Any], mode: str) -> bytes:
        """Return what holds the server to a schema; kept by the schema's value."""
        key = (orjson.dumps(schema, default=dict), mode)
        if key not in self._schemas:
            if len(self._schemas) >= _KEPT:
                self._schemas.clear()
            self._schemas[key] = _inside(_MODES[mode](schema))
        return self._schemas[key]


def _json_schema(schema: Mapping[str, Any]) -> dict[str, Any]:
    closed = strict(schema)
    given = {"name": name_of(schema), "strict": closed is not None, "schema": closed or schema}
    return {"response_format": {"type": "json_schema", "json_schema": given}}


def _tool(schema: Mapping[str, Any]) -> dict[str, Any]:
    """Return the schema as the only tool there is, which must be called."""
    function = {"name": name_of(schema), "parameters": schema}
    if "description" in schema:
        function["description"] = schema["description"]
    return {
        "tools": [{"type": "function", "function": function}],
        "tool_choice": {"type": "function", "function": {"name": function["name"]}},
    }


def _json(_: Mapping[str, Any]) -> dict[str, Any]:
    return {"response_format": {"type": "json_object"}}


_MODES = {"json_schema": _json_schema, "tool": _tool, "json": _json}


def _limit(model: Model) -> str:
    """Return what the limit of a reply is called: OpenAI's newer models know the new name only."""
    host = urlsplit(model.base_url).hostname if model.base_url else "api.openai.com"
    new = _OFFICIAL.search(host or "") or _REASONS.search(model.model.partition(":")[2])
    return "max_completion_tokens" if new else "max_tokens"


def _inside(fields: Mapping[str, Any]) -> bytes:
    """Return the inside of a JSON object."""
    return orjson.dumps(fields, default=_plain)[1:-1]


def _plain(value: Any) -> Any:
    """Return what orjson does not know as what it does."""
    if isinstance(value, Mapping):
        return dict(value)
    if isinstance(value, str | bytes | int | float):
        raise TypeError(f"{type(value).__name__} is no JSON")
    return list(value)
