"""LangChain: our light client as a chat model for whoever works with LangChain.

from mhsim.chat.langchain import LightChatModel

chat = LightChatModel(model="llamacpp:qwen3", base_url="http://127.0.0.1:8080/v1")
chat.invoke("How are you?")
"""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from contextlib import aclosing
from functools import partial
from operator import itemgetter
from typing import Any, Literal

from langchain_core.exceptions import OutputParserException
from langchain_core.language_models import BaseChatModel, LanguageModelInput
from langchain_core.messages import AIMessage, AIMessageChunk, BaseMessage
from langchain_core.messages.ai import InputTokenDetails, UsageMetadata
from langchain_core.outputs import ChatGeneration, ChatGenerationChunk, ChatResult
from langchain_core.runnables import Runnable, RunnableLambda, RunnableMap, RunnablePassthrough
from langchain_core.utils.function_calling import convert_to_json_schema
from pydantic import BaseModel, Field, PrivateAttr, SecretStr

from mhsim.chat.background import wait_for
from mhsim.chat.light import LightClient
from mhsim.chat.request import Message, Mode, Reply, Request
from mhsim.spec.model import Model

Method = Literal["json_schema", "function_calling", "json_mode"]
"""How a server is held to a schema, as LangChain names it."""

_MODES: dict[Method, Mode] = {
    "json_schema": "json_schema", "function_calling": "tool", "json_mode": "json",
}  # fmt: skip

_ROLES = {"human": "user", "ai": "assistant", "system": "system"}


class LightChatModel(BaseChatModel):
    """A model behind chat completions; text only, one attempt per call, no tools.

    Args:
        model: `provider:name`, as in a scenario.
        base_url: where the server listens; OpenAI's own needs none.
        api_key: the key; looked up in `api_key_env`, or the provider's variable, without it.
        api_key_env: the variable that holds the key.
        temperature: 0 to 2.
        seed: sent to the server.
        max_tokens: the longest reply, in tokens.
        timeout: seconds a call may take.
        reasoning_effort: `minimal`, `low`, `medium`, `high`, or what else the server knows.
        extra: anything else the server takes, handed on as it is.

    Raises:
        InputError: the address or the key is missing.
    """

    model: str
    base_url: str | None = None
    api_key: SecretStr | None = Field(default=None, repr=False)
    api_key_env: str | None = None
    temperature: float | None = None
    seed: int | None = None
    max_tokens: int | None = None
    timeout: float | None = None
    reasoning_effort: str | None = None
    extra: dict[str, Any] = Field(default_factory=dict)
    _client: LightClient = PrivateAttr()

    def model_post_init(self, context: Any, /) -> None:
        """Make the client."""
        super().model_post_init(context)
        fields = self.model_dump(include=set(Model.model_fields), exclude_none=True)
        key = self.api_key.get_secret_value() if self.api_key else None
        self._client = LightClient(Model(**fields), key)

    async def aclose(self) -> None:
        """Close the connections of this event loop; they close with it otherwise."""
        await self._client.close()

    @property
    def _llm_type(self) -> str:
        return "mhsim-light"

    @property
    def _identifying_params(self) -> Mapping[str, Any]:
        return self.model_dump(include=set(Model.model_fields), exclude_none=True)

    def _generate(self, messages: list[BaseMessage], *given: Any, **more: Any) -> ChatResult:
        return wait_for(self._agenerate(messages, *given, **more))

    async def _agenerate(
        self,
        messages: list[BaseMessage],
        stop: list[str] | None = None,
        run_manager: Any = None,
        **more: Any,
    ) -> ChatResult:
        reply = await self._client.send(*_call(messages, stop, more))
        message = AIMessage(content=reply.text, **self._told(reply))
        return ChatResult(generations=[ChatGeneration(message=message)])

    def _stream(
        self, messages: list[BaseMessage], *given: Any, **more: Any
    ) -> Iterator[ChatGenerationChunk]:
        pieces = aiter(self._astream(messages, *given, **more))
        while (piece := wait_for(_next(pieces))) is not None:
            yield piece

    async def _astream(
        self,
        messages: list[BaseMessage],
        stop: list[str] | None = None,
        run_manager: Any = None,
        **more: Any,
    ) -> AsyncIterator[ChatGenerationChunk]:
        async with aclosing(self._client.stream(*_call(messages, stop, more))) as pieces:
            async for piece in pieces:
                if isinstance(piece, str):
                    chunk = AIMessageChunk(content=piece)
                else:
                    chunk = AIMessageChunk(content="", chunk_position="last", **self._told(piece))
                yield ChatGenerationChunk(message=chunk)

    def _told(self, reply: Reply) -> dict[str, Any]:
        """Return what a message says besides its words."""
        return {
            "response_metadata": {"model_name": self.model, "finish_reason": reply.finish},
            "additional_kwargs": {"refusal": reply.refusal} if reply.refusal else {},
            "usage_metadata": _usage(reply),
        }

    def with_structured_output(
        self,
        schema: dict[str, Any] | type,
        *,
        include_raw: bool = False,
        method: Method = "json_schema",
        **more: Any,
    ) -> Runnable[LanguageModelInput, Any]:
        """Return a runnable that replies in a form; a reply that does not fit is an error.

        Args:
            schema: a pydantic model, a typed dictionary, or JSON Schema.
            include_raw: whether to return the message too, and the error instead of raising it.
            method: how the server is held to the schema.
            more: nothing else is taken.

        Raises:
            ValueError: something else is asked for.
        """
        if more.pop("strict", None) is False or more:
            raise ValueError(f"not taken here: {', '.join(more) or 'strict=False'}")
        llm = self.bind(schema=convert_to_json_schema(schema), mode=_MODES[method])
        reader: Runnable[Any, Any] = RunnableLambda(partial(_read, schema))
        if not include_raw:
            return llm | reader
        read = RunnablePassthrough.assign(
            parsed=itemgetter("raw") | reader, parsing_error=lambda _: None
        )
        unread = RunnablePassthrough.assign(parsed=lambda _: None)
        return RunnableMap(raw=llm) | read.with_fallbacks([unread], exception_key="parsing_error")


