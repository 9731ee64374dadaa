"""Loose fields as a patient: what fits is taken over, what does not is kept under `extra`."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any

from mhsim.importing.haul import Haul
from mhsim.spec.agent import Patient, Persona, Presentation
from mhsim.spec.origin import Origin, Severity

_UNKNOWN = {
    "", "not specified", "cannot be identified", "unknown", "n/a", "none", "null", "unspecified",
    "not mentioned", "foo",
}  # fmt: skip
"""What sources write where they do not know."""


def text_of(value: Any) -> str | None:
    """Return a value as text, or None where the source says it does not know."""
    if isinstance(value, bool) or value is None or isinstance(value, dict | list):
        return None
    said = str(value).strip()
    return None if said.lower() in _UNKNOWN else said


def texts_of(value: Any) -> tuple[str, ...]:
    """Return texts of a text, a list of texts or a mapping, without the empty ones."""
    if isinstance(value, dict):
        return tuple(
            f"{key}: {said}" for key, each in value.items() for said in texts_of(each) if said
        )
    if isinstance(value, list):
        return tuple(said for each in value for said in texts_of(each))
    if value is None or value == "":
        return ()
    said = str(value).strip()
    return (said,) if said else ()


def age_of(value: Any, haul: Haul, file: str, line: int | None) -> int | None:
    """Return an age in years from 12 to 110; anything else is reported and left open."""
    said = text_of(value)
    if said is None:
        return None
    whole = re.fullmatch(r"(\d{1,3})(?:\.0)?(?: *(?:years?(?: old)?|y/?o))?", said, re.IGNORECASE)
    if whole is None:
        haul.say(file, f"the age {said!r} is no number of years; kept as it is", line)
        return None
    age = int(whole[1])
    if not 12 <= age <= 110:
        haul.say(file, f"the age {age} is not from 12 to 110 years; kept as it is", line)
        return None
    return age


class Fields:
    """The fields of one record; each is taken once, and what is left is extra.

    Args:
        data: the record; anything that is no mapping has no fields.
    """

    def __init__(self, data: Any) -> None:
        self.left: dict[str, Any] = dict(data) if isinstance(data, Mapping) else {}

    def take(self, *names: str) -> Any:
        """Take the first of some fields that is there, whatever the case."""
        for name in names:
            for key in self.left:
                if key.casefold() == name.casefold():
                    return self.left.pop(key)
        return None

    def text(self, *names: str) -> str | None:
        """Take a field that is a text; any other kind of value stays where it is."""
        for name in names:
            for key, value in self.left.items():
                if key.casefold() == name.casefold() and _plain(value):
                    return text_of(self.left.pop(key)) if text_of(value) else None
        return None

    def told(self, headings: Mapping[str, str]) -> dict[str, tuple[str, ...]]:
        """Take fields that tell of the person: field to heading."""
        found = {heading: texts_of(self.take(name)) for name, heading in headings.items()}
        return {heading: texts for heading, texts in found.items() if texts}


def _plain(value: Any) -> bool:
    return isinstance(value, str | int | float) and not isinstance(value, bool)


def headings(names: Iterable[str]) -> dict[str, str]:
    """Return fields with themselves as headings."""
    return {name: name for name in names}


def patient(
    haul: Haul,
    origin: Origin,
    *,
    about: str | None = None,
    items: Mapping[str, int] | None = None,
    **life: Any,
) -> Patient:
    """Return a patient with what is known of them.

    Args:
        haul: says which format and locale it is.
        origin: where the record stands, and what it says.
        about: one line for lists; made of name and label, without it.
        items: PHQ-9 item values, only where the source has every one of them.
        life: `name`, `age`, `gender`, `home`, `work`, `family`, `faith`, `schooling`.
    """
    known: dict[str, Any] = dict.fromkeys(("name", "age", "gender", "home", "work", "family"))
    name = life.get("name")
    return Patient(
        kind="patient",
        about=about or _about(haul, name, origin.severity),
        presentation=Presentation(
            instrument="phq9" if items else None, items=dict(items or {}), since=None
        ),
        persona={haul.options.locale: Persona(**{**known, **life})},
        origin=origin,
    )


def _about(haul: Haul, name: str | None, severity: Severity | None) -> str:
    who = f"{name or 'Somebody'}, imported from {haul.format}"
    if severity is None or (severity.total is None and severity.label is None):
        return f"{who}."
    total = "" if severity.total is None else f"{severity.instrument or 'total'} {severity.total}"
    return f"{who}: {', '.join(filter(None, [total, severity.label]))}."


def sketch(haul: Haul, name: str | None, file: str) -> str:
    """Add somebody of whom only the name is known, and return the name in the haul."""
    origin = Origin(format=haul.format, file=file)
    return haul.add(name, patient(haul, origin, name=name), sketched=True)
