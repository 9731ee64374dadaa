"""MindEval's ratings: a judge's parsed reply, and what several people gave on 1 to 6."""

from __future__ import annotations

import re
from pathlib import Path
from statistics import fmean
from typing import Any

from mhsim.imported import Judged
from mhsim.importing.haul import Haul
from mhsim.importing.people import Fields
from mhsim.importing.records import Record

CRITERIA = (
    "Clinical Accuracy & Competence", "Ethical & Professional Conduct", "Assessment & Response",
    "Therapeutic Relationship & Alliance", "AI-Specific Communication Quality",
)  # fmt: skip
LOWEST, HIGHEST = 1, 6
SCALE = "MindEval 1-6"
_SUMS = ("Overall score", "Average score")
_RESPONSES = re.compile(r"(criterion_?(\d+)|.+_justification)\.responses")


def on_scale(record: Record, what: str, value: Any, line: int, haul: Haul) -> float | None:
    """Return a rating on the scale; anything else is reported and missing."""
    number = isinstance(value, int | float) and not isinstance(value, bool)
    if not number:
        haul.say(record.file, f"{what}: {value!r} is no rating; taken as missing", line)
        return None
    if not LOWEST <= value <= HIGHEST:
        said = f"{what}: {value} is off the scale of {LOWEST} to {HIGHEST}; taken as missing"
        haul.say(record.file, said, line)
        return None
    return value


def judgment(record: Record, haul: Haul) -> Judged:
    """Read a judge's reply; a rating its words do not have is missing, whatever stands there."""
    fields = Fields(record.data)
    parsed, raw = fields.take("parsed_judgment"), fields.take("unparsed_judgment")
    line = record.line()
    given: dict[str, Any] = parsed if isinstance(parsed, dict) else {}
    if not isinstance(parsed, dict):
        haul.say(record.file, "the parsed judgment is no mapping", line)
        fields.left["parsed_judgment"] = parsed
    values: dict[str, Any] = {}
    for name in CRITERIA:
        if name not in given:
            haul.say(record.file, f"no rating of {name!r}", line)
            continue
        place = record.line("parsed_judgment", name)
        values[name] = on_scale(record, name, given[name], place, haul)
        pattern = rf"{re.escape(name)}\W*:\W*\d"
        if given[name] == 3 and isinstance(raw, str) and not re.search(pattern, raw):
            said = f"{name}: 3 stands where the reply has no rating; taken as missing"
            haul.say(record.file, said, place)
            values[name] = None
    left = {name: value for name, value in given.items() if name not in CRITERIA}
    fields.left |= {"parsed_judgment": left} if left else {}
    _sums(record, given, haul, line)
    said = {"reply": raw} if isinstance(raw, str) else {}
    about = (f"{Path(record.file).stem} line {line}",)
    return _judged(haul, record, about=about, values=values, said=said, extra=fields.left)


def _sums(record: Record, given: dict[str, Any], haul: Haul, line: int) -> None:
    rated = [given[n] for n in CRITERIA if isinstance(given.get(n), int | float)]
    for name in _SUMS:
        total = given.get(name)
        if isinstance(total, int | float) and rated and abs(total - fmean(rated)) > 0.01:
            said = f"{name!r} is {total}, the mean of the criteria {fmean(rated):.2f}"
            haul.say(record.file, said, line)


def people_gave(record: Record, about: str, haul: Haul) -> tuple[list[Judged], dict[str, Any]]:
    """Read what several people gave: one judgement for each of them, and what is left."""
    data: dict[str, Any] = record.data
    left = dict(data)
    people: dict[str, dict[str, Any]] = {}
    reasons: dict[str, dict[str, str]] = {}
    for key in data:
        found = _RESPONSES.fullmatch(key)
        if not found:
            continue
        line = record.line(key)
        name = f"criterion_{found[2]}" if found[2] else found[1]
        if found[2] and found[1] != name:
            _once(haul, record.file, f"{found[1]!r} is written without the mark: {name!r}", line)
        given, users = left.pop(key), left.pop(f"{key}.users", None)
        for who, value in _by_user(record, key, given, users, haul):
            if found[2]:
                rated = on_scale(record, name, value, line, haul)
                people.setdefault(who, {})[name] = rated
            else:
                reasons.setdefault(who, {})[name] = str(value)
    numbers = sorted({int(n.rpartition("_")[2]) for v in people.values() for n in v})
    gone = [f"criterion_{n}" for n in range(1, max(numbers, default=1)) if n not in numbers]
    if gone:
        said = f"there is no {', '.join(gone)}, and there is criterion_{numbers[-1]}"
        _once(haul, record.file, said, record.line())
    judged = [
        _judged(
            haul,
            record,
            about=(about,),
            judge=who,
            values=people.get(who, {}),
            said=reasons.get(who, {}),
        )
        for who in dict.fromkeys([*people, *reasons])
    ]
    return judged, left


def _by_user(record: Record, key: str, given: Any, users: Any, haul: Haul) -> list[tuple[str, Any]]:
    values: list[Any] = given if isinstance(given, list) else []
    names: list[Any] = users if isinstance(users, list) else []
    if given is not None and not isinstance(given, list):
        haul.say(record.file, f"{key!r} is no list of responses", record.line(key))
    if values and len(names) != len(values):
        said = f"{key!r}: {len(values)} responses of {len(names)} people"
        haul.say(record.file, said, record.line(key))
    names += [f"rater {n}" for n in range(len(names) + 1, len(values) + 1)]
    return [(str(name), value) for name, value in zip(names, values, strict=False)]


def _once(haul: Haul, file: str, message: str, line: int) -> None:
    """Report what holds for a whole file once, at its first line."""
    if not any(f.file == file and f.message == message for f in haul.findings):
        haul.say(file, message, line)


def _judged(haul: Haul, record: Record, **parts: Any) -> Judged:
    return Judged(format=haul.format, file=record.file, line=record.line(), scale=SCALE, **parts)
