"""TalkDep's files: a profile and a file of dialogues for each patient, and the true totals."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from mhsim.exporting.order import Conversation, Order
from mhsim.spec.agent import Patient
from mhsim.spec.origin import Severity

PARTS = {
    "Memory and Reflection": ("Life History", "Social Context", "Past Interactions"),
    "Language and Communication Style": (
        "Linguistic Patterns", "Emotional Tone", "Typical Topics",
    ),
    "Behavioral Constraints": (),
    "Response Goals": (),
    "Environment and Context": ("Social Media Activity", "Current Context of Interaction"),
    "Few-Shot Learning Prompts": (),
    "Restricted Responses": (),
}  # fmt: skip
"""Sections of a profile in their order, and what stands below each."""


def talkdep(order: Order) -> list[Path]:
    """Write profiles, conversations and, where totals are known, the truth file."""
    people: dict[str, list[Conversation]] = {}
    for each in order.conversations:
        people.setdefault(each.name, []).append(each)
    paths: list[Path] = []
    totals: list[str] = []
    for name, talks in people.items():
        person = talks[0].person.replace("\n", " ").replace(":", "").replace("*", "")
        patient = talks[0].patient
        severity = patient.origin.severity if patient.origin else None
        if severity is not None and severity.instrument == "BDI-II":
            profile = "\n".join(_profile(person, patient, severity))
            paths.append(order.write(f"patient_profiles/{name}.md", f"{profile}\n"))
            if severity.total is not None:
                totals.append(f"{person} {severity.total}")
        else:
            order.notes.append(f"{name} has no BDI-II total: no profile, no line of truth")
        text = "\n".join(_dialogues(person, talks))
        paths.append(order.write(f"final_conversations/{name}-final-conversation.txt", text))
    if totals:
        text = "\n".join(totals)
        paths.append(order.write("golden_truth_BDI_depression_ranking.txt", f"{text}\n"))
    return paths


def _profile(person: str, patient: Patient, severity: Severity) -> Iterator[str]:
    life = patient.persona[patient.source_locale]
    told = dict(patient.origin.told) if patient.origin else {}
    title = patient.origin.extra.get("title") if patient.origin else None
    yield f"### **{title or person}**"
    yield from ("", "### **Core Persona Components**", "")
    yield f"- **Name:** {person}"
    if life.age is not None:
        yield f"- **Age:** {life.age}"
    if life.gender is not None:
        yield f"- **Gender:** {life.gender}"
    label = f" ({severity.label})" if severity.label else ""
    if severity.total is not None:
        yield f"- **BDI-II Score:** {severity.total}{label}"
    yield from ("", "### **Key Negative Symptoms:**", "")
    for symptom in severity.symptoms:
        said = f' *"{symptom.said}"*' if symptom.said else ""
        level = f" (Severity: {symptom.value})" if symptom.value is not None else ""
        yield f"- **{symptom.name}:**{said}{level}"
    for part, below in PARTS.items():
        yield from ("", f"### **{part}**", "")
        yield from (f"- {text}" for text in told.pop(part, ()))
        for heading in below:
            yield f"- **{heading}:**"
            yield from (f"    - {text}" for text in told.pop(heading, ()))
    for heading, texts in told.items():
        yield from ("", f"### **{heading}**", "")
        yield from (f"- {text}" for text in texts)


def _dialogues(person: str, talks: list[Conversation]) -> Iterator[str]:
    yield from (f"Patient name: {person}", "")
    for number, each in enumerate(talks, 1):
        yield from (f"### **Conversation {number}:**", "")
        for said in each.said:
            speaker = person if said.role == "patient" else "Therapist"
            yield from (f"**{speaker}:** {said.text}", "")
