"""MindEval: profiles, interactions, judgments, people's annotations and people's own turns."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

from mhsim.importing.haul import Finding, Haul, Message, Talk, Unusable
from mhsim.importing.mindeval_ratings import judgment, people_gave
from mhsim.importing.people import Fields, age_of, headings, patient, sketch, texts_of
from mhsim.importing.reading import each
from mhsim.importing.records import Record, read_any
from mhsim.importing.roles import CHAT, messages
from mhsim.spec.origin import Origin, Severity

ATTRIBUTES = (
    "name", "sex", "gender_identity", "sexual_orientation", "age", "race", "thought_process",
    "general_outlook", "conversation_style", "recent_mood", "education", "profession",
    "employment_status", "financial_situation", "support_system", "siblings",
    "relationship_status", "living_situation", "exercise", "sleep_quality",
    "attitude_towards_mindfulness", "region", "depressive_symptoms", "anxious_symptoms",
    "program_goal",
)  # fmt: skip
_TAKEN = {"name", "sex", "gender_identity", "age", "profession", "education", "depressive_symptoms"}
_LEVEL = re.compile(r"(minimal(?: to no)?|no|mild|moderate|severe)\b.*\bdepressive symptoms")
_SECRET = re.compile(r"password|api_?key|secret", re.IGNORECASE)
SCALE = "MindEval depressive symptoms"
_HELLO = "Hello"


def read(path: Path, haul: Haul) -> None:
    """Read any of the files, or a folder of them."""
    for source in each(path, haul, ".jsonl", ".json"):
        before = None
        for record in read_any(source, haul):
            before = _one(record, haul, before)
    if not haul.patients and not haul.judged:
        raise Unusable(Finding(str(path), "nothing of MindEval in it"))


def _one(record: Record, haul: Haul, before: Any) -> Any:
    """Read one record; return the profile of a person's turn, so that the next may belong to it."""
    data = record.data if isinstance(record.data, dict) else {}
    if "interaction" in data:
        _interaction(record, haul)
    elif "parsed_judgment" in data:
        haul.judged.append(judgment(record, haul))
    elif "messages" in data and ("member_attributes" in data or "criterion_1.responses" in data):
        _annotated(record, haul)
    elif "patient_profile" in data and "content" in data:
        return _turn(record, haul, before)
    elif "member_attributes" in data:
        _profile(record, data["member_attributes"], haul, "member_attributes")
    else:
        haul.say(record.file, "no record of MindEval; left out", record.line())
    return None


def _profile(record: Record, data: Any, haul: Haul, *path: str) -> str:
    """Add the person of a profile and return the name in the haul."""
    line = record.line(*path)
    if not isinstance(data, dict):
        if isinstance(data, str) and data.strip():
            origin = Origin(format="mindeval", file=record.file, told={"Profile": (data,)})
            return haul.add(None, patient(haul, origin))
        haul.say(record.file, "no profile of the person", line)
        return sketch(haul, None, record.file)
    return _attributes(record, data, haul, path)


def _attributes(record: Record, data: dict[str, Any], haul: Haul, path: tuple[str, ...]) -> str:
    line, fields = record.line(*path), Fields(data)
    missing = [name for name in ATTRIBUTES if name not in data]
    if missing:
        haul.say(record.file, f"the profile lacks {', '.join(missing)}", line)
    for key in [key for key in fields.left if _SECRET.search(key)]:
        haul.say(record.file, f"a secret stands under {key!r}; left out", record.line(*path, key))
        del fields.left[key]
    age = age_of(fields.left.get("age"), haul, record.file, line)
    if age is not None:
        fields.take("age")
    gender, sex = fields.text("gender_identity"), fields.text("sex")
    life: dict[str, Any] = {"name": fields.text("name"), "work": fields.text("profession")}
    life |= {"schooling": fields.text("education"), "gender": gender or sex, "age": age}
    if sex is not None and gender not in (None, sex):
        fields.left["sex"] = sex
    severity = _severity(fields.text("depressive_symptoms"), haul, record.file, line)
    told = fields.told(headings(name for name in ATTRIBUTES if name not in _TAKEN))
    narrative = _narrative(record, fields, path)
    told |= {"Narrative": texts} if (texts := texts_of(narrative)) else {}
    origin = Origin(
        format="mindeval", file=record.file, severity=severity, told=told, extra=fields.left
    )
    return haul.add(life["name"], patient(haul, origin, **life))


