"""Who answers for a role: a chat model, the reference simulator, a script, a person."""

from __future__ import annotations

import re
from typing import Annotated, Any
from urllib.parse import urlsplit

from pydantic import BeforeValidator, Field, StrictInt, StrictStr, field_validator, model_validator

from mhsim.errors import suggestion
from mhsim.spec.base import Finding, Meant, Name, Spec, Text, told

_MODEL = re.compile(r"^(reference|text|human|script:.+|[a-z][a-z0-9_-]*:.+)$")


ModelName = Annotated[StrictStr, Field(json_schema_extra={"pattern": _MODEL.pattern})]
"""`provider:name`, `reference`, `human`, or `script:FILE`; checked by `Model`."""


Dollars = Annotated[float, Field(ge=0, strict=True)]


class Price(Spec):
    """What a model costs, in US dollars per million tokens.

    Args:
        input: tokens read.
        output: tokens written, reasoning included.
        cached: tokens read that the provider had cached; as `input`, without it.
    """

    input: Dollars
    output: Dollars
    cached: Dollars | None = None


PACE = frozenset(
    {"concurrency", "requests_per_minute", "tokens_per_minute", "deadline", "price"}
)  # fmt: skip
"""Fields of a model that say how fast and how dear, not what happens: no part of a plan's hash."""


class Model(Spec):
    """A chat model: `provider:name`, where it is served and how it is called.

    Args:
        model: `provider:name`, `reference`, `text` (the text critic), `human`, or `script:FILE`.
        base_url: where an OpenAI-compatible server listens, such as `http://127.0.0.1:8080/v1`.
        api_key_env: the variable that holds the key; a key never stands in a file. Without it the
            provider's own, such as `OPENAI_API_KEY`; none for a `base_url`.
        temperature: 0 to 2.
        seed: sent to providers that take one.
        max_tokens: the longest reply, in tokens.
        timeout: seconds a call may take; 120 without it.
        reasoning_effort: `minimal`, `low`, `medium`, `high`, or what else the provider knows.
        extra: anything else the provider takes, handed on as it is.
        concurrency: calls under way at once, at most.
        requests_per_minute: calls begun in a minute, at most.
        tokens_per_minute: tokens read and written in a minute, at most.
        deadline: seconds an answer may take with all its retries; 900 without it.
        price: US dollars per million tokens; from the table that ships, without it.
    """

    shorthand = "reference, text, human, script:FILE or provider:name"

    model: ModelName
    base_url: Text | None = None
    api_key_env: Annotated[StrictStr, Field(pattern=r"^[A-Z_][A-Z0-9_]*$")] | None = None
    temperature: Annotated[float, Field(ge=0, le=2, strict=True)] | None = None
    seed: StrictInt | None = None
    max_tokens: Annotated[StrictInt, Field(gt=0)] | None = None
    timeout: Annotated[float, Field(gt=0, strict=True)] | None = None
    reasoning_effort: Annotated[StrictStr, Field(pattern=r"^[a-z]+$")] | None = None
    extra: dict[str, Any] = Field(default_factory=dict)
    concurrency: Annotated[StrictInt, Field(gt=0)] | None = None
    requests_per_minute: Annotated[StrictInt, Field(gt=0)] | None = None
    tokens_per_minute: Annotated[StrictInt, Field(gt=0)] | None = None
    deadline: Annotated[float, Field(gt=0, strict=True)] | None = None
    price: Price | None = None

    @model_validator(mode="after")
    def _named(self) -> Model:
        if not _MODEL.match(self.model):
            near = suggestion(self.model, ("reference", "text", "human"))
            right = f"{self.shorthand}{near}"
            raise Finding(("model",), f"found {told(self.model)}", right).error()
        return self

    @field_validator("base_url")
    @classmethod
    def _address(cls, url: str | None) -> str | None:
        if url is None:
            return None
        try:
            parts = urlsplit(url)
            good = parts.scheme in ("http", "https") and parts.hostname and (parts.port or 1)
        except ValueError:
            good = False
        if not good or re.search(r"\s", url):
            right = "an address such as http://127.0.0.1:8080/v1"
            found = told(url) if "@" not in url else "what may hold a password"
            raise Finding((), f"found {found}", right).error()
        return url.rstrip("/")

    @property
    def provider(self) -> str:
        """What stands before the colon: who answers."""
        return self.model.partition(":")[0]

    @property
    def chats(self) -> bool:
        """Whether it is a chat model, which takes tokens and may cost money."""
        return self.provider not in ("reference", "text", "script", "human")


def _model(value: object) -> object:
    return {"model": value} if isinstance(value, str) else value


ModelEntry = Annotated[Model, BeforeValidator(_model, json_schema_input_type=ModelName | Model)]
"""A model as an author writes it: a name, or a mapping."""

Models = Annotated[
    dict[Name, Annotated[Model, BeforeValidator(_model, json_schema_input_type=ModelName | Model)]],
    Meant("role to model, such as {default: reference}"),
]
