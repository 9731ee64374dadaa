"""Patients without item values, judges with questions: kept as they are, never made up."""

from __future__ import annotations

from pathlib import Path

import pytest
from support import LIBRARY, PATIENT

from mhsim.casting import Casting
from mhsim.errors import InputError
from mhsim.planning import Plan, make_plan
from mhsim.spec.agent import Judge, Persona, Presentation
from mhsim.spec.origin import Origin, Severity
from mhsim.spec.questions import Question, Reply, circular, reachable
from runs import call, small

MARA = """\
# Somebody imported.
kind: patient
about: Mara, imported.
presentation: {instrument: null, items: null, since: null}
persona:
  en-US: {name: Mara, age: 44, gender: woman, home: null, work: null, family: null}
origin:
  format: talkdep
  file: mara.md
  severity: {instrument: BDI-II, total: 31, label: Severe, cutoffs: talkdep}
  told: {Life History: [Lost a job in spring.]}
"""
ASKER = """\
# Asks one thing after the other.
kind: judge
about: Asks.
instrument: null
questions:
  "1":
    asks: Was risk named?
    severity: Red
    replies: [{answer: "Yes", to: "2"}, {answer: "No", to: end}]
  "2": {asks: Was help offered?, replies: [{answer: "Yes", to: end}, {answer: "No", to: end}]}
"""


def lay(folder: str, text: str, name: str) -> Path:
    """Write an agent's file."""
    path = Path("agents") / folder / f"{name}.yaml"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
    return path


def test_a_patient_without_item_values_passes_check_and_is_shown():
    path = lay("patients", MARA, "mara")
    assert call("check", str(path)).code == 0
    shown = call("show", "mara").out
    assert "no item is known" in shown
    assert "BDI-II 31" in shown
    assert "Severe (cut-offs: talkdep)" in shown


def test_the_simulator_refuses_who_has_no_item_values_and_a_chat_model_may_play_them():
    lay("patients", MARA, "mara")
    refused = call("check", str(_english("reference")))
    assert refused.code == 2
    assert "has no item values; a chat model or a person for 'patient'" in refused.out
    assert call("check", str(_english("openai:gpt-5-mini"))).out == ""


def test_a_chat_model_is_told_what_the_source_tells_and_nothing_made_up():
    lay("patients", MARA, "mara")
    plan = make_plan(str(_english("openai:gpt-5-mini")))
    casting = Casting(plan, {"patient": object()})  # type: ignore[dict-item]
    told = casting.table(next(plan.trials())).seats["patient"].prompt
    assert told.startswith("You are Mara, 44, woman.\n")
    assert "Life History: Lost a job in spring." in told
    assert "None" not in told


def test_a_plan_keeps_what_is_not_known():
    lay("patients", MARA, "mara")
    plan = make_plan(str(_english("openai:gpt-5-mini")))
    again = Plan.model_validate_json(plan.model_dump_json(by_alias=True, exclude_none=True))
    assert again.agents["mara"] == plan.agents["mara"]
    assert again.hash == plan.hash


def test_the_reference_patient_says_why_it_will_not_play():
    lay("patients", MARA, "mara")
    plan = make_plan(str(_english("openai:gpt-5-mini")))
    models = {"default": "reference"}
    scenario = plan.scenario.model_validate({**plan.scenario.model_dump(), "models": models})
    with pytest.raises(InputError, match="mara has no item values"):
        Casting(plan.model_copy(update={"scenario": scenario})).table(next(plan.trials()))


def test_an_author_may_not_leave_open_what_only_imports_may(tmp_path: Path):
    blank = MARA.partition("origin:")[0]
    said = call("check", str(lay("patients", blank, "mara"))).out
    assert "presentation.instrument: found nothing" in said
    assert "presentation.since: found nothing" in said
    assert "persona.en-US.home: found nothing" in said


def test_a_judge_with_questions_is_checked_listed_and_shown_and_not_played():
    path = lay("judges", ASKER, "asker")
    assert call("check", str(path)).out == ""
    assert "asker" in call("list", "judge").out
    assert "Yes           then 2" in call("show", "asker").out
    cast = "{patient: shopkeeper, therapist: interviewer, judge: asker}"
    assert "'asker' follows questions" in call("check", str(small(cast=cast))).out


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ('to: end}, {answer: "No", to: end}]}\n', 'to: "1"}]}\n', "go in a circle: 1 > 2 > 1"),
        ('to: "2"', 'to: "3"', "there is no question '3'"),
        ("instrument: null", "instrument: phq9", "has one too"),
    ],
)
def test_questions_that_cannot_be_followed_are_refused(old: str, new: str, said: str):
    head, _, tail = ASKER.rpartition(old)
    assert said in call("check", str(lay("judges", head + new + tail, "asker"))).out


def test_a_judge_needs_an_instrument_or_questions():
    text = ASKER.partition("questions:")[0]
    assert (
        "the name of an instrument, or questions"
        in call("check", str(lay("judges", text, "a"))).out
    )
    with pytest.raises(InputError, match="follows questions"):
        _ = Judge(kind="judge", about="Asks.", instrument=None).instrument


def test_circles_and_reach_of_questions():
    asks = {
        "a": Question(asks="?", replies=(Reply(answer="y", to="b"),)),
        "b": Question(asks="?", replies=(Reply(answer="y", to="a"),)),
        "c": Question(asks="?", replies=(Reply(answer="y", to=None),)),
    }
    assert circular(asks) == ["a", "b", "a"]
    assert reachable(asks, "a") == {"a", "b"}
    assert circular({"c": asks["c"]}) == []


def test_nothing_known_is_no_total():
    assert Presentation(instrument=None, items={}, since=None).total is None
    assert PATIENT.presentation.total == 9
    assert Origin(format="x", file="y", severity=Severity(total=3)).severity
    assert Persona.model_validate_json(_nobody().model_dump_json(exclude_none=True)) == _nobody()
    assert LIBRARY


def _nobody() -> Persona:
    return Persona(name=None, age=None, gender=None, home=None, work=None, family=None)


def _english(model: str) -> Path:
    text = """\
# English only.
graph: interview
cast: {patient: mara, therapist: interviewer, judge: severity}
models: {default: reference, patient: MODEL}
limits: {turns: 2}
arms: {english: {locales: [en-US]}}
"""
    path = Path("scenarios/english.yaml")
    path.parent.mkdir(exist_ok=True)
    path.write_text(text.replace("MODEL", model), encoding="utf-8")
    return path
