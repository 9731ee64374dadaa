"""`mhsim plan`: the design, and what it will take."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mhsim.cli.output import document, say, table
from mhsim.errors import listed

if TYPE_CHECKING:
    from mhsim.estimate import Estimate
    from mhsim.planning import Plan


def plan(scenario: str, /, *, json: bool = False) -> int:
    """Show the design, and what it will take, before spending.

    Calls, tokens and cost are rough bounds: conversations may end before their limit, replies may
    have to be asked for again, and what a provider has cached costs less.

    Examples:
        mhsim plan persona-trap
        mhsim plan scenarios/mine.yaml --json

    Args:
        scenario: a scenario's name or file.
        json: print it as JSON.
    """
    from mhsim.estimate import estimate
    from mhsim.planning import make_plan

    made = make_plan(scenario)
    cost = estimate(made)
    if json:
        document(
            scenario=made.name,
            plan=made.hash,
            trials=made.size,
            calls=cost.calls,
            tokens={"low": cost.tokens[0], "high": cost.tokens[1]},
            cost=None if cost.cost is None else {"low": cost.cost[0], "high": cost.cost[1]},
            conditions=[
                {"arm": arm, "locale": locale, "trials": cost.per_condition}
                for arm, locale in made.conditions()
            ],
        )
        return 0
    _show(made, cost)
    return 0


def _show(made: Plan, cost: Estimate) -> None:
    """Say it in words."""
    design = made.scenario
    graph = design.graph if isinstance(design.graph, str) else "written out"
    say(": ".join(filter(None, [made.name, design.about])))
    say(f"graph {graph}, replicates {design.replicates}, seed {design.seed}, plan {made.hash[:12]}")
    say()
    rows = [
        [arm, locale, str(cost.per_condition), _limits(made.limits(arm)),
         design.arms[arm].localize or "-"]
        for arm, locale in made.conditions()
    ]  # fmt: skip
    say(table(["arm", "locale", "trials", "limits", "localize"], rows))
    say()
    for role, agents in design.cast.items():
        say(f"{role}: {design.model_for(role).model}, {len(agents)} cast")
    for name, (one, other) in design.contrasts.items():
        say(f"contrast {name}: {one} against {other}")
    say()
    say(f"{made.size} trials, at most {cost.calls:,} calls, {_tokens(*cost.tokens)}, "
        f"{_price(cost.cost)}")  # fmt: skip
    if cost.unpriced:
        say(f"no price is known for {listed(cost.unpriced)}; give it in the scenario: "
            "price: {input: 0.25, output: 2.0}, US dollars per million tokens")  # fmt: skip


def _limits(limits: dict[str, int]) -> str:
    return ", ".join(f"{name} {most}" for name, most in limits.items())


def _tokens(low: int, high: int) -> str:
    return f"{low:,} to {high:,} tokens" if high else "no tokens"


def _price(cost: tuple[float, float] | None) -> str:
    if cost is None:
        return "cost unknown"
    return f"{cost[0]:.2f} to {cost[1]:.2f} US dollars" if cost[1] else "no cost"
