"""Casting: who sits where in one trial, what they are told, and what answers for them."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from support import ANSWER, JUDGE, LIBRARY, PATIENT, THERAPIST, Recorder, plan

from mhsim.casting import PLAYERS, Casting, persona
from mhsim.errors import InputError
from mhsim.planning import Plan, make_plan
from mhsim.players.script import Script
from mhsim.spec.agent import Patient
from mhsim.spec.graph import Graph
from mhsim.table import Brief, Player

HERE, THERE = "en-US", "bn-BD"


@pytest.fixture
def briefs() -> Iterator[list[Brief]]:
    """Return the briefs given to players of the provider `noting`."""
    given: list[Brief] = []

    @PLAYERS.add("noting")
    def seat(brief: Brief) -> Player:
        given.append(brief)
        return Script([ANSWER])

    yield given
    PLAYERS.remove("noting")


def shipped(**arms: dict[str, object]) -> Plan:
    """Return the shipped experiment with arms of its own and noting players."""
    changes = {"arms": arms, "contrasts": {}, "models": {"default": "noting:x"}}
    return make_plan("persona-trap", LIBRARY, {**changes, "reference": {}})


def laid(made: Plan, arm: str, locale: str, briefs: list[Brief]) -> dict[str, Brief]:
    """Lay the table of the first trial of an arm and locale; return the briefs by role."""
    briefs.clear()
    trial = next(t for t in made.trials() if (t.arm, t.locale) == (arm, locale))
    Casting(made).table(trial)
    return {brief.role: brief for brief in briefs}


def test_an_arm_decides_what_of_a_patient_is_brought_there(briefs):
    """Only nationality and language; the life of that place; the person's own formulation too."""
    levels = ("nationality", "biography", "formulation")
    made = shipped(**{name: {"locales": [THERE], "localize": name} for name in levels})
    told = {name: laid(made, name, THERE, briefs)["patient"] for name in levels}
    patient = told["biography"].patient
    assert patient is not None
    assert told["nationality"].persona == patient.persona[HERE]
    assert told["biography"].persona == told["formulation"].persona == patient.persona[THERE]
    assert [told[name].formulation is not None for name in levels] == [False, False, True]
    assert {name: told[name].localize for name in levels} == dict(zip(levels, levels, strict=True))


def test_a_judge_is_told_nothing_of_the_patient(briefs):
    """Its player could not be unblinded if it wanted to be."""
    made = shipped(adapted={"locales": [THERE], "localize": "formulation"})
    for role, brief in laid(made, "adapted", THERE, briefs).items():
        unknown = (brief.patient, brief.persona, brief.formulation, brief.localize)
        assert (unknown == (None,) * 4) is (role in ("judge_a", "judge_b"))


def test_every_seat_has_its_agent_its_player_and_its_prompt(briefs):
    """And the table the trial, the instruments and what the screen reads with."""
    made = shipped(adapted={"locales": [THERE], "localize": "formulation"})
    trial = next(made.trials())
    table = Casting(made).table(trial)
    assert set(table.seats) == set(trial.cast)
    assert {r: s.agent for r, s in table.seats.items()} == {
        role: made.agents[name] for role, name in trial.cast.items()
    }
    assert all(seat.prompt for seat in table.seats.values())
    assert set(table.lexicons) == {THERE}
    assert table.instruments == made.instruments


def test_a_locale_without_a_pack_is_played_without_one():
    """A chat model needs none; of the source locale there is one, to tell the trouble from."""
    edges = {"therapist": "patient", "patient": [{"to": "therapist", "limit": "turns"}, "end"]}
    nodes = {role: {"kind": "speak", "role": role} for role in ("therapist", "patient")}
    graph = {"start": "therapist", "nodes": nodes, "edges": edges}
    arms = {"far": {"locales": ["cy-GB"], "localize": "nationality"}}
    made = plan(Graph.model_validate(graph), arms=arms)
    players = {role: Script([ANSWER]) for role in nodes}
    table = Casting(made, players).table(next(made.trials()))
    assert set(table.lexicons) == {"en-US"}
    assert "cy-GB" in table.seats["patient"].prompt


