"""One utterance of one speaker, with its cues sorted by what they speak for."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence

from mhsim.critic.finding import Flag
from mhsim.critic.place import apart, around, quoted, sentences_with
from mhsim.critic.speaker import Speaker
from mhsim.lexicon import Hit, Lexicon

STACKED = 4
"""So many different idioms in one utterance are stacked. A placeholder, not calibrated."""

REPEATED = 3
"""So often the same idiom in one utterance is recited. A placeholder, not calibrated."""

JARGON = 4
"""So many different pieces of therapy talk are a parody even of a licensed speaker."""

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


FAILING = re.compile(
    r"[没不忘]|না(?!ম|ক|ট|ন|ত)|নাই|নি\b|नहीं|\bना\b|\bन\b|मत\b"
    r"|\b(?:no|not|never|nothing|nobody|can't|won't|don't|didn't|couldn't|quit|stopped|forgot)\b|n't\b",
    re.IGNORECASE,
)
"""Words by which something fails or is missing, in the four main languages."""


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
        self._told = sentences_with(text, self.style.get("reported", ()))

    def of(self, name: str) -> list[Hit]:
        """Return the cues of one class that are the speaker's own words."""
        return [hit for hit in self.style.get(name, ()) if self._own(hit)]

    def distressed(self) -> bool:
        """Say whether there is distress in it at all, and not only words for it in other use.

        What makes such words harmless does so in its own sentence. A scene in which something
        fails counts without any word of distress.
        """
        if self.risks:
            return True
        harmless = sentences_with(self.text, self.style.get("ordinary", ()))
        signs = [*self.items, *self.idioms, *self.style.get("distress", ())]
        if any(not _within(hit, harmless) for hit in signs):
            return True
        talk = [
            *self.style.get("therapy_speak", ()),
            *self.markers,
            *self.style.get("clinical", ()),
        ]
        if any(not _within(hit, harmless) and not _within(hit, self._told) for hit in talk):
            return True
        fails = FAILING.search(self.text) is not None
        return fails and bool(self.style.get("concrete")) and not harmless

    def flattened(self) -> tuple[Flag, ...]:
        """Return what flattens, unless it is quoted, told of others, or licensed."""
        flags = [*self._markers(), *self._classes()]
        return tuple(apart(sorted(flags, key=lambda flag: (flag.start, -flag.end))))

    def caricature(self) -> tuple[Flag, ...]:
        """Return what is stacked or recited."""
        return tuple(
            flag
            for found in (
                self._stacked(),
                self._repeated(),
                self._recited(),
                self._propped(),
                self._parody(),
            )
            for flag in found
        )[:1]

    def _own(self, hit: Hit) -> bool:
        quoted = any(start <= hit.start and hit.end <= end for start, end in self._quotes)
        told = any(start <= hit.start < end for start, end in self._told)
        return not quoted and not told

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

    def _licensed(self, hit: Hit) -> bool:
        """Say whether a soft marker that is this speaker's own stands in the same place."""
        return self.speaker.modern and any(
            self.lexicon.markers[marker.name].strength == "soft"
            and marker.start < hit.end
            and hit.start < marker.end
            for marker in self.markers
        )

    def _stacked(self) -> Iterator[Flag]:
        kinds = {hit.name: hit for hit in self.idioms}
        if len(kinds) >= STACKED:
            reason = f"{len(kinds)} idioms in one breath; most people use one or two"
            yield around(kinds.values(), "stacked idioms", reason)

    def _repeated(self) -> Iterator[Flag]:
        words = Counter(self.text[hit.start : hit.end] for hit in self.idioms)
        for word, count in words.most_common(1):
            if count >= REPEATED:
                same = [h for h in self.idioms if self.text[h.start : h.end] == word]
                yield around(same, "stacked idioms", f"“{word}” {count} times in one breath")

    def _recited(self) -> Iterator[Flag]:
        rules = self.of("rule")
        others = [*self.of("exposition"), *self.of("props")]
        if rules and (others or len(rules) > 1):
            reason = "states what all of a group do instead of what happened to this person"
            yield around([*rules, *others], "recited culture", reason)

    def _propped(self) -> Iterator[Flag]:
        props, slang = self._different("props"), self._different("slang")
        enough = 2 if self.speaker.tags & {"educated", "urban"} else 3
        if len(props) >= enough:
            reason = "props of a culture piled up where this person has no such story"
            yield around(props.values(), "recited culture", reason)
        if len(slang) >= 3:
            yield around(slang.values(), "recited culture", "catchwords piled up")

    def _parody(self) -> Iterator[Flag]:
        words = self._different("therapy_speak", "therapy_soft")
        if len(words) >= JARGON:
            reason = f"{len(words)} pieces of therapy talk in one breath"
            yield around(words.values(), "stacked idioms", reason)

    def _different(self, *classes: str) -> dict[str, Hit]:
        """Return the cues of some classes by their words, those inside longer ones left out."""
        hits = [hit for name in classes for hit in self.of(name)]
        outer = [h for h in hits if not any(_inside(h, o) for o in hits if o is not h)]
        return {self.text[hit.start : hit.end]: hit for hit in outer}


def _inside(hit: Hit, other: Hit) -> bool:
    return other.start <= hit.start and hit.end <= other.end and len(hit) < len(other)


def _within(hit: Hit, spans: Sequence[tuple[int, int]]) -> bool:
    return any(start <= hit.start < end for start, end in spans)
