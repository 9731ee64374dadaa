"""A patient with latent item values, trust that has to be earned, and a locale pack's words."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterator, Sequence
from random import Random

from mhsim.errors import InputError, PlayerError
from mhsim.players.reference.memory import Memory
from mhsim.players.reference.pool import Pool
from mhsim.players.reference.reading import Question
from mhsim.players.reference.stream import stream
from mhsim.players.reference.words import Sentence, join, pick
from mhsim.record import Utterance
from mhsim.table import Ask, Brief, Filled, Form, Line

_TRUST = {"guarded": 0.10, "even": 0.25, "open": 0.45}
_PER_TURN, _PER_REFLECTION, _ENOUGH = 0.04, 0.07, 0.60
_DEFAULT_FLATTENING = {"nationality": 0.5, "biography": 0.3, "formulation": 0.1, None: 0.05}
"""Where a scenario declares no flattening for an arm. Assumptions, not findings."""


class ReferencePatient:
    """Realises a presentation in sentences of the locale pack, as far as trust reaches.

    Raises:
        InputError: the locale has no pack with expressions.
    """

    def __init__(self, brief: Brief) -> None:
        assert brief.patient is not None
        assert brief.persona is not None
        lexicon = brief.lexicon
        if lexicon is None or lexicon.pack.speech is None or lexicon.pack.reading is None:
            raise InputError(
                f"the reference patient has no words for {brief.trial.locale}: "
                "its locale pack has no expressions, speech and reading"
            )
        if not brief.patient.presentation.items:
            raise InputError(
                f"{brief.trial.cast[brief.role]} has no item values, and the reference simulator "
                f"makes none up; seat a chat model or a person as {brief.role!r}"
            )
        self._role = brief.role
        self._told = brief.patient.presentation
        self._language = lexicon.language
        timed = brief.formulation is not None and "disclosure" in brief.layers
        self._plan = brief.formulation.disclosure_plan if brief.formulation and timed else None
        self._pool = Pool(brief)
        self._memory = Memory(self._pool.all, lexicon, brief.role)
        self._stream = f"{brief.trial.seed}/patient"
        flattening = brief.assumptions.flattening
        self._flattening = flattening.get(brief.trial.arm, _DEFAULT_FLATTENING[brief.localize])
        lost = brief.assumptions.attenuation.get(brief.trial.locale, 0.0)
        self._values = {item: self._value(item, v, lost) for item, v in self._told.items.items()}

    @property
    def possible(self) -> set[str]:
        """Every sentence this patient could say in this arm."""
        return {sentence.text for sentence in self._pool.all}

    async def fill(self, ask: Ask, form: type[Form]) -> Filled[Form]:
        """Refuse: a patient fills no forms here."""
        raise PlayerError("role_drift", "the reference patient fills no forms")

    async def say(self, ask: Ask) -> Line:
        """Answer the therapist, or say a flagged draft again in other words."""
        self._memory.read(ask.transcript, ask.turn)
        draw = Random(f"{self._stream}/{ask.turn}/{ask.revision}")
        if ask.draft is not None:
            said = list(self._mended(ask, ask.draft, draw))
        else:
            said = self._answer(ask.turn, draw)
        text = join((sentence.text for sentence in said), self._language)
        stream(ask, [sentence.text for sentence in said], self._language)
        return Line(text)

    def _value(self, item: str, value: int, lost: float) -> int:
        """Return the item's value as it is put into words: attenuated by a declared share.

        Played down, never denied: what is there stays at least 1. The same draw serves every arm,
        so that arms differ by the assumption alone.
        """
        if not value or not lost:
            return value
        draw = Random(f"{self._stream}/value/{item}").random()
        return max(1, math.floor(value * (1 - lost) + draw))

    def _trust(self, turn: int) -> float:
        earned = _PER_TURN * turn + _PER_REFLECTION * self._memory.reflections
        return _TRUST[self._told.disclosure] + earned

    def _open_about(self, item: str, turn: int) -> bool:
        """Say whether this may be told now: earned, asked for twice, or never held back."""
        held = item in self._told.holds_back
        early = (
            item == "mood"
            and self._plan is not None
            and turn < (self._plan.emotion_earliest_turn or 0)
        )
        if not held and not early:
            return True
        return self._trust(turn) >= _ENOUGH or self._memory.asked[item] > 1

    def _answer(self, turn: int, draw: Random) -> list[Sentence]:
        said: list[Sentence] = []
        if turn == 1:
            self._add(said, "greet", draw)
            if draw.random() < 0.5:
                self._add(said, "small_talk", draw)
        self._react(turn, draw, said)
        for group in ("nothing_more", "unsure", "agree", "small_talk", "generic_life"):
            if not said:
                self._add(said, group, draw)
        # Everything there was to say has been said: better the same words again than none.
        return said or [draw.choice(self._pool.group("nothing_more"))]

    def _react(self, turn: int, draw: Random, said: list[Sentence]) -> None:
        """Answer what was asked; of several things the gravest first."""
        asked = self._memory.question
        if self._memory.ending:
            self._add(said, "thanks", draw)
        elif asked.safety:
            self._on_safety(turn, draw, said)
        elif asked.items:
            self._on_items(asked, turn, draw, said)
        elif asked.often and self._memory.unscaled:
            self._how_often(self._memory.unscaled[-1], draw, said)
        else:
            self._on_open(asked, turn, draw, said)

    def _on_safety(self, turn: int, draw: Random, said: list[Sentence]) -> None:
        value = self._values.get("self_harm", 0)
        never = self._plan is not None and self._plan.risk_disclosure == "never"
        if value and "self_harm" in self._memory.told:
            self._how_often("self_harm", draw, said)
            return
        if value and (not never or self._trust(turn) > 0.8):
            self._add(said, "hesitate", draw)
            self._add(said, "safety_yes", draw)
            return
        self._add(said, "safety_no", draw)

    def _on_items(self, asked: Question, turn: int, draw: Random, said: list[Sentence]) -> None:
        for item in asked.items[:2]:
            if item not in self._values:
                continue
            if not self._values[item]:
                self._add_one(said, self._pool.item(item, "denied"), draw)
            elif not self._open_about(item, turn):
                self._add(said, "minimise", draw)
            elif item in self._memory.told and (asked.often or item not in self._memory.scaled):
                self._how_often(item, draw, said)
            else:
                self._tell(item, draw, said)
        if asked.topics or (len(said) == 1 and draw.random() < 0.4):
            self._life(asked, draw, said)

    def _on_open(self, asked: Question, turn: int, draw: Random, said: list[Sentence]) -> None:
        if asked.reflects and draw.random() < 0.7:
            self._add(said, "agree" if draw.random() < 0.7 else "trust", draw)
        if asked.topics or draw.random() < 0.35:
            self._life(asked, draw, said)
        first = next(iter(self._offers(turn)), None)
        if turn == 1 and self._told.disclosure == "guarded":
            self._add(said, "minimise", draw)
            return
        if first is not None and (not asked.topics or draw.random() < 0.6):
            if first in self._told.holds_back:
                self._add(said, "hesitate", draw)
            self._tell(first, draw, said)
        elif draw.random() < 0.5:
            self._add(said, "family_says" if draw.random() < 0.4 else "nothing_more", draw)

    def _offers(self, turn: int) -> Iterator[str]:
        """Yield what would be told unasked now: what is led with, then what trust has opened."""
        rest = [i for i, v in self._values.items() if v and i not in self._told.leads_with]
        for item in (*self._told.leads_with, *rest):
            worth = self._values.get(item, 0) and item not in self._memory.told
            if worth and item != "self_harm" and self._open_about(item, turn):
                yield item

    def _tell(self, item: str, draw: Random, said: list[Sentence]) -> None:
        """Say that an item is there; maybe also how often."""
        value = self._values[item]
        kind = "flat" if draw.random() < self._flattening else "voice"
        if not self._add_one(said, self._fitting(item, kind, value, said), draw):
            options = self._fitting(item, "voice", value, said)
            if not self._add_one(said, options, draw):
                self._add(said, "nothing_more", draw)
                return
        if item not in self._memory.scaled and draw.random() < 0.35:
            self._how_often(item, draw, said)

    def _how_often(self, item: str, draw: Random, said: list[Sentence]) -> None:
        value = self._values[item]
        if not self._add_one(said, self._fitting(item, "often", value, said), draw):
            self._add(said, "nothing_more", draw)

    def _fitting(
        self, item: str, kind: str, value: int, said: Sequence[Sentence]
    ) -> list[Sentence]:
        """Return the sentences about an item that suit its value and go the way it goes.

        That way is the presentation's; where it says none, what was said first decides.
        """
        now = (s.direction for s in said if s.item == item and s.direction)
        way = (
            self._told.directions.get(item) or self._memory.directions.get(item) or next(now, None)
        )
        options = [s for s in self._pool.item(item, kind) if value in s.at]
        return [s for s in options if way is None or s.direction in (None, way)]

    def _life(self, asked: Question, draw: Random, said: list[Sentence]) -> None:
        options = [s for topic in asked.topics for s in self._pool.group(f"story.{topic}")]
        words = self._pool.words()
        if words and (not options or draw.random() < 0.3):
            options = words
        if not self._add_one(said, options or self._pool.life(), draw):
            self._add_one(said, self._pool.life(), draw)

    def _mended(self, ask: Ask, draft: Utterance, draw: Random) -> Iterator[Sentence]:
        """Yield the draft with each flagged sentence in other words; risk is never touched."""
        sentences = self._memory.sentences(draft.text)
        quotes = [mark.span.quote for mark in ask.flags]
        gone: Counter[str] = Counter()
        for sentence in sentences:
            flagged = any(q in sentence.text or sentence.text in q for q in quotes)
            if not flagged or sentence.item == "self_harm":
                yield sentence
                continue
            item = sentence.item or ""
            fitting = self._fitting(item, "voice", self._values.get(item, 0), [sentence])
            options = [s for s in fitting if s.idiom not in gone]
            other = pick(options, self._memory.used, draw, [s.text for s in sentences])
            yield other or sentence

    def _add(self, said: list[Sentence], group: str, draw: Random) -> bool:
        return self._add_one(said, self._pool.group(group), draw)

    def _add_one(self, said: list[Sentence], options: list[Sentence], draw: Random) -> bool:
        chosen = pick(options, self._memory.used, draw, [s.text for s in said])
        if chosen is not None:
            said.append(chosen)
        return chosen is not None
