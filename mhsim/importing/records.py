"""JSON and JSON Lines of other people, with the line of every value that is complained about."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from mhsim.importing.haul import Finding, Haul, Unusable
from mhsim.importing.reading import Text

_SPACE = re.compile(r"[ \t\n\r]*")
_DEEPEST = 40
"""Levels of nesting that are kept; what lies deeper is kept as text."""

_SURROGATE = re.compile("[\ud800-\udfff]")
Step = str | int


@dataclass(frozen=True, slots=True)
class Record:
    """One value of a JSON file.

    Args:
        source: the file's text.
        data: the value.
        start: where the value begins in the text.
    """

    source: Text
    data: Any
    start: int

    @property
    def file(self) -> str:
        """The file as it was named."""
        return self.source.file

    def line(self, *path: Step) -> int:
        """Return the one-based line of a value below this one, or of what leads to it."""
        place = self.start
        for step in path:
            below = _child(self.source.text, place, step)
            if below is None:
                break
            place = below
        return self.source.line(place)

    def items(self) -> Iterator[Record]:
        """Yield the elements of a list, or the value itself where it is none."""
        if not isinstance(self.data, list):
            yield self
            return
        place = self.start + 1
        for element in self.data:
            place = _skip(self.source.text, place)
            yield Record(self.source, element, place)
            _, place = _decode(self.source.text, place)
            place = _skip(self.source.text, place) + 1


def read_json(source: Text, haul: Haul) -> Record:
    """Read a JSON file.

    Raises:
        Unusable: it is no JSON.
    """
    try:
        return Record(source, _loads(source, source.text, haul, None), _skip(source.text, 0))
    except ValueError as error:
        line = getattr(error, "lineno", None)
        said = getattr(error, "msg", str(error))
        raise Unusable(Finding(source.file, f"is not JSON: {said}", line)) from error
    except RecursionError as error:
        raise Unusable(Finding(source.file, "is nested too deeply to be read")) from error


def read_lines(source: Text, haul: Haul) -> list[Record]:
    """Read a JSON Lines file; a line that is no JSON is reported and left out.

    Raises:
        Unusable: no line of it is JSON.
    """
    records: list[Record] = []
    place = 0
    bad = 0
    for number, line in enumerate(source.lines(), 1):
        if line.strip():
            try:
                data = _loads(source, line, haul, number)
                records.append(Record(source, data, place + len(line) - len(line.lstrip())))
            except (ValueError, RecursionError) as error:
                bad += 1
                said = getattr(error, "msg", "it cannot be read")
                haul.say(source.file, f"the line is not JSON ({said}); left out", number)
        place += len(line) + 1
    if bad and not records:
        raise Unusable(Finding(source.file, "no line of the file is JSON"))
    return records


def read_any(source: Text, haul: Haul) -> list[Record]:
    """Read JSON or JSON Lines, whichever it is: one record for each element or line.

    Raises:
        Unusable: it is neither.
    """
    head = source.text.lstrip()
    if head.startswith("["):
        return list(read_json(source, haul).items())
    try:
        return list(read_json(source, haul).items())
    except Unusable:
        if "\n" not in head.strip():
            raise
        return read_lines(source, haul)


def _loads(source: Text, text: str, haul: Haul, line: int | None) -> Any:
    def pairs(found: Sequence[tuple[str, Any]]) -> dict[str, Any]:
        made: dict[str, Any] = {}
        for key, value in found:
            if key in made:
                said = f"the key {key!r} stands twice in one record; the last is kept"
                haul.say(source.file, said, line)
            made[key] = value
        return made

    data = json.loads(text, object_pairs_hook=pairs)
    return _clean(data, source, haul, line)


def _clean(value: Any, source: Text, haul: Haul, line: int | None, depth: int = 0) -> Any:
    """Return a value that can be written again; what had to be changed is reported."""
    if isinstance(value, str):
        if _SURROGATE.search(value):
            haul.say(source.file, "half a surrogate pair stands in a text; replaced", line)
            return _SURROGATE.sub("\N{REPLACEMENT CHARACTER}", value)
        return value
    if isinstance(value, float) and not math.isfinite(value):
        haul.say(source.file, f"{value} is no number; taken as missing", line)
        return None
    if not isinstance(value, dict | list):
        return value
    if depth >= _DEEPEST:
        haul.say(source.file, f"nested more than {_DEEPEST} levels deep; kept as text", line)
        return json.dumps(value, ensure_ascii=True)
    if isinstance(value, list):
        return [_clean(each, source, haul, line, depth + 1) for each in value]
    return {
        _clean(key, source, haul, line): _clean(each, source, haul, line, depth + 1)
        for key, each in value.items()
    }


_DECODER = json.JSONDecoder()


def _decode(text: str, place: int) -> tuple[Any, int]:
    return _DECODER.raw_decode(text, place)


def _skip(text: str, place: int) -> int:
    found = _SPACE.match(text, place)
    return found.end() if found else place


def _child(text: str, place: int, step: Step) -> int | None:
    """Return where the value of a key or place begins in the container that begins at `place`."""
    if text[place : place + 1] not in ("[", "{"):
        return None
    keyed = text[place] == "{"
    place, number = _skip(text, place + 1), 0
    while text[place : place + 1] not in ("]", "}", ""):
        key: Step = number
        if keyed:
            key, place = _decode(text, place)
            place = _skip(text, _skip(text, place) + 1)
        if key == step:
            return place
        _, place = _decode(text, place)
        place = _skip(text, place)
        place = _skip(text, place + 1) if text[place : place + 1] == "," else place
        number += 1
    return None
