"""How one turn goes and repeats: nodes, edges, guards, limits. A graph that loads ends."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Annotated, Any

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
from mhsim.spec.base import Finding, Meant, Name, Names, Nested, Path, Spec, Text, told
from mhsim.spec.flaws import END as END
from mhsim.spec.flaws import flaws


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

    def awaits(self) -> tuple[str, ...]:
        """Return the roles that must have spoken earlier in the turn for this node to act."""
        return ()

    def says(self) -> tuple[str, ...]:
        """Return the roles whose words this node leaves: those it casts, unless it knows better."""
        return tuple(self.cast())


class Guard(Spec):
    """A yes or no read off the log. A guard is a subclass, registered under its name."""

    def judges(self) -> tuple[str, ...]:
        """Return the judges' roles whose ratings it reads."""
        return ()

    def items(self) -> tuple[str, ...]:
        """Return the items of those judges' instrument it reads."""
        return ()

    def where(self, value: str) -> Path:
        """Return where a file says `value`: the guard's name and its parameter."""
        name = GUARDS.name_of(type(self))
        for parameter, given in self:
            if value == given:
                return (name, parameter)
            if isinstance(given, tuple) and value in given:
                return (name, parameter, given.index(value))
        return (name,)


NODES: Registry[type[Node]] = Registry("mhsim.nodes", "node kind")
GUARDS: Registry[type[Guard]] = Registry("mhsim.guards", "guard")


def _node(value: Any) -> Any:
    """Find the class a node's `kind` names; its own fields are then checked by that class."""
    if isinstance(value, Node) or not isinstance(value, dict):
        return value
    if "kind" not in value:
        tight = next((str(key) for key in value if str(key).startswith("kind:")), None)
        if tight:
            right = f"write kind: {tight[5:]}"
            raise Finding((tight,), "no space after the colon", right, on_key=True).error()
        raise Finding(("kind",), "missing", f"write kind: one of {listed(NODES)}").error()
    kind = value["kind"]
    if not isinstance(kind, str) or kind not in NODES:
        right = f"one of {listed(NODES)}{suggestion(kind, NODES)}"
        none = "there is no node kind" if isinstance(kind, str) else "found"
        raise Finding(("kind",), f"{none} {told(kind)}", right).error()
    cls = NODES.get(kind)
    try:
        return cls.model_validate(value)
    except ValidationError as error:
        raise Nested((), error, cls) from error


def _guard(value: Any) -> Any:
    """Turn `flagged` or `{stable: {judge: a, turns: 3, within: 1}}` into a guard."""
    if isinstance(value, Guard) or value is None:
        return value
    name, fields = _guard_parts(value)
    if not isinstance(name, str) or name not in GUARDS:
        right = f"one of {listed(GUARDS)}{suggestion(name, GUARDS)}"
        raise Finding((), f"there is no guard {told(name)}", right).error()
    cls = GUARDS.get(name)
    if not isinstance(fields, dict):
        right = f"write {_filled(name, cls)}" if cls.model_fields else f"write {name} alone"
        raise Finding((name,), f"guard {name!r} got {told(fields)}", right).error()
    try:
        return cls.model_validate(fields)
    except ValidationError as error:
        if isinstance(value, str):
            right = f"write {_filled(name, cls)}"
            raise Finding((), f"guard {name!r} needs parameters", right).error() from error
        raise Nested((name,), error, cls) from error


def _guard_parts(value: Any) -> tuple[Any, Any]:
    """Return a guard's name and its parameters as written."""
    match value:
        case dict() if len(value) == 1:
            return next(iter(value.items()))
        case dict() if value:
            found = f"found {len(value)} guards in one mapping: {listed(map(str, value))}"
            raise Finding((), found, "one guard; write an edge for each").error()
        case str():
            return value, {}
        case _:
            right = f"one guard: one of {listed(GUARDS)}; write an edge for each"
            raise Finding((), f"found {told(value)}", right).error()


def _filled(name: str, cls: type[Guard]) -> str:
    """Write a guard with what it needs, for messages."""
    needed = [field for field, info in cls.model_fields.items() if info.is_required()]
    return f"{{{name}: {{{', '.join(f'{f}: …' for f in needed or cls.model_fields)}}}}}"


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

    shorthand = "the name of a node"

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
            BeforeValidator(_node),
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
