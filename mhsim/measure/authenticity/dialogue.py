"""What the measures look at: a patient's utterances, in order, and who the patient is."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from mhsim.critic import Speaker
from mhsim.spec.formulation import Formulation

_HAN = re.compile("[\u4e00-\u9fff]")
_WORD = re.compile(r"[^\W\d_]+(?:['’\-][^\W\d_]+)*[\u0900-\u0DFF\w]*")
_HAN_PER_WORD = 1.6
"""Chinese characters to a word; to be calibrated on a segmented reference."""


@dataclass(frozen=True, slots=True)
class Dialogue:
    """One conversation's patient side.

    Args:
        patient: who it is; the same name across locales is the same person.
        locale: its locale.
        turns: what the patient finally said, a turn after the other.
        speaker: how the patient may plausibly talk.
        formulation: the patient's own, where there is one.
        woman: whether verb endings should be feminine; None where that is unknown.
        rural: whether the patient speaks the colloquial variety; None where that is unknown.
        asked: one-based turn of the first direct question about the wish to die; None if never.
    """

    patient: str
    locale: str
    turns: Sequence[str]
    speaker: Speaker = field(default_factory=Speaker)
    formulation: Formulation | None = None
    woman: bool | None = None
    rural: bool | None = None
    asked: int | None = None

    @property
    def words(self) -> float:
        """How many words were said; Chinese characters count as 1/1.6 of a word."""
        return sum(words(turn) for turn in self.turns)


def words(text: str) -> float:
    """Count words: runs of letters with their marks, Chinese characters by 1.6 to a word."""
    han = len(_HAN.findall(text))
    return han / _HAN_PER_WORD + len(_WORD.findall(_HAN.sub(" ", text)))
