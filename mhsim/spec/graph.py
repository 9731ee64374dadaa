"""How one turn goes and repeats: nodes, edges, guards, limits. A graph that loads ends.

Three rules make sure of it. An edge into a start node begins a turn and carries a limit, which
counts turns; a limit on any other edge counts returns to its target within the turn; without its
limited edges the graph has no loop. So each turn has finitely many visits, and there are finitely
many turns. (Demanding only "some limit in every loop" is too weak: random graphs that satisfy it
can run for ever.)
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from typing import Annotated, Any

import networkx as nx
from pydantic import (
    BeforeValidator,
    Field,
    PlainSerializer,
    SerializeAsAny,
    StrictStr,
    ValidationError,
)

from mhsim.errors import InputError, listed, suggestion
from mhsim.registry import Registry
from mhsim.spec.base import Finding, Name, Names, Nested, Path, Spec, Text

END = "end"
"""The name edges use for leaving the graph; no node may be called so."""


class Node(Spec):
    """One step of a turn. A node kind is a subclass, registered under its `kind`.

    Args:
        kind: what the step does; the other keys depend on it.
    """

    kind: Any  # narrowed to one literal by every subclass

    @classmethod
    def subkinds(cls) -> Iterator[type[Node]]:
        """Yield every registered kind, for messages and schemas."""
        if cls is Node:
            yield from (NODES.get(name) for name in NODES)

    def cast(self) -> Mapping[str, tuple[str, ...]]:
        """Return the roles that must be filled for this node to act: role to kinds of agent."""
        return {}

    def about(self) -> tuple[str, ...]:
        """Return the roles whose words this node looks at."""
        return ()


class Guard(Spec):
    """A yes or no read off the log. A guard is a subclass, registered under its name."""

    def judges(self) -> tuple[str, ...]:
        """Return the judges' roles whose ratings it reads."""
        return ()

    def items(self) -> tuple[str, ...]:
        """Return the items of those judges' instrument it reads."""
        return ()


NODES: Registry[type[Node]] = Registry("mhsim.nodes", "node kind")
GUARDS: Registry[type[Guard]] = Registry("mhsim.guards", "guard")


def _node(value: Any) -> Any:
    """Find the class a node's `kind` names; its own fields are then checked by that class."""
    if isinstance(value, Node) or not isinstance(value, dict) or "kind" not in value:
        return value
    kind = value["kind"]
    if not isinstance(kind, str) or kind not in NODES:
        found = f"there is no node kind {kind!r}"
        right = f"one of {listed(NODES)}{suggestion(kind, NODES)}"
        raise Finding(("kind",), found, right).error()
    try:
        return NODES.get(kind).model_validate(value)
    except ValidationError as error:
        raise Nested((), error) from error


def _guard(value: Any) -> Any:
    """Turn `flagged` or `{stable: {judge: a, turns: 3, within: 1}}` into a guard."""
    if isinstance(value, Guard) or value is None:
        return value
    match value:
        case str():
            name, fields = value, {}
        case dict() if len(value) == 1:
            name, fields = next(iter(value.items()))
        case _:
            right = "a guard's name, or one name with its parameters: {stable: {judge: judge_a, …}}"
            raise Finding((), f"found {value!r}", right).error()
    if not isinstance(name, str) or name not in GUARDS:
        right = f"one of {listed(GUARDS)}{suggestion(name, GUARDS)}"
        raise Finding((), f"there is no guard {name!r}", right).error()
    cls = GUARDS.get(name)
    if not isinstance(fields, dict):
        right = f"its parameters as a mapping: {listed(cls.model_fields)}"
        raise Finding((name,), f"guard {name!r} got {fields!r}", right).error()
    try:
        return cls.model_validate(fields)
    except ValidationError as error:
        if isinstance(value, str):
            needed = listed(k for k, f in cls.model_fields.items() if f.is_required())
            right = f"write {{{name}: {{…}}}} with {needed}"
            raise Finding((), f"guard {name!r} needs parameters", right).error() from error
        raise Nested((name,), error) from error


def _written(guard: Guard | None) -> str | dict[str, Any] | None:
    """Write a guard as an author would."""
    if guard is None:
        return None
    name = GUARDS.name_of(type(guard))
    fields = guard.model_dump(exclude_defaults=True)
    return {name: fields} if fields else name


class Edge(Spec):
    """Where it goes next.

    Args:
        to: a node, or `end`.
        when: a guard that must hold; always, without one.
        limit: how often, by name: into a start node it counts turns, elsewhere returns to `to`
            within the turn. The number stands in the scenario.
    """

    to: Name
    when: Annotated[Guard | None, BeforeValidator(_guard), PlainSerializer(_written)] = None
    limit: Name | None = None

    @property
    def plain(self) -> bool:
        """Whether the edge can always be taken."""
        return self.when is None and self.limit is None


def _edge(value: object) -> object:
    return {"to": value} if isinstance(value, str) else value


def _edges(value: object) -> object:
    many = value if isinstance(value, list | tuple) else [value]
    return tuple(_edge(each) for each in many)


def _starts(value: object) -> object:
    return (
        (value,) if isinstance(value, str) else tuple(value) if isinstance(value, list) else value
    )


