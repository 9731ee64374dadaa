"""Decide whether distress is voiced as this person would voice it; no model needed.

An utterance is *flattened* when it carries distress in an unlicensed calque, in therapy-speak, as
a checklist, as a stock metaphor without particulars, or as exposition of the speaker's culture;
*caricature* when idioms or props are stacked or a group's rules are recited; *grounded* when it is
told in a form this person could use, idiom or not; *neutral* without distress. Quoted, ironic and
licensed use passes. What somebody is licensed to say belongs to the person, never to the locale.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

from mhsim.lexicon import Hit, Lexicon
from mhsim.spec.agent import Persona
from mhsim.spec.formulation import Formulation
from mhsim.text import nfc, sentences

CultureVerdict = Literal["grounded", "flattened", "caricature", "neutral"]

STACKED = 4
"""So many different idioms in one utterance are stacked. A placeholder, not calibrated."""

REPEATED = 3
"""So often the same idiom in one utterance is recited. A placeholder, not calibrated."""

JARGON = 4
"""So many different pieces of therapy talk are a parody even of a licensed speaker."""

_PAIRS = (("“", "”"), ("‘", "’"), ("「", "」"), ("«", "»"), ('"', '"'))

_KINDS = {
    "therapy_speak": "therapy-speak",
    "therapy_soft": "therapy-speak",
    "calque": "calque",
    "checklist": "checklist",
    "metaphor": "generic-metaphor",
    "exposition": "outsider-exposition",
}
"""Cue classes that flatten, and what a flag of theirs is called."""


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
        tags = {hit.name for hit in lexicon.hits(text) if hit.kind == "person"}
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


@dataclass(frozen=True, slots=True)
class Flag:
    """One piece of an utterance that is flagged: places in NFC code points, kind and reason."""

    start: int
    end: int
    kind: str
    reason: str
    suggestion: str | None = None
    marker: str | None = None
    idiom: str | None = None


@dataclass(frozen=True, slots=True)
class Finding:
    """What the critic makes of an utterance."""

    verdict: CultureVerdict
    flags: tuple[Flag, ...] = ()


class TextCritic:
    """Judges utterances of one locale.

    Args:
        lexicon: the locale's pack, searchable.
    """

    def __init__(self, lexicon: Lexicon) -> None:
        self._lexicon = lexicon

    def look(self, text: str, speaker: Speaker) -> Finding:
        """Return the verdict on one utterance of this speaker, with what it rests on."""
        view = _View(nfc(text), self._lexicon, speaker)
        for verdict, flags in (("caricature", view.caricature()), ("flattened", view.flattened())):
            if flags:
                return Finding(verdict, flags)  # type: ignore[arg-type]
        return Finding("grounded" if view.distressed() else "neutral")


class _View:
    """One utterance, with its cues sorted by what they speak for."""

    def __init__(self, text: str, lexicon: Lexicon, speaker: Speaker) -> None:
        self.text = text
        self.lexicon = lexicon
        self.speaker = speaker
        hits = lexicon.hits(text)
        self.style: dict[str, list[Hit]] = {}
        for hit in hits:
            if hit.kind == "style":
                self.style.setdefault(hit.name, []).append(hit)
        self.idioms = [hit for hit in hits if hit.kind == "idiom"]
        self.items = [hit for hit in hits if hit.kind == "item"]
        self.risks = [hit for hit in hits if hit.kind == "risk"]
        self.markers = [hit for hit in hits if hit.kind == "marker"]
        self._quotes = list(_quoted(text))
        self._told = _sentences_with(text, self.style.get("reported", ()))

    def of(self, name: str) -> list[Hit]:
        """Return the cues of one class that are the speaker's own words."""
        return [hit for hit in self.style.get(name, ()) if self._own(hit)]

    def distressed(self) -> bool:
        """Say whether there is distress in it at all, and not only words for it in other use."""
        signs = [*self.items, *self.idioms, *self.style.get("distress", ())]
        told = [
            *self.style.get("therapy_speak", ()),
            *self.markers,
            *self.style.get("clinical", ()),
        ]
        if self.risks:
            return True
        if self.style.get("ordinary"):
            return False
        return bool(signs) or bool(told and not self._told)

    def flattened(self) -> tuple[Flag, ...]:
        """Return what flattens, unless it is quoted, told of others, or licensed."""
        flags = [*self._markers(), *self._classes()]
        return tuple(_apart(sorted(flags, key=lambda flag: (flag.start, -flag.end))))

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
                if name == "metaphor" and self.style.get("concrete") and self.items:
                    continue  # an image with a scene around it is somebody's own
                yield Flag(hit.start, hit.end, kind, _REASONS[kind])

    def _stacked(self) -> Iterator[Flag]:
        kinds = {hit.name: hit for hit in self.idioms}
        if len(kinds) >= STACKED:
            reason = f"{len(kinds)} idioms in one breath; most people use one or two"
            yield _around(kinds.values(), "stacked idioms", reason)

    def _repeated(self) -> Iterator[Flag]:
        words = Counter(self.text[hit.start : hit.end] for hit in self.idioms)
        for word, count in words.most_common(1):
            if count >= REPEATED:
                same = [h for h in self.idioms if self.text[h.start : h.end] == word]
                yield _around(same, "stacked idioms", f"“{word}” {count} times in one breath")

    def _recited(self) -> Iterator[Flag]:
        rules = self.of("rule")
        groups = self.of("exposition")
        if rules and (groups or len(rules) > 1):
            reason = "states what all of a group do instead of what happened to this person"
            yield _around([*rules, *groups], "recited culture", reason)

    def _propped(self) -> Iterator[Flag]:
        props = {hit.name + self.text[hit.start : hit.end]: hit for hit in self.of("props")}
        slang = {self.text[hit.start : hit.end]: hit for hit in self.of("slang")}
        enough = 2 if self.speaker.tags & {"educated", "urban"} else 3
        if len(props) >= enough:
            reason = "props of a culture piled up where this person has no such story"
            yield _around(props.values(), "recited culture", reason)
        if len(slang) >= 3:
            yield _around(slang.values(), "recited culture", "catchwords piled up")

    def _parody(self) -> Iterator[Flag]:
        talk = [*self.of("therapy_speak"), *self.of("therapy_soft")]
        words = {self.text[hit.start : hit.end]: hit for hit in talk}
        if len(words) >= JARGON:
            reason = f"{len(words)} pieces of therapy talk in one breath"
            yield _around(words.values(), "stacked idioms", reason)


