"""Shape: a form's JSON Schema as servers take it that enforce one."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

_SAID = frozenset(
    {
        "type", "properties", "required", "additionalProperties", "items", "anyOf", "enum", "const",
        "$ref", "$defs", "definitions", "description", "title", "default", "pattern", "format",
        "minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "multipleOf", "minItems",
        "maxItems",
    }
)  # fmt: skip
"""What the strict form of a schema can say."""


class _OpenError(Exception):
    """The schema cannot be closed."""


def name_of(schema: Mapping[str, Any]) -> str:
    """Return what a form is called: its title as far as servers take it, or `form`."""
    return re.sub(r"[^A-Za-z0-9_-]", "_", str(schema.get("title", "")))[:64] or "form"


def strict(schema: Mapping[str, Any]) -> dict[str, Any] | None:
    """Return a schema in the form that OpenAI calls strict, or None where it has none.

    Objects are closed and every key is required, so that whatever fits it also fits the schema
    it was made from. Defaults and titles fall away.
    """
    try:
        closed: dict[str, Any] = _closed(dict(schema))
    except _OpenError:
        return None
    return closed


def _closed(node: Any) -> Any:
    """Close a schema and those within it."""
    if not isinstance(node, dict):
        return node
    given: dict[str, Any] = node
    if "$ref" in given:
        return {"$ref": given["$ref"]}
    made = {key: _inner(key, value) for key, value in given.items() if key not in _FALLEN}
    if given.keys() - _SAID or given.get("additionalProperties"):
        raise _OpenError
    if "properties" in given:
        made |= {"required": list(given["properties"]), "additionalProperties": False}
    elif given.get("type") == "object":
        raise _OpenError
    return made


_FALLEN = ("default", "title")


def _inner(key: str, value: Any) -> Any:
    """Close what stands under one keyword."""
    match key:
        case "properties" | "$defs" | "definitions":
            return {name: _closed(each) for name, each in value.items()}
        case "anyOf":
            return [_closed(each) for each in value]
        case "items":
            return _closed(value)
        case _:
            return value
