"""Refusal: whether a text declines the task; a person who will not talk of something does not."""

from __future__ import annotations

import re
from functools import lru_cache

from mhsim.players.conduct.phrases import MACHINE, REFUSALS
from mhsim.text import fold


@lru_cache(maxsize=8)
def _pattern(kind: str) -> re.Pattern[str]:
    groups = {"refusal": REFUSALS, "machine": MACHINE}[kind]
    return re.compile("|".join(f"(?:{fold(each)})" for group in groups.values() for each in group))


def declines(text: str) -> bool:
    """Say whether a text declines what was asked of the model, in any language known here."""
    return _pattern("refusal").search(fold(text)) is not None


def machine(text: str) -> bool:
    """Say whether a text speaks as a machine."""
    return _pattern("machine").search(fold(text)) is not None
