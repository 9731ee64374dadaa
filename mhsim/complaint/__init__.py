"""Say what a model refused: pydantic's errors as problems with a place, a find and a remedy."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any, NamedTuple

from pydantic import BaseModel, ValidationError

from mhsim.complaint.expected import bare, describe, inside, keys, meanings, models
from mhsim.complaint.hint import found, hint
from mhsim.complaint.stray import Stray, belongs, strays
from mhsim.document import Document, Place
from mhsim.errors import Problem, listed, suggestion
from mhsim.spec.base import Nested, told

_ALSO_CALLED = {
    "rubric": "instrument",
    "scale": "instrument",
    "client": "patient",
    "user": "patient",
    "condition": "presentation",
    "symptoms": "items",
    "scores": "items",
    "occupation": "work",
    "job": "work",
    "city": "home",
    "location": "home",
    "religion": "faith",
    "education": "schooling",
    "sex": "gender",
    "language": "locale",
    "description": "about",
    "guard": "when",
    "if": "when",
    "target": "to",
    "type": "kind",
    "agents": "cast",
    "conditions": "arms",
    "repetitions": "replicates",
    "repeats": "replicates",
}
"""What else keys are called elsewhere."""


class Refused(NamedTuple):
    """One thing a model refused.

    Args:
        base: where the model's data begins.
        path: where it is in there, with what pydantic adds.
        entry: pydantic's account.
        model: the model.
    """

    base: Place
    path: Place
    entry: Any
    model: type[BaseModel]


def complaints(
    document: Document, error: ValidationError, model: type[BaseModel]
) -> Iterator[Problem]:
    """Yield one problem for each thing a model refused in a document.

    What lies below a problem of the YAML, or below a key that stands too deep, only follows from
    it and is left out.
    """
    refused = list(_flat(error, (), model))
    lost = strays(document, model, [document.known((*r.base, *r.path)) for r in refused])
    for stray in lost:
        yield stray.problem(document)
    for each in refused:
        if not _follows(document, each, lost):
            yield from _problems(document, each, model)


def _flat(error: ValidationError, base: Place, model: type[BaseModel]) -> Iterator[Refused]:
    """Yield pydantic's errors one by one, with those of nested models in their place."""
    for entry in error.errors(include_url=False):
        inner = entry.get("ctx", {}).get("error")
        if isinstance(inner, Nested):
            yield from _flat(inner.error, (*base, *entry["loc"], *inner.path), inner.model)
        else:
            yield Refused(base, entry["loc"], entry, model)


def _follows(document: Document, refused: Refused, lost: list[Stray]) -> bool:
    place = document.known((*refused.base, *refused.path))
    if any(place[: len(broken)] == broken for broken in document.broken if broken):
        return True
    missing = refused.entry["type"] == "missing"
    return any(
        place[: len(stray.place)] == stray.place
        or (missing and (*place, refused.path[-1]) == (*stray.home, stray.place[-1]))
        for stray in lost
    )


def _problems(document: Document, refused: Refused, root: type[BaseModel]) -> Iterator[Problem]:
    path, entry = (*refused.base, *refused.path), refused.entry
    match entry["type"]:
        case "finding":
            for finding in entry["ctx"]["findings"]:
                yield document.finding(finding, document.known(path))
        case "extra_forbidden" | "invalid_key":
            yield _unknown(document, refused, root)
        case "missing" if isinstance(path[-1], str):
            yield _missing(document, refused)
        case "union_tag_not_found" | "union_tag_invalid":
            yield _kind(document, path, entry)
        case "value_error" | "assertion_error":
            said = str(entry["ctx"].get("error", "")).partition("; ")
            yield document.problem(document.known(path), said[0], said[2] or "a value that fits")
        case _:
            yield _unfit(document, refused)


def _wanted(document: Document, refused: Refused, path: Place) -> Any:
    """Return the type that stands at a place below the refusing model, or None."""
    base = document.known(refused.base)
    place = document.known((*base, *path))
    return inside(refused.model, document.at(base), place[len(base) :])


def _unknown(document: Document, refused: Refused, root: type[BaseModel]) -> Problem:
    key = refused.path[-1]
    place = (*document.known((*refused.base, *refused.path[:-1])), key)
    known = keys(_wanted(document, refused, refused.path[:-1]), document.at(place[:-1]))
    if re.search("(api_?key|token|secret|password)$", str(key)) and "api_key_env" in known:
        right = "write api_key_env: with the name of the variable that holds it"
        return document.problem(place, "a key must not stand in a file", right, on_key=True)
    tight = re.match(r"([\w-]+):(\S+)$", str(key))
    if tight and document.at(place) is None:
        right = f"write {tight[1]}: {tight[2]}"
        return document.problem(place, "no space after the colon", right, on_key=True)
    also = _ALSO_CALLED.get(str(key))
    hint = f" (did you mean {also!r}?)" if also in known else suggestion(key, known)
    right = belongs(document, root, place) if not hint else ""
    right = right or f"one of {listed(known, 20)}{hint}"
    return document.problem(place, "unknown key", right, on_key=True)


def _missing(document: Document, refused: Refused) -> Problem:
    key = str(refused.path[-1])
    above = document.known((*refused.base, *refused.path[:-1]))
    kind = _wanted(document, refused, refused.path[:-1])
    model = next(iter(models(kind, document.at(above))), refused.model)
    wanted = inside(model, None, (key,))
    said = meanings(model).get(key.rstrip("_")) or (describe(wanted) if wanted else "")
    right = f"write kind: {describe(wanted)}" if key == "kind" else f"write {key}: …"
    right += f" ({said})" if said and key != "kind" else ""
    return document.problem((*above, key), "missing", right)


def _kind(document: Document, path: Place, entry: Any) -> Problem:
    place = document.known(path)
    known = ("patient", "therapist", "critic", "judge")
    if not isinstance(entry["input"], dict):
        return document.problem(place, f"found {told(entry['input'])}", "an agent")
    given = entry["input"].get("kind")
    if given is None:
        return document.problem((*place, "kind"), "missing", f"write kind: one of {listed(known)}")
    right = f"one of {listed(known)}{suggestion(given, known)}"
    return document.problem((*place, "kind"), f"there is no kind {told(given)}", right)


def _unfit(document: Document, refused: Refused) -> Problem:
    entry = refused.entry
    on_key = refused.path[-1:] == ("[key]",)
    path = refused.path[:-1] if on_key else refused.path
    place = document.known((*refused.base, *path))
    wanted = _wanted(document, refused, path[:-1] if on_key else path)
    if on_key:
        wanted = next((b.type.__args__[0] for b in bare(wanted) if b.type.__args__), None)
    right = (describe(wanted) if wanted is not None else "another value") + hint(entry)
    return document.problem(place, found(entry, path), right, on_key=on_key)
