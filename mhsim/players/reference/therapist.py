"""Therapists that ask in ordinary words: one in stages, one following the person."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from random import Random

from mhsim.errors import InputError, PlayerError
from mhsim.lexicon import Lexicon
from mhsim.players.reference.reading import evidence, question
from mhsim.players.reference.stream import stream
from mhsim.players.reference.words import join
from mhsim.record import Utterance
from mhsim.spec.agent import TOPICS, Speech, Therapist
from mhsim.table import Ask, Brief, Filled, Form, Line

STAGES = (
    "sleep", "fatigue", "appetite", "anhedonia", "mood", "concentration", "worth", "psychomotor",
    "self_harm",
)  # fmt: skip
"""The order a staged interview asks in: body first, the hardest last."""

_PATIENCE = 2
"""How many answers without anything new end an open conversation."""


class ReferenceTherapist:
    """Asks from its own sentences in the locale's language; never the same one twice.

    Raises:
        InputError: the therapist has no speech for the locale.
    """

    def __init__(self, brief: Brief) -> None:
        assert isinstance(brief.agent, Therapist)
        speech = brief.agent.speech.get(brief.trial.locale)
        if speech is None or brief.lexicon is None:
            raise InputError(
                f"{brief.trial.cast[brief.role]!r} has no speech for {brief.trial.locale}, and the "
                "reference simulator needs it"
            )
        self._speech: Speech = speech
        self._style = brief.agent.style
        self._lexicon: Lexicon = brief.lexicon
        self._role = brief.role
        self._warmth = 0.9 if "clinician_style" in brief.layers else 0.6
        self._stream = f"{brief.trial.seed}/therapist"
        self._groups = _groups(speech)
        self._heard = 0
        self._said: set[str] = set()
        self._items_asked: Counter[str] = Counter()
        self._present: dict[str, None] = {}
        self._scaled: set[str] = set()
        self._quiet = 0
        self._asked: tuple[str, ...] = ()

    async def fill(self, ask: Ask, form: type[Form]) -> Filled[Form]:
        """Refuse: a therapist fills no forms here."""
        raise PlayerError("role_drift", "the reference therapist fills no forms")

    async def say(self, ask: Ask) -> Line:
        """Open, ask on, enquire about safety, or close."""
        for utterance in ask.transcript[self._heard :]:
            if utterance.role == self._role and utterance.turn == ask.turn:
                break
            self._take(utterance)
            self._heard += 1
        draw = Random(f"{self._stream}/{ask.turn}/{ask.revision}")
        closes = False
        if ask.task == "safety":
            said = self._safety(draw)
        elif ask.draft is not None:
            said = self._mended(ask, draw)
        elif ask.turn == 1:
            said = self._from(draw, "opening")
        else:
            said, closes = self._onward(draw)
        stream(ask, said, self._lexicon.language)
        return Line(join(said, self._lexicon.language), closes=closes)

    def _take(self, utterance: Utterance) -> None:
        if utterance.role == self._role:
            self._note_own(utterance.text)
            return
        before = len(self._present) + len(self._scaled)
        for found in evidence(utterance.text, self._lexicon):
            # An answer that names no item answers the last question, if that asked one thing.
            item = found.item or (self._asked[0] if len(self._asked) == 1 else None)
            if item is None:
                continue
            if found.level is not None or found.denied:
                self._scaled.add(item)
            if not found.denied:
                self._present.setdefault(item)
        self._quiet = self._quiet + 1 if len(self._present) + len(self._scaled) == before else 0

    def _note_own(self, text: str) -> None:
        self._asked = question(text, self._lexicon).items
        for name, sentences in self._groups.items():
            said = [sentence for sentence in sentences if sentence in text]
            self._said.update(said)
            if said and name.startswith("items."):
                self._items_asked[name.removeprefix("items.")] += len(said)

    def _onward(self, draw: Random) -> tuple[list[str], bool]:
        if self._style == "staged":
            return self._staged(draw)
        return self._following(draw)

    def _staged(self, draw: Random) -> tuple[list[str], bool]:
        """Follow up how often, then the next item; a look at life in the second turn."""
        said = self._from(draw, "reflect") if self._present and draw.random() < self._warmth else []
        if not self._items_asked and not self._said & set(self._all_ground()):
            return said + self._from(draw, *self._ground(draw)), False
        waiting = [i for i in self._present if i not in self._scaled]
        follow = next((i for i in waiting if self._left(f"often.{i}")), None)
        if follow is not None:
            said += self._from(draw, f"often.{follow}")
        nexts = [i for i in STAGES if not self._was_asked(i) and i not in self._scaled]
        if nexts:
            item = nexts[0]
            if item == "self_harm" and said and follow is not None:
                return said, False  # never in passing: it gets a turn of its own
            return said + self._from(draw, f"items.{item}"), False
        if follow is not None:
            return said, False
        again = [i for i in STAGES if i not in self._scaled and i not in self._present]
        again = [i for i in again if self._items_asked[i] < 2 and self._left(f"items.{i}")]
        if again:
            return said + self._from(draw, f"items.{again[0]}"), False
        return self._from(draw, "closing"), True

    def _following(self, draw: Random) -> tuple[list[str], bool]:
        """Acknowledge, then stay with what was said, or open another door."""
        said = self._from(draw, "reflect")
        if not said or (self._quiet >= _PATIENCE and not self._left_items()):
            return self._from(draw, "closing"), True
        waiting = [i for i in self._present if i not in self._scaled]
        doors: list[list[str]] = []
        if waiting:
            doors.append([f"often.{waiting[-1]}"])
        doors.append(["invite"])
        doors.append(self._ground(draw))
        if self._quiet or draw.random() < 0.45:
            doors.insert(0, [f"items.{i}" for i in self._left_items()[:2]])
        for door in doors if self._quiet else draw.sample(doors, len(doors)):
            question = self._from(draw, *door)
            if question:
                return said + question, False
        return said, False

    def _safety(self, draw: Random) -> list[str]:
        """Ask directly; once that was asked, what keeps the person going."""
        asked = self._said & set(self._groups["safety"])
        first, second = ("safety_follow", "safety") if asked else ("safety", "safety_follow")
        return self._from(draw, "reflect") + (self._from(draw, first) or self._from(draw, second))

    def _mended(self, ask: Ask, draw: Random) -> list[str]:
        """Mend a returned draft: acknowledge first, ask one thing, ask about safety if missed."""
        assert ask.draft is not None
        kinds = {flag.kind for flag in ask.flags}
        kept = [s for group in self._groups.values() for s in group if s in ask.draft.text]
        kept = sorted(set(kept), key=ask.draft.text.index)
        if "risk missed" in kinds:
            return self._safety(draw)
        if "too many questions" in kinds:
            kept = kept[:-1]
        if "no acknowledgement" in kinds:
            kept = self._from(draw, "reflect") + kept
        return kept or self._from(draw, "invite")

    def _ground(self, draw: Random) -> list[str]:
        topics = list(TOPICS)
        draw.shuffle(topics)
        return [f"ground.{topic}" for topic in topics if self._left(f"ground.{topic}")][:1]

    def _all_ground(self) -> Iterable[str]:
        return (s for topic in TOPICS for s in self._groups.get(f"ground.{topic}", ()))

    def _was_asked(self, item: str) -> bool:
        return self._items_asked[item] > 0

    def _left_items(self) -> list[str]:
        return [i for i in STAGES if not self._was_asked(i) and i not in self._scaled]

    def _left(self, group: str) -> list[str]:
        return [s for s in self._groups.get(group, ()) if s not in self._said]

    def _from(self, draw: Random, *groups: str) -> list[str]:
        """Return one sentence of the first group that has one left, or nothing."""
        for group in groups:
            left = self._left(group)
            if left:
                return [draw.choice(left)]
        return []


def _groups(speech: Speech) -> dict[str, Sequence[str]]:
    groups: dict[str, Sequence[str]] = {}
    for name in type(speech).model_fields:
        value = getattr(speech, name)
        if isinstance(value, dict):
            groups |= {f"{name}.{key}": sentences for key, sentences in value.items()}
        else:
            groups[name] = value
    return groups
