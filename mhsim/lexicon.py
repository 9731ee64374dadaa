"""A locale pack made searchable: one automaton over all its cues, markers and idioms.

A reader of text needs no more than this; it knows nothing of who spoke.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import Any

import ahocorasick

from mhsim.record import RiskLevel
from mhsim.spec.culture import Idiom, LocalePack, Marker, Reading
from mhsim.spec.style import Style
from mhsim.text import clause_ends, fold, fold_offsets, written_in

RISK_LEVELS: tuple[RiskLevel, ...] = ("none", "ambiguous", "passive", "active")
"""How seriously a text speaks of dying, the least first."""
_NAMES: tuple[str, ...] = RISK_LEVELS


@dataclass(frozen=True, slots=True)
class Hit:
    """A cue found in a text.

    Args:
        kind: what kind of cue: `item`, `often`, `denied`, `topic`, `asks_often`, `asks_more`,
            `reflects`, `asks_safety`, `style`, `person`, `risk`, `marker`, `idiom`; with `no_`
            before the last three, what cancels them.
        name: which one: an item's name, a level, an id.
        start: first code point of the NFC text.
        end: one past the last.
    """

    kind: str
    name: str
    start: int
    end: int

    def __len__(self) -> int:
        return self.end - self.start


class Lexicon:
    """The cues of one pack, found in one pass over a text.

    Args:
        pack: the locale pack.
    """

    def __init__(self, pack: LocalePack) -> None:
        self.pack = pack
        self.language = pack.locale.partition("-")[0]
        self._reading = _Cues(_cues(pack))
        self.hits = lru_cache(maxsize=4096)(self._reading.find)
        self.risks = lru_cache(maxsize=1024)(self._find_risks)
        self.style = lru_cache(maxsize=1024)(self._find_style)

    def _find_style(self, text: str) -> tuple[Hit, ...]:
        return self._style.find(text)

    def _find_risks(self, text: str) -> tuple[Hit, ...]:
        code = self.pack.language.script
        read = written_in(text, code) or written_in(text, "Latn")  # any language may be romanised
        return self._risky.find(text) if read else ()

    @cached_property
    def _risky(self) -> _Cues:
        """The cues the screen needs, alone: it reads with every pack of a plan."""
        needed = ("risk", "no_risk", "denied")
        return _Cues(cue for cue in _cues(self.pack) if cue[0] in needed)

    @cached_property
    def _style(self) -> _Cues:
        """The cues of the text critic; many, and needed by it alone."""
        return _Cues(_style_cues(self.pack.style) if self.pack.style else ())

    @cached_property
    def idioms(self) -> dict[str, Idiom]:
        """The pack's idioms by id."""
        return {idiom.id: idiom for idiom in self.pack.idioms}

    @cached_property
    def markers(self) -> dict[str, Marker]:
        """The pack's flattened markers by id."""
        return {marker.id: marker for marker in self.pack.flattened_markers}


class _Cues:
    """Cues made searchable: one automaton for strings, one pattern per name for the rest.

    Args:
        cues: kind, name and cue of each.
    """

    def __init__(self, cues: Iterable[tuple[str, str, str]]) -> None:
        self._automaton: Any = ahocorasick.Automaton()
        patterns: dict[tuple[str, str, int], list[str]] = {}
        places: dict[str, list[tuple[str, str]]] = {}
        for n, (kind, name, cue) in enumerate(cues):
            if cue.startswith("re:"):
                # One pattern for all cues of a name; of frequencies the longest counts, so each
                # of those stays alone.
                alone = n if kind == "often" else 0
                patterns.setdefault((kind, name, alone), []).append(cue[3:])
            else:
                places.setdefault(fold(cue), []).append((kind, name))
        self._patterns = [
            (re.compile("|".join(f"(?:{cue})" for cue in alike)), kind, name)
            for (kind, name, _), alike in patterns.items()
        ]
        for cue, meanings in places.items():
            self._automaton.add_word(cue, (len(cue), cue.isascii(), meanings))
        if places:
            self._automaton.make_automaton()
        self._empty = not places

    def find(self, text: str) -> tuple[Hit, ...]:
        """Return every cue in a text, in order; cues that others cancel are left out."""
        folded = fold(text)
        places = fold_offsets(text, folded)
        found = [
            Hit(kind, name, places[start], places[end])
            for start, end, kind, name in self._raw(folded)
        ]
        return tuple(sorted(_uncancelled(found), key=lambda hit: (hit.start, -hit.end)))

    def _raw(self, folded: str) -> Iterator[tuple[int, int, str, str]]:
        if not self._empty:
            for last, (length, ascii_only, meanings) in self._automaton.iter(folded):
                start = last + 1 - length
                if ascii_only and start and folded[start - 1].isalpha() and folded[start].isalpha():
                    continue
                for kind, name in meanings:
                    yield start, last + 1, kind, name
        for pattern, kind, name in self._patterns:
            for match in pattern.finditer(folded):
                yield match.start(), match.end(), kind, name


