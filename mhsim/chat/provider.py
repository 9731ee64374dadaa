"""Provider: LangChain's chat models as clients; each package is imported only when named."""

from __future__ import annotations

import importlib
import os
import time
from collections.abc import Mapping
from typing import Any

from langchain_core.language_models import BaseChatModel
from langchain_core.messages import AIMessage, AIMessageChunk

from mhsim.chat.request import ChatError, ErrorKind, Finish, Reply, Request
from mhsim.errors import InputError, listed
from mhsim.spec.model import Model

PROVIDERS: dict[str, tuple[str, str]] = {
    "openai": ("langchain_openai", "ChatOpenAI"),
    "anthropic": ("langchain_anthropic", "ChatAnthropic"),
    "google": ("langchain_google_genai", "ChatGoogleGenerativeAI"),
    "mistral": ("langchain_mistralai", "ChatMistralAI"),
    "ollama": ("langchain_ollama", "ChatOllama"),
}
"""Provider to the package and class that speak to it; the extra is called as the provider."""

_METHODS = {"json_schema": "json_schema", "tool": "function_calling", "json": "json_mode"}

_FINISH: dict[str, Finish] = {
    "stop": "stop", "end_turn": "stop", "length": "length", "max_tokens": "length",
    "content_filter": "filter", "safety": "filter", "refusal": "filter",
}  # fmt: skip

_MOST = 500
"""Characters of an error that are kept."""


def chat_model(model: Model) -> BaseChatModel:
    """Return the LangChain chat model a scenario names.

    Raises:
        InputError: the provider is unknown or its package is missing; says what to install.
    """
    if model.provider not in PROVIDERS:
        raise InputError(f"there is no provider {model.provider!r}; one of {listed(PROVIDERS)}")
    package, name = PROVIDERS[model.provider]
    try:
        cls = getattr(importlib.import_module(package), name)
    except ImportError as error:
        raise InputError(
            f"{model.model} needs the package {package}: pip install 'mhsim[{model.provider}]'"
        ) from error
    options: dict[str, Any] = {
        "model": model.model.partition(":")[2],
        "base_url": model.base_url,
        "temperature": model.temperature,
        "seed": model.seed,
        "max_tokens": model.max_tokens,
        "timeout": model.timeout or 120.0,
        **model.extra,
    }
    if model.api_key_env:
        if model.api_key_env not in os.environ:
            raise InputError(f"{model.model}: the variable {model.api_key_env} is not set")
        options["api_key"] = os.environ[model.api_key_env]
    return cls(**{key: value for key, value in options.items() if value is not None})


class ProviderClient:
    """A LangChain chat model as a client.

    Args:
        chat: the model; its own retries should be off, the connection has a policy.
    """

    def __init__(self, chat: BaseChatModel) -> None:
        self._chat = chat

    async def send(self, request: Request) -> Reply:
        """Make one call.

        Raises:
            ChatError: it failed; says how.
        """
        begun = time.monotonic()
        try:
            message = await self._message(request)
        except Exception as error:
            raise as_chat_error(error) from error
        return as_reply(message, time.monotonic() - begun)

    async def close(self) -> None:
        """Do nothing: LangChain's models close with the process."""

    async def _message(self, request: Request) -> AIMessage:
        messages = [dict(message) for message in request.messages]
        if request.schema is not None and request.mode is not None:
            bound = self._chat.with_structured_output(
                dict(request.schema), method=_METHODS[request.mode], include_raw=True
            )
            answer: Any = await bound.ainvoke(messages)
            return answer["raw"]
        if request.hear is None:
            return await self._chat.ainvoke(messages)
        whole: AIMessageChunk | None = None
        async for piece in self._chat.astream(messages):
            assert isinstance(piece, AIMessageChunk)
            request.hear(str(piece.text))
            whole = piece if whole is None else whole + piece
        return whole or AIMessageChunk(content="")


def as_reply(message: AIMessage, seconds: float) -> Reply:
    """Return LangChain's message as a reply; a tool's arguments are its text."""
    import json

    text = str(message.text)
    if message.tool_calls:
        text = json.dumps(message.tool_calls[0]["args"], ensure_ascii=False)
    told = message.response_metadata
    reason = str(told.get("finish_reason") or told.get("stop_reason") or "").lower()
    counted: Mapping[str, Any] = message.usage_metadata or {}
    return Reply(
        text=text,
        finish=_FINISH.get(reason),
        refusal=message.additional_kwargs.get("refusal"),
        tokens_in=counted.get("input_tokens"),
        tokens_out=counted.get("output_tokens"),
        tokens_cached=counted.get("input_token_details", {}).get("cache_read"),
        seconds=round(seconds, 3),
    )


def as_chat_error(error: Exception) -> ChatError:
    """Tell what kind of failure a provider's own exception is, by its HTTP status and name."""
    status = getattr(error, "status_code", None)
    status = status if isinstance(status, int) else None
    detail = f"{type(error).__name__}: {error}"[:_MOST]
    if status is None and isinstance(error, NotImplementedError | ValueError | TypeError):
        # The package itself does not know what was asked of it: no server was reached.
        return ChatError("request", detail)
    return ChatError(_kind(status, type(error).__name__, detail), detail, status=status)


def _kind(status: int | None, name: str, detail: str) -> ErrorKind:
    lowered = f"{name} {detail}".lower()
    if status is None:
        return "timeout" if "timeout" in lowered or "timed out" in lowered else "network"
    if status in (401, 403):
        return "key"
    if status in (429, 529):
        return "overloaded"
    if status >= 500 and status != 501:
        return "server"
    return "context" if "context" in lowered and "length" in lowered else "request"
