"""Transcripts in general: rows of a table, or records with a list of messages, as D4 has them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from mhsim.importing.haul import Finding, Haul, Message, Talk, Unusable
from mhsim.importing.people import Fields, age_of, patient, sketch, text_of, texts_of
from mhsim.importing.reading import Row, Text, each, read_rows
from mhsim.importing.records import Record, read_any
from mhsim.importing.roles import CHAT, SILENT, messages, role_of
from mhsim.spec.origin import Origin, Severity

SPOKEN = ("messages", "conversation", "conversations", "dialogue", "dialog", "log", "turns")
"""What records call their list of messages."""

USUAL: Mapping[str, tuple[str, ...]] = {
    "speaker": ("speaker", "role", "who", "from", "author", "participant"),
    "text": ("text", "utterance", "content", "message", "value"),
    "conversation": ("conversation", "conversation_id", "dialogue_id", "dialog_id", "session_id"),
    "patient": ("patient", "patient_id", "client_id"),
}
"""What columns are usually called, where nobody says it."""

RISK = "D4 depression risk"
_OURS = {"mhsim", "trial"}


def read(path: Path, haul: Haul) -> None:
    """Read a table or records."""
    for source in each(path, haul, ".csv", ".tsv", ".jsonl", ".json"):
        if Path(source.file).suffix.lower() in (".csv", ".tsv"):
            tab = "\t" in source.text.partition("\n")[0]
            _table(source, read_rows(source, haul, "\t" if tab else ","), haul)
        else:
            _records(source, haul)
    if not haul.talks:
        raise Unusable(Finding(str(path), "no conversation in it"))


def _column(name: str, there: list[str], haul: Haul) -> str | None:
    wanted = haul.options.columns.get(name)
    if wanted is not None:
        return wanted if wanted in there else None
    folded = {column.casefold(): column for column in there}
    return next((folded[usual] for usual in USUAL[name] if usual in folded), None)


def _table(source: Text, rows: list[Row], haul: Haul) -> None:
    there = list(rows[0].cells) if rows else []
    found = {name: _column(name, there, haul) for name in USUAL}
    for name in ("speaker", "text"):
        if found[name] is None:
            asked = haul.options.columns.get(name)
            none = f"no column {asked!r}" if asked else f"no column that is the {name}"
            right = f"there is {', '.join(there) or 'nothing'}; say --map {name}=COLUMN"
            raise Unusable(Finding(source.file, f"{none}; {right}", 1))
    if found["conversation"] is None:
        said = "no column tells conversations apart; all rows are one"
        haul.say(source.file, said, 1)
    talks: dict[str, list[Row]] = {}
    for row in rows:
        talks.setdefault(row.get(found["conversation"] or "") or "1", []).append(row)
    for key, spoken in talks.items():
        _grouped(source, key, spoken, found, haul)


def _grouped(
    source: Text, key: str, rows: list[Row], found: dict[str, str | None], haul: Haul
) -> None:
    speaker, text = found["speaker"] or "", found["text"] or ""
    person = next((row.get(found["patient"] or "") for row in rows), "") or None
    words = {row.get(speaker) for row in rows}
    more = _words(words, person, source.file, rows[0].line, haul)
    known = {speaker, text, found["conversation"], found["patient"]}
    spoken: list[Message] = []
    left: list[dict[str, str]] = []
    for row in rows:
        role = role_of(row.get(speaker), more)
        if role is None:
            if row.get(speaker).casefold() not in SILENT:
                said = f"{row.get(speaker)!r} is neither patient nor therapist; kept apart"
                haul.say(source.file, said, row.line)
            left.append(row.cells)
            continue
        extra = {c: cell for c, cell in row.cells.items() if c not in known and cell}
        spoken.append(Message(role, row.get(speaker), row.cells.get(text, ""), row.line, extra))
    who = sketch(haul, person or _patient_word(spoken), source.file)
    kept = {"messages kept apart": left} if left else {}
    where: dict[str, Any] = {"line": rows[0].line, "key": key, "extra": kept}
    haul.talks.append(Talk(who, source.file, tuple(spoken), **where))


def _patient_word(spoken: list[Message]) -> str | None:
    """Return the patient's name where the speakers are called by name."""
    said = next((m.speaker for m in spoken if m.role == "patient"), None)
    return said if said and role_of(said, CHAT) is None else None


