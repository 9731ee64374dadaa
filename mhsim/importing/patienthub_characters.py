"""PatientHub's characters: sixteen methods, each with a shape of its own, as patients."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from mhsim.importing import patient_psi
from mhsim.importing.haul import Haul, Talk
from mhsim.importing.people import age_of, patient, text_of, texts_of
from mhsim.importing.records import Record, Step
from mhsim.importing.roles import messages
from mhsim.importing.severity import label_findings
from mhsim.importing.talkdep import CUTOFFS
from mhsim.spec.origin import Origin, Severity, Symptom

_LIVES = (
    "profile", "persona", "basic_profile", "demographics", "clinical_profile", "patient_profile",
    "MFC-Profile", "Identifying data", "client_info", "portrait",
)  # fmt: skip
"""Where methods keep who the person is; each may stand in another."""

_KEYS: Mapping[str, tuple[str, ...]] = {
    "name": ("name", "client_name"),
    "age": ("age",),
    "gender": ("gender", "sex", "biological_sex"),
    "work": ("occupation", "occupation_type", "profession"),
    "family": ("family_background", "marital_status", "martial_status", "marital status"),
    "faith": ("religion",),
    "schooling": ("education", "education_level"),
}
_TALKS: Mapping[str, Mapping[str, str]] = {
    "conversation": {"assistant": "patient", "user": "therapist"},
    "assessment_dialogue": {},
    "counseling_dialogue": {},
    "previous_conversations": {},
}
"""Conversations inside characters, and what their chat words mean there."""

_PHQ9 = (
    "anhedonia", "mood", "sleep", "fatigue", "appetite", "worth", "concentration", "psychomotor",
    "self_harm",
)  # fmt: skip
"""Our names of the PHQ-9's items, in its published order."""


def character(record: Record, data: dict[str, Any], haul: Haul, *path: Step) -> str | None:
    """Add a character of whatever method and return its name; None where it is none."""
    if {"auto_thought", "situation"} <= set(data) and not path:
        patient_psi.one(record, haul)
        return None
    life = _life(record, data, haul, path)
    told = {k: texts for k, v in data.items() if k not in _TALKS and (texts := texts_of(v))}
    if not told:
        haul.say(record.file, "a character of whom nothing is told", record.line(*path))
    if life["name"] is None:
        haul.say(record.file, "a character without a name", record.line(*path))
    severity = _severity(record, data, haul, path)
    origin = Origin(
        format="patienthub", file=record.file, severity=severity, told=told,
        extra={"record": {k: v for k, v in data.items() if k not in _TALKS}},
    )  # fmt: skip
    items = _items(record, data, haul, path)
    name = haul.add(life["name"], patient(haul, origin, items=items, **life))
    for key in _TALKS:
        _talks(record, (*path, key), data.get(key), name, haul)
    return name


def _life(record: Record, data: Any, haul: Haul, path: tuple[Step, ...]) -> dict[str, Any]:
    lives = list(_nested(data))
    life: dict[str, Any] = {}
    for ours, theirs in _KEYS.items():
        folded = (
            value for each in lives for key, value in each.items() if key.casefold() in theirs
        )
        life[ours] = next((said for value in folded if (said := text_of(value))), None)
    said = life["age"]
    if said == "-1":
        said = None
        haul.say(record.file, "the age -1 stands for one that is not known", record.line(*path))
    life["age"] = age_of(said, haul, record.file, record.line(*path)) if said else None
    return life


def _nested(data: Any) -> Iterator[dict[str, Any]]:
    if isinstance(data, dict):
        yield data
        for key in _LIVES:
            yield from _nested(data.get(key))


def _severity(
    record: Record, data: dict[str, Any], haul: Haul, path: tuple[Step, ...]
) -> Severity | None:
    if "bdi_score" not in data and "depression_level" not in data:
        return _labelled(data)
    given = data.get("bdi_score")
    total = given if isinstance(given, int) and not isinstance(given, bool) else None
    line = record.line(*path, "bdi_score")
    if total is None:
        haul.say(record.file, f"the bdi_score {given!r} is no whole number", line)
    label = text_of(data.get("depression_level"))
    for message in label_findings(total, label, CUTOFFS):
        haul.say(record.file, message, line)
    symptoms = tuple(_symptoms(record, data, haul, path))
    if not symptoms:
        haul.say(record.file, "no symptoms", record.line(*path, "key_negative_symptoms"))
    return Severity(
        instrument="BDI-II", total=total, label=label, cutoffs=CUTOFFS, symptoms=symptoms
    )


def _symptoms(
    record: Record, data: dict[str, Any], haul: Haul, path: tuple[Step, ...]
) -> Iterator[Symptom]:
    given = data.get("key_negative_symptoms")
    for number, each in enumerate(given if isinstance(given, list) else []):
        line = record.line(*path, "key_negative_symptoms", number)
        fields = dict(each) if isinstance(each, dict) else {"name": each}
        name, said = text_of(fields.pop("name", None)), text_of(fields.pop("description", None))
        value = fields.get("severity")
        if isinstance(value, int) and not isinstance(value, bool):
            fields.pop("severity")
            if not 0 <= value <= 3:
                haul.say(record.file, f"the severity {value} is off the scale of 0 to 3", line)
        else:
            haul.say(record.file, f"the severity {value!r} is no whole number", line)
            value = None
        yield Symptom(name=name or "unnamed", said=said, value=value, extra=fields)


def _labelled(data: dict[str, Any]) -> Severity | None:
    """Return a label some methods have: a level of severity, or a risk."""
    for each in (data, data.get("metadata"), *_nested(data)):
        if isinstance(each, dict):
            for key in ("severity_level", "depression_risk", "drisk"):
                label = text_of(each.get(key))
                if label:
                    return Severity(instrument=f"PatientHub {key}", label=label)
    return None


def _items(
    record: Record, data: dict[str, Any], haul: Haul, path: tuple[Step, ...]
) -> dict[str, int] | None:
    """Return PHQ-9 values where all nine are there and on the scale."""
    scales = data.get("symptoms")
    rated = scales.get("PHQ-9") if isinstance(scales, dict) else None
    if not isinstance(rated, dict):
        return None
    values: dict[str, int] = {}
    open_: list[str] = []
    for number, item in enumerate(_PHQ9, 1):
        given = rated.get(str(number))
        level = given.get("severity_level") if isinstance(given, dict) else None
        if isinstance(level, int) and not isinstance(level, bool) and 0 <= level <= 3:
            values[item] = level
        else:
            open_.append(str(number))
    if open_:
        said = f"PHQ-9: no value from 0 to 3 for {', '.join(open_)}; the truth stays unknown"
        haul.say(record.file, said, record.line(*path, "symptoms", "PHQ-9"))
    return None if open_ else values


def _talks(record: Record, path: tuple[Step, ...], given: Any, name: str, haul: Haul) -> None:
    if not isinstance(given, list) or not given:
        return
    nested = isinstance(given[0], list)
    for number in range(len(given)) if nested else (None,):
        place = path if number is None else (*path, number)
        spoken, left = messages(record, place, haul, _TALKS[str(path[-1])])
        extra = {"messages kept apart": left} if left else {}
        where: dict[str, Any] = {"line": record.line(*place), "key": str(path[-1]), "extra": extra}
        haul.talks.append(Talk(name, record.file, tuple(spoken), **where))