class Graph(Spec):
    """One turn, and how it repeats.

    Args:
        kind: `graph`; may be left out.
        about: one line for lists.
        start: the node, or nodes, where a turn begins; a session opens at the first.
        nodes: name to node.
        edges: per node, the ways on, tried in order; the first that holds is taken, and the last
            one always holds.
    """

    kind: Annotated[StrictStr, Field(pattern="^graph$")] = "graph"
    about: Text | None = None
    start: Annotated[
        Names,
        BeforeValidator(_starts, json_schema_input_type=Name | list[Name]),
        Field(min_length=1),
    ]
    nodes: dict[Name, Annotated[SerializeAsAny[Node], BeforeValidator(_node)]] = Field(min_length=1)
    edges: dict[
        Name,
        Annotated[
            tuple[Edge, ...],
            BeforeValidator(_edges, json_schema_input_type=Name | Edge | list[Name | Edge]),
        ],
    ]

    def roles(self) -> dict[str, tuple[str, ...]]:
        """Return every role that must be cast, in order of appearance: role to kinds of agent."""
        roles: dict[str, tuple[str, ...]] = {}
        for node in self.nodes.values():
            for role, kinds in node.cast().items():
                roles[role] = tuple(k for k in roles.get(role, kinds) if k in kinds)
        return roles

    def limits(self) -> dict[str, None]:
        """Return every limit's name, in order of appearance."""
        return dict.fromkeys(e.limit for _, _, e in self.ways() if e.limit is not None)

    def ways(self) -> Iterator[tuple[str, int, Edge]]:
        """Yield each edge with its source and its place among the source's edges."""
        for source, edges in self.edges.items():
            for place, edge in enumerate(edges):
                yield source, place, edge

    def problems(self) -> Iterator[Finding]:
        """Yield everything that keeps this graph from running to an end."""
        yield from self._unknown_names()
        yield from self._ways_on()
        yield from self._turns()
        yield from self._loops()
        yield from self._reach()

    def check(self) -> Graph:
        """Return the graph itself.

        Raises:
            InputError: the graph could run for ever or get stuck; says every reason.
        """
        found = [str(problem) for problem in self.problems()]
        if found:
            raise InputError("this graph cannot run:\n" + "\n".join(found))
        return self

    def _unknown_names(self) -> Iterator[Finding]:
        known = [*self.nodes, END]
        if END in self.nodes:
            right = "another name; edges use 'end' for leaving the graph"
            yield Finding(("nodes", END), "a node is called 'end'", right, on_key=True)
        for place, name in enumerate(self.start):
            yield from _among(("start", place), name, self.nodes)
        for source in self.edges:
            yield from _among(("edges", source), source, self.nodes, on_key=True)
        for source, place, edge in self.ways():
            yield from _among(("edges", source, place), edge.to, known)
        roles = self.roles()
        for name, node in self.nodes.items():
            for role in node.about():
                if role not in roles:
                    right = f"one of {listed(roles)}{suggestion(role, roles)}"
                    yield Finding(("nodes", name, "of"), f"nobody speaks as {role!r}", right)

    def _ways_on(self) -> Iterator[Finding]:
        for name in self.nodes:
            edges = self.edges.get(name, ())
            if not edges:
                right = f"edges: {{{name}: …}} with a node or end"
                yield Finding(("nodes", name), f"node {name!r} leads nowhere", right, on_key=True)
            for place, edge in enumerate(edges):
                last = place == len(edges) - 1
                if last and not edge.plain:
                    found = "the last way on has a guard or a limit, so the session could get stuck"
                    yield Finding(("edges", name, place), found, "add a last edge without either")
                if edge.plain and not last:
                    found = (
                        f"the edge to {edge.to!r} always holds, so those after it are never tried"
                    )
                    yield Finding(("edges", name, place), found, "put it last")

    def _turns(self) -> Iterator[Finding]:
        for source, place, edge in self.ways():
            if edge.to in self.start and edge.limit is None:
                found = f"an edge into {edge.to!r} begins a turn and has no limit"
                right = f"{{to: {edge.to}, limit: turns}}, then a last edge to end"
                yield Finding(("edges", source, place), found, right)
            if edge.to == END and edge.limit is not None:
                right = "leave the limit out; leaving the graph happens once"
                yield Finding(("edges", source, place), "an edge to end has a limit", right)

    def _loops(self) -> Iterator[Finding]:
        unlimited: nx.DiGraph[str] = nx.DiGraph(
            (source, edge.to) for source, _, edge in self.ways() if edge.limit is None
        )
        for loop in nx.strongly_connected_components(unlimited):
            if len(loop) == 1 and not unlimited.has_edge(*(tuple(loop) * 2)):
                continue
            path = [source for source, _ in nx.find_cycle(unlimited, min(loop))]
            first = path[0]
            place = [e.to in loop and e.limit is None for e in self.edges[first]].index(True)
            found = f"the loop {' -> '.join([*path, first])} has no limit and could run for ever"
            right = f"put a limit on one of its edges, such as {{to: {path[0]}, limit: revisions}}"
            yield Finding(("edges", first, place), found, right)

    def _reach(self) -> Iterator[Finding]:
        whole: nx.DiGraph[str] = nx.DiGraph()
        whole.add_nodes_from([*self.nodes, END])
        whole.add_edges_from((source, edge.to) for source, _, edge in self.ways())
        reached = {n for s in self.start[:1] if s in whole for n in [s, *nx.descendants(whole, s)]}
        leaving = {END, *nx.ancestors(whole, END)}
        for name in self.nodes:
            if reached and name not in reached:
                found = f"node {name!r} is never reached from {self.start[0]!r}"
                yield Finding(("nodes", name), found, "lead an edge to it, or drop it", on_key=True)
            if self.edges.get(name) and name not in leaving:
                found = f"no way leads from {name!r} to end"
                yield Finding(("nodes", name), found, "lead one of its ways to end", on_key=True)


def _among(
    path: Path, name: str, known: Collection[str], *, on_key: bool = False
) -> Iterator[Finding]:
    """Complain about a node's name that is not known."""
    if name not in known:
        right = f"one of {listed(known)}{suggestion(name, known)}"
        yield Finding(path, f"there is no node {name!r}", right, on_key=on_key)
