"""In what two plans differ, in words."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

from mhsim.planning import Plan


def differences(old: Plan, new: Plan, most: int = 20) -> list[str]:
    """Say in what two plans differ: `scenario.replicates: 5 in the run, 3 now`."""
    found = list(_differ(old.content(), new.content(), ""))
    rest = len(found) - most
    return found[:most] + ([f"and {rest} more"] if rest > 0 else [])


def _differ(old: Any, new: Any, path: str) -> Iterator[str]:
    if isinstance(old, Mapping) and isinstance(new, Mapping):
        for key in dict.fromkeys([*old, *new]):
            yield from _differ(old.get(key), new.get(key), f"{path}.{key}" if path else str(key))
    elif isinstance(old, list) and isinstance(new, list) and len(old) == len(new):
        for n, (before, after) in enumerate(zip(old, new, strict=True)):
            yield from _differ(before, after, f"{path}[{n}]")
    elif old != new:
        yield f"{path}: {_short(old)} in the run, {_short(new)} now"


def _short(value: Any) -> str:
    if value is None:
        return "nothing"
    text = json.dumps(value, ensure_ascii=False)
    return text if len(text) <= 60 else text[:57] + "..."
