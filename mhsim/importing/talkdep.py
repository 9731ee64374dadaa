"""TalkDep profiles: Markdown in several dialects, with or without its marks, and a truth file."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from pathlib import Path

from mhsim.importing.haul import Haul
from mhsim.importing.people import age_of, patient, text_of
from mhsim.importing.reading import Text, each
from mhsim.importing.severity import label_findings
from mhsim.importing.truth import Truth, read_truth
from mhsim.spec.origin import Origin, Severity, Symptom

INSTRUMENT, CUTOFFS = "BDI-II", "talkdep"

SYMPTOMS = ("key negative symptoms", "key symptoms (mapped to bdi-ii)", "key characteristics")
PARTS = (
    "core persona components", "memory and reflection", "language and communication style",
    "environment and context",
)  # fmt: skip
TELLING = (
    "Life History", "Social Context", "Past Interactions", "Linguistic Patterns", "Emotional Tone",
    "Typical Topics", "Behavioral Constraints", "Response Goals", "Social Media Activity",
    "Current Context of Interaction", "Few-Shot Learning Prompts", "Restricted Responses",
)  # fmt: skip
"""Headings that tell of the person, in the order of the format."""

_TOLD = {name.lower(): name for name in TELLING}
_FIELD = re.compile(r"(name|age|gender|bdi-ii score)\s*:\s*(.*)", re.IGNORECASE)
_TOTAL = re.compile(r"(-?\d+)\s*(?:/\s*63)?\s*(?:\(([^)]*)\))?")
_LEVEL = re.compile(r"\(\s*severity\s*:?\s*([^)]*)\)", re.IGNORECASE)
_ITEM = re.compile(r"^\s*(?:[-•+]|\d+[.)])\s+")
_TITLE_AGE = re.compile(r"\b(\d{1,3})-year-old", re.IGNORECASE)


@dataclass
class _Profile:
    """What has been read of one profile."""

    fields: dict[str, tuple[str, int]] = field(default_factory=dict)
    symptoms: list[tuple[str, int]] = field(default_factory=list)
    told: dict[str, list[str]] = field(default_factory=dict)
    before: list[str] = field(default_factory=list)
    other: set[str] = field(default_factory=set)


def read(path: Path, haul: Haul) -> None:
    """Read a profile, or a folder of them."""
    truth = read_truth(haul.options.truth, haul) if haul.options.truth else None
    plainly = path.is_dir() and not any(path.rglob("*.md"))
    for source in each(path, haul, ".txt" if plainly else ".md"):
        _one(source, haul, truth, alone=path.is_file())
    if truth is not None:
        names = [p.persona[haul.options.locale].name for p in haul.patients.values()]
        truth.unused([name for name in names if name], haul)


def _one(source: Text, haul: Haul, truth: Truth | None, *, alone: bool) -> None:
    profile = _sections(source)
    if "name" not in profile.fields:
        haul.say(source.file, "no TalkDep profile: no line `Name: …`; left out")
        return
    name = text_of(profile.fields["name"][0])
    line = profile.fields["name"][1]
    stem = Path(source.file).stem
    if name and not alone and name.lower() not in stem.lower():
        haul.say(source.file, f"the file is called {stem!r}, the person {name!r}", line)
    for heading in sorted(profile.other):
        haul.say(source.file, f"a heading that is not TalkDep's: {heading!r}; kept")
    said = profile.fields.get("age", ("", line))
    age = age_of(said[0], haul, source.file, said[1])
    title = _TITLE_AGE.search(" ".join(profile.before))
    if title and age is not None and int(title[1]) != age:
        haul.say(source.file, f"the title says {title[1]} years, the field {age}", said[1])
    severity = _severity(source, profile, haul, truth, name)
    extra = {"title": " ".join(profile.before)} if profile.before else {}
    if said[0] and age is None:
        extra["age"] = said[0]
    told = {heading: tuple(texts) for heading, texts in profile.told.items() if texts}
    for heading in TELLING[:10]:
        if heading not in told:
            haul.say(source.file, f"nothing under {heading!r}")
    origin = Origin(format="talkdep", file=source.file, severity=severity, told=told, extra=extra)
    gender = text_of(profile.fields.get("gender", ("", 0))[0])
    haul.add(name, patient(haul, origin, name=name, age=age, gender=gender))


def _sections(source: Text) -> _Profile:
    """Sort the lines of a profile under what they belong to."""
    profile = _Profile()
    heading: str | None = None
    for number, raw in enumerate(source.lines(), 1):
        line = plain(raw)
        name, _, rest = line.partition(":")
        key = name.strip().lower()
        if not line or set(line) <= set("-–— "):
            continue
        if (key in SYMPTOMS or key in PARTS) and not rest.strip():
            heading = key
        elif key in _TOLD:
            heading = _TOLD[key]
            profile.told.setdefault(heading, []).extend([rest.strip()] if rest.strip() else [])
        elif (found := _FIELD.fullmatch(line)) and heading in (None, "core persona components"):
            profile.fields.setdefault(found[1].lower(), (found[2].strip(), number))
        elif raw.lstrip().startswith("#") and heading is not None:
            heading = line.rstrip(": ")
            profile.other.add(heading)
        else:
            _keep(profile, heading, line, number, begins=bool(_ITEM.match(raw.replace("*", ""))))
    return profile


def _keep(profile: _Profile, heading: str | None, line: str, number: int, *, begins: bool) -> None:
    if heading is None:
        profile.before.append(line)
    elif heading in SYMPTOMS:
        last = profile.symptoms[-1] if profile.symptoms else None
        if last is None or begins or _LEVEL.search(last[0]):
            profile.symptoms.append((line, number))
        else:
            profile.symptoms[-1] = (f"{last[0]} {line}", last[1])
    else:
        profile.told.setdefault(heading, []).append(line)


def plain(raw: str) -> str:
    """Return a line without Markdown's marks: stars, headings, list signs."""
    line = re.sub(r"\*+|^\s*#+", "", raw).strip()
    return re.sub(r"^(?:[-•+]|\d+[.)])(?:\s+|$)", "", line).strip()


