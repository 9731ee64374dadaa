"""Keys a model does not know, and which ones were meant."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import NamedTuple

from pydantic import BaseModel

from mhsim.complaint.stray import belongs
from mhsim.document import Document, Place
from mhsim.errors import Problem, listed, nearest, suggestion

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


class Unknown(NamedTuple):
    """A key nobody knows.

    Args:
        place: where it stands.
        right: what would be right.
        meant: where the key that was probably meant would stand.
        found: what is wrong with it.
    """

    place: Place
    right: str
    meant: Place | None = None
    found: str = "unknown key"

    def problem(self, document: Document) -> Problem:
        """Say so."""
        return document.problem(self.place, self.found, self.right, on_key=True)


def unknown_key(
    document: Document, root: type[BaseModel], place: Place, known: Sequence[str]
) -> Unknown:
    """Say what is wrong with a key among which others are known."""
    key, above = str(place[-1]), place[:-1]
    if re.search("(api_?key|token|secret|password)$", key) and "api_key_env" in known:
        right = "write api_key_env: with the name of the variable that holds it"
        return Unknown(place, right, found="a key must not stand in a file")
    tight = re.match(r"([\w-]+):(\S+)$", key)
    if tight and document.at(place) is None:
        right = f"write {tight[1]}: {tight[2]}"
        return Unknown(place, right, (*above, tight[1]), "no space after the colon")
    also = _ALSO_CALLED.get(key)
    near = also if also in known else nearest(key, known)
    if near is not None:
        hint = suggestion(near, [near])
        return Unknown(place, f"one of {listed(known, 20)}{hint}", (*above, near))
    home = belongs(document, root, place)
    if home is not None:
        return Unknown(place, home[1], home[0])
    if document.at(place) is None and _beside_others(document, place):
        right = f"put text that holds commas in quotes; or one of {listed(known, 20)}"
        return Unknown(place, right)
    return Unknown(place, f"one of {listed(known, 20)}")


def _beside_others(document: Document, place: Place) -> bool:
    """Say whether a key stands in the line of others, as inside braces."""
    line = document.keys[place][0]
    return any(
        mark[0] == line
        for other, mark in document.keys.items()
        if other[:-1] == place[:-1] and other != place
    )
