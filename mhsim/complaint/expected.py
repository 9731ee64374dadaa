"""What a model wants at a place, in an author's words: its keys, its types, what they mean."""

from __future__ import annotations

import inspect
import re
import types
from collections.abc import Iterator, Mapping
from functools import lru_cache
from typing import Annotated, Any, Literal, NamedTuple, Union, get_args, get_origin

from pydantic import BaseModel
from pydantic.fields import FieldInfo

from mhsim.document import Place
from mhsim.errors import listed

PATTERNS = {
    r"^[a-z][a-z0-9_-]*$": "a name (small letters, digits, - and _, first a letter)",
    r"^[a-z]{2,3}(-[A-Z][a-z]{3})?-[A-Z]{2}$": "a locale such as bn-BD, zh-CN or en-US",
    r"^[A-Z_][A-Z0-9_]*$": "the name of an environment variable such as OPENAI_API_KEY",
    r"^[a-z]{2,3}$": "a language such as en, zh, bn or hi",
}
"""What the patterns of texts mean."""

_EXAMPLES = {"a locale": "bn-BD", "a name": "name", "a language": "en"}


_MANY = {
    "a name": "names",
    "a locale": "locales",
    "some text": "texts",
    "text": "texts",
    "a whole number": "whole numbers",
    "a number": "numbers",
    "a mapping": "mappings",
    "one of ": "any of ",
}


class Bare(NamedTuple):
    """A type without what is wrapped around it, and the bounds that were."""

    type: Any
    rules: tuple[Any, ...]

    def bound(self, name: str) -> Any:
        """Return a bound such as `ge` or `pattern`, or None."""
        values = (getattr(rule, name, None) for rule in self.rules)
        return next((value for value in values if value is not None), None)


def bare(kind: Any, rules: tuple[Any, ...] = ()) -> Iterator[Bare]:
    """Yield every type an annotation stands for, None left out."""
    if get_origin(kind) is Annotated:
        first, *metadata = get_args(kind)
        inner = [r for m in metadata for r in (m.metadata if isinstance(m, FieldInfo) else [m])]
        yield from bare(first, (*inner, *rules))
    elif get_origin(kind) in (Union, types.UnionType):
        for each in get_args(kind):
            yield from bare(each, rules)
    elif kind is not types.NoneType:
        yield Bare(kind, rules)


def models(kind: Any, data: Any = None) -> list[type[BaseModel]]:
    """Return the models that may stand for an annotation: those `kind:` points to, or all."""
    every = [each for b in bare(kind) if is_model(b.type) for each in (b.type, *_subkinds(b.type))]
    if not every and isinstance(data, dict):  # one, written without its list
        items = [get_args(b.type)[0] for b in bare(kind) if get_origin(b.type) is tuple]
        return models(items[0], data) if items else []
    given = data.get("kind") if isinstance(data, dict) else None
    chosen = [m for m in every if given is not None and given in _kinds(m)]
    return chosen or every


def is_model(kind: Any) -> bool:
    """Say whether a type is a model."""
    return isinstance(kind, type) and issubclass(kind, BaseModel)


def _subkinds(model: Any) -> Iterator[Any]:
    registered: Any = getattr(model, "subkinds", None)
    return registered() if registered else iter(())


def _kinds(model: type[BaseModel]) -> tuple[Any, ...]:
    field = model.model_fields.get("kind")
    return get_args(field.annotation) if field else ()


def keys(kind: Any, data: Any) -> list[str]:
    """Return the keys that may stand where an annotation does."""
    found = models(kind, data)[:1]
    return [f.alias or n for model in found for n, f in model.model_fields.items()]


def field(model: type[BaseModel], key: object) -> Any:
    """Return the annotation of a key, with its bounds, or None where the model has no such key."""
    for name, info in model.model_fields.items():
        if key in (name, info.alias):
            return _annotated(info.annotation, info.metadata)
    return None


def _annotated(kind: Any, metadata: list[Any]) -> Any:
    return Annotated[kind, *metadata] if metadata else kind


def inside(kind: Any, data: Any, place: Place) -> Any:
    """Follow a place into the types, along the data; None where they do not lead there."""
    if not place:
        return kind
    for each in [*models(kind, data), *(b.type for b in bare(kind) if not is_model(b.type))]:
        step = _step(each, data, place)
        if step is not None:
            found = inside(*step)
            if found is not None:
                return found
    return None


