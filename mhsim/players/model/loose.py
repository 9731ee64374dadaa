"""Loose JSON: reads what weak models write for an object, and never completes what they left out.

Taken: fences, prose around, single and curly quotes, trailing commas, comments, names without
quotes, Python's True, False and None. Not taken: an object that is cut off, NaN, a key given twice.
"""

from __future__ import annotations

import json
import re
from collections.abc import Collection
from typing import Any, NoReturn

_THOUGHT = re.compile(r"<think(?:ing)?>.*?</think(?:ing)?>", re.DOTALL | re.IGNORECASE)
_SKIP = re.compile(r"(?:\s+|//[^\n]*|#[^\n]*|/\*.*?\*/)+", re.DOTALL)
_NUMBER = re.compile(r"[-+]?\d+(?:\.\d+)?(?:[eE][-+]?\d+)?(?![\w.])")
_OPEN = re.compile(r"[\w.+-]*\Z")
_HEX = re.compile("[0-9a-fA-F]{4}")
_WORD = re.compile(r"[A-Za-z_]\w*")
_KEY = re.compile(r"[A-Za-z_][\w-]*")
_WORDS: dict[str, Any] = {
    "true": True, "false": False, "null": None, "True": True, "False": False, "None": None
}  # fmt: skip
_QUOTES = {'"': '"', "'": "'", "“": "”", "‘": "’"}
_ESCAPES = {"n": "\n", "t": "\t", "r": "\r", "b": "\b", "f": "\f"}
_DEEPEST = 40
"""How deep objects may lie in each other."""


class NoObjectError(ValueError):
    """There is no whole object in a text; the message says why.

    Args:
        message: what is wrong.
        cut: whether the text ends before the object does.
    """

    def __init__(self, message: str, *, cut: bool = False) -> None:
        self.cut = cut
        super().__init__(message)


def read_object(text: str, keys: Collection[str]) -> dict[str, Any]:
    """Return the last whole object of a text that has one of these keys.

    Raises:
        NoObjectError: there is none, or the last one is cut off.
    """
    try:
        whole = json.loads(text, object_pairs_hook=_unique, parse_constant=_no_number)
    except (ValueError, RecursionError):
        whole = None
    found = _unwrapped(whole, keys)
    if found is not None:
        return found
    return _scan(_THOUGHT.sub(" ", text), keys)


def _scan(text: str, keys: Collection[str]) -> dict[str, Any]:
    found: dict[str, Any] | None = None
    reason = NoObjectError("there is no JSON object in the reply")
    place = text.find("{")
    while place >= 0:
        reader = _Reader(text, place)
        try:
            value = reader.value()
        except NoObjectError as error:
            reason = error
            if error.cut:
                raise
            place = text.find("{", place + 1)
            continue
        found = _unwrapped(value, keys) or found
        place = text.find("{", reader.place)
    if found is None:
        raise reason
    return found


def _unwrapped(value: Any, keys: Collection[str]) -> dict[str, Any] | None:
    """Find the object itself in what it may be wrapped in: a list of one, a tool's call, a name."""
    match value:
        case dict() if any(key in value for key in keys):
            return value
        case {"arguments": inner} | {"parameters": inner} | {"input": inner}:
            return _unwrapped(_told(inner), keys)
        case dict() if len(value) == 1:
            return _unwrapped(next(iter(value.values())), keys)
        case [only]:
            return _unwrapped(only, keys)
        case _:
            return None


def _told(value: Any) -> Any:
    """Read what is an object written as a string."""
    if not isinstance(value, str):
        return value
    try:
        return json.loads(value, object_pairs_hook=_unique, parse_constant=_no_number)
    except ValueError:
        return None


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        raise NoObjectError("a key is given twice")
    return found


def _no_number(name: str) -> NoReturn:
    raise NoObjectError(f"{name} is no value")


class _Reader:
    """Reads one value from a place in a text."""

    def __init__(self, text: str, place: int) -> None:
        self._text = text
        self.place = place
        self._depth = 0

    def value(self) -> Any:
        char = self._next()
        if char == "{":
            return self._inside(self._object)
        if char == "[":
            return self._inside(self._list)
        if char in _QUOTES:
            return self._string(_QUOTES[char])
        return self._bare()

    def _inside(self, read: Any) -> Any:
        self._depth += 1
        if self._depth > _DEEPEST:
            self._fail("the reply is nested too deeply")
        self.place += 1
        found = read()
        self.place += 1
        self._depth -= 1
        return found

    def _object(self) -> dict[str, Any]:
        pairs: list[tuple[str, Any]] = []
        while (char := self._next()) != "}":
            key = self._string(_QUOTES[char]) if char in _QUOTES else self._match(_KEY)
            if self._next() != ":":
                self._fail(f"a colon is missing after {key[:40]!r}")
            self.place += 1
            pairs.append((key, self.value()))
            self._comma("}")
        return _unique(pairs)

    def _list(self) -> list[Any]:
        found: list[Any] = []
        while self._next() != "]":
            found.append(self.value())
            self._comma("]")
        return found

    def _comma(self, end: str) -> None:
        if self._next() == ",":
            self.place += 1
        elif self._next() != end:
            self._fail("a comma is missing")

    def _string(self, end: str) -> str:
        self.place += 1
        pieces: list[str] = []
        while (char := self._char()) != end:
            self.place += 1
            pieces.append(self._escaped() if char == "\\" else char)
        self.place += 1
        return "".join(pieces)

    def _escaped(self) -> str:
        char = self._char()
        self.place += 1
        if char != "u":
            return _ESCAPES.get(char, char)
        point = self._point()
        if 0xD800 <= point < 0xDC00 and self._text.startswith("\\u", self.place):
            self.place += 2
            pair = point.to_bytes(2, "big") + self._point().to_bytes(2, "big")
            return pair.decode("utf-16-be", "replace")
        return chr(point)

    def _point(self) -> int:
        digits = self._text[self.place : self.place + 4]
        if len(digits) < 4:
            raise NoObjectError("the reply is cut off", cut=True)
        if not _HEX.fullmatch(digits):
            self._fail("an escape is broken")
        self.place += 4
        return int(digits, 16)

    def _bare(self) -> Any:
        # What reaches to the very end may go on: it is no value yet.
        if _OPEN.match(self._text, self.place):
            raise NoObjectError("the reply is cut off", cut=True)
        if number := _NUMBER.match(self._text, self.place):
            self.place = number.end()
            return json.loads(number[0].removeprefix("+"))
        word = self._match(_WORD)
        if word not in _WORDS:
            self._fail(f"{word[:40]!r} needs quotes")
        return _WORDS[word]

    def _match(self, pattern: re.Pattern[str]) -> str:
        found = pattern.match(self._text, self.place)
        if found is None:
            self._fail(f"{self._text[self.place]!r} stands where none may")
        self.place = found.end()
        return found[0]

    def _next(self) -> str:
        if skipped := _SKIP.match(self._text, self.place):
            self.place = skipped.end()
        return self._char()

    def _char(self) -> str:
        if self.place >= len(self._text):
            raise NoObjectError("the reply is cut off", cut=True)
        return self._text[self.place]

    def _fail(self, message: str) -> NoReturn:
        raise NoObjectError(message)
