"""What the clients are made of: keys, waiting times, streams cut anywhere, closed schemas."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from itertools import pairwise
from pathlib import Path

import jsonschema
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mhsim.chat.failure import wait
from mhsim.chat.keys import hidden, key_of
from mhsim.chat.shape import name_of, strict
from mhsim.chat.sse import Events
from mhsim.chat.transport import completions, proxy_of
from mhsim.errors import InputError
from mhsim.forms import Findings
from mhsim.spec.model import Model

KEY = "sk-planted-0f9e8d7c6b5a4938"
GPT = Model(model="openai:gpt-5-mini")


# --- keys


def test_a_key_comes_from_the_environment_before_the_file(monkeypatch):
    Path(".env").write_text("OPENAI_API_KEY=from-file\n")
    assert key_of(GPT) == "from-file"
    monkeypatch.setenv("OPENAI_API_KEY", f" {KEY}\n")
    assert key_of(GPT) == KEY


@pytest.mark.parametrize(
    "line",
    ["MY_KEY=abc", " export MY_KEY = 'abc' # mine", 'MY_KEY="abc"', "X=1\nMY_KEY=abc # mine\n"],
)
def test_a_file_of_variables_is_read_as_shells_write_it(line):
    Path(".env").write_text(f"# keys\n\ufeff\n{line}")
    assert key_of(Model(model="vllm:x", base_url="http://h/v1", api_key_env="MY_KEY")) == "abc"


def test_a_missing_key_names_its_variable():
    with pytest.raises(InputError, match=r"ANTHROPIC_API_KEY is not set; export it, or write"):
        key_of(Model(model="anthropic:claude"))


def test_what_is_no_key_is_not_shown(monkeypatch):
    monkeypatch.setenv("OPENAI_API_KEY", "two words")
    with pytest.raises(InputError, match="OPENAI_API_KEY holds spaces") as caught:
        key_of(GPT)
    assert "two words" not in str(caught.value)


def test_somebody_elses_server_gets_no_key_unasked(monkeypatch):
    monkeypatch.setenv("OPENAI_API_KEY", KEY)
    assert key_of(Model(model="openai:x", base_url="http://127.0.0.1:1/v1")) is None
    assert key_of(Model(model="ollama:x")) is None


@given(st.text(), st.text())
def test_no_key_survives_in_a_text(before, after):
    assert KEY not in hidden(f"{before}{KEY}{after}", KEY)
    assert "4938" not in hidden("Incorrect API key provided: sk-plant****4938.")


# --- how long to wait


def test_how_long_to_wait_is_read_from_every_usual_header():
    later = datetime.now(UTC) + timedelta(seconds=50)
    unix = str(int(later.timestamp()))
    for headers, seconds in [
        ({"retry-after-ms": "1500", "retry-after": "9"}, 1.5),
        ({"retry-after": "2.5"}, 2.5),
        ({"retry-after": format_datetime(later, usegmt=True)}, 50),
        ({"x-ratelimit-reset-requests": "6m0s"}, 360),
        ({"x-ratelimit-reset-tokens": "20ms"}, 0.02),
        ({"x-ratelimit-reset": unix}, 50),
        ({"x-ratelimit-reset": unix + "000"}, 50),
        ({"anthropic-ratelimit-requests-reset": later.isoformat()}, 50),
        ({"x-ratelimit-reset-requests": "5s", "x-ratelimit-remaining-requests": "3"}, None),
        ({"retry-after": "-3"}, 0),
        ({"retry-after": "soon"}, None),
        ({"retry-after": "nan"}, None),
        ({}, None),
    ]:
        assert wait(headers) == (None if seconds is None else pytest.approx(seconds, abs=2))


NAMES = ("retry-after", "retry-after-ms", "x-ratelimit-reset", "anthropic-ratelimit-x-reset")


@given(st.dictionaries(st.sampled_from(NAMES), st.text(max_size=12)))
def test_no_header_makes_waiting_impossible(headers):
    seconds = wait(headers)
    assert seconds is None or 0 <= seconds < float("inf")


# --- streams


@given(
    st.lists(st.text(st.characters(exclude_characters="\r\n", codec="utf-8"), min_size=1)),
    st.lists(st.integers(0, 400)),
    st.sampled_from(["\n", "\r\n"]),
    st.booleans(),
)
def test_events_are_whole_wherever_a_stream_is_cut(said, cuts, end, closed):
    stream = f": hello{end}" + "".join(f"event: x{end}data: {text}{end}{end}" for text in said)
    data = stream.encode() if closed else stream.removesuffix(end).encode()
    places = sorted({0, *(min(cut, len(data)) for cut in cuts), len(data)})
    events = Events()
    found = [e for a, b in pairwise(places) for e in events.feed(data[a:b])]
    assert [each.decode() for each in (*found, *events.end())] == said


# --- schemas

SCHEMAS = st.recursive(
    st.sampled_from([{"type": "string"}, {"type": "integer", "minimum": 0}, {"enum": ["a", 1]}]),
    lambda inner: (
        st.builds(lambda items: {"type": "array", "items": items, "default": []}, inner)
        | st.builds(lambda a, b: {"anyOf": [a, b]}, inner, inner)
        | st.builds(
            lambda parts: {"type": "object", "properties": parts, "title": "A Thing"},
            st.dictionaries(st.sampled_from(["title", "default", "type", "x"]), inner),
        )
    ),
    max_leaves=6,
)


@given(SCHEMAS)
def test_a_closed_schema_requires_every_key_and_names_are_no_keywords(schema):
    closed = strict(schema)
    assert closed is not None
    jsonschema.Draft202012Validator.check_schema(closed)
    for given_, made in zip(objects(schema), objects(closed), strict=True):
        assert set(made["required"]) == set(made["properties"]) == set(given_["properties"])
        assert made["additionalProperties"] is False


def objects(schema):
    if "properties" in schema:
        yield schema
        for _, part in sorted(schema["properties"].items()):
            yield from objects(part)
    for part in (*schema.get("anyOf", ()), *([schema["items"]] if "items" in schema else ())):
        yield from objects(part)


def test_what_fits_a_closed_form_fits_the_form():
    closed = strict(Findings.model_json_schema())
    flag = {"quote": "q", "kind": "k", "reason": "r", "suggestion": None, "idiom": None}
    reply = {"flags": [{**flag, "marker": None}], "verdict": "neutral"}
    jsonschema.validate(reply, closed)
    assert Findings.model_validate_json(json.dumps(reply)).flags[0].quote == "q"
    assert not jsonschema.Draft202012Validator(closed).is_valid({"verdict": "neutral"})


@pytest.mark.parametrize(
    "schema",
    [
        {"type": "object"},
        {"type": "object", "properties": {}, "additionalProperties": {"type": "string"}},
        {"type": "array", "items": {"type": "string", "minLength": 2}},
        {"oneOf": [{"type": "string"}]},
    ],
)
def test_what_cannot_be_closed_is_left_open(schema):
    assert strict(schema) is None


def test_a_forms_name_is_one_that_servers_take():
    assert name_of({"title": "Wie geht's?"}) == "Wie_geht_s_"
    assert name_of({}) == "form"


# --- addresses


@pytest.mark.parametrize(
    ("base", "whole"),
    [
        ("http://h/v1", "http://h/v1/chat/completions"),
        ("http://h/v1/chat/completions", "http://h/v1/chat/completions"),
        ("https://h:8/x?api-version=2", "https://h:8/x/chat/completions?api-version=2"),
    ],
)
def test_completions_are_below_the_base_address(base, whole):
    assert completions(base) == whole


@pytest.mark.parametrize(
    ("proxies", "proxy"),
    [
        ({}, None),
        ({"https": "proxy:3128"}, "http://proxy:3128"),
        ({"http": "http://other:1"}, None),
        ({"all": "http://proxy:1"}, "http://proxy:1"),
    ],
)
def test_a_proxy_is_taken_by_the_scheme_of_the_address(proxies, proxy):
    assert proxy_of("https://model.example/v1", proxies) == proxy
