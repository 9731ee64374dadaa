"""What a patient, therapist, critic or judge says that instruments and packs contradict."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import Any

from mhsim.crosscheck.entries import Barred, texts
from mhsim.crosscheck.lookup import items, known, known_idiom, known_items, load
from mhsim.crosscheck.prompts import check_template
from mhsim.errors import listed, nearest
from mhsim.library import Library
from mhsim.spec.agent import Critic, Judge, Patient, Presentation, Therapist
from mhsim.spec.base import Finding, Path, Told, told, unknown
from mhsim.spec.culture import LocalePack
from mhsim.spec.formulation import Idioms
from mhsim.spec.instrument import Instrument
from mhsim.spec.questions import flow_findings

PERSONAL = ("name", "age", "gender", "home", "work", "family")
"""What every author says of a person, and an imported file may not."""


def check_agent(library: Library, agent: Any) -> Iterator[Finding]:
    """Yield what one agent contradicts in other files."""
    match agent:
        case Patient():
            yield from _patient(library, agent)
        case Therapist():
            yield from _therapist(library, agent)
        case Judge():
            yield from _judge(library, agent)
        case Critic():
            pass
        case _:
            return
    if agent.prompt is not None:
        of = "supervisor" if getattr(agent, "watches", None) == "practice" else agent.kind
        yield from check_template(("prompt",), agent.prompt, of)


def _judge(library: Library, judge: Judge) -> Iterator[Finding]:
    if judge.scale is not None:
        yield from known(library, "instrument", judge.scale, ("instrument",))
    if judge.scale is None and judge.questions is None:
        right = "the name of an instrument, or questions below"
        yield Finding(("instrument",), "found nothing", right)
    elif judge.scale is not None and judge.questions is not None:
        right = "write instrument: null, or leave out the questions"
        yield Finding(("instrument",), "a judge that follows questions has one too", right)
    yield from flow_findings(judge.questions or {})


def _patient(library: Library, patient: Patient) -> Iterator[Finding]:
    yield from _presentation(library, patient.presentation, imported=patient.origin is not None)
    if patient.origin is None:
        yield from _unknown(("presentation",), patient.presentation, ("since",))
        for locale, persona in patient.persona.items():
            yield from _unknown(("persona", locale), persona, PERSONAL)
    for locale, formulation in patient.formulation.items():
        path = ("formulation", locale)
        if locale not in patient.persona:
            yield from unknown(
                path, locale, patient.persona, "there is no persona for", on_key=True
            )
        pack: LocalePack | None = load(library, "locale", locale)
        if pack is not None:
            yield from _licensed(pack, formulation.idioms, (*path, "idioms"))
            barred, words = Barred(pack), formulation.words
            for here, text in texts((*path, "words"), words):
                yield from barred.said(here, text)


def _unknown(path: Path, told: Told, keys: Sequence[str]) -> Iterator[Finding]:
    """Complain about what an author has left open."""
    for key in keys:
        if getattr(told, key) is None:
            right = "a value; only what was imported may leave it open"
            yield Finding((*path, key), "found nothing", right)


def _presentation(library: Library, given: Presentation, *, imported: bool) -> Iterator[Finding]:
    path = ("presentation",)
    instrument: Instrument | None = None
    if given.instrument is not None:
        yield from known(library, "instrument", given.instrument, (*path, "instrument"))
        instrument = load(library, "instrument", given.instrument)
    elif given.items or not imported:
        right = "the name of an instrument; only what was imported may go without"
        yield Finding((*path, "instrument"), "found nothing", right)
    every = instrument.items if instrument is not None else given.items
    if instrument is not None and given.instrument is not None and (given.items or not imported):
        yield from _items(given.items, instrument, given.instrument)
    yield from _directions(given, every)
    for key, names in (("leads_with", given.leads_with), ("holds_back", given.holds_back)):
        for place, item in enumerate(names):
            here = (*path, key, place)
            yield from unknown(here, item, every, "there is no item")
            if item in names[:place]:
                yield Finding(here, f"{item!r} stands here again", "each item once")
            elif key == "holds_back" and item in given.leads_with:
                yield Finding(here, f"{item!r} is also led with", "say it under one of the two")


def _directions(given: Presentation, every: Collection[str]) -> Iterator[Finding]:
    for item in given.directions:
        here = ("presentation", "directions", item)
        yield from unknown(here, item, every, "there is no item", on_key=True)
        if given.items.get(item) == 0:
            right = "leave it out; what is not there goes no way"
            yield Finding(here, f"{item!r} is 0", right, on_key=True)


def _items(given: Mapping[str, int], instrument: Instrument, name: str) -> Iterator[Finding]:
    path = ("presentation", "items")
    for item, value in given.items():
        here, none = (*path, item), f"{name} has no item"
        yield from unknown(here, item, instrument.items, none, on_key=True)
        if item in instrument.items and value > instrument.item_maximum(item):
            most = instrument.item_maximum(item)
            yield Finding(here, f"found {value}", f"0 to {most} in {name}")
    meant = {nearest(item, instrument.items) for item in given}
    missing = [item for item in instrument.items if item not in meant]
    if missing:
        yield Finding(path, f"no value for {listed(missing)}", f"a value for every item of {name}")


def _licensed(pack: LocalePack, idioms: Idioms, path: Path) -> Iterator[Finding]:
    entries = {idiom.id: idiom for idiom in reversed(pack.idioms)}
    for key in ("licensed", "preferred", "avoided"):
        for place, name in enumerate(getattr(idioms, key) or ()):
            here = (*path, key, place)
            yield from known_idiom(here, name, entries, pack.locale)
            if name in entries and key != "avoided" and entries[name].generation == "detect-only":
                yield from Barred(pack).named(here, name)
    for place, name in enumerate(idioms.preferred):
        if name in entries and name not in idioms.licensed:
            found = f"{told(name)} ({told(entries[name].text)}) is not licensed"
            yield Finding((*path, "preferred", place), found, "list it under licensed too")
    for place, name in enumerate(idioms.avoided or ()):
        if name in idioms.licensed:
            found = f"{told(name)} is also licensed"
            yield Finding((*path, "avoided", place), found, "say it under one of the two")


def _therapist(library: Library, therapist: Therapist) -> Iterator[Finding]:
    every = items(library)
    for locale, speech in therapist.speech.items():
        for key in ("items", "often"):
            yield from known_items(("speech", locale, key), getattr(speech, key), every)
