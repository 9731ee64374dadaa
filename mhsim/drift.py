"""What a changed plan means for what is stored: which trials stay, which are played again.

A trial stays where all that decides what happens in it is the same: its agents in its locale, the
graph, limits, models, prompts, the locale's pack, its seed. Judges that were added change nothing
for a trial that is there: it merely lacks their ratings.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

from mhsim.difference import differ
from mhsim.planning import Plan
from mhsim.record import TrialId
from mhsim.spec.agent import Judge, Patient
from mhsim.spec.base import LOCALE

_COLUMNS = ("stay", "again", "new", "gone")


@dataclass(frozen=True)
class Drift:
    """What becomes of each stored and planned trial.

    Args:
        conditions: arm and locale to how many stay, are played again, are new, are gone.
        again: ids of stored trials for which an input changed.
        changes: in what, in words.
        lacking: judges the stored trials were not rated by.
    """

    conditions: Mapping[tuple[str, str], Counter[str]]
    again: frozenset[str]
    changes: tuple[str, ...]
    lacking: tuple[str, ...]

    @property
    def harmless(self) -> bool:
        """Whether everything that is stored stays."""
        return not any(counts["again"] or counts["gone"] for counts in self.conditions.values())

    def lines(self) -> list[str]:
        """Return it as a table in plain ASCII."""
        head = ("arm", "locale", *_COLUMNS)
        rows = [
            (arm, locale, *(str(counts[column]) for column in _COLUMNS))
            for (arm, locale), counts in self.conditions.items()
        ]
        widths = [max(map(len, column)) for column in zip(head, *rows, strict=True)]
        return [
            "  ".join(f"{cell:{width}}" for cell, width in zip(row, widths, strict=True)).rstrip()
            for row in (head, *rows)
        ]


def compare(old: Plan, new: Plan, stored: Collection[str]) -> Drift:
    """Say what a new plan means for the trials stored under an old one, by their ids."""
    before = {trial.id: trial for trial in old.trials()}
    lacking = _judges(new) - _judges(old)
    was, now = _Parts(old), _Parts(new, lacking)
    conditions: dict[tuple[str, str], Counter[str]] = {}
    again: set[str] = set()
    changes: dict[str, None] = {}
    for trial in new.trials():
        found = before.pop(trial.id, None)
        column = "new"
        if found is not None and trial.id in stored:
            column = "stay"
            if found.seed != trial.seed or was.of(found) != now.of(trial):
                column = "again"
                again.add(trial.id)
                changes |= dict.fromkeys(differ(was.of(found), now.of(trial)))
        conditions.setdefault((trial.arm, trial.locale), Counter())[column] += 1
    for trial in before.values():
        if trial.id in stored:
            conditions.setdefault((trial.arm, trial.locale), Counter())["gone"] += 1
    return Drift(conditions, frozenset(again), tuple(changes), tuple(sorted(lacking)))


def _judges(plan: Plan) -> set[str]:
    """Return the roles that judges, and nobody else, are cast for."""
    return {
        role
        for role in plan.scenario.cast
        if all(isinstance(plan.agents[name], Judge) for name in plan.scenario.names(role))
    }


class _Parts:
    """What decides a trial, as plain data; the same object for all replicates of a condition."""

    def __init__(self, plan: Plan, without: Collection[str] = ()) -> None:
        self._plan = plan
        self._without = without
        self._whole = plan.content()
        self._known: dict[tuple[str, ...], dict[str, Any]] = {}

    def of(self, trial: TrialId) -> dict[str, Any]:
        """Return what decides a trial, its seed left out."""
        key = (trial.arm, trial.locale, *trial.cast.values())
        if key not in self._known:
            self._known[key] = self._content(trial)
        return self._known[key]

    def _content(self, trial: TrialId) -> dict[str, Any]:
        whole, plan = self._whole, self._plan
        scenario = whole["scenario"]
        cast = {role: name for role, name in trial.cast.items() if role not in self._without}
        agents = {name: self._agent(name, trial.locale) for name in cast.values()}
        models = {r: scenario["models"].get(r) or scenario["models"].get("default") for r in cast}
        kinds = {agent["kind"] for agent in agents.values()} | {"supervisor"}
        arm = {k: v for k, v in scenario["arms"][trial.arm].items() if k not in ("locales",)}
        content = {
            "graph": self._graph(),
            "limits": plan.limits(trial.arm),
            "arm": {k: v for k, v in arm.items() if k != "limits"},
            "cast": cast,
            "agents": agents,
            "models": models,
            "instruments": {i: whole["instruments"].get(i) for i in self._instruments(cast)},
            "prompts": {k: v for k, v in whole["prompts"].items() if k in kinds},
            "pack": whole["packs"].get(trial.locale),
        }
        if any(model and model["model"] == "reference" for model in models.values()):
            content["reference"] = scenario.get("reference")
        return content

    def _graph(self) -> dict[str, Any]:
        graph = dict(self._whole["graph"])
        graph.pop("about", None)
        graph["nodes"] = {
            name: {
                k: [r for r in v if r not in self._without] if k == "roles" else v
                for k, v in node.items()
            }
            for name, node in graph["nodes"].items()
        }
        return graph

    def _agent(self, name: str, locale: str) -> dict[str, Any]:
        """Return an agent without what concerns other locales only."""
        agent = self._plan.agents[name]
        source = agent.source_locale if isinstance(agent, Patient) else locale
        return {
            key: {k: v for k, v in value.items() if k in (locale, source)}
            if isinstance(value, dict) and value and all(re.match(LOCALE, k) for k in value)
            else value
            for key, value in self._whole["agents"][name].items()
            if key != "about"
        }

    def _instruments(self, cast: Mapping[str, str]) -> list[str]:
        agents = [self._plan.agents[name] for name in cast.values()]
        rated = {agent.instrument for agent in agents if isinstance(agent, Judge)}
        lived = {a.presentation.instrument for a in agents if isinstance(a, Patient)}
        return sorted(filter(None, rated | lived))