def _call(
    messages: Sequence[BaseMessage], stop: list[str] | None, more: Mapping[str, Any]
) -> tuple[Request, dict[str, Any]]:
    """Return LangChain's call as ours: the request, and what goes into its JSON besides."""
    rest = {key: value for key, value in more.items() if key not in ("schema", "mode")}
    if stop:
        rest["stop"] = stop
    return Request([_message(m) for m in messages], more.get("schema"), more.get("mode")), rest


def _message(message: BaseMessage) -> Message:
    role = _ROLES.get(message.type)
    text = str(message.text)
    plain = isinstance(message.content, str) or all(
        isinstance(part, str) or part.get("type") == "text" for part in message.content
    )
    if role is None or not plain:
        raise ValueError(f"found a {message.type} message; only words of {', '.join(_ROLES)}")
    return {"role": role, "content": text}


def _usage(reply: Reply) -> UsageMetadata | None:
    if reply.tokens_in is None or reply.tokens_out is None:
        return None
    counted = UsageMetadata(
        input_tokens=reply.tokens_in,
        output_tokens=reply.tokens_out,
        total_tokens=reply.tokens_in + reply.tokens_out,
    )
    if reply.tokens_cached is not None:
        counted["input_token_details"] = InputTokenDetails(cache_read=reply.tokens_cached)
    return counted


def _read(schema: dict[str, Any] | type, message: AIMessage) -> Any:
    """Read a reply as its form."""
    text = str(message.text)
    try:
        if isinstance(schema, type) and issubclass(schema, BaseModel):
            return schema.model_validate_json(text)
        return json.loads(text)
    except ValueError as error:  # pydantic's and json's own
        raise OutputParserException(f"the reply does not fit: {error}", llm_output=text) from error


async def _next(pieces: AsyncIterator[ChatGenerationChunk]) -> ChatGenerationChunk | None:
    return await anext(pieces, None)
