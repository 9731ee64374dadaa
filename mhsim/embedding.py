"""Sentence embeddings by `provider:model`, loaded when named; a provider is an entry point."""

from __future__ import annotations

import importlib
from collections.abc import Callable, Sequence
from typing import Any, Protocol

from mhsim.errors import InputError, RunError
from mhsim.registry import Registry


class Embeddings(Protocol):
    """What any embeddings of LangChain can do."""

    def embed_documents(self, texts: list[str]) -> list[list[float]]:
        """Return one vector per text."""
        ...


EMBEDDINGS: Registry[Callable[[str], Embeddings]] = Registry("mhsim.embeddings", "embeddings")
"""Provider to what makes its embeddings of a model's name."""


class Embedder:
    """Embeds each text once.

    Args:
        name: as given: `provider:model`.
        embeddings: what embeds.
    """

    def __init__(self, name: str, embeddings: Embeddings) -> None:
        self.name = name
        self._embeddings = embeddings
        self._known: dict[str, list[float]] = {}

    def __call__(self, texts: Sequence[str]) -> list[list[float]]:
        """Return one vector per text.

        Raises:
            RunError: they cannot be had, or are not one per text.
        """
        new = [text for text in dict.fromkeys(texts) if text not in self._known]
        try:
            vectors = self._embeddings.embed_documents(new) if new else []
        except Exception as error:  # a provider may raise anything
            raise RunError(f"{self.name}: the embeddings cannot be had: {error}") from error
        if len(vectors) != len(new):
            raise RunError(f"{self.name}: {len(vectors)} vectors came for {len(new)} texts")
        self._known |= zip(new, vectors, strict=True)
        return [self._known[text] for text in texts]


def embedder(given: str) -> Embedder:
    """Return the embedder called `provider:model`.

    Raises:
        InputError: it names no provider there is, or the provider's package is missing.
    """
    provider, colon, model = given.partition(":")
    if not (provider and colon and model):
        right = "provider:model, such as openai:text-embedding-3-small"
        raise InputError(f"embeddings: found {given!r}; {right}")
    return Embedder(given, EMBEDDINGS.get(provider)(model))


def _load(module: str, name: str, **options: Any) -> Embeddings:
    try:
        made = getattr(importlib.import_module(module), name)
    except ImportError as error:
        package = module.partition(".")[0].replace("_", "-")
        raise InputError(f"embeddings: the package {package} is missing; install it") from error
    try:
        return made(**options)
    except Exception as error:  # most often a key that is not set
        raise InputError(f"embeddings: {name} cannot be made: {error}") from error


def openai(model: str) -> Embeddings:
    """Return embeddings of OpenAI, or of a server like it."""
    return _load("langchain_openai", "OpenAIEmbeddings", model=model)


def google(model: str) -> Embeddings:
    """Return embeddings of Google."""
    return _load("langchain_google_genai", "GoogleGenerativeAIEmbeddings", model=model)


def mistral(model: str) -> Embeddings:
    """Return embeddings of Mistral."""
    return _load("langchain_mistralai", "MistralAIEmbeddings", model=model)


def ollama(model: str) -> Embeddings:
    """Return embeddings of a local Ollama."""
    return _load("langchain_ollama", "OllamaEmbeddings", model=model)


def huggingface(model: str) -> Embeddings:
    """Return embeddings of a model that runs here, such as sentence-transformers/LaBSE."""
    return _load("langchain_huggingface", "HuggingFaceEmbeddings", model_name=model)


def noise(model: str) -> Embeddings:
    """Return vectors drawn from each text's hash, to try a report out; they mean nothing.

    Raises:
        InputError: `model` is no number of dimensions.
    """
    if not model.isdecimal() or not int(model):
        raise InputError(f"embeddings: found 'noise:{model}'; a number of dimensions: noise:64")
    return _load("langchain_core.embeddings", "DeterministicFakeEmbedding", size=int(model))