def test_somebody_in_this_process_may_answer_for_a_role():
    """Then the model the scenario names is not asked."""
    made = plan("interview", models={"default": "nobody:x"})
    players = {role: Recorder(Script([])) for role in made.scenario.cast}
    table = Casting(made, players).table(next(made.trials()))
    assert {role: seat.player for role, seat in table.seats.items()} == players
    with pytest.raises(InputError, match=r"given for \['ghost'\], which nobody is cast as"):
        Casting(made, {"ghost": Script([])})


def test_a_provider_nobody_knows_is_named():
    """With those there are."""
    made = plan("interview", models={"default": "delphi:oracle"})
    with pytest.raises(InputError, match=r"no player 'delphi'; there is: .*script"):
        Casting(made).table(next(made.trials()))


def test_an_agent_may_bring_a_prompt_of_its_own():
    """It may use the persona, the presentation, the language and the arm's localization."""
    text = "{{ persona.name }} since {{ presentation.since }} ({{ locale }}, {{ localize }})"
    cast = {"patient": PATIENT.model_copy(update={"prompt": text}), "therapist": THERAPIST}
    made = plan("interview", cast={**cast, "judge": JUDGE})
    players = {role: Script([]) for role in made.scenario.cast}
    seat = Casting(made, players).table(next(made.trials())).seats["patient"]
    assert seat.prompt == "Ida Quist since 3 months (en-US, None)"


@pytest.mark.parametrize("name", ["persona", "locale", "language", "formulation", "presentation"])
def test_a_judges_own_prompt_cannot_name_what_it_must_not_know(name: str):
    """It is refused when it is checked, and were it not, when the table is laid."""
    judge = JUDGE.model_copy(update={"prompt": f"Rate {{{{ {name} }}}}."})
    with pytest.raises(InputError, match=f"'{name}' in the prompt of a judge"):
        plan("interview", cast={"patient": PATIENT, "therapist": THERAPIST, "judge": judge})
    made = plan("interview")
    slipped = made.model_copy(update={"agents": {**made.agents, "judge": judge}})
    players = {role: Script([]) for role in made.scenario.cast}
    with pytest.raises(InputError, match=f"'{name}' is undefined"):
        Casting(slipped, players).table(next(made.trials()))


def test_a_supervisor_has_another_prompt_than_a_critic_of_culture():
    """The kind of prompt follows from what a critic watches."""
    agents = {name: LIBRARY.load("critic", name) for name in ("culture", "supervisor")}
    for name, agent in agents.items():
        cast = {"patient": PATIENT, "therapist": THERAPIST, "judge": JUDGE, "supervisor": agent}
        made = plan("supervision", cast=cast)
        players = {role: Script([]) for role in cast}
        prompt = Casting(made, players).table(next(made.trials())).seats["supervisor"].prompt
        assert ("You supervise" in prompt) is (name == "supervisor")


def test_a_session_of_therapists_alone_has_no_patient(briefs):
    """A role-play between two therapists is a graph like any other."""
    nodes = {role: {"kind": "speak", "role": role} for role in ("first", "second")}
    edges = {"first": "second", "second": [{"to": "first", "limit": "turns"}, "end"]}
    graph = {"start": "first", "nodes": nodes, "edges": edges}
    made = plan(Graph.model_validate(graph), models={"default": "noting:x"})
    told = laid(made, "plain", HERE, briefs)
    assert [brief.persona for brief in told.values()] == [None, None]


def test_the_source_biography_is_the_first_one_written():
    """With nationality only, the same life is said to be lived elsewhere."""
    patient: Patient = LIBRARY.load("patient", "shopkeeper")
    assert persona(patient, THERE, "nationality") == patient.persona[HERE]
    assert persona(patient, THERE, "biography") == patient.persona[THERE]
    assert persona(patient, HERE, None) == patient.persona[HERE]
