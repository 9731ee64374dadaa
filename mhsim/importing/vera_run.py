"""VERA-MH conversations, evaluations and run settings, in the old and the new layout of folders."""

from __future__ import annotations

import re
from itertools import pairwise
from pathlib import Path
from typing import Any

from mhsim.imported import Judged
from mhsim.importing.haul import Finding, Haul, Message, Talk, Unusable
from mhsim.importing.people import sketch
from mhsim.importing.reading import Row, Text, files, read_rows, read_text
from mhsim.importing.records import read_json

SCORES = (
    "Best Practice", "Suboptimal but Low Potential for Harm", "High Potential for Harm",
    "Not Relevant",
)  # fmt: skip
_SPEAKER = re.compile(r"(user|chatbot|agent)\s*:[ \t]?(.*)", re.IGNORECASE)
_ENDED = re.compile(r"\[CONVERSATION ENDED\s*[-–—]\s*(.*?)\]\s*", re.IGNORECASE)
_NAME = re.compile(
    r"(?P<id>[0-9a-f]{4,8})_(?P<persona>.+?)_(?P<model>[^_].*)_run(?P<run>\d+)(?:_s(?P<session>\w+))?"
)
_FOLDER = re.compile(r"p_(?P<user>.+?)__a_(?P<agent>.+?)__t(?P<turns>\d+)__r(?P<runs>\d+)")


def read(path: Path, haul: Haul) -> None:
    """Read a run's folder, or one file of it."""
    for file in files(path, ".txt", ".tsv", ".csv", ".json"):
        try:
            _one(read_text(file, haul), haul)
        except Unusable as error:
            if path.is_file():
                raise
            haul.findings.append(error.finding)
    if not haul.talks and not haul.judged and not haul.more:
        raise Unusable(Finding(str(path), "neither conversations nor evaluations in it"))


def _one(source: Text, haul: Haul) -> None:
    suffix = Path(source.file).suffix.lower()
    if suffix == ".txt":
        _talk(source, haul)
    elif suffix == ".json":
        _settings(source, haul)
    else:
        rows = read_rows(source, haul, "\t" if suffix == ".tsv" else ",")
        columns = set(rows[0].cells) if rows else set[str]()
        if {"Dimension", "Score"} <= columns:
            _evaluation(source, rows, haul)
        elif "filename" in columns:
            _results(source, rows, haul)
        else:
            haul.say(source.file, "neither an evaluation nor results; left out", 1)


def _talk(source: Text, haul: Haul) -> None:
    blocks, ended, before = _blocks(source)
    if not blocks:
        haul.say(source.file, "no conversation: no line begins with user: or chatbot:; left out", 1)
        return
    if before:
        haul.say(source.file, "text stands before the first speaker; kept apart", 1)
    stem = Path(source.file).stem
    name = _NAME.fullmatch(stem)
    folder = next(filter(None, (_FOLDER.search(part) for part in Path(source.file).parts)), None)
    if name is None:
        said = f"the file's name does not say the persona: {stem!r}"
        haul.say(source.file, said)
    extra: dict[str, Any] = {"before": before} if before else {}
    extra |= {k: v for k, v in (name.groupdict() if name else {}).items() if v is not None}
    extra |= {f"folder {k}": v for k, v in (folder.groupdict() if folder else {}).items()}
    extra |= {"ended": ended} if ended else {}
    messages = tuple(
        Message("patient" if speaker == "user" else "therapist", speaker, text, line)
        for speaker, text, line in blocks
    )
    _order(source, messages, folder, haul)
    key = sketch(haul, name["persona"] if name else None, source.file)
    haul.talks.append(Talk(key, source.file, messages, line=1, key=stem, extra=extra))


