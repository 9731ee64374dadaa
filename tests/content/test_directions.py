"""An item that goes two ways goes one way throughout a conversation of the simulator."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Iterator

import pytest

from mhsim.library import BUILT_IN, Library
from mhsim.planning import Plan, make_plan
from mhsim.players.reference.patient import ReferencePatient
from mhsim.record import Utterance
from mhsim.session import Stage
from mhsim.spec.culture import LocalePack

LIBRARY = Library(roots=(BUILT_IN,))
MAIN = ("en-US", "zh-CN", "bn-BD", "hi-IN")
TWO_WAYS = ("sleep", "appetite", "psychomotor")


def planned(locale: str, patients: list[str]) -> Plan:
    cast = {"patient": patients, "therapist": "interviewer", "judge": "severity"}
    arms = {"own": {"locales": [locale], "localize": "biography"}}
    changes = {
        "graph": "interview", "cast": cast, "arms": arms, "limits": {"turns": 16},
        "contrasts": {}, "pairwise": None, "reference": {}, "replicates": 2,
    }  # fmt: skip
    return make_plan("persona-trap", LIBRARY, changes)


def ways(pack: LocalePack, text: str) -> Iterator[tuple[str, str]]:
    """Yield the items an utterance speaks of, each with the way it goes."""
    for item in TWO_WAYS:
        voice = pack.expressions[item]
        for said in (*voice.voice, *(e for each in voice.often.values() for e in each)):
            forms = {re.sub(r"\{(.*?)\|(.*?)\}", rf"\{n}", said.text) for n in (1, 2)}
            way = said.direction or voice.direction
            if way in ("less", "more") and any(form in text for form in forms):
                yield item, way


def told(plan: Plan) -> list[tuple[str, dict[str, set[str]]]]:
    """Play every conversation; return whose it is and which ways each item went."""
    stage = Stage(plan)
    found: list[tuple[str, dict[str, set[str]]]] = []
    for trial in plan.trials():
        said: list[str] = []

        def emit(events, said=said):
            said += [e.text for e in events if isinstance(e, Utterance) and e.role == "patient"]

        table = stage.casting.table(trial, emit=emit)
        assert isinstance(table.seats["patient"].player, ReferencePatient)
        asyncio.run(stage.play(trial, table))
        gone: dict[str, set[str]] = {}
        for item, way in ways(plan.packs[trial.locale], "\n".join(said)):
            gone.setdefault(item, set()).add(way)
        found.append((trial.cast["patient"], gone))
    return found


@pytest.mark.parametrize("locale", MAIN)
def test_an_item_goes_one_way_throughout_and_the_presentations_where_it_says_so(locale):
    every = told(planned(locale, ["musician", "nanny", "shopkeeper", "grandfather"]))
    assert [gone for _, gone in every if any(len(way) > 1 for way in gone.values())] == []
    assert any(gone for _, gone in every)
    for name, gone in every:
        stated = LIBRARY.load("patient", name).presentation.directions
        for item, way in gone.items():
            assert way == {stated.get(item, *way)}, (name, item)


@pytest.mark.parametrize("locale", MAIN)
@pytest.mark.parametrize("item", TWO_WAYS)
def test_either_way_can_be_told_at_every_value(locale, item):
    voice = LIBRARY.load("locale", locale).expressions[item]
    for way in ("less", "more"):
        fits = [e for e in voice.voice if (e.direction or voice.direction) in (way, "both")]
        assert fits, (locale, item, way)
    either = {e.direction or voice.direction for each in voice.often.values() for e in each}
    assert either >= {"less", "more"}