def _uncancelled(hits: Sequence[Hit]) -> Iterator[Hit]:
    """Drop what an excluding cue overlaps: an idiom in ordinary use, a hyperbole."""
    cancels = [hit for hit in hits if hit.kind.startswith("no_")]
    for hit in hits:
        if hit.kind.startswith("no_"):
            continue
        if not any(_cancels(cancel, hit) for cancel in cancels):
            yield hit


def _cancels(cancel: Hit, hit: Hit) -> bool:
    """Say whether an excluding cue cancels a hit; talk of acting only if it covers it whole."""
    if cancel.kind != f"no_{hit.kind}" or cancel.name not in ("", hit.name):
        return False
    if hit.kind == "risk" and hit.name == "active":
        return cancel.start <= hit.start and hit.end <= cancel.end
    return cancel.start < hit.end and hit.start < cancel.end


def _cues(pack: LocalePack) -> Iterator[tuple[str, str, str]]:
    """Yield every cue of a pack: its kind, its name, and the cue."""
    for kind, entries in (("idiom", pack.idioms), ("marker", pack.flattened_markers)):
        for entry in entries:
            yield from ((kind, entry.id, cue) for cue in (entry.text, *entry.variants))
            yield from ((f"no_{kind}", entry.id, cue) for cue in entry.match_exclude)
    for idiom in pack.idioms:
        if idiom.risk != "none":
            yield from (("risk", idiom.risk, cue) for cue in (idiom.text, *idiom.variants))
    if pack.reading:
        yield from _reading_cues(pack.reading)


def _style_cues(style: Style) -> Iterator[tuple[str, str, str]]:
    for name, cues in style.groups().items():
        yield from (("style", name, cue) for cue in cues)
    for tag, cues in style.people.items():
        yield from (("person", tag, cue) for cue in cues)


def _reading_cues(reading: Reading) -> Iterator[tuple[str, str, str]]:
    named: list[tuple[str, dict[str, Iterable[str]]]] = [
        ("item", dict(reading.items)),
        ("often", {str(level): cues for level, cues in reading.often.items()}),
        ("topic", {str(topic): cues for topic, cues in reading.topics.items()}),
        ("risk", {level: getattr(reading.risk, level) for level in RISK_LEVELS[1:]}),
    ]
    for kind, groups in named:
        for name, cues in groups.items():
            for cue in cues:
                yield kind, name, cue
    for kind in ("denied", "asks_often", "asks_more", "reflects", "asks_safety"):
        for cue in getattr(reading, kind):
            yield kind, "", cue
    for cue in reading.risk.exclude:
        yield "no_risk", "", cue


def screen(text: str, lexicons: Iterable[Lexicon]) -> tuple[RiskLevel, Sequence[tuple[int, int]]]:
    """Look for risk of self-harm in a text.

    A cue counts unless its own clause denies it; a denial elsewhere never cancels it. A pack whose
    script does not occur in the text is passed over, so that many packs cost little.

    Returns:
        The most serious level found, and where: pairs of start and end in NFC code points.
    """
    level = 0
    spans: list[tuple[int, int]] = []
    ends = clause_ends(text)
    for lexicon in lexicons:
        hits = lexicon.risks(text)
        denials = [hit for hit in hits if hit.kind == "denied"]
        for hit in hits:
            if hit.kind == "risk" and not _taken_back(hit, denials, ends):
                level = max(level, _NAMES.index(hit.name))
                spans.append((hit.start, hit.end))
    return RISK_LEVELS[level], sorted(set(spans))


def _taken_back(risk: Hit, denials: Sequence[Hit], ends: Sequence[int]) -> bool:
    """Say whether a denial stands in the cue's own clause, and not inside the cue itself."""
    clause = bisect_right(ends, risk.start)
    return any(
        bisect_right(ends, denial.start) == clause
        and not (risk.start <= denial.start and denial.end <= risk.end)
        for denial in denials
    )
