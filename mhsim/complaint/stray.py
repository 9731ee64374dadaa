"""Keys that stand at the wrong depth: too far in, or not far enough."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any, NamedTuple

from pydantic import BaseModel

from mhsim.complaint.expected import bare, field, inside, is_model, keys, models
from mhsim.document import Document, Place
from mhsim.errors import Problem

_COMMON = ("about", "kind", "name")
"""Keys that too many models have to tell where one belongs."""


class Stray(NamedTuple):
    """A key read as an entry of a mapping of names that belongs to a model further out.

    Args:
        place: where it stands.
        home: where the model stands that has this key.
    """

    place: Place
    home: Place

    def problem(self, document: Document) -> Problem:
        """Say so."""
        above = self.place[len(self.home)]
        found = f"{self.place[-1]!r} stands below {document.dotted(self.place[:-1])}"
        right = f"indent it like {above!r}"
        return document.problem(self.place, found, right, on_key=True)


def strays(document: Document, root: type[BaseModel], wrong: Iterable[Place]) -> list[Stray]:
    """Return keys that stand too deep on the way to something wrong."""
    found: dict[Place, Stray] = {}
    for place in wrong:
        for end in range(2, len(place) + 1):
            stray = _stray(document, root, place[:end])
            if stray is not None:
                found.setdefault(stray.place, stray)
    return list(found.values())


def _stray(document: Document, root: type[BaseModel], place: Place) -> Stray | None:
    above = inside(root, document.data, place[:-1])
    if above is None or any(is_model(b.type) for b in bare(above)):
        return None
    home = _home(document, root, place)
    return Stray(place, home) if home is not None else None


def _home(document: Document, root: type[BaseModel], place: Place) -> Place | None:
    """Return the nearest model further out that has this key and lacks it."""
    for end in range(len(place) - 2, -1, -1):
        here, data = inside(root, document.data, place[:end]), document.at(place[:end])
        lacks = isinstance(data, dict) and place[-1] not in data
        if lacks and place[-1] in keys(here, data) and place[-1] not in _COMMON:
            return place[:end]
    return None


def belongs(document: Document, root: type[BaseModel], place: Place) -> tuple[Place, str] | None:
    """Return where an unknown key belongs, and how to say so, if a model nearby has it."""
    home = _home(document, root, place)
    if home is not None:
        return (*home, place[-1]), f"indent it like {place[len(home)]!r}, where it belongs"
    here = inside(root, document.data, place[:-1])
    for name in _below(here, document.at(place[:-1]), place[-1]):
        meant = (*place[:-1], name, place[-1])
        return meant, f"indent it below {name!r}, where it belongs"
    return None


def _below(kind: Any, data: Any, key: object) -> Iterator[str]:
    """Yield the keys of a model that hold a model with this key."""
    for model in models(kind, data)[:1]:
        for name in model.model_fields:
            inner = [b.type for b in bare(field(model, name)) if is_model(b.type)]
            if len(inner) == 1 and field(inner[0], key) is not None:
                yield name
