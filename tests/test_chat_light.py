"""Our own client: against llama.cpp's server, and against one that misbehaves."""

from __future__ import annotations

import asyncio
import json
import socket
import ssl
import subprocess
from collections import UserList
from collections.abc import Iterator
from pathlib import Path
from types import MappingProxyType

import pytest
from pytest_httpserver import HTTPServer
from servers import KEY
from werkzeug import Response

from mhsim.chat import ChatError, Request
from mhsim.chat.light import LightClient
from mhsim.chat.pool import client
from mhsim.chat.provider import ProviderClient
from mhsim.errors import InputError
from mhsim.forms import Findings
from mhsim.spec.model import Model

ASKED = [{"role": "system", "content": "Be Ann."}, {"role": "user", "content": "ঘুম হয়?"}]
GOOD = {"choices": [{"message": {"content": "Hm."}, "finish_reason": "stop"}]}
SCHEMA = {
    "title": "Mood",
    "type": "object",
    "properties": {"low": {"type": "boolean"}, "state": {"enum": ["here", "away"]}},
    "required": ["low", "state"],
}


def to(address: str, **more) -> LightClient:
    given = {"model": "llamacpp:salad", "max_tokens": 24, "temperature": 0.8, "seed": 3, **more}
    return LightClient(Model(base_url=f"{address}/v1", **given))


async def error(job) -> ChatError:
    with pytest.raises(ChatError) as caught:
        await job
    return caught.value


# --- a genuine server


async def test_a_server_answers_with_usage_and_a_reason_to_end(llama):
    reply = await to(llama).send(Request(ASKED))
    assert reply.text
    assert reply.finish in ("stop", "length")
    assert reply.tokens_in > 20 >= 0 < reply.tokens_out <= 24
    assert reply.seconds >= 0


async def test_a_reply_that_is_cut_off_says_so(llama):
    reply = await to(llama, max_tokens=2).send(Request(ASKED))
    assert (reply.finish, reply.tokens_out) == ("length", 2)


async def test_a_streamed_reply_is_the_same_in_pieces(llama):
    heard: list[str] = []
    whole = await to(llama).send(Request(ASKED))
    reply = await to(llama).send(Request(ASKED, hear=heard.append))
    assert "".join(heard) == reply.text == whole.text
    assert len(heard) > 1
    assert (reply.tokens_in, reply.tokens_out) == (whole.tokens_in, whole.tokens_out)


async def test_a_call_after_a_stream_does_not_meet_a_closed_door(llama):
    one = to(llama, max_tokens=2)
    for _ in range(3):
        await one.send(Request(ASKED, hear=[].append))
        assert (await one.send(Request(ASKED))).text


async def test_tokens_read_from_the_servers_cache_are_counted(llama):
    await to(llama).send(Request(ASKED))
    assert (await to(llama).send(Request(ASKED))).tokens_cached > 0


async def test_a_grammar_holds_even_word_salad_to_the_schema(llama):
    for seed in range(3):
        reply = await to(llama, seed=seed, max_tokens=300).send(
            Request(ASKED, SCHEMA, "json_schema")
        )
        assert set(json.loads(reply.text)) == {"low", "state"}


async def test_a_wrong_key_is_an_error_of_the_key(guarded, monkeypatch):
    monkeypatch.setenv("SOME_KEY", "sk-wrong-wrong-wrong-wrong")
    failed = await error(to(guarded, api_key_env="SOME_KEY").send(Request(ASKED)))
    assert (failed.kind, failed.status) == ("key", 401)
    monkeypatch.setenv("SOME_KEY", KEY)
    assert (await to(guarded, api_key_env="SOME_KEY").send(Request(ASKED))).text


async def test_a_conversation_too_long_is_told_apart(llama):
    long = [{"role": "user", "content": "heavy " * 3000}]
    failed = await error(to(llama).send(Request(long)))
    assert (failed.kind, failed.status) == ("context", 400)


