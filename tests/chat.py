"""A chat model that answers from a list, for tests of what is asked and what is made of replies."""

from __future__ import annotations

from mhsim.chat import ChatError, Connection, Reply, Request


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
