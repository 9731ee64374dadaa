"""What a plan will take at most: calls, tokens, cost; counted on the graph, before a run."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from mhsim.chat.price import tariff
from mhsim.planning import Plan
from mhsim.spec.graph import Node

_WORDS = (20, 120)
"""Tokens of one utterance, from short to long. Not measured."""

_FORM = (150, 700)
"""Tokens of one filled form, from short to long. Not measured."""

_SHEET = (300, 2500)
"""Tokens of an empty form with its schema and anchors, from short to long. Not measured."""

_PERSON = (50, 800)
"""Tokens a prompt takes besides its own words: a person, a pack. Not measured."""

_SIGNS = (5, 2)
"""Characters of a token, from long to short."""

_THOUGHT = 4000
"""Tokens of reasoning in one reply at most, where a scenario names an effort. Not measured."""

Range = tuple[int, int]
"""Low and high."""


@dataclass(frozen=True, slots=True)
class Estimate:
    """What a plan will take.

    Args:
        per_condition: trials per arm and locale.
        calls: answers asked of players, at most, the simulator's included; retries not.
        tokens: low and high, of chat models only.
        cost: low and high in US dollars, nothing cached; None when a price is unknown.
        unpriced: the chat models whose price is unknown.
    """

    per_condition: int
    calls: int
    tokens: Range
    cost: tuple[float, float] | None
    unpriced: tuple[str, ...] = ()


def estimate(plan: Plan) -> Estimate:
    """Count calls, and estimate tokens and cost of what chat models answer."""
    each = plan.scenario.replicates * len(list(plan.casts()))
    calls, tokens, cost = 0, [0, 0], [0.0, 0.0]
    unpriced: dict[str, None] = {}
    for arm, _ in plan.conditions():
        for role, node, visits in _visits(plan, arm):
            calls += each * visits
            model = plan.scenario.model_for(role)
            if not model.chats:
                continue
            price = tariff(model)
            if price is None:
                unpriced[model.model] = None
            for end, often in enumerate((1, visits)):
                read, written = _session(plan, role, node, (often, end))
                tokens[end] += each * (read + written)
                # By call: what a call costs may depend on how much it reads.
                cost[end] += (
                    each * often * price.cost(read // often, written // often) if price else 0
                )
    known = None if unpriced else (cost[0], cost[1])
    return Estimate(each, calls, (tokens[0], tokens[1]), known, tuple(unpriced))


def _visits(plan: Plan, arm: str) -> Iterator[tuple[str, Node, int]]:
    """Yield every role of an arm, where it acts, and how often it does so in a session at most."""
    limits = plan.limits(arm)
    turns = _turns(plan, limits)
    for name, node in plan.graph.nodes.items():
        visits = turns * (1 + _returns(plan, name, limits))
        for role in node.cast():
            yield role, node, visits


def _session(plan: Plan, role: str, node: Node, at: tuple[int, int]) -> Range:
    """Estimate what one role reads and writes in one session.

    Args:
        plan: the plan.
        role: who.
        node: where.
        at: how often it acts, and which end of the range: 0 low, 1 high.
    """
    visits, end = at
    fills = node.kind in ("rate", "review")
    said = _FORM[end] if fills else _WORDS[end]
    written = visits * (
        said + (_THOUGHT * end if plan.scenario.model_for(role).reasoning_effort else 0)
    )
    fixed = _prompt(plan, role, end) + (_SHEET[end] if fills else 0)
    turn = _WORDS[end] * 2
    history = turn * visits * (visits + 1) // 2
    return visits * fixed + history, written


def _prompt(plan: Plan, role: str, end: int) -> int:
    """Estimate the tokens of the longest of what those cast for a role are told beforehand."""
    agents = [plan.agents[name] for name in plan.scenario.names(role)]
    texts = {kind: prompt.text for kind, prompt in plan.prompts.items()}
    longest = max(len(agent.prompt or texts.get(agent.kind, "")) for agent in agents)
    return longest // _SIGNS[end] + _PERSON[end]


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
