"""What a plan will take at most: calls, tokens, cost; counted on the graph, before a run."""

from __future__ import annotations

from dataclasses import dataclass

from mhsim.planning import Plan
from mhsim.spec.graph import Node

_WORDS = (20, 120)
"""Tokens of one utterance, from short to long; used for chat models only. Not measured."""

_FORM = (150, 700)
"""Tokens of one filled form, from short to long; used for chat models only. Not measured."""

_UNPAID = ("reference", "text", "script", "human")


@dataclass(frozen=True, slots=True)
class Estimate:
    """What a plan will take.

    Args:
        per_condition: trials per arm and locale.
        calls: answers asked of players, at most, the simulator's included.
        tokens: low and high, of chat models only.
        cost: low and high in US dollars; None when a price is unknown.
    """

    per_condition: int
    calls: int
    tokens: tuple[int, int]
    cost: tuple[float, float] | None


def estimate(plan: Plan) -> Estimate:
    """Count calls, and estimate tokens and cost of what chat models answer."""
    each = plan.scenario.replicates * len(list(plan.casts()))
    calls = low = high = 0
    for arm, _ in plan.conditions():
        limits = plan.limits(arm)
        turns = _turns(plan, limits)
        for name, node in plan.graph.nodes.items():
            visits = turns * (1 + _returns(plan, name, limits))
            for role in node.cast():
                calls += each * visits
                if plan.scenario.model_for(role).provider not in _UNPAID:
                    low += each * _tokens(node, 1, 0)
                    high += each * _tokens(node, visits, 1)
    paid = any(plan.scenario.model_for(r).provider not in _UNPAID for r in plan.scenario.cast)
    return Estimate(each, calls, (low, high), None if paid else (0.0, 0.0))


def _turns(plan: Plan, limits: dict[str, int]) -> int:
    return max(
        1,
        *(limits[e.limit] for _, _, e in plan.graph.ways() if e.limit and e.to in plan.graph.start),
    )


def _returns(plan: Plan, name: str, limits: dict[str, int]) -> int:
    """Return how often a node may be visited again within a turn, by it or by what leads to it."""
    inner = [
        limits[e.limit] for _, _, e in plan.graph.ways() if e.limit and e.to not in plan.graph.start
    ]
    return sum(inner) if name in _loops(plan) else 0


def _loops(plan: Plan) -> set[str]:
    """Return the nodes that lie on a loop within a turn."""
    import networkx as nx

    inner: nx.DiGraph[str] = nx.DiGraph(
        (source, e.to) for source, _, e in plan.graph.ways() if e.to not in plan.graph.start
    )
    return {n for loop in nx.strongly_connected_components(inner) if len(loop) > 1 for n in loop}


def _tokens(node: Node, visits: int, end: int) -> int:
    """Estimate the tokens of a node's calls in one session: each reads what was said before."""
    said = _FORM[end] if node.kind in ("rate", "review") else _WORDS[end]
    read = _WORDS[end] * 2
    return visits * said + read * visits * (visits + 1) // 2
