"""How one turn goes and repeats: nodes, edges, guards, limits. A graph that loads ends."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated

from pydantic import (
    BeforeValidator,
    Field,
    PlainSerializer,
    SerializeAsAny,
    StrictStr,
)

from mhsim.errors import InputError
from mhsim.spec.base import Finding, Meant, Name, Names, Spec, Text
from mhsim.spec.flaws import END as END
from mhsim.spec.flaws import flaws
from mhsim.spec.parts import GUARDS as GUARDS
from mhsim.spec.parts import NODES as NODES
from mhsim.spec.parts import Guard as Guard
from mhsim.spec.parts import Node as Node
from mhsim.spec.parts import as_guard, as_node, written


class Edge(Spec):
    """Where it goes next.

    Args:
        to: a node, or `end`.
        when: a guard that must hold; always, without one.
        limit: how often, by name: into a start node it counts turns, elsewhere returns to `to`
            within the turn. The number stands in the scenario.
    """

    shorthand = "the name of a node"

    to: Name
    when: Annotated[Guard | None, BeforeValidator(as_guard), PlainSerializer(written)] = None
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
    return (value,) if isinstance(value, str) else value


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
        Meant("the name of a node, or a list of names"),
    ]
    nodes: dict[
        Name,
        Annotated[
            SerializeAsAny[Node],
            BeforeValidator(as_node),
            Meant("a mapping such as {kind: speak, role: patient}"),
        ],
    ] = Field(min_length=1)
    edges: dict[
        Name,
        Annotated[
            tuple[Edge, ...],
            BeforeValidator(_edges, json_schema_input_type=Name | Edge | list[Name | Edge]),
            Meant("the name of a node, {to: …}, or a list of these"),
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
        yield from flaws(self)

    def check(self) -> Graph:
        """Return the graph itself.

        Raises:
            InputError: the graph could run for ever or get stuck; says every reason.
        """
        found = [str(problem) for problem in self.problems()]
        if found:
            raise InputError("this graph cannot run:\n" + "\n".join(found))
        return self
