"""What a scenario must agree on with its graph, its cast and its locales."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from dataclasses import replace
from pathlib import Path as FilePath
from typing import NamedTuple

from mhsim.crosscheck.agents import check_agent
from mhsim.crosscheck.critics import check_critics
from mhsim.crosscheck.imported import check_imported
from mhsim.crosscheck.locales import check_locales
from mhsim.crosscheck.lookup import known, load, resolve_agent
from mhsim.errors import listed, nearest, suggestion
from mhsim.library import AGENTS, Library
from mhsim.spec.agent import AnyAgent, Judge
from mhsim.spec.base import Finding, Path, unknown
from mhsim.spec.graph import Graph
from mhsim.spec.instrument import Instrument
from mhsim.spec.scenario import Scenario

_SECRET = re.compile(r"(api_?key|token|secret|password|authorization)$", re.IGNORECASE)


class Member(NamedTuple):
    """Somebody cast: the name, the agent if it can be read, and where a file says so."""

    name: str
    agent: AnyAgent | None
    path: Path


class ScenarioCheck:
    """Everything a scenario must agree on with its graph, its cast and its locales.

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
            else load(library, "graph", scenario.graph)
        )
        self.cast: dict[str, list[Member]] = {
            role: [self._member(role, place, agent) for place, agent in enumerate(agents)]
            for role, agents in scenario.cast.items()
        }

    def findings(self) -> Iterator[Finding]:
        """Yield everything that does not fit together."""
        yield from self._written_out()
        yield from self._names()
        if self.graph is not None:
            yield from self._roles(self.graph)
            yield from self._limits(self.graph)
            yield from self._guards(self.graph)
            yield from check_critics(self.scenario, self.graph)
        yield from self._references()
        yield from self._models()
        yield from check_locales(self.library, self.scenario, self.graph, self.cast)
        yield from check_imported(self.scenario, self.cast)

    def _member(self, role: str, place: int, agent: str | AnyAgent) -> Member:
        path = ("cast", role, place)
        if isinstance(agent, str):
            return Member(repr(agent), resolve_agent(self.library, agent), path)
        return Member(f"this {agent.kind}", agent, path)

    def _written_out(self) -> Iterator[Finding]:
        """Look into the graph and the agents that stand in the scenario itself."""
        if isinstance(self.scenario.graph, str):
            yield from known(self.library, "graph", self.scenario.graph, ("graph",))
        else:
            for finding in self.scenario.graph.problems():
                yield replace(finding, path=("graph", *finding.path))
        for role, agents in self.scenario.cast.items():
            for place, agent in enumerate(agents):
                if not isinstance(agent, str):
                    for finding in check_agent(self.library, agent):
                        yield replace(finding, path=("cast", role, place, *finding.path))

    def _names(self) -> Iterator[Finding]:
        there = [name for kind in AGENTS for name in self.library.names(kind)]
        roles = self.graph.roles() if self.graph else {}
        for role, agents in self.scenario.cast.items():
            for place, agent in enumerate(agents):
                if not isinstance(agent, str):
                    continue
                path = self.cast[role][place].path
                if agent not in there:
                    fit = [n for kind in roles.get(role, AGENTS) for n in self.library.names(kind)]
                    right = f"one of {listed(fit)}{suggestion(agent, fit or there)}"
                    yield Finding(path, f"there is no agent {agent!r}", right)
                if agent in agents[:place]:
                    yield Finding(path, f"{agent!r} stands here again", "each agent once per role")

    def _roles(self, graph: Graph) -> Iterator[Finding]:
        roles = graph.roles()
        meant = {nearest(role, roles) for role in self.scenario.cast if role not in roles}
        for role in self.scenario.cast:
            yield from unknown(("cast", role), role, roles, "the graph has no role", on_key=True)
        for role, kinds in roles.items():
            if role not in self.scenario.cast and role not in meant:
                right = f"write {role}: … (the name of a {' or '.join(kinds)}, as the graph asks)"
                yield Finding(("cast", role), "missing", right)
            for name, agent, path in self.cast.get(role, []):
                if agent is not None and agent.kind not in kinds:
                    fit = listed(n for kind in kinds for n in self.library.names(kind))
                    right = f"a {' or '.join(kinds)}: {fit or 'there is none yet'}"
                    yield Finding(path, f"{name} is a {agent.kind}", right)

    def _limits(self, graph: Graph) -> Iterator[Finding]:
        arms, named = self.scenario.arms, graph.limits()
        given = [(("limits",), self.scenario.limits)]
        given += [(("arms", name, "limits"), arm.limits) for name, arm in arms.items()]
        meant = {nearest(limit, named) for limit in self.scenario.limits if limit not in named}
        for path, limits in given:
            for limit in limits:
                none = "the graph has no limit"
                yield from unknown((*path, limit), limit, named, none, on_key=True)
        for limit in named:
            lacking = [name for name, arm in arms.items() if limit not in arm.limits]
            if lacking and limit not in self.scenario.limits and limit not in meant:
                some = f" in {listed(lacking)}" if len(lacking) < len(arms) else ""
                right = f"write {limit}: … (how often at most{some}, as the graph asks)"
                yield Finding(("limits", limit), "missing", right)

    def _guards(self, graph: Graph) -> Iterator[Finding]:
        for source, place, edge in graph.ways():
            for judge in edge.when.judges() if edge.when else ():
                for item in edge.when.items() if edge.when else ():
                    where = f"edges.{source}[{place}] of the graph"
                    yield from self._guarded_item(judge, item, where)

    def _guarded_item(self, judge: str, item: str, where: str) -> Iterator[Finding]:
        for _, agent, path in self.cast.get(judge, []):
            instrument: Instrument | None = (
                load(self.library, "instrument", agent.scale)
                if isinstance(agent, Judge) and agent.scale
                else None
            )
            if isinstance(agent, Judge) and instrument and item not in instrument.items:
                found = f"{where} asks for {item!r}, which {agent.scale} has not"
                near = suggestion(item, instrument.items)
                right = f"a judge of another instrument, or one of {listed(instrument.items)}{near}"
                yield Finding(path, found, right)

    def _references(self) -> Iterator[Finding]:
        scenario, arms = self.scenario, self.scenario.arms
        for name, pair in scenario.contrasts.items():
            for place, arm in enumerate(pair):
                yield from unknown(("contrasts", name, place), arm, arms, "there is no arm")
            if pair[0] == pair[1]:
                found = f"{pair[0]!r} is compared with itself"
                yield Finding(("contrasts", name), found, "two different arms")
        told = scenario.reference
        spoken = {locale.partition("-")[0] for arm in arms.values() for locale in arm.locales}
        played = {locale: None for arm in arms.values() for locale in arm.locales}
        yield from _keys(("reference", "flattening"), told.flattening, arms, "there is no arm")
        yield from _keys(
            ("reference", "attenuation"), told.attenuation, played, "no arm is played in"
        )
        judges = self._judges()
        yield from _keys(("reference", "judges"), told.judges, judges, "no judge is cast as")
        for role, readers in told.judges.items():
            path = ("reference", "judges", role)
            yield from _keys(path, readers, sorted(spoken), "no arm is played in")
        for place, role in enumerate(scenario.pairwise.judges if scenario.pairwise else ()):
            yield from unknown(("pairwise", "judges", place), role, judges, "no judge is cast as")

    def _judges(self) -> list[str]:
        """Return the roles that judges hold: by the graph, or by who is cast."""
        if self.graph is not None:
            return [role for role, kinds in self.graph.roles().items() if "judge" in kinds]
        return [
            role
            for role, members in self.cast.items()
            if any(m.agent is None or m.agent.kind == "judge" for m in members)
        ]

    def _models(self) -> Iterator[Finding]:
        models = self.scenario.models
        roles = self.graph.roles() if self.graph else {}
        reading = [
            r for r in self.scenario.cast if {"judge", "critic"} & set(roles.get(r, ("judge",)))
        ]
        none = "no judge or critic is cast as"
        yield from _keys(("judging",), self.scenario.judging, ["default", *reading], none)
        yield from _keys(("models",), models, ["default", *self.scenario.cast], "there is no role")
        for role, model in models.items():
            script = model.model.removeprefix("script:")
            if script != model.model and not FilePath(script).is_file():
                right = "a YAML file of replies, as seen from where mhsim is started"
                path = ("models", role, "model")
                yield Finding(path, f"there is no file {script!r}", right)
            for key in filter(_SECRET.search, model.extra):
                right = "write api_key_env: with the name of the variable that holds it"
                path = ("models", role, "extra", key)
                yield Finding(path, "a key must not stand in a file", right, on_key=True)
            if model.base_url and re.match(r"\w+://[^/]*@", model.base_url):
                right = "the address without it; write api_key_env: with a variable's name"
                path = ("models", role, "base_url")
                yield Finding(path, "a password must not stand in a file", right)


def _keys(
    path: Path, given: Collection[str], names: Collection[str], none: str
) -> Iterator[Finding]:
    for name in given:
        yield from unknown((*path, name), name, names, none, on_key=True)
