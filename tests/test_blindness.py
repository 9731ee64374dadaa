"""A judge is blind: what it is given would be the same in every arm.

Two kinds of proof. What a judge is asked and told contains none of the words it must not see; and
whatever changes that it must not know of - arm, critic, drafts, the other judge - changes nothing
in what it is given.
"""

from __future__ import annotations

import asyncio
import dataclasses
import re
from collections.abc import Iterator
from typing import Any

import pytest
from pydantic import BaseModel
from support import ANSWER, FINE, LIBRARY, Recorder, filled, flagged, play

from mhsim.casting import PLAYERS, Casting
from mhsim.planning import Plan, make_plan
from mhsim.players.reference import seat
from mhsim.players.script import Script
from mhsim.record import TrialId
from mhsim.session import Stage
from mhsim.spec.agent import Patient
from mhsim.table import Ask, Brief, Player

JUDGES = ("judge_a", "judge_b")
RECORDED = dict.fromkeys(JUDGES, "recorded:reference")


@pytest.fixture(scope="module")
def plan() -> Plan:
    """Return the shipped experiment, its judges recorded."""
    models = {"default": "reference", **RECORDED}
    return make_plan("persona-trap", LIBRARY, {"models": models})


@pytest.fixture
def recorded() -> Iterator[dict[str, Recorder]]:
    """Return the judges of the last table laid: the reference ones, and what they were asked."""
    judges: dict[str, Recorder] = {}

    @PLAYERS.add("recorded")
    def record(brief: Brief) -> Player:
        judges[brief.role] = Recorder(seat(brief))
        return judges[brief.role]

    yield judges
    PLAYERS.remove("recorded")


def some(plan: Plan) -> Iterator[TrialId]:
    """Yield one trial of every arm and locale, each with another patient."""
    trials = list(plan.trials())
    patients = list(dict.fromkeys(t.cast["patient"] for t in trials))
    for n, condition in enumerate(plan.conditions()):
        wanted = (*condition, patients[n % len(patients)])
        yield next(t for t in trials if (t.arm, t.locale, t.cast["patient"]) == wanted)


def words(given: Any) -> Iterator[str]:
    """Yield every word in something, keys and numbers included, but for what was said."""
    match given:
        case BaseModel():
            yield from words(given.model_dump(exclude={"text"}, exclude_none=True))
        case dict():
            yield from (word for pair in given.items() for each in pair for word in words(each))
        case str():
            yield given
        case list() | tuple():
            yield from (word for each in given for word in words(each))
        case _ if dataclasses.is_dataclass(given):
            yield from words({f.name: getattr(given, f.name) for f in dataclasses.fields(given)})
        case _:
            yield str(given)


def secrets(plan: Plan, trial: TrialId) -> set[str]:
    """Return words no judge may see, whatever else it is given."""
    patient = plan.agents[trial.cast["patient"]]
    assert isinstance(patient, Patient)
    names = {persona.name for persona in patient.persona.values()}
    homes = {persona.home for persona in patient.persona.values()}
    cast = {"critic"} | {trial.cast[role] for role in ("patient", "therapist", "critic")}
    named = {trial.id, trial.arm, trial.locale, str(trial.seed), patient.about}
    return named | names | homes | cast


def test_what_a_judge_is_asked_holds_nothing_it_must_not_see(plan, recorded):
    """In every arm and locale of the shipped experiment: not even how many drafts there were."""
    stage = Stage(plan)
    for trial in some(plan):
        asyncio.run(stage.play(trial, stage.casting.table(trial)))
        for role, judge in recorded.items():
            assert judge.asks
            for ask in judge.asks:
                seen = set(words(ask))
                assert not seen & secrets(plan, trial)
                assert not any(s in w for s in secrets(plan, trial) for w in seen if len(w) > 12)
                assert not seen & (set(JUDGES) - {role})
                assert (ask.draft, ask.flags, ask.revision) == (None, (), 0)