def _words(words: set[str], person: str | None, file: str, line: int, haul: Haul) -> dict[str, str]:
    """Return what else names the two here: chat words, the patient's name, the one left over."""
    more: dict[str, str] = {}
    folded = {word.casefold().strip(): word for word in words if word.strip()}
    chat = [word for word in folded if word in CHAT and role_of(word) is None]
    if chat:
        more |= {word: CHAT[word] for word in chat}
        told = ", ".join(f"{word!r} as the {CHAT[word]}" for word in sorted(chat))
        haul.say(file, f"taken by custom: {told}", line)
    if person is not None and person.casefold() in folded:
        more[person.casefold()] = "patient"
    open_ = [word for word in folded if role_of(word, more) is None and word not in SILENT]
    known = {role_of(word, more) for word in folded} - {None}
    if len(open_) == 1 and len(known) == 1:
        other = "patient" if known == {"therapist"} else "therapist"
        more[open_[0]] = other
        haul.say(file, f"{folded[open_[0]]!r} is the only other speaker; taken as {other}", line)
    return more


def _records(source: Text, haul: Haul) -> None:
    records = read_any(source, haul)
    flat: list[Record] = []
    for record in records:
        key = _spoken_key(record.data)
        if key is not None:
            _record(record, key, haul)
        elif isinstance(record.data, dict):
            flat.append(record)
        else:
            haul.say(source.file, "a record that is no mapping; left out", record.line())
    if flat:
        _table(source, list(_rows(flat)), haul)


def _spoken_key(data: Any) -> str | None:
    keys = SPOKEN if isinstance(data, dict) else ()
    return next((key for key in keys if isinstance(data.get(key), list)), None)


def _rows(records: list[Record]) -> Iterator[Row]:
    for record in records:
        cells = {
            str(key): value if isinstance(value, str) else "; ".join(texts_of(value))
            for key, value in record.data.items()
        }
        yield Row(record.line(), cells)


def _record(record: Record, key: str, haul: Haul) -> None:
    spoken = record.data[key]
    words = {_speaker(message) for message in spoken}
    fields = Fields({name: value for name, value in record.data.items() if name != key})
    own = set(fields.left) >= _OURS
    person = fields.text(haul.options.columns.get("patient") or "patient")
    more = dict(CHAT) if own else _words(words, person, record.file, record.line(), haul)
    found, left = messages(record, (key,), haul, more)
    name = fields.text(haul.options.columns.get("conversation") or "trial", "id", "dialogue_id")
    who = _person(record, fields, person or _patient_word(found), haul)
    if left and any(role_of(_speaker(each), more) is None for each in left):
        fields.left["messages kept apart"] = left
    haul.talks.append(
        Talk(who, record.file, tuple(found), line=record.line(), key=name, extra=fields.left)
    )


def _speaker(message: Any) -> str:
    return Fields(message).text("role", "speaker", "from", "who") or ""


def _person(record: Record, fields: Fields, name: str | None, haul: Haul) -> str:
    """Return the patient: from a portrait, as D4 has it, or only a name."""
    portrait = fields.left.get("portrait")
    if not isinstance(portrait, dict):
        return sketch(haul, name, record.file)
    fields.take("portrait")
    line = record.line("portrait")
    own = Fields(portrait)
    said = own.take("age")
    age = age_of(said, haul, record.file, line)
    if said is not None and age is None:
        own.left["age"] = said
    risk = text_of(own.take("drisk"))
    if risk is None:
        haul.say(record.file, "the portrait has no drisk: the severity is not known", line)
    elif risk not in ("0", "1", "2", "3"):
        haul.say(record.file, f"the drisk {risk!r} is off the scale of 0 to 3", line)
    symptoms = texts_of(own.take("symptoms"))
    severity = Severity(instrument=RISK, label=risk) if risk else None
    origin = Origin(
        format="transcripts", file=record.file, severity=severity, extra=own.left,
        told={"Symptoms": symptoms} if symptoms else {},
    )  # fmt: skip
    life: dict[str, Any] = {
        "name": name,
        "gender": own.text("gender"),
        "work": own.text("occupation"),
    }
    return haul.add(name, patient(haul, origin, age=age, **life))
