"""A whole scenario on llama.cpp's server, whose model of random weights says nothing sensible."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import pytest
from servers import KEY

from runs import call, lines, small

SALAD = "model: 'llamacpp:salad', base_url: '{url}/v1', api_key_env: SALAD_KEY, seed: 3"
"""The model, and where it is served."""

BIAS = """extra: {logit_bias: [['"', 8], [']', 8]]}"""
"""Makes texts and lists end, which weights drawn at random seldom do."""

TALK = """\
about: A short interview on a real server.
graph: interview
cast: {{patient: shopkeeper, therapist: interviewer, judge: severity}}
models:
  default: {{{salad}, max_tokens: 24}}
  judge: {{{salad}, max_tokens: 1000, temperature: 1.0, {bias}}}
limits: {{turns: 2}}
arms: {{english: {{locales: [en-US]}}}}
replicates: 1
"""


@pytest.fixture(scope="module")
def talked(guarded: str, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Run it once, as a user would; return the working directory."""
    place = tmp_path_factory.mktemp("talk")
    before = Path.cwd()
    os.chdir(place)
    try:
        small(TALK.format(bias=BIAS, salad=SALAD.format(url=guarded)))
        os.environ["SALAD_KEY"] = KEY
        done = call("run", "small")
        Path("said.txt").write_text(done.out + done.err, encoding="utf-8")
        assert done.code == 0, done.err
    finally:
        os.environ.pop("SALAD_KEY", None)
        os.chdir(before)
    return place


def events(place: Path) -> list[dict[str, Any]]:
    """Return the events of every trial of the run."""
    files = sorted((place / "runs" / "small" / "trials").glob("*.jsonl"))
    return [json.loads(line) for file in files for line in lines(file)]


def test_every_conversation_closes_and_says_who_answered(talked: Path) -> None:
    """To its limit."""
    found = events(talked)
    opened = [e for e in found if e["event"] == "opening"]
    assert [e["reason"] for e in found if e["event"] == "closing"] == ["limit"] * len(opened)
    assert len(opened) == 1
    assert set(opened[0]["models"].values()) == {"llamacpp:salad"}


def test_what_was_said_carries_what_it_took(talked: Path) -> None:
    """Words of the server, its own counts, its own cache."""
    said = [e for e in events(talked) if e["event"] == "utterance"]
    assert [e["role"] for e in said[:2]] == ["therapist", "patient"]
    assert all(e["text"] and 0 < e["usage"]["tokens_out"] <= 24 for e in said)
    assert any(e["usage"]["tokens_cached"] for e in said)


def test_a_turn_is_rated_by_the_server_or_says_why_not(talked: Path) -> None:
    """One or the other, for every turn of every trial; nothing in between."""
    found = [e for e in events(talked) if e.get("role") == "judge"]
    assert len([e for e in found if e["event"] in ("rating", "failure")]) == 2
    for each in found:
        if each["event"] == "rating":
            cited = [quote for item in each["items"].values() for quote in item["quotes"]]
            assert each["usage"]["tokens_out"] > 0
            assert all(quote.get("unsupported") or quote["start"] >= 0 for quote in cited)
        else:
            assert each["kind"] in ("unparsable", "provider", "timeout", "refusal")
            assert each["detail"]


def test_a_run_that_is_whole_calls_nobody_again(talked: Path, monkeypatch) -> None:
    """Not even for a key."""
    monkeypatch.chdir(talked)
    before = events(talked)
    assert call("run", "small", "--quiet").code == 0
    assert events(talked) == before


def test_the_key_is_in_no_file_of_the_run_and_in_nothing_said(talked: Path) -> None:
    """Searched for in every byte below the working directory."""
    files = [path for path in talked.rglob("*") if path.is_file()]
    assert {"plan.json", "run.log", "said.txt"} <= {path.name for path in files}
    assert [path for path in files if KEY.encode() in path.read_bytes()] == []


def test_a_server_that_repeats_the_key_is_not_repeated(httpserver, monkeypatch) -> None:
    """Neither on the terminal nor in what is written, whatever the server does with it."""
    httpserver.expect_request("/v1/chat/completions").respond_with_handler(_parrot)
    monkeypatch.setenv("SALAD_KEY", KEY)
    small(TALK.format(bias=BIAS, salad=SALAD.format(url=httpserver.url_for("").rstrip("/"))))
    done = call("run", "small")
    assert done.code != 0
    assert "401" in done.err
    assert KEY not in done.out + done.err
    files = [path for path in Path().rglob("*") if path.is_file()]
    assert len(files) > 2
    assert [path for path in files if KEY.encode() in path.read_bytes()] == []


def _parrot(request: Any) -> Any:
    from werkzeug import Response

    given = request.headers["Authorization"]
    error = {"error": {"message": f"Incorrect API key provided: {given}", "code": given}}
    return Response(json.dumps(error), 401, {"Content-Type": "application/json"})
