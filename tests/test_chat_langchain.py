"""The light client as LangChain's users meet it, on llama.cpp's server."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest
from langchain_core.exceptions import OutputParserException
from langchain_core.messages import AIMessage, HumanMessage, SystemMessage, ToolMessage
from pydantic import BaseModel
from servers import KEY

from mhsim.chat import ChatError
from mhsim.chat.langchain import LightChatModel
from mhsim.errors import InputError

TALK = [SystemMessage("Be Ann."), HumanMessage("Hello."), AIMessage("Hm."), HumanMessage("So?")]
GOOD = {"choices": [{"message": {"content": "Hm."}, "finish_reason": "stop"}]}


class Mood(BaseModel):
    """How somebody is."""

    low: bool
    words: int | None = None


def chat(address: str, **more) -> LightChatModel:
    given = {"model": "llamacpp:salad", "max_tokens": 200, "seed": 3, **more}
    return LightChatModel(base_url=f"{address}/v1", **given)


async def test_it_is_invoked_with_and_without_an_event_loop(llama):
    one = chat(llama, max_tokens=8)
    there = await one.ainvoke(TALK)
    here = one.invoke(TALK)
    assert there.text == here.text != ""
    assert there.usage_metadata["output_tokens"] <= 8
    assert (
        there.usage_metadata["input_tokens"] + there.usage_metadata["output_tokens"]
        == (there.usage_metadata["total_tokens"])
    )
    assert there.response_metadata["finish_reason"] in ("stop", "length")
    await one.aclose()


async def test_it_streams_with_and_without_an_event_loop(llama):
    one = chat(llama, max_tokens=8)
    there = [piece async for piece in one.astream(TALK)]
    here = list(one.stream(TALK))
    assert [p.text for p in there] == [p.text for p in here]
    assert len(there) > 2
    assert sum(p.usage_metadata["output_tokens"] for p in here if p.usage_metadata) <= 8


@pytest.mark.parametrize("schema", [Mood, Mood.model_json_schema()])
async def test_a_form_is_filled_in(llama, schema):
    made = await chat(llama).with_structured_output(schema).ainvoke(TALK)
    assert isinstance(made, Mood if schema is Mood else dict)
    assert Mood.model_validate(made)
    pieces = [p async for p in chat(llama).with_structured_output(schema).astream(TALK)]
    assert pieces[-1] == made


async def test_a_form_that_does_not_fit_is_an_error_or_is_told(llama):
    loose = chat(llama, max_tokens=3)
    with pytest.raises(OutputParserException):
        await loose.with_structured_output(Mood, method="json_mode").ainvoke(TALK)
    told = await loose.with_structured_output(Mood, include_raw=True).ainvoke(TALK)
    assert told["parsed"] is None
    assert told["raw"].usage_metadata
    assert isinstance(told["parsing_error"], OutputParserException)


def test_the_arguments_of_a_forced_tool_are_the_form(httpserver):
    calls = [{"function": {"name": "Mood", "arguments": '{"low": true}'}}]
    answer = {"choices": [{"message": {"content": None, "tool_calls": calls}}]}
    httpserver.expect_request("/v1/chat/completions").respond_with_json(answer)
    one = chat(httpserver.url_for("").rstrip("/"))
    made = one.with_structured_output(Mood, method="function_calling").invoke("Hello.")
    assert made == Mood(low=True)


def test_a_streamed_tool_is_put_together(httpserver):
    pieces = ['{"low"', ": true}"]
    chunks = [
        {"choices": [{"delta": {"tool_calls": [{"function": {"arguments": piece}}]}}]}
        for piece in pieces
    ]
    data = "".join(f"data: {json.dumps(chunk)}\n\n" for chunk in chunks) + "data: [DONE]\n\n"
    httpserver.expect_request("/v1/chat/completions").respond_with_data(data)
    one = chat(httpserver.url_for("").rstrip("/"))
    assert "".join(p.text for p in one.stream("Hello.")) == '{"low": true}'


def test_bound_parameters_and_stops_are_sent(httpserver):
    httpserver.expect_request("/v1/chat/completions").respond_with_json(GOOD)
    one = chat(httpserver.url_for("").rstrip("/"))
    one.bind(top_p=0.5).invoke("Hello.", stop=["\n"])
    sent = json.loads(httpserver.log[-1][0].data)
    assert (sent["top_p"], sent["stop"]) == (0.5, ["\n"])
    assert one.invoke("Hello.").usage_metadata is None


def test_pictures_and_tools_are_refused(llama):
    picture = [{"type": "image_url", "image_url": {"url": "data:image/png;base64,x"}}]
    for message in (HumanMessage(picture), ToolMessage("x", tool_call_id="1")):
        with pytest.raises(ValueError, match="only words of"):
            chat(llama).invoke([message])
    with pytest.raises(ValueError, match="not taken here: tools"):
        chat(llama).with_structured_output(Mood, tools=[])


def test_the_key_is_taken_and_never_shown(guarded):
    one = chat(guarded, api_key=KEY, max_tokens=2)
    assert one.invoke(TALK).text
    shown = repr(one) + str(one) + json.dumps(one.to_json(), default=str) + str(vars(one))
    assert KEY not in shown + str(one._identifying_params)
    with pytest.raises(ChatError, match="401"):
        chat(guarded).invoke(TALK)


def test_a_model_is_named_as_in_a_scenario():
    with pytest.raises(InputError, match="needs a base_url"):
        LightChatModel(model="vllm:x")
    with pytest.raises(InputError, match="OPENAI_API_KEY is not set"):
        LightChatModel(model="openai:gpt-5-mini")


def test_a_program_that_used_it_ends_without_a_word(llama):
    code = (
        "from mhsim.chat.langchain import LightChatModel\n"
        f"chat = LightChatModel(model='llamacpp:x', base_url={llama + '/v1'!r}, max_tokens=2)\n"
        "print(len(chat.invoke('Hello.').text) > 0, len(list(chat.stream('Hello.'))) > 1)\n"
    )
    command = [sys.executable, "-W", "error", "-c", code]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    assert (done.returncode, done.stdout, done.stderr) == (0, "True True\n", "")
