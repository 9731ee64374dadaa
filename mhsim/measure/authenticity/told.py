"""A stored session as the measures see it: the patient's side, who it is, and what was told."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cached_property

from mhsim.casting import persona
from mhsim.critic import Speaker
from mhsim.lexicon import Lexicon
from mhsim.measure.authenticity.dialogue import Dialogue
from mhsim.spec.agent import Patient, Persona, Therapist
from mhsim.store import Run, Session
from mhsim.text import sentences

_NUMBERS = re.compile(r"[$€£¥₹৳]?\d+(?:[.,:]\d+)*")
_NAMES = re.compile(r"[\s,;，、।()（）]+")


@dataclass(frozen=True)
class Told:
    """One session's dialogue, with what pairs and compares it.

    Args:
        seed: the same in every arm and locale for the same cast and replicate: twins share it.
        band: severity band of the presentation; None where that is unknown.
        life: the biography in this arm.
        dialogue: the patient's side.
        lexicon: the locale's.
    """

    seed: int
    band: str | None
    life: Persona
    dialogue: Dialogue
    lexicon: Lexicon

    @cached_property
    def topics(self) -> dict[str, str]:
        """Item to the sentences that speak of it."""
        return topics(self.dialogue, self.lexicon)

    @cached_property
    def masked(self) -> str:
        """The dialogue without the person's name, places and numbers."""
        text = _NUMBERS.sub("…", "\n".join(self.dialogue.turns))
        names = " ".join(filter(None, (self.life.name, self.life.home)))
        for name in sorted(_NAMES.split(names), key=len, reverse=True):
            text = text.replace(name, "…") if len(name) > 1 else text
        return text


def topics(dialogue: Dialogue, lexicon: Lexicon) -> dict[str, str]:
    """Return, by item, the sentences of a dialogue that speak of it."""
    found: dict[str, list[str]] = {}
    for sentence in (s for turn in dialogue.turns for s in sentences(turn)):
        for name in dict.fromkeys(h.name for h in lexicon.hits(sentence) if h.kind == "item"):
            found.setdefault(name, []).append(sentence)
    return {name: " ".join(said) for name, said in found.items()}


def told(run: Run, session: Session, lexicon: Lexicon) -> Told:
    """Return a session as the measures see it."""
    trial = session.opening.trial
    role, patient = next(
        (role, agent)
        for role, name in trial.cast.items()
        if isinstance(agent := run.plan.agents[name], Patient)
    )
    arm = run.plan.scenario.arms[trial.arm]
    life = persona(patient, trial.locale, arm.localize)
    # What is authentic is decided by the person's own formulation, whatever the arm made of it.
    formulation = patient.formulation.get(trial.locale)
    dialogue = Dialogue(
        patient=trial.cast[role],
        locale=trial.locale,
        turns=[u.text for u in session.transcript if u.role == role],
        speaker=Speaker.of(life, formulation),
        formulation=formulation,
        woman=_known(life, "women", "men"),
        rural=_known(life, "rural", "educated") if arm.localize != "nationality" else None,
        asked=_asked(run, session, lexicon),
    )
    return Told(trial.seed, _band(run, patient), life, dialogue, lexicon)


def _band(run: Run, patient: Patient) -> str | None:
    total = patient.presentation.total
    instrument = run.plan.instruments.get(patient.presentation.instrument or "")
    return instrument.band(total) if instrument and total is not None else None


def _known(life: Persona, tag: str, other: str) -> bool | None:
    return tag in life.tags if life.tags & {tag, other} else None


def _asked(run: Run, session: Session, lexicon: Lexicon) -> int | None:
    """Return the first turn in which a therapist asked directly about the wish to die."""
    for said in session.transcript:
        agent = run.plan.agents[session.opening.trial.cast[said.role]]
        hits = lexicon.hits(said.text) if isinstance(agent, Therapist) else ()
        if any(hit.kind == "asks_safety" for hit in hits):
            return said.turn
    return None