def test_what_a_judge_reads_is_who_said_what_and_nothing_else(plan, recorded):
    """No node, no time, no cost, no draft number: the words and their turn."""
    stage = Stage(plan)
    trial = next(t for t in plan.trials() if t.arm == "revised")
    asyncio.run(stage.play(trial, stage.casting.table(trial)))
    read = recorded["judge_a"].asks[-1].transcript
    assert {utterance.role for utterance in read} == {"therapist", "patient"}
    for utterance in read:
        told = {"role", "text", "turn"}
        assert utterance.model_dump(exclude_defaults=True).keys() == told


def test_what_is_said_does_not_name_the_patient(plan, recorded):
    """The reference seats address nobody by name, so the transcript gives none away."""
    stage = Stage(plan)
    for trial in some(plan):
        asyncio.run(stage.play(trial, stage.casting.table(trial)))
        patient = plan.agents[trial.cast["patient"]]
        assert isinstance(patient, Patient)
        said = " ".join(u.text for u in recorded["judge_a"].asks[-1].transcript)
        for persona in patient.persona.values():
            assert persona.name not in said


def test_a_judges_prompt_is_the_same_in_every_trial(plan, recorded):
    """It is made of the instrument alone: arm, locale and patient cannot be read off it."""
    casting = Casting(plan)
    seats = [casting.table(trial).seats for trial in some(plan)]
    assert len({seat[role].prompt for seat in seats for role in JUDGES}) == 1
    assert len({seat["patient"].prompt for seat in seats}) == len(seats)


def test_a_judges_prompt_holds_nothing_it_must_not_see(plan, recorded):
    """No arm, no tag, no name, no presentation: of the item values not one stands at its item."""
    for trial in some(plan):
        table = Casting(plan).table(trial)
        patient = plan.agents[trial.cast["patient"]]
        assert isinstance(patient, Patient)
        for role in JUDGES:
            prompt = table.seats[role].prompt
            assert not any(re.search(rf"\b{re.escape(s)}\b", prompt) for s in secrets(plan, trial))
            assert patient.presentation.since not in prompt
            for item, value in patient.presentation.items.items():
                assert not re.search(rf"{item}\W+{value}\b", prompt)


def asked(limits: dict[str, int] | None = None, **replies: Any) -> list[Ask]:
    """Return what judge_a was asked in a scripted session."""
    judge = Recorder(Script([filled()] * 3))
    play("culture-loop", limits, judge_a=judge, **replies)
    return judge.asks


def test_a_critic_and_its_drafts_change_nothing_for_a_judge():
    """Sent back twice or said at once: the same words finally said are all a judge is given."""
    quiet = asked({"turns": 3, "revisions": 0}, patient=[ANSWER] * 3)
    drafts: list[Any] = [["I am depressed.", "I feel low.", ANSWER]] * 3
    critic = [[flagged("depressed"), flagged("low"), FINE]] * 3
    mended = asked({"turns": 3, "revisions": 2}, patient=drafts, critic=critic)
    assert mended == quiet


@pytest.mark.parametrize("other", [filled("3" * 9, "get by"), {"fail": "refusal"}])
def test_another_judge_changes_nothing_for_a_judge(other):
    """Whatever it rates, cites or fails at."""
    assert asked(judge_b=[other] * 3) == asked(judge_b=[filled()] * 3)


def test_an_adjudicator_reads_the_text_not_the_ratings():
    """It is heard because two judges disagree, and is told nothing of what they rated."""
    heard: list[list[Ask]] = []
    for sure in ("1" * 9, "3" * 9):
        judge = Recorder(Script([filled()] * 3))
        play("panel", {"turns": 1}, judge_a=[filled(sure, "get by")], adjudicator=judge)
        heard.append(judge.asks)
    assert heard[0] == heard[1]
    assert not set(words(heard[0])) & {"judge_a", "judge_b", "get by", "panel", "phq9"}
