"""TalkDep conversations: several short dialogues in a file, and whose they really are."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from mhsim.importing.haul import Haul, Message, Talk
from mhsim.importing.people import sketch
from mhsim.importing.reading import Text, each
from mhsim.importing.talkdep import plain

_PATIENT = re.compile(r"patient(?:'s)? name\s*:\s*(.+)", re.IGNORECASE)
_HEAD = re.compile(r"conversation\s*#?\s*(\d+)\s*(?:[:.–—-]\s*(.*))?", re.IGNORECASE)
_BOLD = re.compile(r"\s*(?:\d+[.)]\s*)?\*+([^*:\n]{1,40}?)\s*(?::\s*\*+|\*+\s*:)\s*(.*)")
_BARE = re.compile(r"\s*(?:[-•]\s+|\d+[.)]\s*)?([A-Z][\w.' -]{0,39}?)\s*:\s+(.*)")
_STEM = re.compile(r"^([a-z]+)[-_ ].*conversation", re.IGNORECASE)
CLINICIAN = {
    "therapist", "clinician", "doctor", "counselor", "counsellor", "interviewer", "psychologist",
    "participant", "user", "assistant", "agent", "chatbot", "consultant", "provider", "moderator",
}  # fmt: skip
"""What sources call whoever is not the patient."""


@dataclass
class _Dialogue:
    line: int
    key: str | None = None
    title: str = ""
    said: list[tuple[str, str, int]] = field(default_factory=list)


def read(path: Path, haul: Haul) -> None:
    """Read a file of conversations, or a folder of them."""
    found = [(source, _name(source)) for source in each(path, haul, ".txt", ".md")]
    names = {name for _, name in found if name}
    for source, name in found:
        if name is None:
            haul.say(source.file, "no TalkDep conversations: no `Patient name: …`; left out", 1)
            continue
        _one(source, name, names, haul)


def _name(source: Text) -> str | None:
    for line in source.lines()[:5]:
        found = _PATIENT.fullmatch(plain(line))
        if found:
            return found[1].strip()
    stem = _STEM.match(Path(source.file).stem)
    return stem[1].capitalize() if stem else None


def _one(source: Text, name: str, names: set[str], haul: Haul) -> None:
    stem = Path(source.file).stem.lower()
    if _STEM.match(stem) and name.lower() not in stem:
        haul.say(source.file, f"the file is called {stem!r}, the patient {name!r}", 1)
    key = sketch(haul, name, source.file)
    dialogues = [d for d in _dialogues(source, {*names, name}) if d.said or d.key]
    if not dialogues:
        haul.say(source.file, "no conversation in it")
    for dialogue in dialogues:
        messages = tuple(_messages(source, dialogue, name, names, haul))
        extra = {"title": dialogue.title} if dialogue.title else {}
        where: dict[str, Any] = {"line": dialogue.line, "key": dialogue.key, "extra": extra}
        haul.talks.append(Talk(key, source.file, messages, **where))


def _dialogues(source: Text, names: set[str]) -> list[_Dialogue]:
    known = {name.lower() for name in names} | CLINICIAN
    found = [_Dialogue(1)]
    for number, raw in enumerate(source.lines(), 1):
        line = plain(raw)
        head = _HEAD.fullmatch(line)
        spoken = _BOLD.fullmatch(raw) or _BARE.fullmatch(raw)
        if head and len(line) <= 120:
            found.append(_Dialogue(number, head[1], (head[2] or "").strip()))
        elif _PATIENT.fullmatch(line) or not line or set(line) <= set("-–— "):
            continue
        elif spoken and ("*" in raw[: spoken.end(1) + 1] or spoken[1].strip().lower() in known):
            found[-1].said.append((spoken[1].strip(), spoken[2].strip().strip("*"), number))
        elif found[-1].said:
            speaker, text, at = found[-1].said[-1]
            found[-1].said[-1] = (speaker, f"{text}\n{raw.strip()}".strip("\n"), at)
        else:
            found[-1].title = f"{found[-1].title} {line}".strip()
    return found


def _messages(
    source: Text, dialogue: _Dialogue, name: str, names: set[str], haul: Haul
) -> list[Message]:
    others = {other.lower() for other in names} - {name.lower()}
    messages: list[Message] = []
    for speaker, text, line in dialogue.said:
        role = "therapist" if speaker.lower() in CLINICIAN else "patient"
        if role == "patient" and speaker.lower() != name.lower():
            whose = "another patient" if speaker.lower() in others else "nobody known"
            message = f"{speaker!r} speaks, who is {whose}; the patient is {name!r}"
            _once(haul, source.file, message, line)
        for other in sorted(others) if role == "therapist" else ():
            if re.search(rf"\b(?:hi|hello|hey|thanks|thank you),? {other}\b", text, re.IGNORECASE):
                said = f"the patient is called {other.capitalize()!r}, and is {name!r}"
                _once(haul, source.file, said, line)
        messages.append(Message(role, speaker, text, line))
    return messages


def _once(haul: Haul, file: str, message: str, line: int) -> None:
    """Report something about a file once, at its first line."""
    if not any(f.file == file and f.message == message for f in haul.findings):
        haul.say(file, message, line)
