"""What keeps a graph from running to an end, or a node in it from acting.

Three rules make sure that it ends. An edge into a start node begins a turn and carries a limit,
which counts turns; a limit on any other edge counts returns to its target within the turn; without
its limited edges the graph has no loop. So each turn has finitely many visits, and there are
finitely many turns. (Demanding only "some limit in every loop" is too weak: random graphs that
satisfy it can run for ever.)
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import networkx as nx

from mhsim.errors import listed
from mhsim.spec.base import Finding, unknown

if TYPE_CHECKING:
    from mhsim.spec.graph import Graph

END = "end"
"""The name edges use for leaving the graph; no node may be called so."""


_NONE = "there is no node"


def flaws(graph: Graph) -> Iterator[Finding]:
    """Yield everything that is wrong with a graph; what only follows from another flaw is not."""
    lost = list(_unknown_names(graph))
    yield from lost
    yield from _roles(graph)
    yield from _doubles(graph)
    yield from _ways_on(graph)
    yield from _turns(graph)
    yield from _loops(graph)
    if not lost:
        yield from _reach(graph)
        yield from _silence(graph)


def _unknown_names(graph: Graph) -> Iterator[Finding]:
    if END in graph.nodes:
        right = "another name; edges use 'end' for leaving the graph"
        yield Finding(("nodes", END), "a node is called 'end'", right, on_key=True)
    for place, name in enumerate(graph.start):
        yield from unknown(("start", place), name, graph.nodes, _NONE)
        if name in graph.start[:place]:
            yield Finding(("start", place), f"{name!r} stands here again", "each node once")
    for source in graph.edges:
        yield from unknown(("edges", source), source, graph.nodes, _NONE, on_key=True)
    for source, place, edge in graph.ways():
        yield from unknown(("edges", source, place, "to"), edge.to, [*graph.nodes, END], _NONE)


def _roles(graph: Graph) -> Iterator[Finding]:
    speakers = dict.fromkeys(role for node in graph.nodes.values() for role in node.says())
    for name, node in graph.nodes.items():
        for role in node.about():
            yield from unknown(("nodes", name, "of"), role, speakers, "nobody speaks as")
    for role, kinds in graph.roles().items():
        if not kinds:
            nodes = [n for n, node in graph.nodes.items() if role in node.cast()]
            found = f"no agent can be {role!r} in all of {listed(nodes)}"
            right = "one role for each kind of agent: patient, therapist, critic, judge"
            yield Finding(("nodes", nodes[-1]), found, right, on_key=True)
    judges = [role for role, kinds in graph.roles().items() if kinds in (("judge",), ())]
    for source, place, edge in graph.ways():
        for judge in edge.when.judges() if edge.when else ():
            path = ("edges", source, place, "when", *edge.when.where(judge)) if edge.when else ()
            yield from unknown(path, judge, judges, "no judge rates as")


def _doubles(graph: Graph) -> Iterator[Finding]:
    """Complain about a role that is named twice where each counts for one."""
    for name, node in graph.nodes.items():
        for key, value in node:
            for place, role in enumerate(value if isinstance(value, tuple) else ()):
                if role in node.cast() and role in value[:place]:
                    path = ("nodes", name, key, place)
                    yield Finding(path, f"{role!r} stands here again", "each role once")
    for source, place, edge in graph.ways():
        if edge.when is None or len(judges := edge.when.judges()) == len(set(judges)):
            continue
        path = ("edges", source, place, "when", *edge.when.where(judges[0])[:2])
        yield Finding(path, f"{judges[0]!r} is compared with itself", "different judges")


def _ways_on(graph: Graph) -> Iterator[Finding]:
    for name in graph.nodes:
        edges = graph.edges.get(name, ())
        if not edges and name != END:
            right = f"write {name}: with a node, or end, under edges"
            yield Finding(("nodes", name), f"node {name!r} leads nowhere", right, on_key=True)
        for place, edge in enumerate(edges):
            last = place == len(edges) - 1
            path = ("edges", name, place)
            if last and not edge.plain:
                what = "limit" if edge.when is None else "guard"
                found = f"the last way on has a {what}, so the session could get stuck"
                yield Finding(path, found, "add a last edge without guard and limit, such as end")
            if edge.plain and not last:
                found = f"the edge to {edge.to!r} always holds, so those after it are never tried"
                yield Finding(path, found, "put it last")


def _turns(graph: Graph) -> Iterator[Finding]:
    for source, place, edge in graph.ways():
        if edge.to in graph.start and edge.limit is None:
            found = f"an edge into {edge.to!r} begins a turn and has no limit"
            right = f"{{to: {edge.to}, limit: turns}}, then a last edge to end"
            yield Finding(("edges", source, place), found, right)
        if edge.to == END and edge.limit is not None:
            right = "leave the limit out; leaving the graph happens once"
            yield Finding(("edges", source, place, "limit"), "an edge to end has a limit", right)


def _loops(graph: Graph) -> Iterator[Finding]:
    unlimited: nx.DiGraph[str] = nx.DiGraph(
        (source, edge.to)
        for source, _, edge in graph.ways()
        if edge.limit is None and edge.to not in graph.start  # said of that edge already
    )
    for loop in nx.strongly_connected_components(unlimited):
        if len(loop) == 1 and not unlimited.has_edge(*(tuple(loop) * 2)):
            continue
        way = [source for source, _ in nx.find_cycle(unlimited, min(loop))]
        first, second = way[0], [*way, way[0]][1]
        place = next(
            n for n, e in enumerate(graph.edges[first]) if e.to == second and e.limit is None
        )
        found = f"the loop {' -> '.join([*way, first])} has no limit and could run for ever"
        right = f"put a limit on one of its edges, such as {{to: {second}, limit: revisions}}"
        yield Finding(("edges", first, place), found, right)


def _reach(graph: Graph) -> Iterator[Finding]:
    whole: nx.DiGraph[str] = nx.DiGraph()
    whole.add_nodes_from([*graph.nodes, END])
    whole.add_edges_from((source, edge.to) for source, _, edge in graph.ways())
    reached = {graph.start[0], *nx.descendants(whole, graph.start[0])}
    whole_way = all(graph.edges.get(name) for name in reached - {END})
    for name in graph.nodes:
        if whole_way and name not in reached:
            found = f"node {name!r} is never reached from {graph.start[0]!r}"
            yield Finding(("nodes", name), found, "lead an edge to it, or drop it", on_key=True)
    whole.add_edges_from((name, END) for name in _mended(graph))
    leaving = {END, *nx.ancestors(whole, END)}
    stuck = [name for name in graph.nodes if name not in leaving]
    if stuck:
        found = f"no way leads from {listed(stuck)} to end"
        yield Finding(("edges", stuck[0]), found, "lead one of their ways to end", on_key=True)


def _mended(graph: Graph) -> Iterator[str]:
    """Yield nodes that will lead to end once a flaw already told of is mended."""
    for name in graph.nodes:
        edges = graph.edges.get(name, ())
        starts = any(edge.to in graph.start and edge.limit is None for edge in edges)
        if starts or not edges or not edges[-1].plain:
            yield name


def _silence(graph: Graph) -> Iterator[Finding]:
    """Complain about nodes that look at words nobody may have said yet in the turn."""
    spoken = _spoken(graph)
    speakers = {role for node in graph.nodes.values() for role in node.says()}
    for name, node in graph.nodes.items():
        for role in speakers.intersection(node.awaits()):
            if role not in spoken.get(name, {role}):
                found = f"{role!r} may not have spoken in the turn when {name!r} is reached"
                right = f"lead every way to it through a node where {role!r} speaks"
                yield Finding(("nodes", name), found, right, on_key=True)


def _spoken(graph: Graph) -> dict[str, frozenset[str]]:
    """Return for each node the roles that have spoken in the turn on every way to it."""
    spoken = {graph.start[0]: frozenset[str]()}
    todo = [graph.start[0]]
    while todo:
        name = todo.pop()
        after = spoken[name] | set(graph.nodes[name].says())
        for to in {edge.to for edge in graph.edges.get(name, ()) if edge.to != END}:
            now = frozenset[str]() if to in graph.start else spoken.get(to, after) & after
            if spoken.get(to) != now:
                spoken[to] = now
                todo.append(to)
    return spoken
