"""Who is who in messages of other people: words for the patient, words for the other side."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from mhsim.importing.haul import Haul, Message
from mhsim.importing.people import Fields
from mhsim.importing.records import Record, Step

PATIENT = {
    "patient", "client", "seeker", "help-seeker", "help_seeker", "member", "visitor", "persona",
    "来访者", "患者", "求助者",
}  # fmt: skip
THERAPIST = {
    "therapist", "counselor", "counsellor", "clinician", "doctor", "psychologist", "consultant",
    "supporter", "interviewer", "psychiatrist", "provider", "chatbot", "医生", "咨询师",
}  # fmt: skip
CHAT = {"user": "patient", "human": "patient", "assistant": "therapist", "gpt": "therapist"}
"""What chat data calls the two; who of them is ill is said by the format, not by the word."""

SILENT = {"system", "tool"}
"""Speakers that are nobody in the conversation."""


def role_of(speaker: str, more: Mapping[str, str] | None = None) -> str | None:
    """Return whether a word names the patient or the therapist, or None."""
    said = speaker.casefold().strip()
    if more and said in more:
        return more[said]
    if said in PATIENT:
        return "patient"
    return "therapist" if said in THERAPIST else None


def messages(
    record: Record, path: tuple[Step, ...], haul: Haul, more: Mapping[str, str]
) -> tuple[list[Message], list[Any]]:
    """Read a list of messages; what cannot be one is reported and returned apart.

    Args:
        record: the record they stand in.
        path: keys to the list.
        haul: told what does not fit.
        more: words for the two besides the usual ones.

    Returns:
        The messages, and what was left out of them.
    """
    spoken: Any = record.data
    for step in path:
        spoken = spoken[step]
    found: list[Message] = []
    left: list[Any] = []
    for number, data in enumerate(spoken if isinstance(spoken, list) else []):
        line = record.line(*path, number)
        fields = Fields(data)
        text = fields.take("content", "text", "utterance", "message", "value")
        speaker = fields.text("role", "speaker", "from", "who") or ""
        role = role_of(speaker, more)
        if not isinstance(text, str) or (role is None and speaker.casefold() not in SILENT):
            what = "without text" if not isinstance(text, str) else f"of {speaker!r}"
            haul.say(record.file, f"a message {what}; kept apart", line)
        if isinstance(text, str) and role is not None:
            found.append(Message(role, speaker, text, line, fields.left))
        else:
            left.append(data)
    return found, left
