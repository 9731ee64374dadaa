"""What chat models see: a life and no symptoms, an instrument and no person; kept in the run."""

from __future__ import annotations

import asyncio
import json
import re
from pathlib import Path
from typing import Any

import pytest
from chat import Hummer, HummerPool
from support import ITEMS, LIBRARY

from mhsim import batch
from mhsim.casting import Casting
from mhsim.errors import InputError
from mhsim.planning import Plan, make_plan
from mhsim.record import Opening
from mhsim.session import Stage
from mhsim.spec.agent import Patient
from mhsim.table import Brief
from mhsim.text import digest
from runs import call

ODD = ("anhedonia", "psychomotor", "self_harm", "insomnia", "PHQ", "depress", "symptom")
"""Words of textbooks that no patient is told."""


@pytest.fixture(scope="module")
def plan() -> Plan:
    """Return the shipped experiment with chat models in every seat."""
    return make_plan("persona-trap", LIBRARY, {"models": {"default": "openai:none"}})


def brief(plan: Plan, trial: str, role: str = "patient", **more: Any) -> Brief:
    return Casting(plan).brief(role, plan.trial(trial), **more)


@pytest.mark.parametrize("arm", ["english.en-US", "nationality.bn-BD", "biography.hi-IN",
                                 "adapted.zh-CN"])  # fmt: skip
def test_a_patient_is_told_a_life_and_no_item_or_value(plan: Plan, arm: str):
    for name in ("shopkeeper", "musician", "gardener"):
        told = brief(plan, f"{arm}.{name}.001").prompt
        patient = plan.agents[name]
        assert isinstance(patient, Patient)
        assert not [word for word in ODD if word.lower() in told.lower()]
        for item, value in patient.presentation.items.items():
            assert not re.search(rf"{item}\W+{value}\b", told)
        assert "What your days and nights are like" in told


def test_what_troubles_a_patient_is_sorted_by_when_it_may_be_told(plan: Plan):
    told = brief(plan, "adapted.bn-BD.shopkeeper.001").prompt
    voices = plan.packs["bn-BD"].expressions
    first, late = told.index("bring these up unasked"), told.index("keep these back")
    places = {
        item: [told.find(said.text) for said in voices[item].voice if said.text in told]
        for item in ("sleep", "mood")
    }
    assert all(first < place < late for place in places["sleep"])
    assert all(place > late for place in places["mood"])
    assert any(said.text in told for said in voices["psychomotor"].denied)
    assert any(said.text in told for said in voices["sleep"].often[3])


def test_a_wish_to_be_dead_is_told_only_if_asked_and_without_means(plan: Plan):
    ill = next(
        name
        for name in plan.scenario.names("patient")
        if plan.agents[name].presentation.items["self_harm"]  # type: ignore[union-attr]
    )
    told = brief(plan, f"english.en-US.{ill}.001").prompt
    assert "only if you are asked about it directly" in told
    assert "never\nspeak of ways or means" in told


def test_an_arm_of_nationality_tells_the_trouble_in_the_source_language(plan: Plan):
    told = brief(plan, "nationality.bn-BD.shopkeeper.001").prompt
    assert any(said.text in told for said in plan.packs["en-US"].expressions["sleep"].voice)
    assert "Speak only Bangla" in told
    assert "locale tag bn-BD" in told


def test_the_same_patient_is_told_the_same_in_every_replicate(plan: Plan):
    prompts = {brief(plan, f"adapted.hi-IN.shopkeeper.00{n}").prompt for n in (1, 2, 3)}
    assert len(prompts) == 1


