"""What an export is asked for, and what every form is made from: conversations, plainly."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

from mhsim.casting import persona
from mhsim.imported import Heard, heard
from mhsim.lexicon import Lexicon, screen
from mhsim.record import Rating, RiskLevel, Utterance
from mhsim.registry import Registry
from mhsim.spec.agent import Patient
from mhsim.store import Run, Session
from mhsim.text import nfc


@dataclass(frozen=True)
class Conversation:
    """One closed conversation.

    Args:
        session: as it is stored.
        name: the patient's name among agents.
        patient: the patient.
        person: what the patient is called in this arm and locale; the agent's name if nobody knows.
        risks: how the patient's words speak of death or self-harm, utterance by utterance.
        heard: what is known of where it came from, if it was imported.
    """

    session: Session
    name: str
    patient: Patient
    person: str
    risks: tuple[RiskLevel, ...]
    heard: Heard | None = None

    @property
    def said(self) -> list[Utterance]:
        """What was finally said, by the patient and the therapist alone."""
        return [u for u in self.session.transcript if u.role in ("patient", "therapist")]

    @property
    def risky(self) -> bool:
        """Whether any of the patient's words may speak of death or self-harm."""
        return any(level != "none" for level in self.risks)

    def left(self, place: int) -> Mapping[str, Any]:
        """Return fields that a message had where it was imported from."""
        return self.heard.messages.get(place, {}) if self.heard else {}

    def rating(self, judge: str, turn: int) -> Rating | None:
        """Return a judge's rating after a turn; None where there is none."""
        return next((r for r in self.session.ratings(judge) if r.turn == turn), None)


@dataclass
class Order:
    """An export that is asked for; forms write into `out` and say what they left out.

    Args:
        run: what is exported.
        out: the folder it goes to.
        include_risk: whether conversations that may speak of self-harm go into data sets.
        notes: what a reader should know: what was left out, and why.
    """

    run: Run
    out: Path
    include_risk: bool = False
    notes: list[str] = field(default_factory=list)

    @cached_property
    def conversations(self) -> list[Conversation]:
        """Every closed conversation with a patient in it, in planned order."""
        known = heard(self.run.path)
        lexicons = {locale: Lexicon(pack) for locale, pack in self.run.plan.packs.items()}
        return [
            conversation
            for session in self.run.sessions()
            if (conversation := self._taken(session, known.get(session.id), lexicons))
        ]

    @cached_property
    def released(self) -> list[Conversation]:
        """Those that go into a data set: without risk, unless it is asked for."""
        if self.include_risk:
            return self.conversations
        kept = [c for c in self.conversations if not c.risky]
        left = len(self.conversations) - len(kept)
        if left:
            self.notes.append(
                f"{left} conversations that may speak of death or self-harm are left out; "
                "--include-risk takes them in"
            )
        return kept

    @property
    def judges(self) -> list[str]:
        """The roles that rated in any conversation."""
        return sorted({judge for c in self.conversations for judge in c.session.judges})

    def write(self, name: str, text: str) -> Path:
        """Write a text file below the folder."""
        path = self.out / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8", newline="")
        return path

    def write_lines(self, name: str, records: Iterable[Mapping[str, Any]]) -> Path:
        """Write JSON Lines."""
        return self.write(name, "".join(f"{json.dumps(r, ensure_ascii=False)}\n" for r in records))

    def write_json(self, name: str, data: object) -> Path:
        """Write JSON."""
        return self.write(name, f"{json.dumps(data, ensure_ascii=False, indent=2)}\n")

    def _taken(
        self, session: Session, source: Heard | None, lexicons: Mapping[str, Lexicon]
    ) -> Conversation | None:
        plan, trial = self.run.plan, session.opening.trial
        for name in trial.cast.values():
            patient = plan.agents[name]
            if isinstance(patient, Patient):
                life = persona(patient, trial.locale, plan.scenario.arms[trial.arm].localize)
                risks = tuple(self._risks(session, lexicons))
                return Conversation(session, name, patient, life.name or name, risks, source)
        return None

    def _risks(self, session: Session, lexicons: Mapping[str, Lexicon]) -> Iterator[RiskLevel]:
        """Yield the level of each of the patient's utterances: as screened, or screened now."""
        there = [lexicons[session.locale]] if session.locale in lexicons else []
        screened: dict[int, RiskLevel] = {risk.turn: risk.level for risk in session.risks}
        for utterance in session.transcript:
            if utterance.role == "patient":
                level: RiskLevel = screen(nfc(utterance.text), there)[0]
                yield level if level != "none" else screened.get(utterance.turn, "none")


Exporter = Callable[[Order], list[Path]]
"""Writes a run in one form and returns the files."""

EXPORTERS: Registry[Exporter] = Registry("mhsim.exporters", "form")
