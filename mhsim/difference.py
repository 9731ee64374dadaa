"""In what two plans differ, in words."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

from mhsim.planning import Plan

_MOST = 60
"""Characters of a value that are shown."""


def differences(old: Plan, new: Plan, most: int = 20) -> list[str]:
    """Say in what two plans differ: `scenario.replicates: 5 in the run, 3 now`."""
    found = list(differ(old.content(), new.content()))
    rest = len(found) - most
    return found[:most] + ([f"and {rest} more"] if rest > 0 else [])


def differ(old: Any, new: Any, path: str = "") -> Iterator[str]:
    """Yield in what two pieces of plain data differ, place by place."""
    if isinstance(old, Mapping) and isinstance(new, Mapping):
        for key in dict.fromkeys([*old, *new]):
            yield from differ(old.get(key), new.get(key), f"{path}.{key}" if path else str(key))
    elif isinstance(old, list) and isinstance(new, list) and len(old) == len(new):
        for n, (before, after) in enumerate(zip(old, new, strict=True)):
            yield from differ(before, after, f"{path}[{n}]")
    elif old != new:
        before, after = _shown(old), _shown(new)
        start = next((n for n, (a, b) in enumerate(zip(before, after, strict=False)) if a != b), 0)
        yield f"{path}: {_cut(before, start)} in the run, {_cut(after, start)} now"


def _shown(value: Any) -> str:
    return "nothing" if value is None else json.dumps(value, ensure_ascii=False)


def _cut(text: str, start: int) -> str:
    """Shorten a text to what stands around the place from which on it differs."""
    if len(text) <= _MOST:
        return text
    begin = max(0, min(start - _MOST // 3, len(text) - _MOST)) if start > _MOST // 2 else 0
    piece = text[begin : begin + _MOST]
    return f"{'...' if begin else ''}{piece}{'...' if begin + _MOST < len(text) else ''}"
