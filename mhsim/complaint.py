"""Say what a model refused: pydantic's errors as problems with a place, a find and a remedy."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any, get_args

from pydantic import BaseModel, ValidationError

from mhsim.document import Document, Place
from mhsim.errors import Problem, listed, suggestion
from mhsim.spec.base import Nested

_EXPECTED = {
    "string_type": "text",
    "int_type": "a whole number",
    "int_from_float": "a whole number",
    "float_type": "a number",
    "float_parsing": "a number",
    "bool_type": "true or false",
    "dict_type": "a mapping (key: value)",
    "model_type": "a mapping (key: value)",
    "model_attributes_type": "a mapping (key: value)",
    "tuple_type": "a list",
    "list_type": "a list",
    "frozen_set_type": "a list",
    "int_parsing": "a whole number",
}

_PATTERNS = {
    r"^[a-z][a-z0-9_-]*$": "small letters, digits, - and _, starting with a letter",
    r"^[a-z]{2,3}(-[A-Z][a-z]{3})?-[A-Z]{2}$": "a locale such as bn-BD, zh-CN or en-US",
    r"^[A-Z_][A-Z0-9_]*$": "the name of an environment variable such as OPENAI_API_KEY",
    "^graph$": "graph",
    "^scenario$": "scenario",
    "^[a-z]{2,3}$": "a language such as en, zh, bn or hi",
}


def complaints(
    document: Document, error: ValidationError, model: type[BaseModel]
) -> Iterator[Problem]:
    """Yield one problem for each thing a model refused in a document."""
    for path, entry in _flat(error, ()):
        yield _problem(document, path, entry, model)


def _flat(error: ValidationError, prefix: Place) -> Iterator[tuple[Place, Any]]:
    """Yield pydantic's errors one by one, with those of nested models in their place."""
    for entry in error.errors(include_url=False):
        path: Place = (*prefix, *entry["loc"])
        inner = entry.get("ctx", {}).get("error")
        if isinstance(inner, Nested):
            yield from _flat(inner.error, (*path, *inner.path))
        else:
            yield path, entry


def _problem(document: Document, path: Place, entry: Any, model: type[BaseModel]) -> Problem:
    place = _known(document, path, entry["type"] in ("missing", "extra_forbidden"))
    context: Mapping[str, Any] = entry.get("ctx") or {}
    match entry["type"]:
        case "finding":
            return document.problem(
                (*place, *context["path"]), context["found"], context["right"]
            )
        case "extra_forbidden":
            fields = _fields(model, document, path[:-1])
            right = f"one of {listed(fields)}{suggestion(path[-1], fields)}"
            return document.problem(place, "unknown key", right, on_key=True)
        case "missing":
            right = f"write {path[-1]}: …" + _needs(model, document, path)
            return document.problem(place, "missing", right)
        case "union_tag_not_found" | "union_tag_invalid":
            return _kind(document, place, entry, context)
        case "value_error" | "assertion_error":
            found, _, right = str(context.get("error", entry["msg"])).partition("; ")
            return document.problem(place, found, right or "a value that fits")
        case _:
            found = _found(entry["input"])
            return document.problem(place, found, _right(entry, context), on_key=_is_key(path))


def _is_key(path: Place) -> bool:
    return path[-1:] == ("[key]",)


def _known(document: Document, path: Place, keep_last: bool) -> Place:
    """Drop what pydantic adds to a path: union tags, `[key]`, names of validators."""
    known: Place = ()
    for part in path:
        if (*known, part) in document.values:
            known = (*known, part)
    if keep_last and path and known[-1:] != path[-1:]:
        return (*known, path[-1])
    return known


def _kind(document: Document, place: Place, entry: Any, context: Mapping[str, Any]) -> Problem:
    given = entry["input"].get("kind") if isinstance(entry["input"], dict) else None
    if given is None:
        found = "missing" if isinstance(entry["input"], dict) else _found(entry["input"])
        right = "write kind: patient, therapist, critic or judge"
        return document.problem((*place, "kind"), found, right)
    known = re.findall(r"'([^']+)'", str(context.get("expected_tags", "")))
    right = f"one of {listed(known)}{suggestion(given, known)}"
    return document.problem((*place, "kind"), f"there is no kind {given!r}", right)


