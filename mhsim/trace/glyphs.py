"""Glyphs: how much room text of any script takes, and where its lines may end.

Terminals do not agree on the width of conjuncts and emoji, so what is reckoned here is the most
that any of them needs: a line may end early, it never overflows.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Iterable, Iterator
from functools import lru_cache
from itertools import pairwise

import wcwidth

from mhsim.trace.ink import MARKS, OFF, safe

_CLOSING = frozenset("，。、！？；：）》」』】〉〕”’…—～·,.!?;:)]}%»।॥ー々っゃゅょッャュョ")
_OPENING = frozenset("（《「『【〈〔“‘([{«")
_UNBREAKABLE = frozenset("\N{NO-BREAK SPACE}\N{NARROW NO-BREAK SPACE}\N{FIGURE SPACE}")
_THIN = "\N{ZERO WIDTH SPACE}"


@lru_cache(maxsize=8192)
def _room(cluster: str) -> int:
    if cluster in MARKS:
        return 0
    # Quotes and dashes are two wide in a terminal set up for Chinese; letters are left alone.
    ambiguous = 1 if cluster[0].isalpha() else 2
    apart = sum(1 if unicodedata.category(c) == "Mc" else wcwidth.wcwidth(c) for c in cluster)
    return max(wcwidth.width(cluster, ambiguous_width=ambiguous), apart)


def cells(text: str) -> int:
    """Return the most cells that a terminal needs for a text of one line."""
    return sum(_room(cluster) for cluster in wcwidth.iter_graphemes(text))


def edges(text: str) -> list[int]:
    """Return the places in a text between its graphemes, 0 and its length included."""
    places = [0]
    for cluster in wcwidth.iter_graphemes(text):
        places.append(places[-1] + len(cluster))
    return places


def _space(cluster: str) -> bool:
    return cluster == _THIN or (cluster.isspace() and cluster not in _UNBREAKABLE)


def _wide(cluster: str) -> bool:
    return wcwidth.wcwidth(cluster[0]) == 2


def _parted(before: str, after: str) -> bool:
    """Say whether a line may end between two graphemes, or a word does."""
    if "\n" in (before, after):
        return True
    if _space(before) or _space(after[0]):
        return not (_space(before) and _space(after))
    if after[0] in _CLOSING or before[0] in _OPENING or after == OFF or before in MARKS - {OFF}:
        return False
    return _wide(before) or _wide(after)


def words(text: str) -> Iterator[str]:
    """Cut a text where lines may end: words with spaces between, single characters in Chinese.

    Runs of spaces and single line ends are words of their own.
    """
    clusters = list(wcwidth.iter_graphemes(text))
    word = clusters[0] if clusters else ""
    for before, after in pairwise(clusters):
        if _parted(before, after):
            yield word
            word = ""
        word += after
    if word:
        yield word


class Flow:
    """Sets one text in lines while it is still arriving.

    Nothing written is taken back, so the last word is held until it is known to be whole; where a
    script has no spaces that is the last grapheme.

    Args:
        room: asked at every line for the cells it may take, its indent not counted.
        indent: written at the start of every line.
    """

    def __init__(self, room: Callable[[], int], indent: str = "  ") -> None:
        self._width = room
        self._indent = indent
        self._held = ""
        self._gap = ""
        self._styles = ""
        self._ends = 0
        self._begun = False
        self._torn = False
        self._column: int | None = None

    def feed(self, piece: str) -> str:
        """Take a piece of the text; return what can be written of it."""
        *whole, self._held = list(words(self._held + safe(piece))) or [""]
        out = "".join(map(self._set, whole))
        # A word that no line can hold need not be waited for; its last grapheme may yet grow.
        if self._torn or cells(self._held) > self._width():
            *clusters, self._held = list(wcwidth.iter_graphemes(self._held)) or [""]
            self._torn = True
            out += self._split(clusters)
        return out

    def flush(self, styled: str = "") -> str:
        """Take the end of a text, styled by us; return all that is left to write."""
        rest, self._held = self._held + styled, ""
        return "".join(map(self._set, words(rest)))

    def restart(self) -> None:
        """Begin a new line with what comes next: somebody else ended this one."""
        self._column, self._gap, self._ends = None, "", 0

    def _set(self, word: str) -> str:
        if word == "\n":
            self._ends += self._begun
            self._gap = ""
            return ""
        if all(map(_space, word)):
            self._gap = word.replace(_THIN, "") if self._column is not None else ""
            return ""
        if self._torn or cells(word) > self._width():
            self._torn = False
            return self._split(wcwidth.iter_graphemes(word))
        return self._place(word)

    def _split(self, clusters: Iterable[str]) -> str:
        return "".join(self._place(cluster) for cluster in clusters)

    def _place(self, word: str) -> str:
        """Put a word on this line or the next one."""
        taken = cells(self._gap) + cells(word)
        if self._column and self._column + taken > self._width():
            self._ends = max(self._ends, 1)
        lead = self._gap
        if self._ends or self._column is None:
            close = OFF if self._styles else ""
            lead = close + "\n" * min(self._ends, 2) + self._indent + self._styles
            self._column, taken = 0, cells(word)
        self._column += taken
        self._begun, self._ends, self._gap = True, 0, ""
        self._remember(word)
        return lead + word

    def _remember(self, word: str) -> None:
        for mark in filter(MARKS.__contains__, word):
            self._styles = "" if mark == OFF else self._styles + mark


def wrap(styled: str, room: int, indent: str = "  ") -> str:
    """Set a whole text in lines.

    Args:
        styled: the text, safe, with styles where wanted.
        room: cells in a line, its indent not counted.
        indent: what every line starts with.
    """
    return Flow(lambda: room, indent).flush(styled)