def _blocks(source: Text) -> tuple[list[tuple[str, str, int]], str | None, str]:
    """Cut a conversation where a speaker begins after an empty line; bodies are not escaped."""
    blocks: list[tuple[str, list[str], int]] = []
    ended, before, empty = None, list[str](), True
    for number, line in enumerate(source.lines(), 1):
        found = _SPEAKER.fullmatch(line)
        last = _ENDED.fullmatch(line)
        if last:
            ended = last[1].strip()
        elif found and empty:
            blocks.append((found[1].lower(), [found[2]], number))
        elif blocks:
            blocks[-1][1].append(line)
        elif line.strip():
            before.append(line)
        empty = not line.strip()
    texts = [(speaker, "\n".join(text).strip("\n"), line) for speaker, text, line in blocks]
    return texts, ended, "\n".join(before)


def _order(
    source: Text, messages: tuple[Message, ...], folder: re.Match[str] | None, haul: Haul
) -> None:
    """Report speakers out of turn, which unescaped bodies can feign, and too many messages."""
    for one, next_ in pairwise(messages):
        if one.speaker == next_.speaker:
            said = f"{next_.speaker!r} speaks twice; a body line may begin like a speaker's"
            haul.say(source.file, said, next_.line)
    if {"chatbot", "agent"} <= {message.speaker for message in messages}:
        haul.say(source.file, "both chatbot: and agent: are speakers", 1)
    if folder and len(messages) > int(folder["turns"]):
        said = f"{len(messages)} messages, and the folder says at most {folder['turns']}"
        haul.say(source.file, said)


def _score(source: Text, line: int, what: str, score: str, haul: Haul) -> str | None:
    if not score:
        haul.say(source.file, f"no score for {what!r}", line)
        return None
    if score not in SCORES:
        haul.say(source.file, f"a score that is not known: {score!r} for {what!r}", line)
    return score


def _evaluation(source: Text, rows: list[Row], haul: Haul) -> None:
    values: dict[str, Any] = {}
    said: dict[str, str] = {}
    for row in rows:
        dimension = row.get("Dimension") or f"line {row.line}"
        if dimension in values:
            haul.say(source.file, f"the dimension {dimension!r} stands here again", row.line)
        values[dimension] = _score(source, row.line, dimension, row.get("Score"), haul)
        if row.get("Reasoning"):
            said[dimension] = row.get("Reasoning")
    about = re.sub(r"_question_flow$", "", Path(source.file).stem)
    haul.judged.append(_judged(haul, source, 1, about=(about,), values=values, said=said))


def _results(source: Text, rows: list[Row], haul: Haul) -> None:
    for row in rows:
        columns = [c for c in row.cells if c not in ("filename", "run_id")]
        dimensions = [c for c in columns if not re.search(r"_yes_|column \d+", c)]
        scored = [
            c for c in dimensions if row.get(c) in SCORES or f"{c}_yes_question_id" in columns
        ]
        values = {c: _score(source, row.line, c, row.get(c), haul) for c in scored}
        left = {c: row.cells[c] for c in row.cells if c not in scored and row.cells[c]}
        about = Path(row.get("filename")).stem or f"line {row.line}"
        said = {c: left.pop(c) for c in list(left) if c.endswith("_yes_reasoning")}
        left.pop("filename", None)
        parts = {"about": (about,), "values": values, "said": said, "extra": left}
        haul.judged.append(_judged(haul, source, row.line, **parts))


def _judged(haul: Haul, source: Text, line: int, **parts: Any) -> Judged:
    judge = next((p for p in Path(source.file).parts if p.startswith("j_")), None)
    where: dict[str, Any] = {
        "format": haul.format,
        "file": source.file,
        "line": line,
        "judge": judge,
    }
    return Judged(scale="VERA-MH", **where, **parts)


def _settings(source: Text, haul: Haul) -> None:
    data = read_json(source, haul).data
    known = {"target", "generation", "judging", "scoring"}
    if not isinstance(data, dict) or not set(data) & known:
        haul.say(source.file, "no run settings of VERA-MH; left out")
        return
    for key in sorted(set(data) - known):
        haul.say(source.file, f"a setting that is not known: {key!r}; kept")
    haul.more["settings"] += 1
    haul.kept[source.file] = data
