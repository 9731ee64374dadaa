"""Scripts: one reply per turn, from code or from a file."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

import pytest
from support import ask, failure, filled, go_on, plan, said

from mhsim.casting import PLAYERS, Casting
from mhsim.errors import InputError
from mhsim.forms import Findings
from mhsim.players.script import Script
from mhsim.session import Stage


def say(reply: Any, **more: Any) -> Any:
    """Return what a script of one reply says."""
    return asyncio.run(Script([reply]).say(ask("patient", **more)))


def test_a_reply_is_picked_by_turn_and_revision():
    """So that a conversation gone on with says what it would have said."""
    script = Script(["a", ["b", "c"]])
    for turn, revision, text in ((1, 0, "a"), (1, 3, "a"), (2, 0, "b"), (2, 1, "c"), (2, 9, "c")):
        line = asyncio.run(script.say(ask("patient", turn=turn, revision=revision)))
        assert line.text == text


@pytest.mark.parametrize(
    ("reply", "closes"),
    [("a", False), ({"text": "a"}, False), ({"text": "a", "closes": True}, True)],
)
def test_a_reply_may_close(reply: Any, closes: bool):
    """By a field that says so."""
    assert (say(reply).text, say(reply).closes) == ("a", closes)


@pytest.mark.parametrize(
    "reply",
    [3, {"closes": True}, {"text": 3}, {"text": "a", "mood": 1}, {"text": "a", "closes": "no"}],
)
def test_what_is_nothing_to_say_is_a_failure(reply: Any):
    """`closes: no` is a word in YAML 1.2, and a word closes nothing."""
    error = failure(Script([reply], "here").say(ask("patient")))
    assert error.kind == "unparsable"
    assert "here: " in error.detail
    assert "nothing to say" in error.detail


@pytest.mark.parametrize("replies", [[], [[]], [None]])
def test_a_script_that_has_run_out_fails(replies: Any):
    """It says for which turn; it never repeats itself."""
    error = failure(Script(replies).say(ask("patient")))
    assert (error.kind, error.detail) == ("provider", "script: no reply left for turn 1")


@pytest.mark.parametrize(("reply", "detail"), [({}, "scripted"), ({"detail": "d"}, "d")])
def test_a_script_may_fail_as_it_is_told(reply: dict[str, str], detail: str):
    """Any kind of failure can be written; an unknown kind is nothing to say."""
    error = failure(Script([{"fail": "refusal", **reply}]).say(ask("patient")))
    assert (error.kind, error.detail) == ("refusal", detail)
    unknown = failure(Script([{"fail": "boredom"}]).say(ask("patient")))
    assert unknown.kind == "unparsable"


def test_what_is_said_is_heard():
    """In one piece."""
    heard: list[str] = []
    say("a", hear=heard.append)
    assert heard == ["a"]


def test_a_form_is_filled_with_a_replys_fields():
    """One that does not fit fails, and says where."""
    script = Script([{"verdict": "grounded"}, {"verdict": "nice"}, "text"])
    form = asyncio.run(script.fill(ask("critic"), Findings))
    assert form.form.verdict == "grounded"
    wrong = failure(script.fill(ask("critic", turn=2), Findings))
    assert wrong.kind == "unparsable"
    assert wrong.detail.startswith("script: verdict: Input should be 'grounded'")
    assert failure(script.fill(ask("critic", turn=3), Findings)).detail.startswith("script: reply:")


def test_a_scenario_names_a_script_as_a_model(tmp_path: Path):
    """The file is a list of replies, one per turn."""
    tmp_path.joinpath("words.yaml").write_text("- Not so well.\n- {text: Bye., closes: true}\n")
    tmp_path.joinpath("judge.yaml").write_text(f"- {filled()}\n- {{fail: timeout}}\n")
    models = dict.fromkeys(("patient", "therapist"), "script:words.yaml")
    made = plan("interview", models={**models, "judge": "script:judge.yaml"})
    assert said(go_on(Stage(made))) == ["Not so well.", "Bye."]
    assert "script" in PLAYERS


@pytest.mark.parametrize(
    ("text", "said"),
    [("a: 1\n", "a script is a YAML list"), ("- [\n", ":1:"), (None, "cannot be read")],
)
def test_a_script_that_cannot_be_read_is_named(tmp_path: Path, text: str | None, said: str):
    """With its path, as the author wrote it, though it was there when the plan was made."""
    file = tmp_path / "words.yaml"
    file.write_text("- I get by.\n")
    made = plan("interview", models={"default": "script:words.yaml"})
    file.write_text(text) if text is not None else file.unlink()
    with pytest.raises(InputError, match=f"words.yaml.*{said}"):
        Casting(made).table(next(made.trials()))
