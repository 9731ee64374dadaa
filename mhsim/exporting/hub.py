"""PatientHub's sessions: one file for each conversation, with the patient's profile in it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from mhsim.exporting.order import Conversation, Order

_ROLES = {"patient": "client", "therapist": "therapist"}
_HEADINGS = {
    "Life History": "life_history", "Social Context": "social_context",
    "Past Interactions": "past_interactions", "Linguistic Patterns": "linguistic_patterns",
    "Emotional Tone": "emotional_tone", "Typical Topics": "typical_topics",
    "Behavioral Constraints": "behavioral_constraints", "Response Goals": "response_goals",
    "Social Media Activity": "social_media_activity",
    "Current Context of Interaction": "current_context_of_interaction",
}  # fmt: skip
"""TalkDep's headings, and what PatientHub calls them."""


def patienthub(order: Order) -> list[Path]:
    """Write sessions."""
    return [
        order.write_json(f"sessions/{each.session.id}.json", _session(each))
        for each in order.conversations
    ]


def _session(each: Conversation) -> dict[str, Any]:
    messages = [
        {"role": _ROLES[said.role], "content": said.text, **each.left(place)}
        for place, said in enumerate(each.said)
    ]
    kept = {k: v for k, v in (each.heard.extra if each.heard else {}).items() if k != "profile"}
    usage = kept.pop("usage", {})
    turns = sum(said.role == "therapist" for said in each.said)
    return {
        "profile": profile(each),
        "messages": messages,
        "num_turns": turns,
        "usage": usage,
        **kept,
    }


def profile(each: Conversation) -> dict[str, Any]:
    """Return a profile: as it was imported, in TalkDep's shape, or with what we know of them."""
    patient, origin = each.patient, each.patient.origin
    if origin is not None and isinstance(origin.extra.get("record"), dict):
        return dict(origin.extra["record"])
    life = patient.persona[patient.source_locale]
    known = life.model_dump(exclude_none=True, include={"age", "gender", "work", "home", "family"})
    made: dict[str, Any] = {"name": each.person, **known}
    severity = origin.severity if origin else None
    if origin is not None and severity is not None and severity.instrument == "BDI-II":
        made |= {"bdi_score": severity.total, "depression_level": severity.label}
        made["key_negative_symptoms"] = [
            {"name": s.name, "description": s.said, "severity": s.value} for s in severity.symptoms
        ]
        named = {name: list(origin.told.get(h, ())) for h, name in _HEADINGS.items()}
        return made | named
    if patient.presentation.items:
        made["truth"] = {
            "instrument": patient.presentation.instrument,
            "items": patient.presentation.items,
        }
    return made
