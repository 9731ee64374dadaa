"""The names of a template, followed through what they stand for."""

from __future__ import annotations

from typing import Any

from jinja2 import nodes
from jinja2.defaults import DEFAULT_NAMESPACE

from mhsim.complaint.expected import bare, field, is_model, models
from mhsim.errors import listed, suggestion
from mhsim.spec.agent import Persona, Presentation
from mhsim.spec.base import Finding, Path
from mhsim.spec.culture import LocalePack
from mhsim.spec.formulation import Formulation
from mhsim.spec.instrument import Instrument
from mhsim.spec.life import Life
from mhsim.spec.origin import Origin

_LIFE: dict[str, Any] = {
    "persona": Persona,
    "presentation": Presentation,
    "formulation": Formulation | None,
    "pack": LocalePack | None,
    "layers": tuple[str, ...],
    "language": str,
    "locale": str,
    "localize": str,
    "style": str,
    "origin": Origin | None,
    "life": Life | None,
}

NAMES: dict[str, dict[str, Any]] = {
    "patient": _LIFE,
    "therapist": _LIFE,
    "critic": _LIFE,
    "supervisor": _LIFE,
    "judge": {"instrument": Instrument},
    "comparison": {"instrument": Instrument},
}
"""Whose prompt may use which names, and what they stand for."""

_PAIRS = "pairs"
"""Marks what `items()` of a mapping gives."""


class Reader:
    """Follows a template's names through what they stand for."""

    def __init__(self, path: Path, of: str) -> None:
        self.path = path
        self.of = of
        self.found: dict[tuple[int, str], Finding] = {}

    def body(self, parts: list[Any], scope: dict[str, Any]) -> None:
        """Read statements one after the other; what one sets the next may use."""
        for part in parts:
            match part:
                case nodes.For():
                    self._for(part, scope)
                case nodes.Assign():
                    self._bind(part.target, self.kind(part.node, scope), scope)
                case nodes.Macro():
                    inner = {each.name: None for each in part.args}
                    scope[part.name] = None
                    self.body(part.body, {**scope, **inner, "caller": None})
                case nodes.Include() | nodes.Import() | nodes.FromImport() | nodes.Extends():
                    right = "write its text here; a prompt knows no other templates"
                    self._complain(part, "{%", "another template is asked for", right)
                case nodes.Expr():
                    self.kind(part, scope)
                case _:
                    self.body(list(part.iter_child_nodes()), scope)

    def _for(self, part: nodes.For, scope: dict[str, Any]) -> None:
        inner = {**scope, "loop": None}
        self._bind(part.target, _element(self.kind(part.iter, scope)), inner)
        if part.test is not None:
            self.kind(part.test, inner)
        self.body(part.body, inner)
        self.body(part.else_, scope)

    def _bind(self, target: Any, kind: Any, scope: dict[str, Any]) -> None:
        if isinstance(target, nodes.Name):
            scope[target.name] = kind
        elif isinstance(target, nodes.Tuple):
            pair = isinstance(kind, tuple) and len(kind) == len(target.items)
            for each, part in zip(target.items, kind if pair else target.items, strict=True):
                self._bind(each, part if pair else None, scope)

    def kind(self, node: Any, scope: dict[str, Any]) -> Any:
        """Return what an expression stands for, or None; complain about names nobody knows."""
        match node:
            case nodes.Name():
                return self._name(node, scope)
            case nodes.Getattr():
                return self._attribute(node, self.kind(node.node, scope))
            case nodes.Call(node=nodes.Getattr(attr="items", node=inner)):
                owner = self.kind(inner, scope)
                return (_PAIRS, *_mapping(owner)) if _mapping(owner) else None
            case _:
                for child in node.iter_child_nodes():
                    self.kind(child, scope)
                return None

    def _name(self, node: nodes.Name, scope: dict[str, Any]) -> Any:
        if node.name not in scope and node.name not in DEFAULT_NAMESPACE:
            known = [name for name in NAMES[self.of] if name in scope]
            found = f"there is no variable {node.name!r} in the prompt of a {self.of}"
            right = f"one of {listed(known)}{suggestion(node.name, scope)}"
            self._complain(node, node.name, found, right)
        return scope.get(node.name)

    def _attribute(self, node: nodes.Getattr, owner: Any) -> Any:
        wanted = models(owner) if owner is not None and not isinstance(owner, tuple) else []
        if not wanted or any(hasattr(model, node.attr) for model in wanted):
            return None
        for model in wanted:
            if node.attr in model.model_fields:
                return field(model, node.attr)
        known = list(wanted[0].model_fields)
        found = f"{written(node.node)} has no {node.attr!r}"
        right = f"one of {listed(known)}{suggestion(node.attr, known)}"
        self._complain(node, f".{node.attr}", found, right)
        return None

    def _complain(self, node: nodes.Node, word: str, found: str, right: str) -> None:
        finding = Finding(self.path, found, right, within=(node.lineno, word))
        self.found.setdefault((node.lineno, found), finding)


def _mapping(kind: Any) -> tuple[Any, ...]:
    found = [b.type for b in bare(kind) if getattr(b.type, "__origin__", None) is dict]
    return found[0].__args__ if found else ()


def _element(kind: Any) -> Any:
    """Return what a loop over something gives: pairs of `items()`, keys, entries."""
    if isinstance(kind, tuple) and kind[:1] == (_PAIRS,):
        return kind[1:]
    if kind is None or isinstance(kind, tuple):
        return None
    for each in bare(kind):
        arguments = getattr(each.type, "__args__", ())
        if arguments and not is_model(each.type):
            return arguments[0]
    return None


def written(node: Any) -> str:
    """Write an expression of names and attributes as it stands in the template."""
    if isinstance(node, nodes.Getattr):
        return f"{written(node.node)}.{node.attr}"
    return node.name if isinstance(node, nodes.Name) else "this"
