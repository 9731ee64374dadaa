"""Words without which a pattern cannot match, so that it need not be tried where none stands.

A pack has hundreds of patterns and an utterance holds the words of few. All anchors are looked
for in one pass; a pattern without any is tried on every text.
"""

from __future__ import annotations

import re
from functools import lru_cache
from importlib import import_module
from itertools import product
from typing import Any

_LETTER = 0.15
"""How often a letter stands where it is looked for, roughly; a Chinese character counts three."""

COMMON = 0.14
"""Anchors that stand in more than this share of places, by that guess, are none."""

_MOST = 64
"""So many strings may grow out of one another; more are kept apart."""

_CLASS = 6
"""So many characters of a class are spelled out."""

_WIDER = re.compile("[\u3040-\u9fff]")

_Strings = frozenset[str]
_NOTHING: _Strings = frozenset({""})


@lru_cache(maxsize=8192)
def anchors(pattern: str) -> frozenset[str]:
    """Return strings one of which stands in all that a pattern matches.

    Args:
        pattern: a regular expression, read without flags.

    Returns:
        The rarest such strings, by a rough guess; none where the pattern needs none, or only ones
        that stand nearly everywhere.

    Raises:
        re.error: the pattern is not a regular expression.
    """
    # The standard library's own reading of patterns has no public name; it has had this one since
    # Python 3.11, the oldest that is supported.
    parser: Any = import_module("re._parser")
    read = parser.parse(pattern)
    found = _Run()
    found.read(read)
    best = found.best()
    if best is None or read.state.flags & re.IGNORECASE or _share(best) > COMMON:
        return frozenset()
    return best


class _Run:
    """A sequence as it is read: what stands side by side so far, and the rarest seen before."""

    def __init__(self) -> None:
        self.open: _Strings = _NOTHING
        self.exact = True
        self._seen: list[_Strings] = []

    def best(self) -> _Strings | None:
        """Return the rarest of what must occur, or None if nothing must."""
        usable = [each for each in (*self._seen, self.open) if "" not in each]
        return min(usable, key=_share, default=None)

    def read(self, items: Any) -> None:
        """Read the items of a sequence in turn."""
        for op, value in items:
            kind = str(op)
            if kind in ("AT", "ASSERT", "ASSERT_NOT"):
                continue  # takes no room
            exact, needed = _item(kind, value)
            if exact is not None:
                self._grow(exact)
            else:
                self._close(needed)

    def _grow(self, exact: _Strings) -> None:
        if len(self.open) * len(exact) <= _MOST:
            self.open = frozenset(a + b for a, b in product(self.open, exact))
            return
        self._close(None)
        self.open = exact

    def _close(self, needed: _Strings | None) -> None:
        self._seen += [self.open, *([needed] if needed is not None else [])]
        self.open, self.exact = _NOTHING, False


def _item(kind: str, value: Any) -> tuple[_Strings | None, _Strings | None]:
    """Return all an item can match, or None if that is open; and else what it needs, or None."""
    if kind == "LITERAL":
        return frozenset({chr(value)}), None
    if kind == "IN":
        return _spelled(value), None
    if kind == "BRANCH":
        return _either(value[1])
    if kind == "SUBPATTERN" and not value[1] and not value[2]:
        return _inner(value[3])
    if kind.endswith("_REPEAT"):
        return _repeated(*value)
    return None, None


def _inner(items: Any) -> tuple[_Strings | None, _Strings | None]:
    run = _Run()
    run.read(items)
    return (run.open, None) if run.exact else (None, run.best())


def _either(branches: Any) -> tuple[_Strings | None, _Strings | None]:
    """Read what stands between bars: all that each can match, or one need of each."""
    read = [_inner(branch) for branch in branches]
    exact = [each for each, _ in read if each is not None]
    if len(exact) == len(read):
        return frozenset[str]().union(*exact), None
    needs = [needed if each is None else each for each, needed in read]
    if any(each is None or "" in each for each in needs):
        return None, None
    return None, frozenset[str]().union(*(each for each in needs if each is not None))


def _repeated(least: int, most: int, items: Any) -> tuple[_Strings | None, _Strings | None]:
    exact, needed = _inner(items)
    if least == 0:
        return (exact | _NOTHING if exact is not None and most == 1 else None), None
    return None, needed if exact is None else exact


def _spelled(items: Any) -> _Strings | None:
    """Return the characters of a small class, or None for others."""
    letters = set[str]()
    for op, value in items:
        kind = str(op)
        if kind not in ("LITERAL", "RANGE") or len(letters) > _CLASS:
            return None
        low, high = value if kind == "RANGE" else (value, value)
        if high - low >= _CLASS:
            return None
        letters |= {chr(point) for point in range(low, high + 1)}
    return frozenset(letters)


def _share(strings: _Strings) -> float:
    """Guess at what share of places one of them stands."""
    return sum(_LETTER ** (len(each) + 2 * len(_WIDER.findall(each))) for each in strings)
