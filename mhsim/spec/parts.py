"""What a graph is made of: nodes and guards, registered by name, and how a file writes them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from pydantic import ValidationError

from mhsim.errors import listed, nearest, suggestion
from mhsim.registry import Registry
from mhsim.spec.base import Finding, Nested, Path, Spec, told


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


def as_node(value: Any) -> Any:
    """Find the class a node's `kind` names; its own fields are then checked by that class."""
    if isinstance(value, Node) or not isinstance(value, dict):
        return value
    if "kind" not in value:
        raise _kindless(value).error()
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


def _kindless(value: dict[Any, Any]) -> Finding:
    for key in map(str, value):
        if key.startswith("kind:"):
            found, right = "no space after the colon", f"write kind: {key[5:]}"
            return Finding((key,), found, right, on_key=True)
        if nearest(key, ["kind"]):
            return Finding((key,), "unknown key", f"kind{suggestion(key, ['kind'])}", on_key=True)
    return Finding(("kind",), "missing", f"write kind: one of {listed(NODES)}")


def as_guard(value: Any) -> Any:
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
            found = f"found {len(value)} guards in one mapping: {listed(map(told, value))}"
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


def written(guard: Guard | None) -> str | dict[str, Any] | None:
    """Write a guard as an author would."""
    if guard is None:
        return None
    name = GUARDS.name_of(type(guard))
    fields = guard.model_dump(exclude_defaults=True)
    return {name: fields} if fields else name
