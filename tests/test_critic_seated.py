"""Any critic that can sit in a seat, calibrated on labelled utterances."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml

from mhsim.casting import PLAYERS
from mhsim.cli import call
from mhsim.errors import PlayerError
from mhsim.players.script import Script
from mhsim.table import Brief

ROWS = [
    {"id": "a", "locale": "bn-BD", "text": "আমি বিষণ্ণতার সাথে লড়াই করছি।", "label": "flattened",
     "persona": "F, 38, village",
     "spans": [{"start": 4, "end": 13, "text": "x", "type": "calque"}]},
    {"id": "b", "locale": "bn-BD", "text": "আজ বৃষ্টি।", "label": "neutral"},
    {"id": "c", "locale": "en-US", "text": "I just can't do mornings.", "label": "grounded"},
]  # fmt: skip
FLAT = {"flags": [{"quote": "বিষণ্ণতার", "kind": "calque", "reason": "nobody says so"},
                  {"quote": "never said", "kind": "calque", "reason": "invented"}],
        "verdict": "flattened"}  # fmt: skip
REPLIES = [FLAT, {"verdict": "neutral"}, {"verdict": "grounded"}]


def calibrated(capsys, critic: str) -> dict:
    Path("rows.jsonl").write_text("\n".join(map(json.dumps, ROWS)))
    assert call(["calibrate", "critic", "rows.jsonl", "--critic", critic, "--json"]) == 0
    return json.loads(capsys.readouterr().out)


def scripted(*replies: object) -> str:
    Path("replies.yaml").write_text(yaml.safe_dump(list(replies), allow_unicode=True))
    return "script:replies.yaml"


@pytest.fixture
def briefs() -> Iterator[list[Brief]]:
    given: list[Brief] = []

    @PLAYERS.add("noting")
    def seat(brief: Brief) -> Script:
        given.append(brief)
        return Script(REPLIES)

    yield given
    PLAYERS.remove("noting")


def test_a_critic_in_a_seat_is_calibrated_like_the_text_critic(capsys):
    said = calibrated(capsys, scripted(*REPLIES))
    assert [p["predicted"] for p in said["predictions"]] == ["flattened", "neutral", "grounded"]
    figures = {(f["measure"], *f["where"].values()): f["value"] for f in said["figures"]}
    assert figures["macro_f1",] == figures["flattened_recall", "bn"] == 1
    assert figures["span_overlap",] == 1, "words that were not said are left out"


def test_a_chat_model_is_told_the_pack_and_who_speaks_and_no_label(capsys, briefs):
    calibrated(capsys, "noting:x")
    bangla, _, english = (brief.prompt for brief in briefs)
    assert "Who speaks: F, 38, village" in bangla
    assert "বুক ধড়ফড়" in bangla
    assert "bn-BD-F01" in bangla
    assert "বিষ খামু" not in bangla, "what is only to be detected is no example"
    assert "Who speaks" not in english
    assert "en-US-001" in english
    assert not any(row["text"] in brief.prompt for row in ROWS for brief in briefs)


def test_what_a_critic_could_not_say_is_missing_and_in_no_figure(capsys):
    wrong = {"verdict": "approved"}
    said = calibrated(capsys, scripted(FLAT, {"fail": "refusal"}, wrong))
    assert (said["missing"], said["predictions"][1]["predicted"]) == (2, None)
    assert said["figures"][0]["n"] == 1
    assert call(["calibrate", "critic", "rows.jsonl", "--critic", "script:replies.yaml"]) == 0
    assert "missing: 2 of 3, in no figure; the first: refusal" in capsys.readouterr().out


def test_a_critic_that_can_say_nothing_is_an_error(capsys):
    Path("rows.jsonl").write_text(json.dumps(ROWS[0]))
    critic = scripted({"fail": "provider", "detail": "no credit"})
    assert call(["calibrate", "critic", "rows.jsonl", "--critic", critic]) == 2
    assert "could say nothing of any utterance" in capsys.readouterr().err
    assert str(PlayerError("refusal", "x")).startswith("refusal")


@pytest.mark.parametrize("critic", ["gpt", "nobody:x"])
def test_a_critic_that_is_none_is_an_input_error(capsys, critic):
    Path("rows.jsonl").write_text(json.dumps(ROWS[0]))
    assert call(["calibrate", "critic", "rows.jsonl", "--critic", critic]) == 2
    assert critic.partition(":")[0] in capsys.readouterr().err


def test_the_simulators_critic_can_be_calibrated_too(capsys):
    said = calibrated(capsys, "reference")
    assert {p["predicted"] for p in said["predictions"]} <= {"flattened", "grounded", "neutral"}
