"""A chat model that answers from a list, for tests of what is asked and what is made of replies."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import count
from typing import Any

import pytest
from support import PHQ9, filled

from mhsim.chat import Books, ChatError, Connection, Pool, Reply, Request
from mhsim.spec.model import Model


class Scripted:
    """A client that answers from a list, and remembers what it was sent.

    Args:
        replies: texts, whole replies, or errors to fail with; the last one goes on for ever.
    """

    def __init__(self, *replies: str | Reply | ChatError) -> None:
        self.replies = list(replies)
        self.sent: list[Request] = []

    async def send(self, request: Request) -> Reply:
        """Give the next reply."""
        self.sent.append(Request(list(request.messages), request.schema, request.mode))
        reply = self.replies.pop(0) if len(self.replies) > 1 else self.replies[0]
        if isinstance(reply, ChatError):
            raise reply
        if isinstance(reply, str):
            reply = Reply(reply, "stop", tokens_in=7, tokens_out=3, seconds=0.5)
        if request.hear:
            request.hear(reply.text)
        return reply

    async def close(self) -> None:
        """Do nothing."""

    @property
    def modes(self) -> list[str | None]:
        """How each call was held to its schema."""
        return [request.mode for request in self.sent]

    @property
    def last(self) -> str:
        """The last message of the last call."""
        return self.sent[-1].messages[-1]["content"]


def connection(client: Scripted) -> Connection:
    """Return a connection to it."""
    return Connection("fake:model", client)


def pooled(client: Any, books: Books | None = None, **more: Any) -> Connection:
    """Return a connection of a pool whose only model answers through `client`."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("mhsim.chat.pool.client", lambda _: client)
        model = Model.model_validate({"model": "openai:x", "base_url": "http://here", **more})
        return Pool(books).get(model).at("trial", "patient")


class Talker:
    """A client that can hold any seat; no two of its replies are the same.

    Args:
        fails: errors that the next calls end with.
    """

    def __init__(self, *fails: ChatError) -> None:
        self.fails = list(fails)
        self.calls = 0
        self._number = count(1)

    async def send(self, request: Request) -> Reply:
        """Say something, or fill in a judge's form."""
        self.calls += 1
        if self.fails:
            raise self.fails.pop(0)
        text = f"I get by, for the {next(self._number)}th time."
        if request.schema is not None:
            text = json.dumps(filled("1" * len(PHQ9.items), rationale=text))
        return Reply(text, "stop", tokens_in=100, tokens_out=20, seconds=0.25)

    async def close(self) -> None:
        """Do nothing."""


@contextmanager
def answering(client: Any) -> Iterator[None]:
    """Have every model of a scenario answered by one client."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("mhsim.chat.pool.client", lambda _: client)
        yield


class Hummer:
    """A client that plays every seat: short words, a rating of nothing, a draft that is fine."""

    def __init__(self) -> None:
        self.sent: list[Request] = []

    async def send(self, request: Request) -> Reply:
        """Say something short, or fill the form that is asked for."""
        self.sent.append(Request(list(request.messages), request.schema, request.mode))
        forms = {"RatingForm": filled(), "Findings": {"flags": [], "verdict": "neutral"}}
        title = request.schema["title"] if request.schema else ""
        return Reply(json.dumps(forms[title]) if title else "Hm.", "stop", tokens_in=5)

    async def close(self) -> None:
        """Do nothing."""


class HummerPool(Pool):
    """Connects every model a scenario names to one client."""

    def __init__(self, hummer: Hummer) -> None:
        super().__init__()
        self._hummer = hummer

    def get(self, model: Model) -> Connection:
        """Return a connection to it."""
        return Connection(model.model, self._hummer)