@pytest.mark.parametrize("locale", ["zh-CN", "bn-BD", "hi-IN"])
def test_a_judge_and_a_critic_may_be_told_in_the_conversations_language(locale: str):
    judging = {"default": {"language": "original"}}
    made = make_plan("persona-trap", LIBRARY, {"judging": judging})
    for role, kind in (("judge_a", "judge"), ("critic", "critic")):
        told = brief(made, f"adapted.{locale}.shopkeeper.001", role)
        translation = made.prompts[kind].translation(locale)
        assert translation is not None
        assert told.frame == translation.frame
        assert "evidence first" not in told.prompt.lower()
        assert translation.status == "draft, unreviewed"
    judge = brief(made, f"adapted.{locale}.shopkeeper.001", "judge_a").prompt
    assert all(f"item_{name}" in judge for name in ITEMS)
    assert brief(made, "english.en-US.shopkeeper.001", "judge_a").prompt.startswith("You read")


def test_a_language_is_found_in_another_locale_of_it(plan: Plan):
    assert plan.prompts["judge"].translation("bn-IN") == plan.prompts["judge"].translation("bn-BD")
    assert plan.prompts["judge"].translation("sw-KE") is None


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("patient", "<the therapist's words>"),
        ("therapist", "You speak first"),
        ("judge", "[turn 1] patient: <the patient's words>"),
        ("judge_b", "Answer with one JSON object"),
        ("critic", "patient: <the patient's draft>"),
        ("comparison", "Conversation B:"),
    ],
)
def test_a_prompt_is_shown_as_it_will_be_sent(name: str, shown: str):
    trial = "adapted.bn-BD.shopkeeper.001"
    out = call("show", name, "persona-trap", "--for", trial)
    assert out.code == 0
    assert out.out.startswith("[system]\n")
    assert shown in out.out
    assert "<the" in out.out or name == "therapist"


def test_a_prompt_can_be_shown_as_data_and_a_trial_finds_its_scenario():
    out = call("show", "patient", "--for", "adapted.bn-BD.shopkeeper.001", "--json")
    found = json.loads(out.out)
    assert [message["role"] for message in found["messages"]] == ["system", "user"]


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("supervisor", "persona-trap", "--for", "adapted.bn-BD.shopkeeper.001"), "nobody in"),
        (("patient", "--for", "nowhere.1"), "no scenario has a trial 'nowhere.1'"),
        (("patient", "persona-trap", "--for", "nowhere.1"), "there is no trial"),
    ],
)
def test_a_prompt_nobody_gets_is_not_shown(arguments: tuple[str, ...], said: str):
    out = call("show", *arguments)
    assert out.code == 2
    assert said in out.err


def test_a_run_keeps_every_prompt_under_the_hash_its_openings_name(tmp_path: Path):
    made = make_plan("persona-trap", LIBRARY, {
        "models": {"default": "openai:none"}, "replicates": 1,
        "limits": {"turns": 1, "revisions": 0},
        "cast": {**make_plan("persona-trap", LIBRARY).scenario.cast, "patient": ["shopkeeper"]},
        "arms": {"english": {"locales": ["en-US"]}}, "contrasts": {}, "pairwise": None,
        "reference": {},
    })  # fmt: skip
    stage = Stage(made, pool=HummerPool(Hummer()))
    outcome = asyncio.run(batch.run(made, tmp_path / "run", players=players(stage)))
    (session,) = outcome.run.sessions()
    opening = session.events[0]
    assert isinstance(opening, Opening)
    kept = {path.stem: path.read_text("utf-8") for path in (tmp_path / "run/prompts").iterdir()}
    assert set(kept) == set(opening.prompts.values())
    assert all(digest(text) == name for name, text in kept.items())


def players(stage: Stage) -> dict[str, Any]:
    trial = next(stage.plan.trials())
    return {role: stage.casting.seat(role, trial).player for role in trial.cast}


def test_a_patient_nobody_has_words_for_is_refused_to_a_chat_model():
    made = make_plan("persona-trap", LIBRARY, {"models": {"default": "openai:none"}})
    packs = {k: p.model_copy(update={"expressions": {}}) for k, p in made.packs.items()}
    casting = Casting(made.model_copy(update={"packs": packs}), pool=HummerPool(Hummer()))
    with pytest.raises(InputError, match="has no words for bn-BD"):
        casting.seat("patient", made.trial("adapted.bn-BD.shopkeeper.001"))
