"""Sheet: what a judge or critic is given to read each time; who spoke and what, and nothing else.

No name, no arm, no locale, no other reader. What was read before comes back as the reader's own
last rating, so that a conversation costs in proportion to its length.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from mhsim.lexicon import Lexicon
from mhsim.record import ItemRating, Rating, Utterance
from mhsim.spec.judging import PLAIN_FRAME, PLAIN_JUDGING, Frame, Judging
from mhsim.table import Ask
from mhsim.text import nfc

_QUOTES, _WORDS, _REASON = 2, 160, 600
"""Quotes of an item, characters of a quote and of a rationale that come back in a rating."""


@dataclass(frozen=True, slots=True)
class Sheet:
    """How one reader's sheets are laid out.

    Args:
        judging: how much is read each time.
        frame: the words around it.
        lexicon: the pack whose idioms are explained; None explains none.
    """

    judging: Judging = PLAIN_JUDGING
    frame: Frame = PLAIN_FRAME
    lexicon: Lexicon | None = None

    def write(self, ask: Ask) -> str:
        """Write what is to be read now."""
        if ask.versus:
            return "\n".join(self._compared(ask.transcript, ask.versus, ask.of))
        return "\n".join(self._rated(ask) if ask.draft is None else self._reviewed(ask))

    def _compared(
        self, one: Sequence[Utterance], other: Sequence[Utterance], of: str | None
    ) -> Iterator[str]:
        for name, shown in (("A", one), ("B", other)):
            yield self.frame.versus.replace("{name}", name)
            yield from _said(shown)
            yield from self._glosses([u.text for u in shown if of in (None, u.role)])
            yield ""
        yield self.frame.compare

    def _rated(self, ask: Ask) -> Iterator[str]:
        frame, before = self.frame, ask.rated
        if before is not None and self.judging.mode != "full":
            yield frame.before.replace("{turn}", str(before.turn))
            yield from _rating(before)
            yield ""
        if self.judging.mode == "window":
            shown = [u for u in ask.transcript if u.turn > ask.turn - self.judging.turns]
            yield frame.begin if len(shown) == len(ask.transcript) else frame.recent
        elif self.judging.mode == "incremental" and before is not None:
            shown = [u for u in ask.transcript if u.turn > before.turn]
            yield frame.since
        else:
            shown = list(ask.transcript)
            yield frame.begin
        yield from _said(shown)
        yield from self._glosses([u.text for u in shown if ask.of in (None, u.role)])
        yield ""
        yield frame.rate

    def _reviewed(self, ask: Ask) -> Iterator[str]:
        assert ask.draft is not None
        drafted = ask.draft.role
        said = [u for u in ask.transcript if u.turn < ask.turn or u.role != drafted]
        shown = self._context(said, drafted, ask.turn)
        if shown:
            yield self.frame.begin if len(shown) == len(said) else self.frame.recent
            yield from _said(shown)
            yield ""
        yield self.frame.draft
        yield f"{drafted}: {ask.draft.text}"
        yield from self._glosses([ask.draft.text])
        yield ""
        yield self.frame.review

    def _context(self, said: list[Utterance], drafted: str, turn: int) -> Sequence[Utterance]:
        """Return what a critic reads before the draft: by itself, from its speaker's last words."""
        if self.judging.mode == "full":
            return said
        if self.judging.mode == "window":
            return [u for u in said if u.turn > turn - self.judging.turns]
        last = max((n for n, u in enumerate(said) if u.role == drafted), default=0)
        return said[last:]

    def _glosses(self, texts: Sequence[str]) -> Iterator[str]:
        if self.lexicon is None:
            return
        told: dict[str, str] = {}
        for text in texts:
            for hit in self.lexicon.hits(text):
                if hit.kind == "idiom" and hit.name not in told:
                    idiom = self.lexicon.idioms[hit.name]
                    said = nfc(text)[hit.start : hit.end]
                    gloss = f" (word for word: {idiom.gloss})" if idiom.gloss else ""
                    told[hit.name] = f"- “{said}”{gloss}: {idiom.meaning}"
        if told:
            yield ""
            yield self.frame.glosses
            yield from told.values()


def _said(utterances: Sequence[Utterance]) -> Iterator[str]:
    for utterance in utterances:
        yield f"[turn {utterance.turn}] {utterance.role}: {utterance.text}"


def _rating(rating: Rating) -> Iterator[str]:
    """Write a rating back for who made it, shortened to what it rests on."""
    open_: list[str] = []
    for name, item in rating.items.items():
        if item.state == "not_assessed" and not item.quotes:
            open_.append(name)
        else:
            yield f"- {name}: {_state(item)}{_evidence(item)}"
    if open_:
        yield f"- not_assessed: {', '.join(open_)}"
    if rating.rationale:
        yield f"- {_cut(rating.rationale, _REASON)}"


def _state(item: ItemRating) -> str:
    return f"scaled {item.low}" if item.state == "scaled" else item.state


def _evidence(item: ItemRating) -> str:
    quotes = [
        f"“{_cut(quote.quote, _WORDS)}” ({f'turn {quote.turn}' if quote.turn else 'not found'})"
        for quote in item.quotes[-_QUOTES:]
    ]
    return f"; {', '.join(quotes)}" if quotes else ""


def _cut(text: str, most: int) -> str:
    return text if len(text) <= most else f"{text[:most]}…"
