"""Read all that a scenario needs, check it together, freeze it, hash it."""

from __future__ import annotations

import hashlib
import itertools
import json
from collections import defaultdict
from collections.abc import Iterator, Mapping
from functools import cached_property
from typing import Any

from pydantic import SerializeAsAny

import mhsim
from mhsim.checking import changed, located, unique
from mhsim.crosscheck import ScenarioCheck
from mhsim.errors import InputError, Problem
from mhsim.library import AGENTS, Entry, Library
from mhsim.record import TrialId
from mhsim.spec.agent import Agent, AnyAgent, Judge, Patient
from mhsim.spec.base import Spec
from mhsim.spec.culture import LocalePack
from mhsim.spec.graph import Graph
from mhsim.spec.instrument import Instrument
from mhsim.spec.model import PACE
from mhsim.spec.prompt import Prompt
from mhsim.spec.scenario import Scenario


class Source(Spec):
    """A file a plan was made of."""

    kind: str
    name: str
    path: str
    sha256: str


class Plan(Spec):
    """A scenario with everything it needs, frozen.

    Args:
        name: the scenario's name.
        agents: name to agent, of every role.
        packs: locale to pack.
        prompts: kind of agent to the prompt it gets unless it brings its own.
        files: what was read, with the sha256 of each file.
        mhsim: the version that made the plan; not part of the hash.
        listed: the trials themselves, where they were imported and nothing is crossed.
    """

    name: str
    scenario: Scenario
    graph: SerializeAsAny[Graph]
    agents: dict[str, Agent]
    instruments: dict[str, Instrument]
    packs: dict[str, LocalePack]
    prompts: dict[str, Prompt]
    files: tuple[Source, ...]
    mhsim: str
    listed: tuple[TrialId, ...] | None = None

    @cached_property
    def hash(self) -> str:
        """Sha256 of all that decides what happens; neither paths, the version nor pace count."""
        content = self.content()
        return hashlib.sha256(
            json.dumps(content, sort_keys=True, ensure_ascii=False).encode()
        ).hexdigest()

    def content(self) -> dict[str, Any]:
        """Return what decides what happens, as plain data."""
        pace = {"models": {"__all__": set(PACE)}, "reporting": {"critic": set(PACE)}}
        exclude: dict[str, Any] = {"files": True, "mhsim": True, "scenario": pace}
        return self.model_dump(mode="json", by_alias=True, exclude=exclude, exclude_none=True)

    def limits(self, arm: str) -> dict[str, int]:
        """Return the limits in force in one arm."""
        return {**self.scenario.limits, **self.scenario.arms[arm].limits}

    def casts(self) -> Iterator[dict[str, str]]:
        """Yield every combination of the cast: role to the name of its agent."""
        roles = [self.scenario.names(role) for role in self.scenario.cast]
        for names in itertools.product(*roles):
            yield dict(zip(self.scenario.cast, names, strict=True))

    def conditions(self) -> Iterator[tuple[str, str]]:
        """Yield every arm and locale."""
        for name, arm in self.scenario.arms.items():
            for locale in arm.locales:
                yield name, locale

    def trials(self) -> Iterator[TrialId]:
        """Yield every planned conversation; made as they are asked for, never all at once.

        Replicates come outermost, so that a run stopped early has seen every condition.
        """
        yield from self.listed or ()
        for replicate in range(1, self.scenario.replicates + 1) if self.listed is None else ():
            for arm, locale in self.conditions():
                for cast in self.casts():
                    yield self._trial(arm, locale, cast, replicate)

    def trial(self, name: str) -> TrialId:
        """Return the trial of that id.

        Raises:
            InputError: there is none; the message shows how ids look.
        """
        found = next((t for t in self.trials() if t.id == name), None)
        if found is None:
            example = next(self.trials()).id
            raise InputError(f"there is no trial {name!r} in this plan; ids look like {example}")
        return found

    @property
    def size(self) -> int:
        """How many conversations are planned."""
        each = len(list(self.conditions())) * len(list(self.casts()))
        return each * self.scenario.replicates if self.listed is None else len(self.listed)

    def _trial(self, arm: str, locale: str, cast: dict[str, str], replicate: int) -> TrialId:
        crossed = [cast[role] for role in cast if len(self.scenario.cast[role]) > 1]
        names = crossed or [next((n for n in cast.values() if n in self._patients), "session")]
        # Arm and locale stay out of the seed: so contrasts between them are paired.
        seed = hashlib.blake2b(
            f"{self.scenario.seed}/{'/'.join(names)}/{replicate}".encode(), digest_size=7
        )
        return TrialId(
            id=".".join([arm, locale, *names, f"{replicate:03d}"]),
            arm=arm,
            locale=locale,
            cast=cast,
            replicate=replicate,
            seed=int.from_bytes(seed.digest(), "big"),
        )

    @cached_property
    def _patients(self) -> frozenset[str]:
        return frozenset(n for n, agent in self.agents.items() if isinstance(agent, Patient))