def _found(value: object) -> str:
    if value is None:
        return "found nothing"
    if isinstance(value, dict):
        return "found a mapping"
    if isinstance(value, list | tuple):
        return "found a list" if value else "found an empty list"
    shown = repr(value)
    return f"found {shown if len(shown) <= 60 else shown[:57] + '…'}"


def _right(entry: Any, context: Mapping[str, Any]) -> str:
    """Say what would be right in an author's words."""
    kind = entry["type"]
    if kind in _EXPECTED:
        return _EXPECTED[kind]
    if kind == "literal_error":
        known = re.findall(r"'([^']*)'", context["expected"])
        return f"one of {listed(known, 20)}{suggestion(entry['input'], known)}"
    if kind == "string_pattern_mismatch":
        meant = _PATTERNS.get(context["pattern"], f"text like {context['pattern']}")
        return meant + _locale_hint(entry["input"], context["pattern"])
    if kind == "string_too_short":
        return "some text"
    if kind in ("too_short", "tuple_too_short"):
        return f"at least {context['min_length']}"
    bounds = {
        "greater_than_equal": ("ge", "or more"),
        "less_than_equal": ("le", "or less"),
        "greater_than": ("gt", "exclusive, or more"),
        "less_than": ("lt", "exclusive, or less"),
    }
    if kind in bounds:
        name, word = bounds[kind]
        return f"{context[name]} {word}"
    return str(entry["msg"])


def _locale_hint(value: object, pattern: str) -> str:
    """Suggest the proper writing of a tag: bn_bd becomes bn-BD."""
    if not isinstance(value, str) or "[A-Z]{2}$" not in pattern:
        return ""
    parts = re.split(r"[-_]", value)
    if len(parts) != 2 or not all(p.isalpha() for p in parts) or len(parts[1]) != 2:
        return ""
    return f" (did you mean '{parts[0].lower()}-{parts[1].upper()}'?)"


def _fields(model: Any, document: Document, path: Place) -> list[str]:
    """List the keys allowed where an unknown one stands, by following the path through types."""
    here = _descend(model, document.data, path)
    return [f.alias or name for name, f in here.model_fields.items()] if here else []


def _descend(kind: Any, data: Any, path: Place) -> type[BaseModel] | None:
    """Follow a path through a model's types to the model that stands there."""
    models = list(_models(kind))
    chosen = [m for m in models if _fits(m, data)] or models
    if not path:
        return chosen[0] if chosen else None
    part, rest = path[0], path[1:]
    inner = data.get(part) if isinstance(data, dict) else None
    for each in chosen:
        field = next(
            (f for n, f in each.model_fields.items() if part in (n, f.alias)), None
        )
        if field is not None:
            return _descend(field.annotation, inner, rest)
    if isinstance(data, list) and isinstance(part, int) and part < len(data):
        inner = data[part]
    elif not isinstance(data, dict) or part not in data:
        inner = data  # a union tag or a validator's name: stay where we are
    return _descend(kind, inner, rest)


def _models(kind: Any) -> Iterator[type[BaseModel]]:
    """Yield every model a type annotation can hold."""
    if isinstance(kind, type) and issubclass(kind, BaseModel):
        yield kind
        registry = getattr(kind, "subkinds", None)
        if callable(registry):
            yield from registry()  # pyright: ignore[reportReturnType]
    for argument in get_args(kind):
        yield from _models(argument)


def _fits(model: type[BaseModel], data: Any) -> bool:
    """Say whether a `kind` in the data points to this model."""
    field = model.model_fields.get("kind")
    given = data.get("kind") if isinstance(data, dict) else None
    return field is not None and given is not None and given in get_args(field.annotation)


def _needs(model: type[BaseModel], document: Document, path: Place) -> str:
    """Describe a missing key by its field's description, where it has one."""
    here = _descend(model, document.data, path[:-1])
    field = here.model_fields.get(str(path[-1])) if here else None
    return f" ({field.description})" if field and field.description else ""