async def test_many_calls_go_on_at_once_and_the_session_closes_with_its_loop(llama):
    one = to(llama, max_tokens=1)
    replies = await asyncio.gather(*(one.send(Request(ASKED)) for _ in range(8)))
    assert len({reply.text for reply in replies}) == 1
    await one.close()
    assert (await one.send(Request(ASKED))).text == replies[0].text


def test_a_client_outlives_event_loops(llama):
    one = to(llama, max_tokens=1)
    assert asyncio.run(one.send(Request(ASKED))).text == asyncio.run(one.send(Request(ASKED))).text


@pytest.fixture(scope="session")
def certificate(tmp_path_factory) -> Path:
    folder = tmp_path_factory.mktemp("tls")
    made = "openssl req -x509 -newkey rsa:2048 -nodes -days 2 -subj /CN=localhost"
    more = ["-addext", "subjectAltName=IP:127.0.0.1", "-keyout", "key.pem", "-out", "cert.pem"]
    subprocess.run([*made.split(), *more], cwd=folder, check=True, capture_output=True)
    return folder / "cert.pem"


@pytest.fixture
def secured(certificate) -> Iterator[HTTPServer]:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, certificate.with_name("key.pem"))
    with HTTPServer(host="127.0.0.1", ssl_context=context) as server:
        server.expect_request("/v1/chat/completions").respond_with_json(GOOD)
        yield server


async def test_a_certificate_is_checked(secured, certificate, monkeypatch):
    failed = await error(to(secured.url_for("")).send(Request(ASKED)))
    assert failed.kind == "request"
    assert "cannot be trusted" in failed.detail
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
    assert (await to(secured.url_for("")).send(Request(ASKED))).text == "Hm."


# --- a server that misbehaves


def answer(server: HTTPServer, body: object = GOOD, status: int = 200, **headers: str) -> str:
    data = body if isinstance(body, str) else json.dumps(body)
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    made = Response(data, status, {"Content-Type": "application/json", **named})
    server.expect_request("/v1/chat/completions").respond_with_response(made)
    return server.url_for("").rstrip("/")


def sent(server: HTTPServer) -> dict:
    return json.loads(server.log[-1][0].data)


@pytest.mark.parametrize(
    ("status", "said", "kind"),
    [
        (429, "Rate limit reached", "overloaded"),
        (429, {"error": {"message": "You have no money", "code": "insufficient_quota"}}, "key"),
        (529, "busy", "overloaded"),
        (500, "", "server"),
        (503, {"error": {"message": "Loading model", "code": 503}}, "server"),
        (501, "no schema here", "request"),
        (402, "pay", "key"),
        (403, "you may not", "key"),
        (400, {"error": {"message": "This model's maximum context length is 8"}}, "context"),
        (413, "<html>too much</html>", "context"),
        (404, {"detail": "no such model"}, "request"),
        (422, {"error": "what?"}, "request"),
        (307, "", "request"),
    ],
)
async def test_a_refusal_is_told_apart_and_quoted(httpserver, status, said, kind):
    address = answer(httpserver, said, status, Location="https://else.where/v1")
    failed = await error(to(address).send(Request(ASKED)))
    assert (failed.kind, failed.status, failed.attempts) == (kind, status, 1)
    assert failed.detail.startswith(f"{status}")
    assert len(httpserver.log) == 1


@pytest.mark.parametrize("listening", [False, True])
async def test_how_long_to_wait_comes_with_the_error(httpserver, listening):
    hear = [].append if listening else None
    address = answer(httpserver, "slow down", 429, Retry_After="7")
    failed = await error(to(address).send(Request(ASKED, hear=hear)))
    assert (failed.kind, failed.retry_after, failed.detail) == ("overloaded", 7.0, "429: slow down")