def make_plan(
    scenario: str | Scenario,
    library: Library | None = None,
    changes: Mapping[str, Any] | None = None,
) -> Plan:
    """Read, check and freeze everything a scenario needs.

    Args:
        scenario: a name, a path, or a scenario built in code.
        library: where names are looked up.
        changes: fields of the scenario to replace, such as `{"replicates": 1}`.

    Raises:
        InputError: something is wrong; every problem of every file is in it.
    """
    library = library or Library()
    entry = library.entry("scenario", scenario) if isinstance(scenario, str) else None
    if entry is not None and entry.model is None:
        raise InputError(problems=entry.problems)
    model: Scenario = entry.model if entry else scenario  # type: ignore[assignment]
    if changes:
        model = changed(model, changes)
    parts = _Parts(library, model)
    problems = [*parts.problems(), *_agreement(library, model, entry)]
    if problems:
        raise InputError(problems=unique(problems))
    return parts.plan(entry.name if entry else "scenario", entry)


class _Parts:
    """The files a scenario needs, by kind."""

    def __init__(self, library: Library, scenario: Scenario) -> None:
        self.library, self.scenario = library, scenario
        self.entries: list[Entry] = []
        self.models: dict[str, dict[str, Any]] = defaultdict(dict)
        name = scenario.graph
        self.graph: Graph | None = self._take("graph", name) if isinstance(name, str) else name
        for role, agents in scenario.cast.items():
            for name, agent in zip(scenario.names(role), agents, strict=True):
                self._agent(name, agent)
        for arm in scenario.arms.values():
            for locale in arm.locales:
                self._keep("locale", locale)
        for name in library.names("prompt"):
            self._keep("prompt", name)

    def problems(self) -> Iterator[Problem]:
        """Yield what is wrong inside each file, and between it and others."""
        for entry in self.entries:
            yield from entry.problems
            if entry.model is not None:
                yield from located(self.library, entry)

    def plan(self, name: str, entry: Entry | None) -> Plan:
        """Freeze."""
        assert self.graph is not None
        files = [e for e in [entry, *self.entries] if e]
        return Plan(
            name=name,
            scenario=self.scenario,
            graph=self.graph.check(),
            agents=self.models["agent"],
            instruments=self.models["instrument"],
            packs=self.models["locale"],
            prompts={p.of: p for p in self.models["prompt"].values()},
            files=tuple(
                Source(kind=e.kind, name=e.name, path=e.shown, sha256=e.sha256) for e in files
            ),
            mhsim=mhsim.__version__,
        )

    def _agent(self, name: str, agent: str | AnyAgent) -> None:
        found = agent if not isinstance(agent, str) else None
        if isinstance(agent, str):
            kind = next((k for k in AGENTS if self.library.find(k, agent)), None)
            found = self._take(kind, agent) if kind else None
        if found is not None:
            self.models["agent"][name] = found
        scale = found.scale if isinstance(found, Judge) else None
        scale = found.presentation.instrument if isinstance(found, Patient) else scale
        self._keep("instrument", scale or "")
        if isinstance(found, Patient) and self.scenario.transposes:
            self._keep("locale", found.source_locale)

    def _keep(self, kind: str, name: str) -> None:
        known = name in self.models[kind] or not self.library.find(kind, name)
        if not known and (model := self._take(kind, name)) is not None:
            self.models[kind][name] = model

    def _take(self, kind: str, name: str) -> Any:
        try:
            entry = self.library.entry(kind, name)
        except InputError:
            return None
        if entry not in self.entries:
            self.entries.append(entry)
        return entry.model


def _agreement(library: Library, scenario: Scenario, entry: Entry | None) -> Iterator[Problem]:
    for finding in ScenarioCheck(library, scenario).findings():
        if entry is not None:
            yield entry.document.finding(finding)
        else:
            key = ".".join(map(str, finding.path))
            yield Problem("scenario", None, None, key, finding.found, finding.right)
