"""What a speaker knows of the conversation so far: folded from the transcript, never stored."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from mhsim.lexicon import Lexicon
from mhsim.players.reference.reading import Question, question
from mhsim.players.reference.words import Sentence, Spoken
from mhsim.record import Utterance


class Memory:
    """A patient's own sentences so far, and what the therapist has asked.

    Args:
        pool: every sentence the patient may say.
        lexicon: how the therapist's questions are read.
        role: the patient's role.
    """

    def __init__(self, pool: Sequence[Sentence], lexicon: Lexicon, role: str) -> None:
        self._spoken = Spoken(pool)
        self._lexicon = lexicon
        self._role = role
        self._read = 0
        self.asked: Counter[str] = Counter()
        self.reflections = 0
        self.told: dict[str, None] = {}
        self.scaled: set[str] = set()
        self.directions: dict[str, str] = {}
        self.question = Question()
        self.ending = False

    @property
    def used(self) -> set[str]:
        """Every sentence said before."""
        return self._spoken.used

    @property
    def unscaled(self) -> list[str]:
        """Items told of without how often, in the order they came up."""
        return [item for item in self.told if item not in self.scaled]

    def sentences(self, text: str) -> list[Sentence]:
        """Return the sentences of a draft, in the order they stand in it."""
        found = Spoken(self._spoken.pool).hear(text)
        return sorted(found, key=lambda sentence: text.index(sentence.text))

    def read(self, transcript: Sequence[Utterance], turn: int) -> None:
        """Take in what was said since the last call, up to this turn's own draft."""
        while self._read < len(transcript):
            utterance = transcript[self._read]
            if utterance.role == self._role and utterance.turn == turn:
                return
            self._read += 1
            if utterance.role == self._role:
                self._own(utterance.text)
            else:
                self._others(utterance.text)
                self.ending = bool(utterance.closes)

    def _own(self, text: str) -> None:
        for sentence in self._spoken.hear(text):
            if sentence.item is None:
                continue
            if sentence.kind in ("voice", "flat", "denied", "often"):
                self.told.setdefault(sentence.item)
            if sentence.direction is not None:
                self.directions.setdefault(sentence.item, sentence.direction)
            if sentence.kind in ("often", "denied"):
                self.scaled.add(sentence.item)

    def _others(self, text: str) -> None:
        self.question = question(text, self._lexicon)
        self.asked.update(self.question.items)
        self.reflections += self.question.reflects
