"""What files must agree on: names, casts, items, locales, limits, contrasts. Reads, never raises."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from mhsim.errors import InputError, listed, suggestion
from mhsim.library import AGENTS, Entry, Library
from mhsim.spec.agent import AnyAgent, Judge, Patient, Therapist
from mhsim.spec.base import Finding
from mhsim.spec.culture import LocalePack
from mhsim.spec.graph import Graph
from mhsim.spec.instrument import Instrument
from mhsim.spec.scenario import Scenario


def resolve_agent(library: Library, name: str) -> AnyAgent | None:
    """Return the agent called `name`, whatever its kind; None where it cannot be read."""
    kind = next((k for k in AGENTS if library.find(k, name)), None)
    return library.entry(kind, name).model if kind else None


def twins(library: Library, entry: Entry) -> Iterator[Finding]:
    """Complain about a file whose name another gets first."""
    for path in library.twins(entry)[:1]:
        found = f"{library.shown(path)} has the same name"
        yield Finding((), found, "another name: a cast would not know which is meant")


def check_entry(library: Library, kind: str, model: Any) -> Iterator[Finding]:
    """Yield what one readable file says that other files contradict."""
    match model:
        case Patient():
            yield from _patient(library, model)
        case Therapist():
            yield from _therapist(library, model)
        case Judge():
            yield from _known(library, "instrument", model.instrument, ("instrument",))
        case LocalePack():
            yield from _pack(model)
        case Scenario():
            yield from ScenarioCheck(library, model).findings()
        case _:
            return


def _known(library: Library, kind: str, name: str, path: tuple[str, ...]) -> Iterator[Finding]:
    if library.find(kind, name) is None:
        known = library.names(kind)
        right = f"one of {listed(known)}{suggestion(name, known)}"
        yield Finding(path, f"there is no {kind} {name!r}", right)


def _load(library: Library, kind: str, name: str) -> Any:
    """Return a model, or None where it is missing or has problems of its own."""
    try:
        return library.entry(kind, name).model
    except InputError:
        return None


def _patient(library: Library, patient: Patient) -> Iterator[Finding]:
    told = patient.presentation
    path = ("presentation",)
    yield from _known(library, "instrument", told.instrument, (*path, "instrument"))
    instrument: Instrument | None = _load(library, "instrument", told.instrument)
    if instrument is not None:
        yield from _items(told.items, instrument, told.instrument)
    for key in ("leads_with", "holds_back"):
        for place, item in enumerate(getattr(told, key)):
            if item not in told.items:
                right = f"one of {listed(told.items)}{suggestion(item, told.items)}"
                yield Finding((*path, key, place), f"{item!r} is no item of this patient", right)
    for place, item in enumerate(told.holds_back):
        if item in told.leads_with:
            right = "say it under one of the two"
            yield Finding((*path, "holds_back", place), f"{item!r} is also led with", right)
    for locale, formulation in patient.formulation.items():
        pack: LocalePack | None = _load(library, "locale", locale)
        if pack is not None:
            yield from _licensed(pack, formulation.idioms, ("formulation", locale, "idioms"))


def _items(items: Mapping[str, int], instrument: Instrument, name: str) -> Iterator[Finding]:
    path = ("presentation", "items")
    for item, value in items.items():
        if item not in instrument.items:
            right = f"one of {listed(instrument.items)}{suggestion(item, instrument.items)}"
            yield Finding((*path, item), f"{name} has no item {item!r}", right, on_key=True)
        elif value > instrument.item_maximum(item):
            most = instrument.item_maximum(item)
            yield Finding((*path, item), f"found {value}", f"0 to {most} in {name}")
    missing = [item for item in instrument.items if item not in items]
    if missing:
        yield Finding(path, f"no value for {listed(missing)}", f"a value for every item of {name}")


def _licensed(pack: LocalePack, idioms: Any, path: tuple[str, ...]) -> Iterator[Finding]:
    known = {idiom.id: idiom for idiom in pack.idioms}
    for key in ("licensed", "preferred", "avoided"):
        for place, name in enumerate(getattr(idioms, key) or ()):
            here = (*path, key, place)
            if name not in known:
                right = f"an idiom of {pack.locale}{suggestion(name, known)}"
                yield Finding(here, f"{pack.locale} has no idiom {name!r}", right)
            elif key != "avoided" and known[name].generation == "detect-only":
                right = "leave it out; it is in the pack to be detected, never to be said"
                yield Finding(here, f"{name} ({known[name].text}) is detect-only", right)
    for place, name in enumerate(idioms.preferred):
        if name in known and name not in idioms.licensed:
            right = "list it under licensed too"
            yield Finding((*path, "preferred", place), f"{name} is not licensed", right)


def _therapist(library: Library, therapist: Therapist) -> Iterator[Finding]:
    instrument: Instrument | None = _load(library, "instrument", "phq9")
    if instrument is None:
        return
    for locale, speech in therapist.speech.items():
        for key in ("items", "often"):
            for item in getattr(speech, key):
                if item not in instrument.items:
                    right = f"one of {listed(instrument.items)}{suggestion(item, instrument.items)}"
                    found = f"phq9 has no item {item!r}"
                    yield Finding(("speech", locale, key, item), found, right, on_key=True)


def _pack(pack: LocalePack) -> Iterator[Finding]:
    ids: set[str] = set()
    for key in ("idioms", "flattened_markers"):
        for place, entry in enumerate(getattr(pack, key)):
            if entry.id in ids:
                yield Finding((key, place, "id"), f"{entry.id} stands here again", "another id")
            ids.add(entry.id)
            if entry.confidence == "literature" and not getattr(entry, "source", ()):
                right = "name the source, or write common-usage"
                yield Finding((key, place, "confidence"), "literature without a source", right)
    for item, voice in pack.expressions.items():
        for place, said in enumerate(voice.voice):
            if said.idiom is not None and said.idiom not in ids:
                here = ("expressions", item, "voice", place)
                right = f"an idiom of this pack{suggestion(said.idiom, ids)}"
                yield Finding(here, f"there is no idiom {said.idiom!r}", right)


class ScenarioCheck:
    """Everything a scenario must agree with its graph, its cast and its locales on.

    Args:
        library: where names are looked up.
        scenario: the scenario.
    """

    def __init__(self, library: Library, scenario: Scenario) -> None:
        self.library = library
        self.scenario = scenario
        self.graph: Graph | None = (
            scenario.graph
            if isinstance(scenario.graph, Graph)
            else _load(library, "graph", scenario.graph)
        )
        self.cast: dict[str, list[tuple[str, AnyAgent | None]]] = {
            role: [self._member(agent) for agent in agents]
            for role, agents in scenario.cast.items()
        }

    def findings(self) -> Iterator[Finding]:
        """Yield everything that does not fit together."""
        if isinstance(self.scenario.graph, str):
            yield from _known(self.library, "graph", self.scenario.graph, ("graph",))
        yield from self._names()
        if self.graph is not None:
            yield from self._roles(self.graph)
            yield from self._limits(self.graph)
            yield from self._guards(self.graph)
        yield from self._references()
        yield from self._locales()

    def _member(self, agent: str | AnyAgent) -> tuple[str, AnyAgent | None]:
        if isinstance(agent, str):
            return agent, resolve_agent(self.library, agent)
        return agent.kind, agent

    def _names(self) -> Iterator[Finding]:
        known = [name for kind in AGENTS for name in self.library.names(kind)]
        for role, agents in self.scenario.cast.items():
            seen: set[str] = set()
            for place, agent in enumerate(agents):
                if not isinstance(agent, str):
                    continue
                path = ("cast", role, place) if len(agents) > 1 else ("cast", role)
                if agent not in known:
                    right = f"one of {listed(known)}{suggestion(agent, known)}"
                    yield Finding(path, f"there is no agent {agent!r}", right)
                if agent in seen:
                    yield Finding(path, f"{agent!r} stands here again", "each agent once per role")
                seen.add(agent)

    def _roles(self, graph: Graph) -> Iterator[Finding]:
        roles = graph.roles()
        for role in self.scenario.cast:
            if role not in roles:
                right = f"one of {listed(roles)}{suggestion(role, roles)}"
                yield Finding(("cast", role), f"the graph has no role {role!r}", right, on_key=True)
        for role, kinds in roles.items():
            if role not in self.scenario.cast:
                right = f"write {role}: the name of a {' or '.join(kinds)}"
                yield Finding(("cast",), f"nobody is cast as {role!r}", right)
            for place, (name, agent) in enumerate(self.cast.get(role, [])):
                if agent is not None and agent.kind not in kinds:
                    path = ("cast", role, place) if len(self.cast[role]) > 1 else ("cast", role)
                    right = f"a {' or '.join(kinds)} as {role}"
                    yield Finding(path, f"{name!r} is a {agent.kind}", right)

    def _limits(self, graph: Graph) -> Iterator[Finding]:
        named = graph.limits()
        given = [(("limits",), self.scenario.limits)] + [
            (("arms", name, "limits"), arm.limits) for name, arm in self.scenario.arms.items()
        ]
        for path, limits in given:
            for limit in limits:
                if limit not in named:
                    right = f"one of {listed(named)}{suggestion(limit, named)}"
                    found = f"the graph has no limit {limit!r}"
                    yield Finding((*path, limit), found, right, on_key=True)
        for limit in named:
            lacking = [
                name
                for name, arm in self.scenario.arms.items()
                if limit not in arm.limits and limit not in self.scenario.limits
            ]
            if lacking:
                right = f"write {limit}: how often at most"
                yield Finding(("limits",), f"no number for the graph's limit {limit!r}", right)

    def _guards(self, graph: Graph) -> Iterator[Finding]:
        judges = [role for role, kinds in graph.roles().items() if kinds == ("judge",)]
        for source, place, edge in graph.ways():
            for judge in edge.when.judges() if edge.when else ():
                where = f"edges.{source}[{place}] of the graph"
                if judge not in judges:
                    right = f"one of {listed(judges)}{suggestion(judge, judges)}"
                    yield Finding(("graph",), f"{where} asks the judge {judge!r}", right)
                    continue
                for item in edge.when.items() if edge.when else ():
                    yield from self._guarded_item(judge, item, where)

    def _guarded_item(self, judge: str, item: str, where: str) -> Iterator[Finding]:
        for _, agent in self.cast.get(judge, []):
            instrument: Instrument | None = (
                _load(self.library, "instrument", agent.instrument)
                if isinstance(agent, Judge)
                else None
            )
            if instrument is not None and item not in instrument.items:
                right = f"one of {listed(instrument.items)}{suggestion(item, instrument.items)}"
                yield Finding(("graph",), f"{where} asks for the item {item!r}", right)

    def _references(self) -> Iterator[Finding]:
        scenario = self.scenario
        arms, cast = scenario.arms, scenario.cast
        for name, pair in scenario.contrasts.items():
            for place, arm in enumerate(pair):
                if arm not in arms:
                    right = f"one of {listed(arms)}{suggestion(arm, arms)}"
                    yield Finding(("contrasts", name, place), f"there is no arm {arm!r}", right)
            if pair[0] == pair[1]:
                right = "two different arms"
                yield Finding(("contrasts", name), f"{pair[0]!r} is compared with itself", right)
        rows: list[tuple[tuple[str | int, ...], str, Any, str]] = [
            (("models", role), role, ["default", *cast], "role") for role in scenario.models
        ]
        rows += [
            (("reference", "flattening", arm), arm, arms, "arm")
            for arm in scenario.reference.flattening
        ]
        rows += [
            (("reference", "judges", role), role, cast, "role") for role in scenario.reference.judges
        ]
        rows += [
            (("pairwise", "judges", place), role, cast, "role")
            for place, role in enumerate(scenario.pairwise.judges if scenario.pairwise else ())
        ]
        for path, name, known, noun in rows:
            if name not in known:
                right = f"one of {listed(known)}{suggestion(name, known)}"
                yield Finding(path, f"there is no {noun} {name!r}", right, on_key=path[-1] == name)

    def _locales(self) -> Iterator[Finding]:
        for name, arm in self.scenario.arms.items():
            for place, locale in enumerate(arm.locales):
                path = ("arms", name, "locales", place)
                if locale in arm.locales[:place]:
                    yield Finding(path, f"{locale} stands here again", "each locale once per arm")
                yield from self._locale(locale, arm.localize, path)

    def _locale(self, locale: str, localize: str | None, path: Any) -> Iterator[Finding]:
        for role, members in self.cast.items():
            model = self.scenario.model_for(role).provider
            for name, agent in members:
                if isinstance(agent, Patient):
                    yield from self._life(name, agent, locale, localize, path)
                if isinstance(agent, Therapist) and model == "reference":
                    if locale not in agent.speech:
                        right = f"one of {listed(agent.speech)}, or a model for {role!r}"
                        yield Finding(path, f"{name!r} has no speech for {locale}", right)
        if self._needs_pack(localize) and self.library.find("locale", locale) is None:
            known = self.library.names("locale")
            right = f"one of {listed(known)}{suggestion(locale, known)}, or `mhsim new locale`"
            yield Finding(path, f"there is no locale pack {locale}", right)

    def _life(
        self, name: str, patient: Patient, locale: str, localize: str | None, path: Any
    ) -> Iterator[Finding]:
        if localize != "nationality" and locale not in patient.persona:
            right = f"one of {listed(patient.persona)}, or localize: nationality"
            yield Finding(path, f"{name!r} has no persona for {locale}", right)
        if localize == "formulation" and locale not in patient.formulation:
            right = f"one of {listed(patient.formulation)}, or localize: biography"
            yield Finding(path, f"{name!r} has no formulation for {locale}", right)

    def _needs_pack(self, localize: str | None) -> bool:
        screens = self.graph is not None and any(
            node.kind == "screen" for node in self.graph.nodes.values()
        )
        simulated = any(
            self.scenario.model_for(role).provider == "reference" for role in self.scenario.cast
        )
        return localize == "formulation" or screens or simulated
