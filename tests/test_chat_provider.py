"""LangChain's chat models as clients: requests, replies, errors, missing packages."""

from __future__ import annotations

import pytest
from langchain_core.language_models import GenericFakeChatModel
from langchain_core.messages import AIMessage

from mhsim.chat import ChatError, Pool, Request
from mhsim.chat.provider import ProviderClient, as_chat_error, as_reply, chat_model
from mhsim.errors import InputError
from mhsim.spec.model import Model

ASKED = [{"role": "user", "content": "How are you?"}]


def fake(*replies: str) -> ProviderClient:
    return ProviderClient(GenericFakeChatModel(messages=iter([AIMessage(r) for r in replies])))


async def test_a_chat_model_answers():
    reply = await fake("Tired.").send(Request(ASKED))
    assert reply.text == "Tired."
    assert reply.seconds is not None


async def test_a_chat_model_streams_where_somebody_listens():
    heard: list[str] = []
    reply = await fake("Tired and cold.").send(Request(ASKED, hear=heard.append))
    assert "".join(heard) == reply.text == "Tired and cold."
    assert len(heard) > 1


async def test_a_model_that_runs_dry_is_an_error_of_the_call():
    with pytest.raises(ChatError):
        await fake().send(Request(ASKED))


def test_the_arguments_of_a_tool_are_the_text_of_a_form():
    call = {"name": "form", "args": {"verdict": "neutral"}, "id": "1"}
    told = {"finish_reason": "length"}
    reply = as_reply(AIMessage("", tool_calls=[call], response_metadata=told), 1.0)
    assert (reply.text, reply.finish) == ('{"verdict": "neutral"}', "length")


@pytest.mark.parametrize(
    ("status", "said", "kind"),
    [
        (429, "slow down", "overloaded"),
        (529, "busy", "overloaded"),
        (500, "oops", "server"),
        (501, "no schema here", "request"),
        (401, "who are you", "key"),
        (400, "context length exceeded", "context"),
        (422, "what", "request"),
        (None, "request timed out", "timeout"),
        (None, "connection reset", "network"),
    ],
)
def test_errors_are_told_apart_by_status(status, said, kind):
    error = RuntimeError(said)
    if status:
        error.status_code = status
    assert as_chat_error(error).kind == kind


def test_a_missing_extra_says_what_to_install():
    with pytest.raises(InputError, match=r"pip install 'mhsim\[google\]'"):
        chat_model(Model(model="google:gemini"))


def test_an_unknown_provider_is_named():
    with pytest.raises(InputError, match="there is no provider 'nobody'"):
        Pool().get(Model(model="nobody:x"))


async def test_a_pool_gives_each_model_one_connection(monkeypatch):
    monkeypatch.setattr("mhsim.chat.pool.client", lambda model: fake("x"))
    pool = Pool()
    assert pool.get(Model(model="a:b")) is pool.get(Model(model="a:b"))
    assert [state.name for state in pool.states()] == ["a:b"]
    await pool.close()
    assert pool.states() == []
