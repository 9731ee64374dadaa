"""eRisk's conversations with simulated patients: interaction files, and result files of totals."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

from mhsim.imported import Judged
from mhsim.importing.haul import Finding, Haul, Message, Talk, Unusable
from mhsim.importing.people import Fields, sketch
from mhsim.importing.reading import each
from mhsim.importing.records import Record, read_any

HIGHEST, MOST_SYMPTOMS = 63, 4


def read(path: Path, haul: Haul) -> None:
    """Read an interactions or results file, or a folder of both."""
    for source in each(path, haul, ".json", ".jsonl"):
        for record in read_any(source, haul):
            data = record.data
            if isinstance(data, dict) and "conversation" in data:
                _talk(record, haul)
            elif isinstance(data, dict) and ("bdi-score" in data or "key-symptoms" in data):
                _result(record, haul)
            else:
                said = "neither an eRisk conversation nor a result; left out"
                haul.say(record.file, said, record.line())
    if not haul.talks and not haul.judged:
        raise Unusable(Finding(str(path), "neither eRisk conversations nor results in it"))


def _talk(record: Record, haul: Haul) -> None:
    fields = Fields(record.data)
    name = fields.text("LLM") or None
    if name is None:
        haul.say(record.file, "a conversation that names no patient under 'LLM'", record.line())
    spoken = fields.take("conversation")
    if not isinstance(spoken, list):
        haul.say(record.file, "the conversation is no list of messages", record.line())
        fields.left["conversation"] = spoken
        spoken = []
    made = [_message(record, number, each, name, haul) for number, each in enumerate(spoken)]
    messages = tuple(message for message in made if message is not None)
    left = [data for data, message in zip(spoken, made, strict=True) if message is None]
    fields.left |= {"messages kept apart": left} if left else {}
    key = sketch(haul, name, record.file)
    where: dict[str, Any] = {"line": record.line(), "key": _run(record.file), "extra": fields.left}
    haul.talks.append(Talk(key, record.file, messages, **where))


def _message(
    record: Record, number: int, data: Any, name: str | None, haul: Haul
) -> Message | None:
    line = record.line("conversation", number)
    fields = Fields(data)
    text = fields.take("message", "content")
    speaker = fields.text("role") or ""
    if not isinstance(text, str):
        haul.say(record.file, "a message without text; kept apart", line)
        return None
    role = "therapist" if speaker.lower() == "user" else "patient"
    if role == "patient" and speaker.lower() not in ("assistant", (name or "").lower()):
        haul.say(record.file, f"{speaker!r} speaks; the patient is {name!r}", line)
    return Message(role, speaker or "?", text, line, fields.left)


def _result(record: Record, haul: Haul) -> None:
    fields = Fields(record.data)
    line = record.line()
    name = fields.text("LLM")
    given = fields.take("bdi-score")
    total = given if isinstance(given, int) and not isinstance(given, bool) else None
    symptoms = fields.take("key-symptoms")
    listed = [str(each) for each in symptoms] if isinstance(symptoms, list) else []
    if name is None:
        haul.say(record.file, "a result that names nobody under 'LLM'", line)
    if total is None:
        haul.say(record.file, f"the total {given!r} is no whole number; taken as missing", line)
        fields.left["bdi-score"] = given
    elif not 0 <= total <= HIGHEST:
        haul.say(record.file, f"the total {total} is off the scale of 0 to {HIGHEST}", line)
    if not isinstance(symptoms, list):
        haul.say(record.file, "no list of key symptoms", line)
    elif len(listed) > MOST_SYMPTOMS:
        haul.say(record.file, f"{len(listed)} key symptoms; at most {MOST_SYMPTOMS} count", line)
    if name is not None:
        sketch(haul, name, record.file)
    haul.more["symptoms"] += len(listed)
    haul.judged.append(
        Judged(
            format=haul.format,
            file=record.file,
            line=line,
            about=(name,) if name else (),
            judge=_run(record.file),
            scale="BDI-II",
            values={"total": total, **{f"symptom {n}": s for n, s in enumerate(listed, 1)}},
            extra=fields.left,
        )
    )


def _run(file: str) -> str | None:
    found = re.search(r"(?:manual[-_a-z]*_)?run_?\d+", Path(file).stem)
    return found[0] if found else None
