"""Shape: a form as a chat model gets it, as a schema every server takes and as words."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from pydantic import BaseModel

from mhsim.errors import EngineError

_DEEPEST = 12
"""How deep parts of a form may lie in each other."""

_MANY = 12
"""Up to so many whole numbers are listed instead of bounded: some servers know no bounds."""


@dataclass(frozen=True, slots=True)
class Shape:
    """What a form looks like from outside.

    Args:
        title: its name; modes that worked are remembered by it.
        schema: JSON Schema without references; every key required, none more allowed.
        outline: the same in words, for models whose server does not show them the schema.
        keys: its own keys.
    """

    title: str
    schema: Mapping[str, Any]
    outline: str
    keys: tuple[str, ...]


@lru_cache(maxsize=64)
def shape(form: type[BaseModel]) -> Shape:
    """Return the shape of a form, worked out once.

    Raises:
        EngineError: the form holds itself.
    """
    told = form.model_json_schema()
    schema = _plain(told, told.get("$defs", {}), 0)
    return Shape(
        title=form.__name__,
        schema={"title": form.__name__, **schema},
        outline=_outline(schema),
        keys=tuple(schema["properties"]),
    )


def _plain(node: Mapping[str, Any], known: Mapping[str, Any], depth: int) -> dict[str, Any]:
    """Return a part without references, titles and defaults, in what strict modes take."""
    if depth > _DEEPEST:
        raise EngineError("a form may not hold itself: servers take no endless schemas")
    if "$ref" in node:
        node = {**known[node["$ref"].rpartition("/")[2]], **node}
    if "anyOf" in node:
        return _choice([_plain(part, known, depth + 1) for part in node["anyOf"]])
    if "const" in node:
        return {"type": "string", "enum": [node["const"]]}
    match node.get("type"):
        case "object" if "properties" in node:
            parts = {n: _plain(p, known, depth + 1) for n, p in node["properties"].items()}
            return {
                "type": "object",
                "properties": parts,
                "required": list(parts),
                "additionalProperties": False,
            }
        case "array":
            return {"type": "array", "items": _plain(node.get("items", {}), known, depth + 1)}
        case _:
            return _simple(node)


def _simple(node: Mapping[str, Any]) -> dict[str, Any]:
    low, high = node.get("minimum"), node.get("maximum")
    if node.get("type") == "integer" and low is not None and high is not None:
        if high - low < _MANY:
            return {"type": "integer", "enum": list(range(low, high + 1))}
        return {"type": "integer", "minimum": low, "maximum": high}
    return {key: node[key] for key in ("type", "enum") if key in node}


def _choice(parts: list[dict[str, Any]]) -> dict[str, Any]:
    """Return one of several; something or nothing becomes a type that may be null."""
    kept = [part for part in parts if part.get("type") != "null"]
    if len(kept) == len(parts) or len(kept) != 1 or kept[0].get("type") in ("object", "array"):
        return {"anyOf": parts}
    (part,) = kept
    nullable = {**part, "type": [part["type"], "null"]}
    return {**nullable, "enum": [*part["enum"], None]} if "enum" in part else nullable


def _outline(node: Mapping[str, Any], indent: str = "") -> str:
    """Write a part as an example that holds its values' kinds."""
    if "anyOf" in node:
        return " or ".join(_outline(part, indent) for part in node["anyOf"])
    if "enum" in node:
        values = ["null" if v is None else f'"{v}"' if isinstance(v, str) else str(v)
                  for v in node["enum"]]  # fmt: skip
        return " | ".join(values)
    match node.get("type"):
        case "object":
            inner = ", ".join(f'"{n}": {_outline(p, " ")}' for n, p in node["properties"].items())
            if indent:
                return f"{{{inner}}}"
            lines = [f'  "{n}": {_outline(p, " ")}' for n, p in node["properties"].items()]
            return "{\n" + ",\n".join(lines) + "\n}"
        case "array":
            return f"[{_outline(node['items'], ' ')}, …]"
        case list() as kinds:
            return " or ".join(_kind(kind) for kind in kinds)
        case kind:
            return _kind(kind)


def _kind(kind: Any) -> str:
    return {"string": '"text"', "null": "null", "integer": "a whole number"}.get(kind, str(kind))
