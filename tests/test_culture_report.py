"""The simulator in every graph and seat, and the culture pages of the report over it."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path

import pytest

import mhsim
from mhsim.cli import call
from mhsim.embedding import Embedder
from mhsim.errors import InputError, RunError
from mhsim.library import BUILT_IN, Library
from mhsim.record import Critique, Utterance

LIBRARY = Library(roots=(BUILT_IN,))
JUDGED = {"patient": ["musician", "nurse"], "therapist": "interviewer", "judge": "severity"}


def planned(graph: str, cast: dict, **changes):
    base = {
        "graph": graph, "cast": cast, "contrasts": {}, "pairwise": None, "replicates": 1,
        "limits": {"turns": 6}, "reference": {},
        "arms": {"plain": {"locales": ["en-US", "hi-IN"]}},
    }  # fmt: skip
    return mhsim.plan("persona-trap", LIBRARY, {**base, **changes})


def run(plan, out: str = "run"):
    return asyncio.run(mhsim.run(plan, out, workers=4))


@pytest.fixture
def compared() -> Path:
    cast = {
        "patient": ["shopkeeper", "musician"], "therapist": "interviewer", "critic": "culture",
        "judge_a": "severity", "judge_b": "severity",
    }  # fmt: skip
    plan = planned(
        "culture-loop",
        cast,
        models={"default": "reference", "critic": "reference"},
        limits={"turns": 8, "revisions": 1},
        arms={
            "english": {"locales": ["en-US"]},
            "moved": {"locales": ["bn-BD"], "localize": "nationality"},
            "adapted": {"locales": ["bn-BD"], "localize": "formulation"},
        },
        contrasts={"adaptation": ["adapted", "moved"], "language": ["moved", "english"]},
        reference={"flattening": {"moved": 0.9, "adapted": 0.0, "english": 0.0}},
    )
    assert run(plan, "compared").failed == {}
    return Path("compared")


def test_authenticity_is_reported_as_a_vector_beside_the_gate(compared, capsys):
    assert call(["report", str(compared), "--authenticity"]) == 0
    said = capsys.readouterr().out
    assert "Uncalibrated: no human reference" in said
    assert "not computed: needs sentence embeddings" in said
    assert "judge_a gate" in said
    assert "judge_b shift" in said


def test_every_number_is_in_the_document_and_what_needs_embeddings_says_so(compared, capsys):
    assert call(["report", str(compared), "--authenticity", "--json"]) == 0
    rows = json.loads(capsys.readouterr().out)["measures"]
    named = {row["measure"] for row in rows}
    assert {"idiom_rate", "clinical_gate", "severity_shift", "turns_to_enquiry"} <= named
    twin = next(row for row in rows if row["measure"] == "twin_isomorphism")
    assert twin["value"] is None
    assert "not computed" in twin["method"]


def numbers(capsys, *options: str) -> list[dict]:
    assert call(["report", "compared", *options, "--json"]) == 0
    return json.loads(capsys.readouterr().out)["measures"]


def test_embeddings_compute_likeness_to_the_twin_and_tell_locales_apart(compared, capsys):
    rows = numbers(capsys, "--embeddings", "noise:64")
    twin = {r["where"]["arm"]: r for r in rows if r["measure"] == "twin_isomorphism"}
    assert twin["english"]["method"] == "not computed: this is the English twin"
    assert "a lower bound" in twin["moved"]["method"]
    assert "embeddings noise:64" in twin["moved"]["method"]
    apart = [r for r in rows if r["measure"].startswith("locale_separability")]
    assert all("needs two locales" in r["method"] for r in apart)
    diverse = [r["value"] for r in rows if r["measure"] == "diversity_embedded"]
    assert len(diverse) == 3
    assert all(0.5 <= value <= 1 for value in diverse)


def test_equally_ill_persons_are_held_against_their_twins_and_their_translations(capsys):
    arms = {"english": {"locales": ["en-US"]},
            "moved": {"locales": ["bn-BD", "hi-IN"], "localize": "nationality"}}  # fmt: skip
    cast = {**JUDGED, "patient": ["shopkeeper", "musician", "farmer", "nurse", "clerk", "tailor"]}
    assert run(planned("interview", cast, arms=arms), "compared").failed == {}
    literal = {"locale": "bn-BD", "patient": "clerk", "turns": ["ঘুম আসে না।"]}
    Path("literal.jsonl").write_text(json.dumps(literal) + "\n")
    rows = numbers(capsys, "--embeddings", "noise:64", "--translations", "literal.jsonl")
    twin = {r["where"].get("locale"): r for r in rows if r["measure"] == "twin_isomorphism"}
    assert -1 < twin["hi-IN"]["value"] < 1
    assert "against the literal translations given" in twin["bn-BD"]["method"]
    apart = {r["measure"]: r for r in rows if r["measure"].startswith("locale_separability")
             and r["where"]["arm"] == "moved"}  # fmt: skip
    assert 0 <= apart["locale_separability"]["value"] <= 1
    assert "20 features dropped" in apart["locale_separability_ablated"]["method"]
    assert call(["report", "compared", "--embeddings", "noise:64"]) == 0
    assert "moved: locales told apart at" in capsys.readouterr().out


def test_a_run_without_english_has_no_twins(capsys):
    arms = {"own": {"locales": ["bn-BD"], "localize": "biography"}}
    assert run(planned("interview", JUDGED, arms=arms), "compared").failed == {}
    rows = numbers(capsys, "--embeddings", "noise:8")
    twin = next(r for r in rows if r["measure"] == "twin_isomorphism")
    assert twin["method"] == "not computed: no arm of this run is played in a baseline locale"


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ("noise", "found 'noise'; provider:model"),
        ("noise:many", "a number of dimensions"),
        ("nobody:x", "there is no embeddings 'nobody'"),
        ("huggingface:x", "the package langchain-huggingface is missing"),
    ],
)
def test_embeddings_that_are_none_are_an_input_error(compared, capsys, given, said):
    assert call(["report", str(compared), "--embeddings", given]) == 2
    assert said in capsys.readouterr().err


def test_embeddings_that_fail_or_lose_texts_are_told():
    class Losing:
        def embed_documents(self, texts):
            return [[1.0] for _ in texts if texts != ["no"]][:1]

    with pytest.raises(RunError, match="mine:x: 1 vectors came for 2 texts"):
        Embedder("mine:x", Losing())(["a", "b"])
    with pytest.raises(RunError, match="mine:x: the embeddings cannot be had"):
        Embedder("mine:x", None)(["a"])


def test_a_human_reference_gives_bands_from_thirty_dialogues_on(compared, capsys):
    human = Path("human.jsonl")
    row = {"locale": "bn-BD", "patient": "p", "turns": ["ঘুম আসে না।", "মনটা খারাপ।"]}
    human.write_text((json.dumps(row, ensure_ascii=False) + "\n") * 30)
    assert call(["report", str(compared), "--reference", str(human), "--json"]) == 0
    rows = json.loads(capsys.readouterr().out)["measures"]
    rate = [r for r in rows if r["measure"] == "idiom_rate" and r["where"]["locale"] == "bn-BD"]
    assert all(r["low"] is not None for r in rate)
    assert all(r["method"].startswith("mean over patients; calibrated: ") for r in rate)
    english = [r for r in rows if r["measure"] == "idiom_rate" and r["where"]["locale"] == "en-US"]
    assert all("uncalibrated: no human reference" in r["method"] for r in english)
    assert call(["report", str(compared), "--reference", str(human)]) == 0
    assert "Uncalibrated for en-US" in capsys.readouterr().out


def test_a_reference_that_is_none_is_an_input_error(compared, capsys):
    assert call(["report", str(compared), "--reference", "nowhere.jsonl"]) == 2
    assert "cannot be read" in capsys.readouterr().err


def test_a_supervisor_hands_drafts_back_and_the_therapist_mends_them():
    cast = {**JUDGED, "therapist": "listener", "supervisor": "supervisor"}
    plan = planned("supervision", cast, limits={"turns": 8, "drafts": 1})
    outcome = run(plan)
    assert outcome.failed == {}
    events = [e for s in outcome.run.sessions() for e in s.events]
    verdicts = {e.verdict for e in events if isinstance(e, Critique)}
    assert verdicts <= {"approved", "returned"}
    assert "approved" in verdicts


def test_raised_risk_leads_to_a_safety_enquiry_and_the_report_says_how_soon(capsys):
    plan = planned("risk-route", JUDGED, limits={"turns": 14})
    events = [e for s in run(plan, "compared").run.sessions() for e in s.events]
    assert any(e.node == "enquiry" for e in events if isinstance(e, Utterance))
    soon = [r for r in numbers(capsys) if r["measure"] == "turns_to_enquiry" and r["n"]]
    assert soon
    assert all(0 <= r["value"] <= 14 for r in soon)
    assert call(["report", "compared"]) == 0
    assert "turns to enquiry  never asked" in capsys.readouterr().out


def test_a_panel_with_an_adjudicator_plays_to_the_end():
    cast = {
        "patient": "farmer", "therapist": "interviewer", "judge_a": "severity",
        "judge_b": "severity", "adjudicator": "adjudicator",
    }  # fmt: skip
    off = {"judge_b": {"en": {"bias": 1.5, "noise": 1.0, "miss": 0.3}}}
    outcome = run(planned("panel", cast, limits={"turns": 10}, reference={"judges": off}))
    assert outcome.failed == {}
    assert any("adjudicator" in s.judges for s in outcome.run.sessions())


def test_the_text_critic_may_sit_in_the_loop_but_not_report_on_itself():
    cast = {**JUDGED, "critic": "culture", "judge_a": "severity", "judge_b": "severity"}
    del cast["judge"]
    loop = {
        "models": {"default": "reference", "critic": "text"},
        "limits": {"turns": 3, "revisions": 1},
    }
    with pytest.raises(InputError, match="reports on them too"):
        planned("culture-loop", cast, **loop)
    told = planned("culture-loop", cast, reporting={"critic": "text", "allow_same": True}, **loop)
    assert run(told).failed == {}
    assert planned("culture-loop", cast, reporting={"critic": "reference"}, **loop).size > 0


def test_a_layer_left_out_takes_its_words_away():
    cast = {**JUDGED, "patient": "homemaker"}
    arms = {
        "full": {"locales": ["bn-BD"], "localize": "formulation"},
        "bare": {"locales": ["bn-BD"], "localize": "formulation", "layers": ["language"]},
    }
    plan = planned("interview", cast, arms=arms, limits={"turns": 10})
    words = plan.agents["homemaker"].formulation["bn-BD"].words
    own = [t for group in type(words).model_fields for t in getattr(words, group)]
    said = {s.arm: " ".join(u.text for u in s.transcript) for s in run(plan).run.sessions()}
    assert any(t in said["full"] for t in own)
    assert not any(t in said["bare"] for t in own)


def test_the_simulator_cannot_leave_the_language_layer_out():
    arms = {"odd": {"locales": ["bn-BD"], "localize": "formulation", "layers": ["idiom"]}}
    with pytest.raises(InputError, match="the layer language is left out"):
        planned("interview", JUDGED, arms=arms)


def test_a_pack_without_words_for_the_simulator_is_told_before_anything_is_played():
    arms = {"moved": {"locales": ["ta-IN"], "localize": "nationality"}}
    with pytest.raises(InputError, match="the locale pack has no expressions, speech, reading"):
        planned("interview", JUDGED, arms=arms)