def _step(kind: Any, data: Any, place: Place) -> tuple[Any, Any, Place] | None:
    part, rest = place[0], place[1:]
    arguments = get_args(kind)
    if is_model(kind):
        inner = field(kind, part)
        return (inner, _part(data, part), rest) if inner is not None else None
    if get_origin(kind) is dict:
        return arguments[1], _part(data, part), rest
    if get_origin(kind) in (tuple, list, frozenset):
        if not isinstance(data, list):
            return arguments[0], data, place  # one, written without its list
        return arguments[0], _part(data, part), rest
    return None


def _part(data: Any, part: str | int) -> Any:
    try:
        return data[part]
    except (LookupError, TypeError):
        return None


def describe(kind: Any) -> str:
    """Say what an annotation wants."""
    meant = next((b.bound("words") for b in bare(kind)), None)
    if meant is not None:
        return meant
    said = dict.fromkeys(_describe(each) for each in bare(kind) if not is_model(each.type))
    wanted = models(kind)
    if wanted:
        short: str = getattr(wanted[0], "shorthand", "")
        said.update(dict.fromkeys([*filter(None, [short]), _mapping(wanted)]))
    return " or ".join(said) if said else "a value that fits"


def _describe(each: Bare) -> str:
    kind, arguments = each.type, get_args(each.type)
    if get_origin(kind) is Literal:
        return f"one of {listed(map(str, arguments), 20)}" if arguments[1:] else str(arguments[0])
    if kind is str:
        return _text(each)
    if kind is bool:
        return "true or false"
    if kind in (int, float):
        return ("a whole number" if kind is int else "a number") + _range(each)
    if get_origin(kind) is dict:
        least = "with at least one key, " if each.bound("min_length") else ""
        return f"a mapping {least}such as {{{example(arguments[0])}: {example(arguments[1])}}}"
    if get_origin(kind) in (tuple, list, frozenset):
        return _list(each, arguments)
    return "a value that fits"


def _text(each: Bare) -> str:
    pattern = each.bound("pattern")
    if pattern is None:
        return "some text" if each.bound("min_length") else "text"
    word = re.fullmatch(r"\^(\w+)\$", pattern)
    return word[1] if word else PATTERNS.get(pattern, f"text like {pattern}")


def _list(each: Bare, arguments: tuple[Any, ...]) -> str:
    inner = describe(arguments[0])
    one = next((one for one in _MANY if inner.startswith(one)), "")
    inner = _MANY.get(one, "") + inner.removeprefix(one)
    if arguments[1:] and arguments[1] is not ...:
        return f"a list of {len(arguments)} {inner}"
    return f"a list of {'one or more ' if each.bound('min_length') else ''}{inner}"


def _range(each: Bare) -> str:
    low, high, above = each.bound("ge"), each.bound("le"), each.bound("gt")
    if low is not None and high is not None:
        return f" from {low} to {high}"
    if above is not None:
        return f" above {above}"
    return f", {low} or more" if low is not None else ""


def _mapping(wanted: list[type[BaseModel]]) -> str:
    if len(wanted) > 1 or not wanted[0].model_fields:
        return "a mapping that says its kind"
    fields = wanted[0].model_fields
    needed = [f.alias or n for n, f in fields.items() if f.is_required()]
    return f"a mapping with {listed(needed or [f.alias or n for n, f in fields.items()], 8)}"


def example(kind: Any) -> str:
    """Write something an annotation would take."""
    each = next(bare(kind), Bare(Any, ()))
    arguments = get_args(each.type)
    if get_origin(each.type) is Literal:
        return str(arguments[0])
    if each.type is str:
        said = _text(each)
        return next((word for start, word in _EXAMPLES.items() if said.startswith(start)), "text")
    if each.type in (int, float):
        return str(each.bound("ge") or each.bound("gt") or 0)
    if get_origin(each.type) in (tuple, list, frozenset):
        return "[…]"
    return "{…}" if is_model(each.type) or get_origin(each.type) is dict else "…"


@lru_cache
def meanings(model: type[BaseModel]) -> Mapping[str, str]:
    """Return what a model's docstring says of its keys, under `Args:`."""
    found: dict[str, str] = {}
    for base in reversed(model.__mro__):
        _, _, said = inspect.cleandoc(base.__dict__.get("__doc__") or "").partition("\nArgs:\n")
        block = said.split("\n\n")[0]
        for name, text in re.findall(r"^    (\w+): (.*(?:\n     .*)*)", block, re.MULTILINE):
            found[name] = " ".join(text.split())
    return found