@pytest.mark.parametrize(
    "body",
    [
        "<html>a page</html>",
        "[]",
        '{"choices": []}',
        '{"choices": [{"message": "Hm."}]}',
        '{"choices": [{"message": {"content": "H"}, "finish_reason": "error"}]}',
        '{"choices": [{"mess',
        '{"error": {"message": "upstream fell over", "code": 502}}',
        "{}",
    ],
)
async def test_garbage_is_an_error_of_the_server(httpserver, body):
    failed = await error(to(answer(httpserver, body)).send(Request(ASKED)))
    assert failed.kind == "server"


@pytest.mark.parametrize(
    ("choice", "usage", "told"),
    [
        ({"message": {"content": None, "refusal": "I won't."}}, None, ("", None, "I won't.", None)),
        ({"message": {"content": [{"type": "text", "text": "H"}]}}, [1], ("H", None, None, None)),
        (
            {"message": {"content": ""}, "finish_reason": "content_filter"},
            {"prompt_tokens": 5, "prompt_tokens_details": {"cached_tokens": 4}},
            ("", "filter", None, 4),
        ),
        (
            {"message": {"tool_calls": [{"function": {"arguments": {"a": 1}}}]}},
            {"prompt_tokens": "many", "prompt_cache_hit_tokens": 3},
            ('{"a":1}', None, None, 3),
        ),
    ],
)
async def test_whatever_is_not_told_is_none(httpserver, choice, usage, told):
    address = answer(httpserver, {"choices": [choice], "usage": usage})
    reply = await to(address).send(Request(ASKED))
    assert (reply.text, reply.finish, reply.refusal, reply.tokens_cached) == told


@pytest.mark.parametrize(
    ("stream", "kind"),
    [
        ('data: {"choices": [{"delta": {"content": "Hm"}}]}\n\n', "network"),
        ('data: {"error": {"message": "out of memory"}}\n\n', "server"),
        ('data: {"choi\n\n', "server"),
        ("", "network"),
    ],
)
async def test_a_stream_that_goes_wrong_is_an_error(httpserver, stream, kind):
    failed = await error(to(answer(httpserver, stream)).send(Request(ASKED, hear=[].append)))
    assert failed.kind == kind


async def test_a_server_that_does_not_stream_is_heard_all_the_same(httpserver):
    heard: list[str] = []
    reply = await to(answer(httpserver)).send(Request(ASKED, hear=heard.append))
    assert (reply.text, heard) == ("Hm.", ["Hm."])


