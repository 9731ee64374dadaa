"""What an importer has found so far: people, conversations, judgements, and what is wrong."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from mhsim.errors import InputError
from mhsim.imported import Judged
from mhsim.registry import Registry
from mhsim.spec.agent import Judge, Patient


@dataclass(frozen=True, slots=True)
class Finding:
    """Something in a source that does not fit, or could not be taken over.

    Args:
        file: the file as it was named.
        message: what was found, and what became of it.
        line: one-based line, where one can be named.
    """

    file: str
    message: str
    line: int | None = None

    def __str__(self) -> str:
        return f"{self.file}:{self.line}: {self.message}" if self.line else self._plain

    @property
    def _plain(self) -> str:
        return f"{self.file}: {self.message}"


@dataclass(frozen=True, slots=True)
class Message:
    """One message. `role` is ours, `speaker` the source's word for who it is."""

    role: str
    speaker: str
    text: str
    line: int | None = None
    extra: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Talk:
    """One conversation.

    Args:
        patient: the name of the patient, in the haul.
        file: the file it stands in.
        messages: in order.
        line: one-based line where it begins.
        key: what it is called there.
        extra: fields that have no word here.
    """

    patient: str
    file: str
    messages: tuple[Message, ...]
    line: int | None = None
    key: str | None = None
    extra: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Options:
    """What the command line adds to a path.

    Args:
        truth: a file of true totals.
        template: a file of a prompt's template.
        columns: what we call a column to what the source calls it.
        locale: where the people are at home, and whose language they speak.
        judge: a judge of ours that rates every conversation, turn by turn.
        model: what answers for it.
    """

    truth: Path | None = None
    template: Path | None = None
    columns: Mapping[str, str] = field(default_factory=dict)
    locale: str = "en-US"
    judge: str | None = None
    model: str = "reference"


class Unusable(InputError):
    """A file nothing can be taken from."""

    def __init__(self, finding: Finding) -> None:
        self.finding = finding
        super().__init__(str(finding))


@dataclass
class Haul:
    """What has been found so far; importers add to it.

    Args:
        format: which format is read.
        options: what the command line said.
        root: the folder files are named from in what is written.
    """

    format: str
    options: Options = field(default_factory=Options)
    root: Path = field(default_factory=Path)
    findings: list[Finding] = field(default_factory=list)
    patients: dict[str, Patient] = field(default_factory=dict)
    sketched: set[str] = field(default_factory=set)
    judges: dict[str, Judge] = field(default_factory=dict)
    talks: list[Talk] = field(default_factory=list)
    judged: list[Judged] = field(default_factory=list)
    kept: dict[str, Any] = field(default_factory=dict)
    more: Counter[str] = field(default_factory=Counter)

    def say(self, file: str, message: str, line: int | None = None) -> None:
        """Report something."""
        finding = Finding(file, message, line)
        if finding not in self.findings:
            self.findings.append(finding)

    def named(self, file: str) -> str:
        """Return a file as it is named in what is written: below the folder imported from."""
        path = Path(file)
        return (
            path.relative_to(self.root).as_posix() if path.is_relative_to(self.root) else path.name
        )

    def settle(self) -> None:
        """Name files of what is written from the root; findings keep the names they were given."""
        for agents in (self.patients, self.judges):
            for name, agent in agents.items():
                if agent.origin is not None:
                    file = {"file": self.named(agent.origin.file)}
                    origin = agent.origin.model_copy(update=file)
                    agents[name] = agent.model_copy(update={"origin": origin})  # type: ignore[assignment]
        self.judged = [j.model_copy(update={"file": self.named(j.file)}) for j in self.judged]
        self.kept = {self.named(file): data for file, data in self.kept.items()}

    def add(self, wanted: str | None, patient: Patient, *, sketched: bool = False) -> str:
        """Add a patient and return the name given; one who is there already is not added twice.

        Args:
            wanted: what the source calls them.
            patient: the patient.
            sketched: whether no more than a name is known, so that no file is written.
        """
        name = base = slug(wanted or "somebody")
        number = 1
        while name in self.patients and not _same(self.patients[name], patient):
            number += 1
            name = f"{base}-{number}"
        if sketched and name not in self.patients:
            self.sketched.add(name)
        self.patients.setdefault(name, patient)
        return name

    @property
    def landing(self) -> dict[str, Patient]:
        """The patients that are more than a name."""
        return {name: who for name, who in self.patients.items() if name not in self.sketched}

    def counts(self) -> dict[str, int]:
        """Count what was found; what is named here is always there."""
        people = self.patients.values()
        severities = [p.origin.severity for p in people if p.origin and p.origin.severity]
        counted = {
            "patients": len(self.patients),
            "symptoms": sum(len(severity.symptoms) for severity in severities),
            "conversations": len(self.talks),
            "messages": sum(len(talk.messages) for talk in self.talks),
            "questions": sum(len(judge.questions or {}) for judge in self.judges.values()),
            "judgements": len(self.judged),
        }
        return counted | {n: counted.get(n, 0) + more for n, more in self.more.items()}


def _same(one: Patient, other: Patient) -> bool:
    """Say whether two records tell of the same person in the same words, wherever they stand."""
    return _bare(one) == _bare(other)


def _bare(patient: Patient) -> Patient:
    if patient.origin is None:
        return patient
    origin = patient.origin.model_copy(update={"file": "", "key": None})
    return patient.model_copy(update={"origin": origin})


def slug(text: str) -> str:
    """Make a name of any text: small letters, digits and `-`, at most 48 characters."""
    plain = re.sub(r"[^a-z0-9]+", "-", text.lower()).strip("-")[:48].strip("-")
    if not plain:
        return "patient"
    return plain if plain[0].isalpha() else f"p-{plain}"


Importer = Callable[[Path, Haul], None]
"""Reads a path into a haul; raises `Unusable` where nothing can be taken from it."""

IMPORTERS: Registry[Importer] = Registry("mhsim.importers", "format")
