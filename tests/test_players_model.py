"""A chat model in a seat: what it is told, what it may answer, and what counts as a failure."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from mhsim.chat import ChatError, Connection, Reply, Request
from mhsim.errors import PlayerError
from mhsim.players.model import ModelPlayer
from mhsim.record import Mark, Span, Utterance
from mhsim.table import Ask


class Scripted:
    """A client that answers from a list, and remembers what it was sent."""

    def __init__(self, *replies: str | ChatError) -> None:
        self.replies = list(replies)
        self.sent: list[Request] = []

    async def send(self, request: Request) -> Reply:
        self.sent.append(Request(list(request.messages), request.schema, request.mode))
        reply = self.replies.pop(0)
        if isinstance(reply, ChatError):
            raise reply
        if request.hear:
            request.hear(reply)
        return Reply(reply, "stop", tokens_in=7, tokens_out=3)

    async def close(self) -> None:
        pass


def player(client: Scripted, role: str = "patient", prompt: str = "You are Ann.") -> ModelPlayer:
    return ModelPlayer(Connection("fake:model", client), role, prompt)


def ask(**more) -> Ask:
    said = [Utterance(turn=1, role="therapist", text="How are you?")]
    return Ask(
        **{"role": "patient", "task": "speak", "turn": 1, "revision": 0, "transcript": said, **more}
    )


async def test_a_model_hears_the_conversation_from_its_own_seat():
    client = Scripted("Tired.")
    line = await player(client).say(ask())
    assert line.text == "Tired."
    assert [m["role"] for m in client.sent[0].messages] == ["system", "user"]
    assert (line.usage.model, line.usage.tokens_in) == ("fake:model", 7)


async def test_pieces_are_heard_where_somebody_listens():
    heard: list[str] = []
    hear: Callable[[str], None] = heard.append
    await player(Scripted("Tired.")).say(ask(hear=hear))
    assert "".join(heard) == "Tired."


async def test_an_empty_reply_is_a_failure():
    with pytest.raises(PlayerError, match="empty"):
        await player(Scripted(" ")).say(ask())


async def test_a_flagged_draft_is_handed_back_with_its_flags():
    draft = Utterance(turn=1, role="patient", text="I set boundaries.")
    mark = Mark(span=Span(quote="set boundaries", start=2, end=16), kind="x", reason="jargon")
    client = Scripted("I keep away from them.")
    await player(client).say(ask(draft=draft, flags=[mark], revision=1))
    assert "set boundaries" in client.sent[0].messages[-1]["content"]


async def test_a_safety_task_asks_for_a_direct_question():
    client = Scripted("Do you think of dying?")
    await player(client, "therapist").say(ask(role="therapist", task="safety"))
    assert "directly and calmly" in client.sent[0].messages[-1]["content"]


@pytest.mark.parametrize(("kind", "told"), [("network", "provider"), ("timeout", "timeout")])
async def test_what_a_connection_cannot_mend_is_a_failure(kind, told):
    down = ChatError(kind, "down", attempts=4)
    with pytest.raises(PlayerError) as error:
        await player(Scripted(down)).say(ask())
    assert (error.value.kind, error.value.attempts) == (told, 4)
