"""Graphs and scenarios as text."""

from __future__ import annotations

from math import prod

from mhsim.drawing import draw
from mhsim.showing.paper import Paper
from mhsim.spec.agent import AnyAgent
from mhsim.spec.graph import Graph
from mhsim.spec.scenario import Assumptions, Scenario


def graph(paper: Paper, turn: Graph) -> None:
    """Write the roles and limits of a graph, and draw it."""
    paper.head("Needs")
    roles = turn.roles()
    paper.field("roles", [f"{role} ({' or '.join(kinds)})" for role, kinds in roles.items()])
    paper.field("limits", [*turn.limits()] or "none")
    paper.head("Ways on are tried from the top; the first that holds is taken.")
    paper.plain("\n" + draw(turn, width=paper.width))


def scenario(paper: Paper, what: Scenario) -> None:
    """Write the design as a table of arms and locales, and all that decides what happens."""
    named = what.graph if isinstance(what.graph, str) else "built in code"
    each, conditions = trials(what), sum(len(arm.locales) for arm in what.arms.values())
    paper.head(f"Design: {conditions} conditions of {each} trials, {conditions * each} trials")
    _arms(paper, what, each)
    paper.head("Played")
    paper.field("graph", named)
    paper.field("limits", [f"{name} {most}" for name, most in what.limits.items()])
    paper.field("replicates", what.replicates)
    paper.field("seed", str(what.seed))
    paper.head("Cast")
    for role, agents in what.cast.items():
        paper.field(role, [_named(agent) for agent in agents])
    paper.head("Models")
    for role, model in what.models.items():
        paper.field(role, model.model + (f" at {model.base_url}" if model.base_url else ""))
    _compared(paper, what)
    _assumed(paper, what.reference)


def trials(what: Scenario) -> int:
    """Return how many conversations are planned in each condition."""
    return prod(len(agents) for agents in what.cast.values()) * what.replicates


def _named(agent: str | AnyAgent) -> str:
    return agent if isinstance(agent, str) else f"a {agent.kind} built in code"


def _arms(paper: Paper, what: Scenario, each: int) -> None:
    """Write arms by locales, or arm by arm where that is too wide."""
    locales = list(dict.fromkeys(place for arm in what.arms.values() for place in arm.locales))
    first = max(map(len, what.arms))
    if first + sum(len(place) + 2 for place in locales) + 34 > paper.width:
        for name, arm in what.arms.items():
            paper.field(name, f"{', '.join(arm.locales)}: {_changes(what, name)}")
        return
    paper.table(
        ["arm", *locales, "changes"],
        [
            [name, *(str(each) if p in arm.locales else "-" for p in locales), _changes(what, name)]
            for name, arm in what.arms.items()
        ],
    )


def _changes(what: Scenario, name: str) -> str:
    arm = what.arms[name]
    limits = [f"{limit} {most}" for limit, most in arm.limits.items()]
    return ", ".join([f"localize {arm.localize}" if arm.localize else "as they are", *limits])


def _compared(paper: Paper, what: Scenario) -> None:
    if what.contrasts:
        paper.head("Contrasts, fixed before the run")
    for name, (one, other) in what.contrasts.items():
        paper.field(name, f"{one} against {other}")
    if what.pairwise:
        paper.head("Pairwise judging")
        paper.field("judges", what.pairwise.judges)
        shown = "both ways round" if what.pairwise.orders == "both" else "one way round"
        paper.field("pairs", shown + (", blind" if what.pairwise.blind else ", not blind"))


def _assumed(paper: Paper, known: Assumptions) -> None:
    if known == Assumptions():
        return
    paper.head("What the reference simulator assumes: declared, not found")
    paper.field("flattening", [f"{arm} {share:g}" for arm, share in known.flattening.items()])
    paper.field("attenuation", [f"{place} {share:g}" for place, share in known.attenuation.items()])
    rows = [
        [role, language, f"{reader.bias:g}", f"{reader.noise:g}", f"{reader.miss:g}"]
        for role, readers in known.judges.items()
        for language, reader in readers.items()
    ]
    if rows:
        paper.plain("\n")
        paper.table(["judge", "language", "bias", "noise", "miss"], rows)
