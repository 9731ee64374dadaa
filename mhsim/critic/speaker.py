"""Who speaks, as far as it decides what they may say without flattening or caricature."""

from __future__ import annotations

from dataclasses import dataclass

from mhsim.lexicon import Lexicon
from mhsim.spec.agent import Persona
from mhsim.spec.formulation import Formulation


@dataclass(frozen=True, slots=True)
class Speaker:
    """What decides how somebody may plausibly talk.

    Args:
        tags: as a persona's.
        vocabulary: use of therapy vocabulary: none, heard, uses; None is unknown.
        licensed: ids of idioms the person would use; None is unknown.
    """

    tags: frozenset[str] = frozenset()
    vocabulary: str | None = None
    licensed: frozenset[str] | None = None

    @classmethod
    def of(cls, persona: Persona | None, formulation: Formulation | None) -> Speaker:
        """Read a speaker off a persona and a formulation."""
        idioms = formulation.idioms if formulation else None
        return cls(
            tags=frozenset(persona.tags) if persona else frozenset(),
            vocabulary=idioms.therapy_vocabulary if idioms else None,
            licensed=frozenset(idioms.licensed) if idioms and idioms.licensed else None,
        )

    @classmethod
    def described(cls, text: str, lexicon: Lexicon) -> Speaker:
        """Read a speaker off a short description such as `F, 38, village, primary school`."""
        ages = [int(word) for word in _numbers(text) if 10 <= int(word) <= 110]
        tags = {hit.name for hit in lexicon.style(text) if hit.kind == "person"}
        if ages and ages[0] < 30:
            tags.add("youth")
        if ages and ages[0] >= 60:
            tags.add("older")
        return cls(tags=frozenset(tags))

    @property
    def treated(self) -> bool:
        """Whether therapy talk is the person's own."""
        return self.vocabulary == "uses" or "treated" in self.tags

    @property
    def modern(self) -> bool:
        """Whether psychological words are around the person."""
        if self.vocabulary == "none":
            return False
        return self.treated or bool(self.tags & {"online"} or {"urban", "youth"} <= self.tags)


def _numbers(text: str) -> list[str]:
    digits = "".join(str(int(c)) if c.isdecimal() else " " for c in text)
    return digits.split()