def _severity(
    source: Text, profile: _Profile, haul: Haul, truth: Truth | None, name: str | None
) -> Severity:
    said, line = profile.fields.get("bdi-ii score", ("", 0))
    found = _TOTAL.search(said)
    total = int(found[1]) if found else None
    label = text_of(found[2]) if found else text_of(said)
    if total is None:
        haul.say(source.file, f"no BDI-II total{f' in {said!r}' if said else ''}", line or None)
    for message in label_findings(total, label, CUTOFFS):
        haul.say(source.file, message, line or None)
    total = truth.held(name, total, haul, source.file, line or None) if truth and name else total
    symptoms = tuple(_symptom(source, haul, text, at) for text, at in profile.symptoms)
    if not symptoms:
        haul.say(source.file, "no symptoms")
    return Severity(
        instrument=INSTRUMENT, total=total, label=label, cutoffs=CUTOFFS, symptoms=symptoms
    )


def _symptom(source: Text, haul: Haul, text: str, line: int) -> Symptom:
    found = _LEVEL.search(text)
    name, colon, said = _LEVEL.sub("", text).partition(":")
    value = int(found[1]) if found and re.fullmatch(r"\s*\d{1,9}\s*", found[1]) else None
    if value is None:
        what = f"the severity {found[1].strip()!r} is no number" if found else "no severity"
        haul.say(source.file, f"symptom {name.strip()!r}: {what}", line)
    elif value > 3:
        haul.say(source.file, f"symptom {name.strip()!r}: {value} is off the scale of 0 to 3", line)
    said = said.strip().strip('"“”').strip()
    if not colon or not said:
        haul.say(source.file, f"symptom {name.strip()!r}: no words of the person", line)
    extra = {"severity": found[1].strip()} if found and value is None and found[1].strip() else {}
    return Symptom(name=name.strip() or "unnamed", said=said or None, value=value, extra=extra)