async def cut(head: bytes) -> ChatError:
    """Answer with a head and half a body, then hang up."""

    async def half(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(head)
        await writer.drain()
        writer.close()

    async with await asyncio.start_server(half, "127.0.0.1", 0) as server:
        port = server.sockets[0].getsockname()[1]
        one = to(f"http://127.0.0.1:{port}")
        failed = await error(one.send(Request(ASKED)))
        await one.close()
        return failed


@pytest.mark.parametrize(
    "head",
    [b"", b"HTTP/1.1 200 OK\r\nContent-Length: 99\r\n\r\n{", b"HTTP/1.1 2", b"what?\r\n\r\n"],
)
async def test_a_cut_connection_is_an_error_of_the_network(head):
    assert (await cut(head)).kind == "network"


async def test_nobody_listening_is_an_error_of_the_network():
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        failed = await error(to(f"http://127.0.0.1:{taken.getsockname()[1]}").send(Request(ASKED)))
    assert failed.kind == "network"


async def test_a_server_that_hangs_is_given_up_in_time():
    with socket.create_server(("127.0.0.1", 0)) as silent:
        address = f"http://127.0.0.1:{silent.getsockname()[1]}"
        failed = await error(to(address, timeout=0.05).send(Request(ASKED)))
    assert (failed.kind, failed.detail) == ("timeout", "no answer in 0.05 seconds")


async def test_calls_go_through_the_proxy_the_environment_names(httpserver, monkeypatch):
    httpserver.expect_request("/v1/chat/completions").respond_with_json(GOOD)
    monkeypatch.setenv("http_proxy", httpserver.url_for(""))
    monkeypatch.setenv("no_proxy", "127.0.0.1")
    assert (await to("http://model.example").send(Request(ASKED))).text == "Hm."
    assert httpserver.log[-1][0].headers["Host"] == "model.example"


# --- what is sent


async def test_parameters_and_extras_are_sent_as_the_server_takes_them(httpserver):
    more = {"reasoning_effort": "low", "extra": {"top_k": 5, "stream_options": None}}
    await to(answer(httpserver), **more).send(Request(ASKED, hear=[].append))
    body = sent(httpserver)
    assert body["messages"] == ASKED
    wanted = {"model": "salad", "max_tokens": 24, "seed": 3, "reasoning_effort": "low", "top_k": 5}
    assert wanted.items() <= body.items()
    assert (body["stream"], "stream_options" in body) == (True, False)


async def test_messages_may_be_any_sequence_of_mappings(httpserver):
    frozen = tuple(MappingProxyType(message) for message in ASKED)
    await to(answer(httpserver)).send(Request(UserList(frozen)))
    assert sent(httpserver)["messages"] == ASKED


@pytest.mark.parametrize("name", ["openai:o3-mini", "openai-compatible:openai/gpt-5.1"])
async def test_reasoning_models_get_their_own_name_of_the_limit(httpserver, name):
    await to(answer(httpserver), model=name).send(Request(ASKED))
    assert sent(httpserver)["max_completion_tokens"] == 24
    assert "max_tokens" not in sent(httpserver)


async def test_a_schema_is_sent_in_each_mode(httpserver):
    one, schema = to(answer(httpserver)), Findings.model_json_schema()
    await one.send(Request(ASKED, schema, "json_schema"))
    held = sent(httpserver)["response_format"]["json_schema"]
    assert (held["name"], held["strict"]) == ("Findings", True)
    assert held["schema"]["required"] == ["flags", "verdict"]
    await one.send(Request(ASKED, schema, "tool"))
    assert sent(httpserver)["tool_choice"]["function"]["name"] == "Findings"
    assert sent(httpserver)["tools"][0]["function"]["parameters"] == schema
    await one.send(Request(ASKED, schema, "json"))
    assert sent(httpserver)["response_format"] == {"type": "json_object"}
    await one.send(Request(ASKED, schema))
    assert "response_format" not in sent(httpserver)


async def test_text_that_is_no_unicode_is_an_error_of_the_request(httpserver):
    failed = await error(
        to(answer(httpserver)).send(Request([{"role": "user", "content": "\ud800"}]))
    )
    assert failed.kind == "request"
    assert httpserver.log == []


async def test_a_query_in_the_address_is_kept(httpserver):
    address = answer(httpserver)
    one = LightClient(Model(model="openai:x", base_url=f"{address}/v1?api-version=2"))
    await one.send(Request(ASKED))
    assert httpserver.log[-1][0].full_path == "/v1/chat/completions?api-version=2"


# --- who is spoken to how


def test_a_server_without_address_says_where_it_usually_listens():
    with pytest.raises(InputError, match=r"vllm:x needs a base_url, such as http://127"):
        client(Model(model="vllm:x"))


def test_the_light_client_speaks_to_every_compatible_server(monkeypatch):
    monkeypatch.setenv("OPENAI_API_KEY", "sk-x")
    monkeypatch.setenv("ANTHROPIC_API_KEY", "sk-x")
    assert isinstance(client(Model(model="openai:gpt-5-mini")), LightClient)
    ollama = Model(model="ollama:qwen3", base_url="http://127.0.0.1:11434/v1/")
    assert isinstance(client(ollama), LightClient)
    assert isinstance(client(Model(model="anthropic:claude", max_tokens=9)), ProviderClient)
