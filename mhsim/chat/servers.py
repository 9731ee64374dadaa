"""Servers: who speaks OpenAI's chat completions, and where each listens unless told otherwise."""

from __future__ import annotations

from mhsim.errors import InputError
from mhsim.spec.model import Model

SERVERS: dict[str, str] = {
    "openai": "https://api.openai.com/v1",
    "openai-compatible": "http://127.0.0.1:8080/v1",
    "vllm": "http://127.0.0.1:8000/v1",
    "llamacpp": "http://127.0.0.1:8080/v1",
    "lmstudio": "http://127.0.0.1:1234/v1",
    "litellm": "http://127.0.0.1:4000/v1",
    "sglang": "http://127.0.0.1:30000/v1",
}
"""Provider to its usual address."""


def is_compatible(model: Model) -> bool:
    """Say whether a model is reached by chat completions as OpenAI defined them.

    Ollama answers in its own protocol, and below `/v1` in OpenAI's.
    """
    ollama = model.provider == "ollama" and (model.base_url or "").endswith("/v1")
    return model.provider in SERVERS or ollama


def base_of(model: Model) -> str:
    """Return the address below which a model's endpoints are.

    Raises:
        InputError: it has none, and is not OpenAI's.
    """
    if model.base_url:
        return model.base_url
    if model.provider != "openai":
        usual = SERVERS.get(model.provider, SERVERS["openai-compatible"])
        raise InputError(f"{model.model} needs a base_url, such as {usual}")
    return SERVERS["openai"]
