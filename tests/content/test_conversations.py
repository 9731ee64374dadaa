"""Whole simulated conversations in four languages: nothing said twice, in the right script."""

from __future__ import annotations

import asyncio
from collections import Counter

import pytest

from mhsim.library import BUILT_IN, Library
from mhsim.planning import Plan, make_plan
from mhsim.record import Utterance
from mhsim.session import Stage
from mhsim.spec.agent import Patient
from mhsim.text import same_script, script, sentences

LIBRARY = Library(roots=(BUILT_IN,))
MAIN = ("en-US", "zh-CN", "bn-BD", "hi-IN")


def played(plan: Plan, arm: str, locale: str, most: int) -> list[list[Utterance]]:
    stage = Stage(plan)
    trials = [t for t in plan.trials() if (t.arm, t.locale) == (arm, locale)][:most]

    async def play() -> list[list[Utterance]]:
        spoken: list[list[Utterance]] = []
        for trial in trials:
            events: list[Utterance] = []

            def emit(new, events=events):
                events.extend(e for e in new if isinstance(e, Utterance))

            await stage.play(trial, stage.casting.table(trial, emit=emit))
            spoken.append(events)
        return spoken

    return asyncio.run(play())


@pytest.fixture(scope="module")
def long_talks() -> dict[str, list[list[Utterance]]]:
    cast = {
        "patient": LIBRARY.names("patient"), "therapist": "listener", "critic": "culture",
        "judge_a": "severity", "judge_b": "severity",
    }  # fmt: skip
    arms = {"own": {"locales": list(MAIN), "localize": "formulation"}}
    changes = {
        "cast": cast, "arms": arms, "limits": {"turns": 20, "revisions": 0}, "contrasts": {},
        "replicates": 2, "reference": {},
    }  # fmt: skip
    plan = make_plan("persona-trap", LIBRARY, changes)
    return {locale: played(plan, "own", locale, 60) for locale in MAIN}


@pytest.mark.parametrize("locale", MAIN)
def test_nobody_says_the_same_sentence_twice_in_twenty_turns(long_talks, locale):
    for talk in long_talks[locale]:
        for role in ("patient", "therapist"):
            said = [s for u in talk if u.role == role for s in sentences(u.text) if len(s) > 12]
            twice = [s for s, count in Counter(said).items() if count > 1]
            assert twice == [], (role, twice)


@pytest.mark.parametrize("locale", MAIN)
def test_everything_is_said_in_the_script_of_the_locale(long_talks, locale):
    wanted = same_script(LIBRARY.load("locale", locale).language.script)
    said = [u.text for talk in long_talks[locale] for u in talk]
    assert all(script(text) == wanted for text in said)
    assert not any("{" in text or "|" in text for text in said)


def test_a_held_back_item_is_not_told_in_the_first_turn():
    plan = make_plan("persona-trap", LIBRARY, {"replicates": 1})
    for talk in played(plan, "english", "en-US", 12):
        first = next(u.text for u in talk if u.role == "patient")
        assert "wish I didn't wake up" not in first


def test_the_same_seed_plays_the_same_person_in_every_arm():
    plan = make_plan("persona-trap", LIBRARY, {"replicates": 1})
    seeds = {(t.cast["patient"], t.replicate): set() for t in plan.trials()}
    for trial in plan.trials():
        seeds[trial.cast["patient"], trial.replicate].add(trial.seed)
    assert all(len(each) == 1 for each in seeds.values())
    assert len(seeds) == sum(isinstance(a, Patient) for a in plan.agents.values())
