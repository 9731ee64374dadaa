"""Whether a scenario can be played in its locales: personas, formulations, speech, packs."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from mhsim.crosscheck.lookup import load
from mhsim.errors import listed, suggestion
from mhsim.library import Library
from mhsim.spec.agent import Patient, Therapist
from mhsim.spec.base import Finding, Path
from mhsim.spec.graph import Graph
from mhsim.spec.scenario import Arm, Scenario

Cast = Mapping[str, Sequence[tuple[str, Any, Path]]]
"""Role to its members: name, agent, and where a file says so."""


def check_locales(
    library: Library, scenario: Scenario, graph: Graph | None, cast: Cast
) -> Iterator[Finding]:
    """Yield what is missing for each locale of each arm."""
    for name, arm in scenario.arms.items():
        yield from _layers(scenario, arm, ("arms", name, "layers"))
        for place, locale in enumerate(arm.locales):
            path = ("arms", name, "locales", place)
            if locale in arm.locales[:place]:
                yield Finding(path, f"{locale} stands here again", "each locale once per arm")
                continue
            for member, agent, _ in [m for role in cast for m in cast[role]]:
                if isinstance(agent, Patient):
                    yield from _life(member, agent, locale, arm, path)
            yield from _speech(scenario, cast, locale, path)
            if _needs_pack(scenario, graph, arm):
                yield from _pack(library, locale, path)
            if scenario.model_for("patient").provider == "reference":
                yield from _words(library, locale, path)


def _layers(scenario: Scenario, arm: Arm, path: Path) -> Iterator[Finding]:
    if arm.layers is not None and arm.localize != "formulation":
        right = "write localize: formulation, or leave them out"
        yield Finding(path, "layers without localize: formulation", right, on_key=True)
    elif arm.layers is not None and "language" not in arm.layers and _simulated(scenario):
        right = "add language; the reference simulator cannot leave it out"
        yield Finding(path, "the layer language is left out", right)


def _life(name: str, patient: Patient, locale: str, arm: Arm, path: Path) -> Iterator[Finding]:
    if arm.localize != "nationality" and locale not in patient.persona:
        near = suggestion(locale, patient.persona)
        right = f"one of {listed(patient.persona)}{near}, or localize: nationality"
        yield Finding(path, f"{name} has no persona for {locale}", right)
    elif arm.localize == "formulation" and locale not in patient.formulation:
        there = listed(patient.formulation)
        right = f"one of {there}, or localize: biography" if there else "localize: biography"
        yield Finding(path, f"{name} has no formulation for {locale}", right)


def _speech(scenario: Scenario, cast: Cast, locale: str, path: Path) -> Iterator[Finding]:
    for role, members in cast.items():
        simulated = scenario.model_for(role).provider == "reference"
        for name, agent, _ in members:
            if simulated and isinstance(agent, Therapist) and locale not in agent.speech:
                there = listed(agent.speech)
                right = f"one of {there}, or a model for {role!r}" if there else "a model"
                yield Finding(path, f"{name} has no speech for {locale}", right)


def _pack(library: Library, locale: str, path: Path) -> Iterator[Finding]:
    if library.find("locale", locale) is None:
        known = library.names("locale")
        near = suggestion(locale, known)
        right = f"one of {listed(known)}{near}, or make one: `mhsim new locale {locale}`"
        yield Finding(path, f"there is no locale pack {locale}", right)


def _words(library: Library, locale: str, path: Path) -> Iterator[Finding]:
    """Complain where the pack has no words for the simulator's patient; which parts are missing."""
    pack = load(library, "locale", locale)
    if pack is not None and not pack.expressions:
        parts = ("expressions", "speech", "reading")
        missing = [part for part in parts if not getattr(pack, part)]
        found = f"the reference patient has no words: the locale pack has no {listed(missing)}"
        yield Finding(path, found, "write them, or a model for 'patient'")


def _needs_pack(scenario: Scenario, graph: Graph | None, arm: Arm) -> bool:
    screens = graph is not None and any(node.kind == "screen" for node in graph.nodes.values())
    return arm.localize == "formulation" or screens or _simulated(scenario)


def _simulated(scenario: Scenario) -> bool:
    return any(scenario.model_for(role).provider == "reference" for role in scenario.cast)
