"""A chat model that judges is blind: in every message it is sent, in every mode and language."""

from __future__ import annotations

import asyncio
import json
import re
from typing import Any

import pytest
from chat import Hummer, HummerPool
from support import LIBRARY

from mhsim.planning import Plan, make_plan
from mhsim.record import TrialId
from mhsim.session import Stage
from mhsim.spec.agent import Patient

WAYS: list[dict[str, Any]] = [
    {"mode": "incremental"},
    {"mode": "full"},
    {"mode": "window", "window": 1, "language": "glossed"},
    {"language": "original"},
]


def design(judging: dict[str, Any]) -> Plan:
    """Return the shipped experiment, shortened, with chat models in every seat."""
    changes = {"models": {"default": "openai:none"}, "judging": {"default": judging}}
    made = make_plan("persona-trap", LIBRARY, changes)
    return make_plan(
        made.scenario.model_copy(update={"limits": {"turns": 3, "revisions": 1}}), LIBRARY
    )


def judged(plan: Plan, trial: TrialId) -> list[str]:
    """Return every message sent to judges in a conversation."""
    hummer = Hummer()
    stage = Stage(plan, pool=HummerPool(hummer))
    closing = asyncio.run(stage.play(trial, stage.casting.table(trial)))
    assert closing.reason == "limit"
    asked = [r for r in hummer.sent if r.schema and r.schema["title"] == "RatingForm"]
    assert len(asked) == 6
    return [json.dumps([dict(m) for m in r.messages], ensure_ascii=False) for r in asked]


def some(plan: Plan) -> dict[str, list[TrialId]]:
    """Return by locale one trial of every arm, each with another patient."""
    patients = plan.scenario.names("patient")
    found: dict[str, list[TrialId]] = {}
    for n, (arm, locale) in enumerate(plan.conditions()):
        name = f"{arm}.{locale}.{patients[n % len(patients)]}.001"
        found.setdefault(locale, []).append(plan.trial(name))
    return found


def secrets(plan: Plan, trial: TrialId) -> set[str]:
    """Return words no judge may be sent."""
    patient = plan.agents[trial.cast["patient"]]
    assert isinstance(patient, Patient)
    lives = list(patient.persona.values())
    names = {word for p in lives for word in (p.name, p.home, p.work) if word}
    cast = {trial.cast[role] for role in ("patient", "therapist")} | {"critic", "judge_a"}
    return names | cast | {trial.id, trial.arm, trial.locale, patient.presentation.since or "?"}


@pytest.mark.parametrize("judging", WAYS, ids=lambda way: "-".join(map(str, way.values())))
def test_what_judges_are_sent_depends_on_what_was_said_and_on_nothing_else(judging: dict[str, Any]):
    """Arms, patients and critics change; the words do not; so the messages do not."""
    plan = design(judging)
    sent = {
        locale: {tuple(judged(plan, trial)) for trial in trials}
        for locale, trials in some(plan).items()
    }
    assert [len(messages) for messages in sent.values()] == [1] * 4
    if judging.get("language") != "original":
        assert len({frozenset(messages) for messages in sent.values()}) == 1


@pytest.mark.parametrize("judging", WAYS, ids=lambda way: "-".join(map(str, way.values())))
def test_no_message_to_a_judge_holds_what_it_must_not_see(judging: dict[str, Any]):
    plan = design(judging)
    for trials in some(plan).values():
        trial = trials[-1]
        text = "\n".join(judged(plan, trial))
        hidden = [
            s for s in secrets(plan, trial) if re.search(rf"(?<!\w){re.escape(s)}(?!\w)", text)
        ]
        assert hidden == []
