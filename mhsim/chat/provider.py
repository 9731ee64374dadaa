"""Provider: LangChain's chat models as clients; each package is imported only when named."""

from __future__ import annotations

import importlib
import re
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from langchain_core.language_models import BaseChatModel
from langchain_core.messages import AIMessage, AIMessageChunk
from pydantic import SecretStr, ValidationError

from mhsim.chat.failure import MOST, kind_of, wait
from mhsim.chat.keys import hidden, key_of
from mhsim.chat.patience import TIMEOUT
from mhsim.chat.request import ChatError, Finish, Reply, Request
from mhsim.chat.servers import SERVERS
from mhsim.errors import InputError, listed
from mhsim.spec.model import Model


@dataclass(frozen=True, slots=True)
class Package:
    """A LangChain package that speaks to one provider.

    Args:
        module: where it is imported from.
        name: its chat model.
        takes: our parameters to its own names; what it does not take is missing.
        fixed: its own retries switched off: the connection has a policy.
    """

    module: str
    name: str
    takes: Mapping[str, str]
    fixed: Mapping[str, Any] = field(default_factory=dict[str, Any])


_USUAL = {
    each: each for each in ("base_url", "api_key", "temperature", "max_tokens", "timeout", "seed")
}

PROVIDERS: dict[str, Package] = {
    "anthropic": Package(
        "langchain_anthropic",
        "ChatAnthropic",
        {each: each for each in _USUAL if each != "seed"} | {"reasoning_effort": "effort"},
        {"max_retries": 0},
    ),
    "google": Package(
        "langchain_google_genai",
        "ChatGoogleGenerativeAI",
        _USUAL | {"reasoning_effort": "thinking_level"},
        {"max_retries": 1},  # counts the first attempt; 0 would be Google's own default
    ),
    "mistral": Package(
        "langchain_mistralai",
        "ChatMistralAI",
        _USUAL | {"seed": "random_seed"},
        {"max_retries": 1},  # counts the first attempt
    ),
    "ollama": Package(
        "langchain_ollama",
        "ChatOllama",
        {
            "base_url": "base_url",
            "temperature": "temperature",
            "seed": "seed",
            "max_tokens": "num_predict",
            "timeout": "client_kwargs",
            "reasoning_effort": "reasoning",
        },
    ),
}
"""Provider to the package that speaks to it; the extra is called as the provider."""

_METHODS = {"json_schema": "json_schema", "tool": "function_calling", "json": "json_mode"}

_FINISH: dict[str, Finish] = {
    "stop": "stop", "end_turn": "stop", "length": "length", "max_tokens": "length",
    "content_filter": "filter", "safety": "filter", "refusal": "filter",
}  # fmt: skip


def chat_model(model: Model, key: str | None = None) -> BaseChatModel:
    """Return the LangChain chat model a scenario names.

    Args:
        model: the model.
        key: its key; looked up as `keys.key_of` does where it is not given.

    Raises:
        InputError: the provider is unknown, its package or its key is missing, or it does not take
            what it is given.
    """
    if model.provider not in PROVIDERS:
        every = sorted({*PROVIDERS, *SERVERS})
        raise InputError(f"there is no provider {model.provider!r}; one of {listed(every)}")
    package = PROVIDERS[model.provider]
    try:
        cls = getattr(importlib.import_module(package.module), package.name)
    except ImportError as error:
        raise InputError(
            f"{model.model} needs the package {package.module}: "
            f"pip install 'mhsim[{model.provider}]'"
        ) from error
    options = _options(model, package, key or key_of(model))
    try:
        return cls(**options)
    except ValidationError as error:
        said = "; ".join(each["msg"] for each in error.errors(include_input=False))
        raise InputError(f"{model.model}: {package.name} does not take this: {said}") from None


def _options(model: Model, package: Package, key: str | None) -> dict[str, Any]:
    """Return what a package's chat model is made with."""
    timeout = model.timeout or TIMEOUT
    given: dict[str, Any] = {
        "base_url": model.base_url,
        "api_key": SecretStr(key) if key else None,
        "temperature": model.temperature,
        "max_tokens": model.max_tokens,
        "timeout": timeout if package.takes["timeout"] == "timeout" else {"timeout": timeout},
        "seed": model.seed,
        "reasoning_effort": model.reasoning_effort,
    }
    if model.reasoning_effort and "reasoning_effort" not in package.takes:
        raise InputError(
            f"{model.model} takes no reasoning_effort; what it takes instead can stand in extra"
        )
    named = {package.takes[k]: v for k, v in given.items() if k in package.takes and v is not None}
    return {"model": model.model.partition(":")[2], **package.fixed, **named, **model.extra}


class ProviderClient:
    """A LangChain chat model as a client.

    Args:
        chat: the model; its own retries should be off, the connection has a policy.
        key: its key, which no error may repeat.
    """

    def __init__(self, chat: BaseChatModel, key: str | None = None) -> None:
        self._chat = chat
        self._key = key

    async def send(self, request: Request) -> Reply:
        """Make one call.

        Raises:
            ChatError: it failed; says how.
        """
        begun = time.monotonic()
        try:
            message = await self._message(request)
        except Exception as error:  # noqa: BLE001 - packages raise whatever they like
            raise as_chat_error(error, self._key) from None
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


def as_chat_error(error: Exception, key: str | None = None) -> ChatError:
    """Tell what kind of failure a provider's own exception is, by its HTTP status and name."""
    status, headers = _answered(error)
    detail = hidden(f"{type(error).__name__}: {error}", key)[:MOST]
    if status is None and isinstance(error, NotImplementedError | ValueError | TypeError):
        # The package itself does not know what was asked of it: no server was reached.
        return ChatError("request", detail)
    if status is None:
        late = re.search("timeout|timed out", detail, re.IGNORECASE)
        return ChatError("timeout" if late else "network", detail)
    return ChatError(kind_of(status, detail), detail, status=status, retry_after=wait(headers))


def _answered(error: BaseException) -> tuple[int | None, Mapping[str, str]]:
    """Return the HTTP status and headers behind an exception, wherever its package keeps them."""
    response = getattr(error, "response", None)
    headers: Any = getattr(response, "headers", None) or {}
    for place in (error, response):
        for name in ("status_code", "code"):
            status = getattr(place, name, None)
            if isinstance(status, int) and 400 <= status < 600:
                return status, {str(k).lower(): str(v) for k, v in dict(headers).items()}
    return _answered(error.__cause__) if error.__cause__ else (None, {})
