"""Cues made searchable: one automaton over strings and over the anchors of patterns.

A reader of text needs no more than this; it knows nothing of who spoke, nor what a cue is for.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import groupby
from operator import attrgetter
from typing import Any

import ahocorasick

from mhsim.anchors import anchors
from mhsim.text import fold, fold_offsets


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


@dataclass
class _Pattern:
    """One cue that is a pattern; compiled when it is first tried, and most never are.

    Args:
        rule: the regular expression.
        kind: kind of cue.
        name: which one.
        family: cues of one family share what they find, as if they stood between bars.
    """

    rule: str
    kind: str
    name: str
    family: int

    @cached_property
    def compiled(self) -> re.Pattern[str]:
        """The pattern, ready to search with."""
        return re.compile(self.rule)


class Cues:
    """Cues made searchable.

    Args:
        cues: kind, name and cue of each; a cue that begins with `re:` is a pattern.
    """

    def __init__(self, cues: Iterable[tuple[str, str, str]]) -> None:
        patterns: dict[tuple[str, str, int], list[str]] = {}
        places: dict[str, list[tuple[str, str]]] = {}
        for n, (kind, name, cue) in enumerate(cues):
            if cue.startswith("re:"):
                # All cues of a name find as one; of frequencies the longest counts, so each of
                # those stays alone.
                alone = n if kind == "often" else 0
                patterns.setdefault((kind, name, alone), []).append(cue[3:])
            else:
                places.setdefault(fold(cue), []).append((kind, name))
        self._patterns = [
            _Pattern(rule, kind, name, family)
            for family, ((kind, name, _), alike) in enumerate(patterns.items())
            for rule in alike
        ]
        tried: dict[str, list[int]] = {}
        self._always: list[int] = []
        for n, pattern in enumerate(self._patterns):
            needed = anchors(pattern.rule)
            if not needed:
                self._always.append(n)
            for anchor in needed:
                tried.setdefault(anchor, []).append(n)
        self._automaton = _automaton(places, tried)

    def find(self, text: str) -> tuple[Hit, ...]:
        """Return every cue in a text, in order; cues that others cancel are left out."""
        folded = fold(text)
        raw = list(self._raw(folded))
        if not raw:
            return ()
        places = fold_offsets(text, folded)
        found = [Hit(kind, name, places[start], places[end]) for start, end, kind, name in raw]
        return tuple(sorted(_uncancelled(found), key=lambda hit: (hit.start, -hit.end)))

    def _raw(self, folded: str) -> Iterator[tuple[int, int, str, str]]:
        tried = set(self._always)
        words = self._automaton.iter(folded) if len(self._automaton) else ()
        for last, (length, ascii_only, meanings, patterns) in words:
            tried.update(patterns)
            if not meanings:
                continue
            start = last + 1 - length
            if ascii_only and start and folded[start - 1].isalpha() and folded[start].isalpha():
                continue
            for kind, name in meanings:
                yield start, last + 1, kind, name
        found = [self._patterns[n] for n in sorted(tried)]
        for _, family in groupby(found, attrgetter("family")):
            alike = list(family)
            for start, end in _spans(alike, folded):
                yield start, end, alike[0].kind, alike[0].name


def _automaton(places: dict[str, list[tuple[str, str]]], tried: dict[str, list[int]]) -> Any:
    """Return an automaton over cues, with their meanings, and anchors, with their patterns."""
    automaton: Any = ahocorasick.Automaton()
    for word in {**places, **tried}:
        value = (len(word), word.isascii(), tuple(places.get(word, ())), tuple(tried.get(word, ())))
        automaton.add_word(word, value)
    if len(automaton):
        automaton.make_automaton()
    return automaton


def _spans(alike: Sequence[_Pattern], folded: str) -> Iterator[tuple[int, int]]:
    """Yield what patterns find as one: leftmost first, the earlier pattern where two begin alike.

    This is what they find between bars in one pattern, without trying those that cannot match.
    """
    if len(alike) == 1:
        yield from (match.span() for match in alike[0].compiled.finditer(folded))
        return
    ahead = [match for each in alike if (match := each.compiled.search(folded))]
    while ahead:
        first = min(ahead, key=re.Match.start)
        yield first.span()
        after = max(first.end(), first.start() + 1)
        again = (m if m.start() >= after else m.re.search(folded, after) for m in ahead)
        ahead = [match for match in again if match]


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
