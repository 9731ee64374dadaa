"""A judge that reads the text alone, by the cues of the language it is written in."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from random import Random
from typing import Any

from mhsim.errors import PlayerError
from mhsim.forms import ItemReply, interval
from mhsim.lexicon import Lexicon
from mhsim.players.reference.reading import Evidence, evidence, question
from mhsim.record import ItemState, Utterance
from mhsim.spec.agent import Judge
from mhsim.spec.assumption import Reader
from mhsim.table import Ask, Brief, Filled, Form, Line
from mhsim.text import digest, same_script, script

_ALIKE = 1.0
"""Points by which two middles may differ and still count as a tie."""


@dataclass(slots=True)
class _Known:
    """What has been read about one item so far."""

    state: ItemState = "not_assessed"
    level: int | None = None
    quotes: list[str] = field(default_factory=list)


class ReferenceJudge:
    """Fills an instrument whose items the packs have cues for; others stay not assessed.

    It is given the transcript and knows no arm, no persona and no truth; of the brief it uses the
    instrument, the packs' cues, its own declared reading errors and the trial's seed.
    """

    def __init__(self, brief: Brief) -> None:
        assert isinstance(brief.agent, Judge)
        self._brief = brief
        self._middles: dict[tuple[str, ...], float] = {}
        self._items = {
            name: brief.instruments[brief.agent.instrument].item_maximum(name)
            for name in brief.instruments[brief.agent.instrument].items
        }
        self._lexicons = [lexicon for lexicon in brief.lexicons.values() if lexicon.pack.reading]
        self._errors = brief.assumptions.judges.get(brief.role, {})
        self._stream = f"{brief.trial.seed}/judge/{brief.role}"
        self._known = {name: _Known() for name in self._items}
        self._read = 0
        self._asked: tuple[str, ...] = ()
        self._language: str | None = None

    async def say(self, ask: Ask) -> Line:
        """Refuse: a judge fills forms."""
        raise PlayerError("role_drift", "a judge does not speak")

    async def fill(self, ask: Ask, form: type[Form]) -> Filled[Form]:
        """Read what is new since the last time, and fill in what is known by now."""
        if ask.task == "compare":
            return Filled(form.model_validate(self._compared(ask)))
        for utterance in ask.transcript[self._read :]:
            self._take(utterance, ask.of)
        self._read = len(ask.transcript)
        fields: dict[str, Any] = {
            f"item_{name}": {
                "quotes": known.quotes[-2:],
                "state": known.state,
                "value": known.level,
            }
            for name, known in self._known.items()
        }
        return Filled(form.model_validate({"rationale": self._rationale(), **fields}))

    def _compared(self, ask: Ask) -> dict[str, str]:
        """Say who is more depressed, by the middles of what each conversation leaves open."""
        one, other = (self._middle(words, ask.of) for words in (ask.transcript, ask.versus))
        alike = abs(one - other) < _ALIKE
        return {
            "reason": f"reference: the middle of what was told is {one:g} for A, {other:g} for B.",
            "more_depressed": "tie" if alike else "A" if one > other else "B",
        }

    def _middle(self, words: Sequence[Utterance], of: str | None) -> float:
        """Read one whole conversation; it meets many others, so what comes of it is kept."""
        key = tuple(utterance.text for utterance in words)
        if key not in self._middles:
            reader = ReferenceJudge(self._brief)
            reader._stream = f"compare/{self._brief.role}/{digest(chr(0).join(key))}"
            for utterance in words:
                reader._take(utterance, of)
            replies = (
                (n, ItemReply(state=k.state, value=k.level)) for n, k in reader._known.items()
            )
            self._middles[key] = sum(sum(interval(r, self._items[n])) for n, r in replies) / 2
        return self._middles[key]

    def _take(self, utterance: Utterance, of: str | None) -> None:
        lexicon = self._reads(utterance.text)
        if lexicon is None:
            return
        if utterance.role != of:
            self._asked = question(utterance.text, lexicon).items
            return
        self._language = lexicon.language
        for place, found in enumerate(evidence(utterance.text, lexicon)):
            self._note(found, Random(f"{self._stream}/{utterance.turn}/{place}"))

    def _reads(self, text: str) -> Lexicon | None:
        """Return the cues of the language a text is written in: by script, then by most cues."""
        written = script(text)
        fitting = [x for x in self._lexicons if same_script(x.pack.language.script) == written]
        if len(fitting) < 2:
            return next(iter(fitting), None)
        return max(fitting, key=lambda lexicon: len(lexicon.hits(text)))

    def _note(self, found: Evidence, draw: Random) -> None:
        """Take one piece of evidence in, unless it is overlooked."""
        item = found.item or (self._asked[0] if len(self._asked) == 1 else None)
        known = self._known.get(item or "")
        errors = self._errors.get(self._language or "", Reader())
        if item is None or known is None or draw.random() < errors.miss:
            return
        if found.denied:
            if known.state == "not_assessed":
                known.state = "denied"
                known.quotes.append(found.quote)
            return
        known.quotes.append(found.quote)
        if found.level is not None:
            known.state, known.level = "scaled", self._value(item, found.level, errors)
        elif known.state != "scaled":
            known.state = "present"

    def _value(self, item: str, level: int, errors: Reader) -> int:
        """Return the value it makes of a level: off by its bias and noise, the same all session."""
        off = errors.bias + Random(f"{self._stream}/{item}").gauss(0.0, 1.0) * errors.noise
        return min(self._items[item], max(1, round(level + off)))

    def _rationale(self) -> str:
        states = [known.state for known in self._known.values()]
        seen = len(states) - states.count("not_assessed")
        return (
            f"reference: {seen} of {len(states)} items came up; "
            f"{states.count('scaled')} with how often, {states.count('denied')} denied."
        )
