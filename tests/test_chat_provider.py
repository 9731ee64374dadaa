"""LangChain's chat models as clients: requests, replies, errors, missing packages."""

from __future__ import annotations

import pytest
from langchain_core.language_models import GenericFakeChatModel
from langchain_core.messages import AIMessage
from servers import KEY
from werkzeug import Response

from mhsim.chat import ChatError, Pool, Request
from mhsim.chat.pool import client
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


def test_providers_are_made_with_their_own_names_and_without_retries(monkeypatch):
    monkeypatch.setenv("ANTHROPIC_API_KEY", KEY)
    more = {"max_tokens": 9, "seed": 3, "timeout": 5.0, "reasoning_effort": "low"}
    chat = chat_model(Model(model="anthropic:claude-x", **more))
    assert (chat.max_retries, chat.default_request_timeout, chat.reasoning_effort) == (0, 5, "low")
    assert KEY not in repr(chat)


def test_what_a_provider_does_not_take_is_told_before_any_call(monkeypatch):
    monkeypatch.setenv("ANTHROPIC_API_KEY", KEY)
    with pytest.raises(InputError, match="ChatAnthropic does not take this") as caught:
        chat_model(Model(model="anthropic:claude-x", max_tokens=9, reasoning_effort="much"))
    assert KEY not in str(caught.value)


async def test_anthropics_package_talks_to_a_genuine_server(guarded, monkeypatch):
    monkeypatch.setenv("ANTHROPIC_API_KEY", KEY)
    model = Model(model="anthropic:salad", base_url=guarded, max_tokens=8)
    reply = await client(model).send(Request(ASKED))
    assert reply.text
    assert 0 < reply.tokens_out <= 8 < reply.tokens_in
    heard: list[str] = []
    assert (await client(model).send(Request(ASKED, hear=heard.append))).text == "".join(heard)


async def test_a_providers_errors_keep_status_and_hide_the_key(guarded, monkeypatch):
    monkeypatch.setenv("OTHER_KEY", "sk-ant-wrong-wrong-wrong")
    model = Model(model="anthropic:salad", base_url=guarded, max_tokens=8, api_key_env="OTHER_KEY")
    with pytest.raises(ChatError) as caught:
        await client(model).send(Request(ASKED))
    assert (caught.value.kind, caught.value.status) == ("key", 401)


async def test_a_provider_says_how_long_to_wait(httpserver, monkeypatch):
    monkeypatch.setenv("ANTHROPIC_API_KEY", KEY)
    busy = Response(f"you are {KEY}", 529, {"Retry-After": "4"})
    httpserver.expect_request("/v1/messages").respond_with_response(busy)
    address = f"http://127.0.0.1:{httpserver.port}"
    with pytest.raises(ChatError) as caught:
        await client(Model(model="anthropic:x", base_url=address, max_tokens=8)).send(
            Request(ASKED)
        )
    assert (caught.value.kind, caught.value.retry_after) == ("overloaded", 4.0)
    assert KEY not in str(caught.value)
    assert len(httpserver.log) == 1
