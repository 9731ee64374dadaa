"""PatientHub: characters of every method, sessions, evaluations, and rubrics in YAML."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from mhsim.imported import Judged
from mhsim.importing.haul import Finding, Haul, Talk, Unusable
from mhsim.importing.patienthub_characters import character
from mhsim.importing.patienthub_rubric import rubric
from mhsim.importing.people import Fields, sketch, text_of
from mhsim.importing.reading import Text, files, read_text
from mhsim.importing.records import Record, read_any
from mhsim.importing.roles import messages


def read(path: Path, haul: Haul) -> None:
    """Read a file, or a folder of them."""
    for file in files(path, ".json", ".jsonl", ".yaml", ".yml"):
        try:
            _one(read_text(file, haul), haul)
        except Unusable as error:
            if path.is_file():
                raise
            haul.findings.append(error.finding)
    if not any(haul.counts().values()):
        raise Unusable(Finding(str(path), "nothing of PatientHub in it"))


def _one(source: Text, haul: Haul) -> None:
    if Path(source.file).suffix.lower() in (".yaml", ".yml"):
        rubric(source, haul)
        return
    records = read_any(source, haul)
    if not records:
        haul.say(source.file, "an empty list")
    for record in records:
        data = record.data
        if not isinstance(data, dict):
            haul.say(source.file, "a record that is no mapping; left out", record.line())
        elif "messages" in data:
            _session(record, haul)
        elif "session_id" in data and "evaluation" in data:
            _evaluation(record, haul)
        elif "messages" not in data:
            character(record, data, haul)


def _session(record: Record, haul: Haul) -> None:
    fields = Fields(record.data)
    profile = fields.take("profile")
    who = character(record, profile, haul, "profile") if isinstance(profile, dict) else None
    if who is None:
        haul.say(record.file, "a session without a profile", record.line())
        who = sketch(haul, text_of(profile), record.file)
        fields.left |= {"profile": profile} if profile is not None else {}
    spoken, left = messages(record, ("messages",), haul, {})
    if not isinstance(fields.take("messages"), list):
        haul.say(record.file, "the messages are no list", record.line("messages"))
    number = fields.take("num_turns")
    if not isinstance(number, int) or abs(2 * number - len(spoken)) > 1:
        said = f"num_turns is {number!r}, and there are {len(spoken)} messages"
        haul.say(record.file, said, record.line("num_turns"))
        fields.left["num_turns"] = number
    if spoken and spoken[0].role != "therapist":
        haul.say(record.file, "the client speaks first", spoken[0].line)
    if left:
        fields.left["messages kept apart"] = left
    key = Path(record.file).stem
    where: dict[str, Any] = {"line": record.line(), "key": key, "extra": fields.left}
    haul.talks.append(Talk(who, record.file, tuple(spoken), **where))


def _evaluation(record: Record, haul: Haul) -> None:
    fields = Fields(record.data)
    about, found = fields.take("session_id"), fields.take("evaluation")
    values: dict[str, Any] = {}
    said: dict[str, str] = {}
    for dimension, aspects in found.items() if isinstance(found, dict) else ():
        if not isinstance(aspects, dict) or not aspects:
            line = record.line("evaluation", dimension)
            haul.say(record.file, f"nothing was judged under {dimension!r}", line)
            fields.left.setdefault("evaluation", {})[dimension] = aspects
            continue
        for aspect, given in aspects.items():
            _aspect(record, (dimension, aspect), given, (values, said, fields.left), haul)
    if not isinstance(found, dict):
        haul.say(record.file, "an evaluation that is no mapping", record.line("evaluation"))
        fields.left["evaluation"] = found
    haul.judged.append(
        Judged(
            format=haul.format,
            file=record.file,
            line=record.line(),
            about=(str(about),),
            scale="PatientHub",
            values=values,
            said=said,
            extra=fields.left,
        )
    )


def _aspect(
    record: Record, path: tuple[str, str], given: Any,
    into: tuple[dict[str, Any], dict[str, str], dict[str, Any]], haul: Haul,
) -> None:  # fmt: skip
    values, said, extra = into
    name = ".".join(path)
    fields = Fields(given)
    for key in ("label", "score", "rating"):
        value = fields.left.get(key)
        if isinstance(value, str | int | float):
            values[name] = fields.take(key)
            break
    else:
        values[name] = None
        if "snippets" not in fields.left:
            line = record.line("evaluation", *path)
            haul.say(record.file, f"no label or score for {name!r}", line)
    reasoning = fields.text("reasoning")
    if reasoning:
        said[name] = reasoning
    if fields.left or not isinstance(given, dict):
        extra[name] = fields.left or given
