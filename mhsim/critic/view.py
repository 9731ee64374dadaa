"""One utterance of one speaker, with its cues sorted by what they speak for."""

from __future__ import annotations

from collections.abc import Iterator

from mhsim.critic.finding import Flag
from mhsim.critic.pile import piled
from mhsim.critic.place import apart, around, distinct, quoted, sentences_with
from mhsim.critic.recital import explained, recited
from mhsim.critic.speaker import Speaker
from mhsim.critic.weighing import distressed
from mhsim.lexicon import Hit, Lexicon

_KINDS = {
    "therapy_speak": "therapy-speak",
    "therapy_soft": "therapy-speak",
    "calque": "calque",
    "checklist": "checklist",
    "metaphor": "generic-metaphor",
    "exposition": "outsider-exposition",
}
"""Cue classes that flatten, and what a flag of theirs is called."""

_REASONS = {
    "therapy-speak": "pan-cultural therapy talk that this person is not known to use",
    "calque": "word-for-word English",
    "checklist": "a symptom as a manual names it",
    "generic-metaphor": "a stock image without a scene of this person's life",
    "outsider-exposition": "explains the culture to an outsider instead of living in it",
}

TEXTBOOK = 2
"""So many different words of a textbook in one utterance flatten it. A placeholder."""


class View:
    """One utterance, with its cues sorted by what they speak for."""

    def __init__(self, text: str, lexicon: Lexicon, speaker: Speaker) -> None:
        self.text = text
        self.lexicon = lexicon
        self.speaker = speaker
        hits = lexicon.hits(text)
        self.style: dict[str, list[Hit]] = {}
        for hit in lexicon.style(text):
            if hit.kind == "style":
                self.style.setdefault(hit.name, []).append(hit)
        self.idioms = [hit for hit in hits if hit.kind == "idiom"]
        self.items = [hit for hit in hits if hit.kind == "item"]
        self.risks = [hit for hit in hits if hit.kind == "risk"]
        self.markers = [hit for hit in hits if hit.kind == "marker"]
        self._quotes = list(quoted(text))
        self.told = sentences_with(text, self.style.get("reported", ()))

    def of(self, name: str) -> list[Hit]:
        """Return the cues of one class that are the speaker's own words."""
        return [hit for hit in self.style.get(name, ()) if self._own(hit)]

    def within(self, name: str, start: int, end: int) -> list[Hit]:
        """Return the speaker's own cues of one class between two places."""
        return [hit for hit in self.of(name) if start <= hit.start < end]

    def signs(self) -> list[Hit]:
        """Return every word for distress, whatever it is used for."""
        return [*self.items, *self.idioms, *self.style.get("distress", ())]

    def distressed(self) -> bool:
        """Say whether there is distress in it at all, and not only words for it in other use."""
        return distressed(self)

    def flattened(self) -> tuple[Flag, ...]:
        """Return what flattens, unless it is quoted, told of others, or licensed."""
        flags = [*self._markers(), *self._classes(), *explained(self), *self._textbook()]
        return tuple(apart(sorted(flags, key=lambda flag: (flag.start, -flag.end))))

    def caricature(self) -> tuple[Flag, ...]:
        """Return what is stacked or recited."""
        return tuple([*piled(self), *recited(self)][:1])

    def _own(self, hit: Hit) -> bool:
        """Say whether the words are the speaker's, not quoted and not an answer to a quotation."""
        if self._cited(hit.start, hit.end):
            return False
        if not self.told and not self._quotes:
            return True
        word = self.text[hit.start : hit.end]
        first = self.text.find(word)
        return not 0 <= first < hit.start or not self._cited(first, first + len(word))

    def _cited(self, start: int, end: int) -> bool:
        quoted = any(left <= start and end <= right for left, right in self._quotes)
        return quoted or any(left <= start < right for left, right in self.told)

    def _markers(self) -> Iterator[Flag]:
        for hit in self.markers:
            marker = self.lexicon.markers[hit.name]
            if not self._own(hit) or (marker.strength == "soft" and self.speaker.modern):
                continue
            origin = (
                f"reads like English “{marker.english_origin}”" if marker.english_origin else ""
            )
            yield Flag(
                start=hit.start,
                end=hit.end,
                kind=marker.kind,
                reason=marker.note or origin or marker.kind,
                suggestion=" / ".join(marker.alternatives[:2]) or None,
                marker=marker.id,
            )

    def _classes(self) -> Iterator[Flag]:
        for name, kind in _KINDS.items():
            if name == "therapy_soft" and self.speaker.modern:
                continue
            for hit in self.of(name):
                if self._licensed(hit):
                    continue
                if name == "metaphor" and self.style.get("concrete") and self.items:
                    continue  # an image with a scene around it is somebody's own
                yield Flag(hit.start, hit.end, kind, _REASONS[kind])

    def _textbook(self) -> Iterator[Flag]:
        """Find words of a textbook, each of them harmless, together too many for this person."""
        if self.speaker.treated or self.style.get("ordinary"):
            return
        words = distinct(self.text, self.of("abstract"))
        if len(words) >= TEXTBOOK + self.speaker.modern:
            yield around(words, "therapy-speak", _REASONS["therapy-speak"])

    def _licensed(self, hit: Hit) -> bool:
        """Say whether a soft marker that is this speaker's own stands in the same place."""
        return self.speaker.modern and any(
            self.lexicon.markers[marker.name].strength == "soft"
            and marker.start < hit.end
            and hit.start < marker.end
            for marker in self.markers
        )
