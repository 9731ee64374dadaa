"""`mhsim doctor` asks chat models what they can do; llama.cpp's server answers."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from servers import KEY
from werkzeug import Response

from runs import call, small


def asked(*arguments: str) -> dict:
    done = call("doctor", *arguments, "--json")
    (found,) = json.loads(done.out)["models"]
    return {**found, "code": done.code}


def test_the_models_of_a_scenario_are_asked_each_once(llama):
    salad = f"{{model: 'llamacpp:salad', base_url: '{llama}/v1', seed: 1, max_tokens: 400}}"
    small(models=f"{{default: reference, judge: {salad}, therapist: {salad}}}")
    found = asked("small")
    assert (found["code"], found["model"], found["answers"]) == (0, "llamacpp:salad", True)
    assert found["streams"] is found["usage"] is found["cached"] is True
    assert found["modes"] == {"json_schema": True, "tool": False, "json": False}
    assert found["seconds"] > 0
    assert "does not fit the form" in found["troubles"]["tool"]


def test_a_table_says_it_in_words(llama):
    done = call("doctor", "--model", "llamacpp:salad", "--base-url", f"{llama}/v1")
    assert done.code == 0
    assert done.out.startswith("model           answers  streams  json_schema  tool  json  usage")
    assert "\nllamacpp:salad  yes      yes " in done.out
    assert "\n\nllamacpp:salad, tool: the reply does not fit the form: " in done.out


def test_a_model_that_does_not_answer_is_told_with_exit_code_one(guarded, monkeypatch):
    monkeypatch.setenv("WRONG_KEY", "sk-wrong-wrong-wrong")
    to = ["--model", "vllm:x", "--base-url", f"{guarded}/v1", "--api-key-env", "WRONG_KEY"]
    found = asked(*to)
    assert (found["code"], found["answers"], found["streams"]) == (1, False, None)
    assert found["troubles"]["reply"].startswith("key: 401: ")
    Path(".env").write_text(f"WRONG_KEY={KEY}\n")
    monkeypatch.delenv("WRONG_KEY")
    assert asked(*to)["answers"] is True


def test_a_missing_key_is_told_like_any_trouble():
    found = asked("--model", "openai:gpt-5-mini")
    assert (found["code"], found["answers"]) == (1, False)
    assert "OPENAI_API_KEY is not set" in found["troubles"]["client"]


def test_a_server_that_counts_nothing_and_says_nothing_is_told_so(httpserver):
    said = {"choices": [{"message": {"content": ""}, "finish_reason": "stop"}]}
    httpserver.expect_request("/v1/chat/completions").respond_with_response(
        Response(json.dumps(said), content_type="application/json")
    )
    found = asked("--model", "vllm:x", "--base-url", httpserver.url_for("/v1"))
    assert (found["answers"], found["usage"], found["cached"], found["streams"]) == (
        True, False, False, False,
    )  # fmt: skip
    assert found["troubles"]["reply"] == "the reply was empty"


def test_without_chat_models_nothing_is_called():
    small()
    assert call("doctor", "small").out == "no chat models: nothing here calls a server\n"


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--model", "llamacpp"], "--model: found 'llamacpp'; "),
        (["--model", "vllm:x", "--base-url", "h:80"], "--base-url: found 'h:80'; an address"),
        (["--base-url", "http://h"], "--base-url and --api-key-env say more about --model"),
        (["nowhere"], "there is no scenario 'nowhere'"),
    ],
)
def test_wrong_options_are_told(arguments, said):
    done = call("doctor", *arguments)
    assert (done.code, done.out) == (2, "")
    assert done.err.startswith(said)
