"""Say what a model refused: pydantic's errors as problems with a place, a find and a remedy."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, NamedTuple

from pydantic import BaseModel, ValidationError

from mhsim.complaint.expected import bare, describe, inside, keys, meanings, models
from mhsim.complaint.hint import found, hint
from mhsim.complaint.stray import Stray, strays
from mhsim.complaint.unknown import Unknown, unknown_key
from mhsim.document import Document, Place
from mhsim.errors import Problem, listed, suggestion
from mhsim.spec.base import Nested, told


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

    @property
    def is_unknown(self) -> bool:
        """Whether it is a key the model does not know."""
        return self.entry["type"] in ("extra_forbidden", "invalid_key")

    @property
    def is_missing(self) -> bool:
        """Whether it is a key the model lacks."""
        return self.entry["type"] == "missing" and isinstance(self.path[-1], str)


def complaints(
    document: Document, error: ValidationError, model: type[BaseModel]
) -> Iterator[Problem]:
    """Yield one problem for each thing a model refused in a document.

    What only follows from another problem is left out: what lies below a problem of the YAML or
    below a key that stands too deep, and a missing key where a misspelt one stands.
    """
    refused = list(_flat(error, (), model))
    lost = strays(document, model, [document.known((*r.base, *r.path)) for r in refused])
    for stray in lost:
        yield stray.problem(document)
    told = [r for r in refused if not _follows(document, r, lost)]
    unknown = {n: _unknown(document, r, model) for n, r in enumerate(told) if r.is_unknown}
    meant = {each.meant for each in unknown.values()}
    for n, each in enumerate(told):
        if n in unknown:
            yield unknown[n].problem(document)
        elif not each.is_missing or _missed(document, each) not in meant:
            yield from _problems(document, each)


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
    missed = _missed(document, refused) if refused.is_missing else None
    return any(
        place[: len(stray.place)] == stray.place or missed == (*stray.home, stray.place[-1])
        for stray in lost
    )


def _missed(document: Document, refused: Refused) -> Place:
    """Return where a missing key should stand."""
    return (*document.known((*refused.base, *refused.path[:-1])), refused.path[-1])


def _problems(document: Document, refused: Refused) -> Iterator[Problem]:
    path, entry = (*refused.base, *refused.path), refused.entry
    match entry["type"]:
        case "finding":
            for finding in entry["ctx"]["findings"]:
                yield document.finding(finding, document.known(path))
        case "missing" if refused.is_missing:
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


def _unknown(document: Document, refused: Refused, root: type[BaseModel]) -> Unknown:
    place = (*document.known((*refused.base, *refused.path[:-1])), refused.path[-1])
    known = keys(_wanted(document, refused, refused.path[:-1]), document.at(place[:-1]))
    return unknown_key(document, root, place, known)


def _missing(document: Document, refused: Refused) -> Problem:
    key = str(refused.path[-1])
    place = _missed(document, refused)
    kind = _wanted(document, refused, refused.path[:-1])
    model = next(iter(models(kind, document.at(place[:-1]))), refused.model)
    wanted = inside(model, None, (key,))
    said = meanings(model).get(key, "").rstrip(".") or (describe(wanted) if wanted else "")
    right = f"write kind: {describe(wanted)}" if key == "kind" else f"write {key}: …"
    right += f" ({said})" if said and key != "kind" else ""
    return document.problem(place, "missing", right)


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
    right = describe(wanted) if wanted is not None else "another value"
    return document.problem(place, found(entry, path), right + hint(entry, right), on_key=on_key)
