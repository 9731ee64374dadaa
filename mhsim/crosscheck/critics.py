"""Whether the critic that reports is another than the one in the loop."""

from __future__ import annotations

from collections.abc import Iterator

from mhsim.spec.base import Finding
from mhsim.spec.graph import Graph
from mhsim.spec.scenario import Scenario


def check_critics(scenario: Scenario, graph: Graph) -> Iterator[Finding]:
    """Yield a finding where a critic would report on what it had mended itself.

    A critic that only looks (no revisions) may report too; told `allow_same`, any may.
    """
    reporter = scenario.reporting.critic.model
    if scenario.reporting.allow_same or not _revises(scenario, graph):
        return
    for role, kinds in graph.roles().items():
        if kinds == ("critic",) and scenario.model_for(role).model == reporter:
            found = f"{reporter!r} sends drafts back as {role!r} and reports on them too"
            right = "another critic, such as text or another model; or allow_same: true"
            yield Finding(("reporting", "critic"), found, right)


def _revises(scenario: Scenario, graph: Graph) -> bool:
    """Say whether some arm lets an utterance be said again."""
    inner = {e.limit for _, _, e in graph.ways() if e.limit and e.to not in graph.start}
    return any(
        {**scenario.limits, **arm.limits}.get(limit, 0) > 0
        for arm in scenario.arms.values()
        for limit in inner
    )
