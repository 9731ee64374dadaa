"""Agents, prompts and instruments as text."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from mhsim.errors import InputError
from mhsim.library import Library
from mhsim.showing.imported import asked, origin
from mhsim.showing.paper import Paper
from mhsim.spec.agent import Critic, Judge, Patient, Persona, Speech, Therapist
from mhsim.spec.culture import LocalePack
from mhsim.spec.formulation import Formulation
from mhsim.spec.instrument import Instrument
from mhsim.spec.prompt import Prompt

BLIND = (
    "An observer's reading of a transcript, blind to arm, locale, names, presentation, the critic"
    " and every other judge."
)


def patient(paper: Paper, who: Patient, library: Library) -> None:
    """Write the presentation as a table, then the person in every locale."""
    told = who.presentation
    instrument = _instrument(library, told.instrument) if told.instrument else None
    paper.head(f"Presentation, the same in every locale: {_total(who, instrument)}")
    names = dict.fromkeys(told.leads_with, "unasked") | dict.fromkeys(told.holds_back, "held back")
    paper.table(
        ["item", "value", "told", "which means"],
        [
            [
                item,
                str(value),
                names.get(item, "asked") if value else "",
                _anchor(instrument, item, value),
            ]
            for item, value in told.items.items()
        ],
    )
    if instrument:
        paper.field("bands", bands(instrument))
    paper.field("since", told.since)
    paper.field("disclosure", told.disclosure)
    for locale, persona in who.persona.items():
        paper.head(f"{locale}, the source" if locale == who.source_locale else locale)
        _persona(paper, persona)
        if locale in who.formulation:
            _formulation(paper, who.formulation[locale], _idioms(library, locale))
        else:
            paper.field("formulation", "none")
    origin(paper, who.origin)
    _prompt(paper, who.prompt)


def _instrument(library: Library, name: str) -> Instrument | None:
    try:
        return library.entry("instrument", name).model
    except InputError:
        return None


def _total(who: Patient, instrument: Instrument | None) -> str:
    told = who.presentation
    if told.total is None:
        return "no item is known"
    if instrument is None:
        return f"{told.instrument}, total {told.total}"
    band = instrument.band(told.total).replace("_", " ")
    return f"{told.instrument}, total {told.total} of {instrument.maximum}, {band}"


def _anchor(instrument: Instrument | None, item: str, value: int) -> str:
    if instrument is None or item not in instrument.items:
        return ""
    known = instrument.items[item]
    return f"{known.topic}: {(known.anchors or instrument.anchors).get(value, '?')}"


def bands(instrument: Instrument) -> str:
    """Write the bands of an instrument with their lowest and highest totals."""
    lows = [*instrument.bands.values(), instrument.maximum + 1]
    return ", ".join(
        f"{name.replace('_', ' ')} {low}-{above - 1}"
        for name, low, above in zip(instrument.bands, lows, lows[1:], strict=False)
    )


def _persona(paper: Paper, persona: Persona) -> None:
    paper.field("name", persona.name or "not known")
    known = [str(each) for each in (persona.age, persona.gender) if each is not None]
    paper.field("age, gender", known)
    for key in ("home", "work", "family", "faith", "schooling"):
        paper.field(key, getattr(persona, key))
    paper.field("may talk like", sorted(persona.tags))
    paper.field("story", _counted(persona.story))


def _idioms(library: Library, locale: str) -> dict[str, str]:
    """Return the text of every idiom of a locale by id; empty where there is no pack."""
    try:
        pack: LocalePack | None = library.entry("locale", locale).model
    except InputError:
        return {}
    return {idiom.id: idiom.text for idiom in pack.idioms} if pack else {}


def _formulation(paper: Paper, person: Formulation, idioms: Mapping[str, str]) -> None:
    paper.field("formulation", _provenance(person))
    trouble, causes, plan = person.problem, person.causes, person.disclosure_plan
    if trouble:
        paper.field("calls it", trouble.own_name, 4)
        paper.field("fears", trouble.feared_outcome, 4)
    if causes:
        paper.field("puts it to", [cause.cause for cause in causes.person or ()], 4)
    paper.field("idioms", [idioms.get(name, name) for name in person.idioms.licensed], 4)
    paper.field("never says", [idioms.get(name, name) for name in person.idioms.avoided or ()], 4)
    paper.field("therapy words", person.idioms.therapy_vocabulary, 4)
    if plan:
        paper.field("opens with", plan.opens_with, 4)
        earliest = plan.emotion_earliest_turn
        paper.field("feelings", f"from turn {earliest}" if earliest else "", 4)
        paper.field("tells of risk", (plan.risk_disclosure or "").replace("_", " "), 4)
    words = {name: getattr(person.words, name) for name in type(person.words).model_fields}
    paper.field("own words", _counted(words), 4)


def _provenance(person: Formulation) -> str:
    by = person.provenance
    seen = f"reviewed by {', '.join(by.reviewed_by)}" if by.reviewed_by else "reviewed by nobody"
    return f"filled by {by.filled_by}, {by.date}, {seen}"


def _counted(groups: Mapping[Any, object]) -> str:
    """Say how many sentences each group has."""
    counts = {name: len(said) for name, said in groups.items() if isinstance(said, tuple) and said}
    listed = ", ".join(f"{name.replace('_', ' ')} {count}" for name, count in counts.items())
    return f"{sum(counts.values())} sentences: {listed}" if counts else ""


def therapist(paper: Paper, who: Therapist) -> None:
    """Write the style, and what is said in each locale without a language model."""
    means = {"staged": "asks through the items in stages", "open": "follows the person"}
    paper.head(f"Style: {who.style}, {means[who.style]}")
    for locale, speech in who.speech.items():
        paper.head(f"{locale}, without a language model: {_spoken(speech)} sentences")
        paper.field("asks about", list(speech.ground))
        paper.field("items", list(speech.items))
        for key in ("opening", "invite", "reflect", "safety", "closing"):
            paper.field(key, next(iter(getattr(speech, key)), ""))
    _prompt(paper, who.prompt)


def _spoken(speech: Speech) -> int:
    groups = [getattr(speech, name) for name in Speech.model_fields]
    return sum(
        sum(map(len, group.values())) if isinstance(group, dict) else len(group) for group in groups
    )


def critic(paper: Paper, who: Critic) -> None:
    """Write what it watches."""
    means = {
        "culture": "how distress is voiced in what a patient says; flags, never rates",
        "practice": "a therapist's draft, which it may return; never rates",
    }
    paper.head(f"Watches {who.watches}: {means[who.watches]}")
    _prompt(paper, who.prompt)


def judge(paper: Paper, who: Judge, library: Library) -> None:
    """Write what it fills in or asks, and what it is blind to."""
    if who.questions is not None:
        asked(paper, who.questions)
        origin(paper, who.origin)
        return
    instrument = _instrument(library, who.instrument)
    title = f"{instrument.title}, 0 to {instrument.maximum}" if instrument else "not found"
    paper.head(f"Fills in {who.instrument}: {title}")
    paper.say(BLIND, 2)
    _prompt(paper, who.prompt)


def prompt(paper: Paper, text: Prompt) -> None:
    """Write whose it is, and the template."""
    paper.head(f"For the seat of a {text.of}, unless the agent brings its own")
    _template(paper, text.text)


def _prompt(paper: Paper, text: str | None) -> None:
    if text:
        paper.head("Prompt of its own")
        _template(paper, text)


def _template(paper: Paper, text: str) -> None:
    for line in text.splitlines():
        paper.say(line or "\N{NO-BREAK SPACE}", 2)


def instrument(paper: Paper, scale: Instrument) -> None:
    """Write items with their anchors, bands, licence and sources."""
    made = {"self": "self-report", "clinician": "clinician-rated", "observer": "observer-rated"}
    paper.head(f"{scale.title}: {made[scale.administration]}, 0 to {scale.maximum}")
    paper.field("window", scale.window)
    paper.field("judges", "read a transcript: an observer rating, whatever the scale was made for")
    paper.field("anchors", _anchors(scale.anchors))
    paper.field("bands", bands(scale))
    paper.field("", scale.bands_note)
    paper.field("risk item", scale.risk_item)
    paper.field("licence", f"{scale.licence.status}; {scale.licence.note}")
    paper.head("Items, by topic; the published wording is not shipped")
    for place, (name, item) in enumerate(scale.items.items(), 1):
        paper.say(f"{place}. {name}", 2)
        paper.field("topic", item.topic, 6)
        paper.field("evidence", item.evidence, 6)
        paper.field("anchors", _anchors(item.anchors or {}), 6)
    paper.head("Sources")
    paper.rows(scale.sources)


def _anchors(anchors: Mapping[int, str]) -> str:
    return ", ".join(f"{value} {meaning}" for value, meaning in anchors.items())