_REASONS = {
    "therapy-speak": "pan-cultural therapy talk that this person is not known to use",
    "calque": "word-for-word English",
    "checklist": "a symptom as a manual names it",
    "generic-metaphor": "a stock image without a scene of this person's life",
    "outsider-exposition": "explains the culture to an outsider instead of living in it",
}


def _around(hits: Iterable[Hit], kind: str, reason: str) -> Flag:
    every = list(hits)
    return Flag(min(h.start for h in every), max(h.end for h in every), kind, reason)


def _apart(flags: Sequence[Flag]) -> Iterator[Flag]:
    """Drop flags that overlap an earlier one."""
    last = -1
    for flag in flags:
        if flag.start >= last:
            yield flag
            last = flag.end


def _quoted(text: str) -> Iterator[tuple[int, int]]:
    """Yield what stands between quotation marks."""
    for left, right in _PAIRS:
        start = text.find(left)
        while start >= 0:
            end = text.find(right, start + 1)
            if end < 0:
                break
            yield start, end
            start = text.find(left, end + 1)


def _sentences_with(text: str, hits: Sequence[Hit]) -> list[tuple[int, int]]:
    """Return the places of the sentences that hold one of the hits."""
    found: list[tuple[int, int]] = []
    place = 0
    for sentence in sentences(text):
        start = text.index(sentence, place)
        place = start + len(sentence)
        if any(start <= hit.start < place for hit in hits):
            found.append((start, place))
    return found


def _numbers(text: str) -> list[str]:
    digits = "".join(str(int(c)) if c.isdecimal() else " " for c in text)
    return digits.split()