def _narrative(record: Record, fields: Fields, path: tuple[str, ...]) -> Any:
    """Take the person's story; a file of profiles has it beside the attributes."""
    narrative = fields.take("backstory", "member_narrative")
    if path != ("member_attributes",):
        return narrative
    rest = {"member_attributes", "member_narrative"}
    if "messages" not in record.data:
        fields.left |= {k: v for k, v in record.data.items() if k not in rest}
    return record.data.get("member_narrative") or narrative


def _severity(label: str | None, haul: Haul, file: str, line: int) -> Severity | None:
    if label is None:
        haul.say(file, "no label of depressive symptoms", line)
        return None
    if not _LEVEL.fullmatch(label.lower()):
        haul.say(file, f"a label of depressive symptoms that is not known: {label!r}", line)
    return Severity(instrument=SCALE, label=label)


def _talk(record: Record, haul: Haul, who: str, key: str, extra: dict[str, Any]) -> None:
    spoken, left = messages(record, (key,), haul, CHAT)
    if not isinstance(record.data[key], list):
        haul.say(record.file, f"{key!r} is no list of messages", record.line(key))
        left = [record.data[key]]
    if (
        key == "interaction"
        and spoken
        and (spoken[0].role != "patient" or spoken[0].text.strip() != _HELLO)
    ):
        said = f"the conversation does not begin with the patient's fixed {_HELLO!r}"
        haul.say(record.file, said, spoken[0].line)
    extra |= {"messages kept apart": left} if left else {}
    haul.talks.append(Talk(who, record.file, tuple(spoken), line=record.line(), extra=extra))


def _interaction(record: Record, haul: Haul) -> None:
    data: dict[str, Any] = record.data
    who = _profile(record, data.get("member_profile"), haul, "member_profile")
    extra = {k: v for k, v in data.items() if k not in ("member_profile", "interaction")}
    _talk(record, haul, who, "interaction", extra)


def _annotated(record: Record, haul: Haul) -> None:
    data: dict[str, Any] = record.data
    about = str(data.get("id") or record.line())
    person = data.get("member_attributes")
    if person is not None:
        who = _profile(record, person, haul, "member_attributes")
    else:
        who = _profile(record, data.get("member_profile"), haul, "member_profile")
    rated, extra = people_gave(record, about, haul)
    haul.judged += rated
    for key in ("messages", "member_attributes"):
        extra.pop(key, None)
    _talk(record, haul, who, "messages", extra)


def _turn(record: Record, haul: Haul, before: Any) -> Any:
    """Read one turn of a person; turns of the same profile that follow each other are one talk."""
    profile = record.data["patient_profile"]
    spoken = record.data.get("content")
    if not isinstance(spoken, str):
        haul.say(record.file, "a turn without text; left out", record.line())
        return before
    said = Message("patient", "patient", spoken, record.line("content"))
    if before is not None and before == profile and haul.talks:
        last = haul.talks[-1]
        haul.talks[-1] = Talk(
            last.patient, last.file, (*last.messages, said), last.line, last.key, last.extra
        )
        return profile
    who = _profile(record, profile, haul, "patient_profile")
    left = {k: v for k, v in record.data.items() if k not in ("patient_profile", "content")}
    haul.talks.append(Talk(who, record.file, (said,), line=record.line(), extra=left))
    return profile
