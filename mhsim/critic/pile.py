"""What is piled up in an utterance: one word, complaints, sayings, props, catchwords, jargon."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from typing import TYPE_CHECKING

from mhsim.critic.finding import Flag
from mhsim.critic.place import around, distinct, inside, sentences_with
from mhsim.text import fold

if TYPE_CHECKING:
    from mhsim.critic.view import View

STACKED = 4
"""So many different idioms in one utterance are stacked. A placeholder, not calibrated."""

SAYINGS = 2
"""So many sayings in one utterance; people cite one and leave it at that. A placeholder."""

LISTED = 5
"""So many complaints of a few words in a row are a list, not a story. A placeholder."""

REPEATED = 4
"""So often the same word in one utterance is recited, if it is much of it. A placeholder."""

SHARE = 0.24
"""Share of the words from which a repeated word is most of what is said. A placeholder."""

JARGON = 4
"""So many different pieces of therapy talk are a parody even of a licensed speaker."""

_SEGMENT = re.compile(r"[^,，、;；:：.。!！?？।…—\n]+")
_WORD = re.compile(r"[^\W\d_][\w\u0900-\u0963\u0966-\u09ff'-]*")
_HAN = re.compile(r"[\u4e00-\u9fff]")


def piled(view: View) -> Iterator[Flag]:
    """Yield what is piled up; the first is the plainest."""
    yield from _stacked(view)
    yield from _repeated(view.text)
    yield from _listed(view)
    yield from _propped(view)
    yield from _parody(view)


def _stacked(view: View) -> Iterator[Flag]:
    kinds = {hit.name: hit for hit in view.idioms}
    sayings = distinct(view.text, view.of("proverb"))
    if len(kinds) >= STACKED:
        reason = f"{len(kinds)} idioms in one breath; most people use one or two"
        yield around(kinds.values(), "stacked idioms", reason)
    if len(sayings) >= SAYINGS:
        yield around(sayings, "stacked idioms", "one saying on top of another")


def _repeated(text: str) -> Iterator[Flag]:
    """Find a word that is most of what is said."""
    words = _words(fold(text))
    for word, count in Counter(word for word in words if len(word) > 1).most_common(1):
        share = count / max(1, len(words))
        if (count >= REPEATED and share >= SHARE) or (count >= REPEATED - 1 and share >= 2 * SHARE):
            yield Flag(0, len(text), "stacked idioms", f"“{word}” {count} times in one breath")


def _words(folded: str) -> list[str]:
    """Return the words of a text; Chinese is cut into all pairs of neighbours, each half a word."""
    if not _HAN.search(folded):
        return _WORD.findall(folded)
    return [
        run[place : place + 2]
        for run in re.findall(r"[\u4e00-\u9fff]{2,}", folded)
        for place in range(len(run) - 1)
    ]


def _listed(view: View) -> Iterator[Flag]:
    """Find a row of complaints, none longer than a few words."""
    names = ("proverb", "props", "slang", "body")
    signs = [*view.signs(), *(hit for name in names for hit in view.of(name))]
    for row in _rows(view.text):
        marked = sum(any(start <= hit.start < end for hit in signs) for start, end in row)
        if marked >= LISTED or (marked >= 3 and len(row) >= LISTED + 2):
            reason = f"{len(row)} complaints in a row, none of them told"
            yield Flag(row[0][0], row[-1][1], "stacked idioms", reason)


def _rows(text: str) -> Iterator[list[tuple[int, int]]]:
    """Yield the places of short parts that follow one another."""
    row: list[tuple[int, int]] = []
    for match in _SEGMENT.finditer(text):
        if _short(match.group()):
            row.append(match.span())
        else:
            yield row
            row = []
    yield row


def _short(segment: str) -> bool:
    return len(segment) <= 5 if _HAN.search(segment) else len(segment.split()) <= 4


def _propped(view: View) -> Iterator[Flag]:
    believed = sentences_with(view.text, view.of("hearsay"))
    own = [hit for hit in view.of("props") if not inside(hit, believed)]
    props, slang = distinct(view.text, own), distinct(view.text, view.of("slang"))
    enough = 2 if view.speaker.tags & {"educated", "urban"} else 3
    if len(props) >= enough:
        reason = "props of a culture piled up where this person has no such story"
        yield around(props, "recited culture", reason)
    if len(slang) >= 3:
        yield around(slang, "recited culture", "catchwords piled up")


def _parody(view: View) -> Iterator[Flag]:
    words = distinct(view.text, [*view.of("therapy_speak"), *view.of("therapy_soft")])
    if len(words) >= JARGON:
        reason = f"{len(words)} pieces of therapy talk in one breath"
        yield around(words, "stacked idioms", reason)
