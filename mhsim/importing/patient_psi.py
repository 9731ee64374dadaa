"""Patient-Psi: cognitive diagrams, one situation a record, in the app's and the generator's words.

The generator puts several situations in one record; each becomes a record of the app's kind.
"""

from __future__ import annotations

from collections import defaultdict
from pathlib import Path
from typing import Any

from mhsim.importing.haul import Finding, Haul, Unusable, slug
from mhsim.importing.people import Fields, age_of, patient
from mhsim.importing.reading import each
from mhsim.importing.records import Record, read_any
from mhsim.spec.origin import Origin

APP: dict[str, str] = {
    "history": "Relevant history",
    "helpless_belief": "Core beliefs: helpless",
    "unlovable_belief": "Core beliefs: unlovable",
    "worthless_belief": "Core beliefs: worthless",
    "intermediate_belief": "Intermediate beliefs",
    "intermediate_belief_depression": "Intermediate beliefs during depression",
    "coping_strategies": "Coping strategies",
    "situation": "Situation",
    "auto_thought": "Automatic thoughts",
    "emotion": "Emotions",
    "behavior": "Behavior",
}
"""The app's fields, and the headings they are told under."""

_GENERATOR: dict[str, str] = {
    "life_history": "Relevant history",
    "core_beliefs": "Core beliefs",
    "core_belief_description": "Core belief in words",
    "intermediate_beliefs": "Intermediate beliefs",
    "intermediate_beliefs_during_depression": "Intermediate beliefs during depression",
    "coping_strategies": "Coping strategies",
}
_SITUATION = {
    "situation": "Situation",
    "automatic_thoughts": "Automatic thoughts",
    "emotion": "Emotions",
    "behavior": "Behavior",
}
_OPTIONAL = {"intermediate_belief_depression"}
STYLES = {"plain", "verbose", "tangent", "upset", "reserved", "pleasing"}
_DURING = "[during depression]"


def read(path: Path, haul: Haul) -> None:
    """Read profiles in either dialect."""
    for source in each(path, haul, ".json", ".jsonl"):
        for record in read_any(source, haul):
            one(record, haul)
    if not haul.patients:
        raise Unusable(Finding(str(path), "no Patient-Psi profile in it"))
    _persons(haul)


def one(record: Record, haul: Haul) -> bool:
    """Read one record in the dialect it is in; say whether it was a profile at all."""
    data = record.data
    if isinstance(data, dict) and ("cognitive_models" in data or "life_history" in data):
        _generated(record, haul)
    elif isinstance(data, dict) and set(data) & {"auto_thought", "helpless_belief", "history"}:
        _app(record, haul)
    else:
        haul.say(record.file, "no Patient-Psi profile; left out", record.line())
        return False
    return True


def _app(record: Record, haul: Haul) -> None:
    fields = Fields(record.data)
    line = record.line()
    for name in APP:
        if name not in record.data and name not in _OPTIONAL:
            haul.say(record.file, f"no {name!r}", line)
    beliefs = fields.left.get("intermediate_belief")
    if isinstance(beliefs, str) and _DURING in beliefs:
        before, _, during = beliefs.partition(_DURING)
        fields.left["intermediate_belief"] = before.strip()
        fields.left.setdefault("intermediate_belief_depression", during.strip())
        said = "beliefs during depression stand inside the intermediate belief; told apart"
        haul.say(record.file, said, record.line("intermediate_belief"))
    styles = fields.left.get("type")
    for style in styles if isinstance(styles, list) else ():
        if style not in STYLES:
            haul.say(record.file, f"a style that is not known: {style!r}", record.line("type"))
    _add(record, haul, fields, fields.told(APP))


def _generated(record: Record, haul: Haul) -> None:
    models = record.data.get("cognitive_models")
    situations: list[Any] = models if isinstance(models, list) else [models] if models else []
    if not situations:
        haul.say(record.file, "no cognitive model: the person has no situation", record.line())
        situations = [{}]
    for name in _GENERATOR:
        if name not in record.data:
            haul.say(record.file, f"no {name!r}", record.line())
    for number, situation in enumerate(situations):
        key = str(number + 1) if len(situations) > 1 else None
        _situation(record, haul, number, situation, key)


def _situation(record: Record, haul: Haul, number: int, situation: Any, key: str | None) -> None:
    place = record.line("cognitive_models", number)
    if not isinstance(situation, dict):
        haul.say(record.file, "a cognitive model that is no mapping; kept", place)
    for name in _SITUATION if isinstance(situation, dict) else ():
        if name not in situation:
            haul.say(record.file, f"a cognitive model without {name!r}", place)
    fields, inner = Fields(record.data), Fields(situation)
    fields.take("cognitive_models")
    told = {**fields.told(_GENERATOR), **inner.told(_SITUATION)}
    if inner.left or not isinstance(situation, dict):
        fields.left["cognitive_model"] = inner.left or situation
    _add(record, haul, fields, told, key)


def _add(
    record: Record, haul: Haul, fields: Fields, told: dict[str, tuple[str, ...]],
    number: str | None = None,
) -> None:  # fmt: skip
    line = record.line()
    name = fields.text("name")
    if name is None:
        haul.say(record.file, "no name", line)
    said = fields.left.get("age")
    age = age_of(said, haul, record.file, line) if said is not None else None
    if age is not None:
        fields.take("age")
    gender = fields.text("gender", "sex")
    key = fields.text("id")
    if number is not None:
        key = f"{key or slug(name or record.file)}-{number}"
    origin = Origin(format="patient-psi", file=record.file, key=key, told=told, extra=fields.left)
    who = patient(haul, origin, name=name, age=age, gender=gender)
    haul.add(
        f"{name or 'patient'}-{key.rpartition('-')[2] if number else key}" if key else name, who
    )


def _persons(haul: Haul) -> None:
    """Count the people behind the records, and report ids that stand for several names."""
    people: defaultdict[str, set[str]] = defaultdict(set)
    seen: dict[str, str] = {}
    for name, who in haul.patients.items():
        origin, called = who.origin, who.persona[haul.options.locale].name or "?"
        if origin is None or origin.key is None:
            people[name].add(called)
            continue
        people[origin.key.partition("-")[0]].add(called)
        if origin.key in seen:
            haul.say(origin.file, f"the id {origin.key!r} stands for more than one record")
        seen[origin.key] = name
    for prefix, names in people.items():
        if len(names) > 1:
            said = f"ids that begin with {prefix!r} are called {', '.join(sorted(names))}"
            haul.say(next(iter(haul.patients.values())).origin.file, said)  # type: ignore[union-attr]
    haul.more["persons"] = len(people)
