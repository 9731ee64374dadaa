"""mhsim plan"""

from __future__ import annotations

from typing import Annotated

from cyclopts import Parameter

from mhsim.cli.output import document, say, table


def plan(
    scenario: str,
    *,
    json: Annotated[bool, Parameter(negative="", help="Print as JSON.")] = False,
) -> int:
    """The design as a table: trials, calls, tokens and cost, before spending.

    Calls and tokens are upper and lower bounds: conversations may end before their limit.

    Example: mhsim plan persona-trap

    Parameters
    ----------
    scenario
        A scenario's name or file.
    """
    from mhsim.estimate import estimate
    from mhsim.planning import make_plan

    made = make_plan(scenario)
    cost = estimate(made)
    conditions = [
        {"arm": arm, "locale": locale, "trials": cost.per_condition}
        for arm, locale in made.conditions()
    ]
    if json:
        document(
            scenario=made.name,
            plan=made.hash,
            trials=made.size,
            calls=cost.calls,
            tokens={"low": cost.tokens[0], "high": cost.tokens[1]},
            cost=None if cost.cost is None else {"low": cost.cost[0], "high": cost.cost[1]},
            conditions=conditions,
        )
        return 0
    say(f"{made.name}: {made.scenario.about or ''}")
    say(f"graph {made.scenario.graph if isinstance(made.scenario.graph, str) else 'in code'}, "
        f"{made.scenario.replicates} replicates, seed {made.scenario.seed}, plan {made.hash[:12]}")  # fmt: skip
    say()
    rows = [
        [
            c["arm"], c["locale"], str(c["trials"]),
            ", ".join(f"{k} {v}" for k, v in made.limits(str(c["arm"])).items()),
            made.scenario.arms[str(c["arm"])].localize or "-",
        ]
        for c in conditions
    ]  # fmt: skip
    say(table(["arm", "locale", "trials", "limits", "localize"], rows))
    say()
    for role, agents in made.scenario.cast.items():
        say(f"{role}: {made.scenario.model_for(role).model}, {len(agents)} cast")
    for name, (one, other) in made.scenario.contrasts.items():
        say(f"contrast {name}: {one} against {other}")
    say()
    low, high = cost.tokens
    price = "no cost" if cost.cost == (0, 0) else "cost unknown" if cost.cost is None else (
        f"{cost.cost[0]:.2f} to {cost.cost[1]:.2f} US dollars"
    )  # fmt: skip
    say(f"{made.size} trials, at most {cost.calls} calls, {low} to {high} tokens, {price}")
    return 0
