"""Tongue: whether a text is in the language it should be in; short and mixed texts get no verdict.

The script decides first. Where several languages share it, a light identifier is asked, which is
loaded when first needed; it knows no romanised Hindi or Bangla, and says nothing where unsure.
"""

from __future__ import annotations

import importlib
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from mhsim.text import same_script, script_counts

_FEW = 12
"""Letters below which a text's script says nothing."""

_SHORT = 24
"""Letters below which no language is identified. In scripts of syllables half as many will do."""

_MIXED = 0.25
"""The share of letters in the expected script that makes a text mixed rather than another's."""

_SURE = 70
"""The share of a text, in percent, that must be another language's."""

_ALIKE: dict[str, frozenset[str]] = {
    "en": frozenset({"sco"}),
    "hi": frozenset({"bh", "mr", "ne", "sa"}),
    "bn": frozenset({"as"}),
    "pt": frozenset({"gl"}),
    "es": frozenset({"gl"}),
}
"""Languages the identifier takes for each other in colloquial or regional writing.

Eastern Bangla forms count as Assamese, Awadhi and Bhojpuri forms as other Devanagari languages:
there the script must do.
"""


@dataclass(frozen=True, slots=True)
class Tongue:
    """The language a speaker should speak.

    Args:
        name: as the model is told.
        code: its ISO 639 code.
        script: the ISO 15924 code of its script.
    """

    name: str
    code: str
    script: str

    def strange(self, text: str) -> str | None:
        """Say which other script or language a text is in, or None where it is not known to be.

        Words of other languages within it are no other language: people mix.
        """
        counts = script_counts(text)
        letters, wanted = sum(counts.values()), same_script(self.script)
        if letters < _FEW:
            return None
        # Han alone may be Japanese: the identifier tells the two apart.
        fitting = counts.get(wanted, letters) + (counts["Hani"] if wanted == "Kana" else 0)
        if fitting < letters * _MIXED:
            return f"in the script {max(counts, key=lambda name: counts[name])}"
        return self._other(text, letters)

    def _other(self, text: str, letters: int) -> str | None:
        """Ask the identifier; a romanised language is none it knows."""
        least = _SHORT if same_script(self.script) == "Latn" else _SHORT // 2
        if letters < least or (self.script == "Latn" and self.code in _UNKNOWN_IN_LATIN):
            return None
        found = identified(text)
        if found is None or found[0] in (self.code, *_ALIKE.get(self.code, ())):
            return None
        return f"in the language {found[0]}"


_UNKNOWN_IN_LATIN = ("ar", "bn", "hi", "ja", "ta", "ur", "zh")


def identified(text: str) -> tuple[str, int] | None:
    """Return the language most of a text is in and how much of it, in percent.

    None where that is not sure, or where there is no identifier on this machine.
    """
    known = _identifier()
    if known is None:
        return None
    try:
        sure, _, found = known.detect(text)
    except known.error:  # bytes it cannot read: nothing is known
        return None
    code, share = str(found[0][1]).partition("-")[0], int(found[0][2])
    return (code, share) if sure and code != "un" and share >= _SURE else None


@lru_cache(maxsize=1)
def _identifier() -> Any:
    try:
        return importlib.import_module("pycld2")
    except ImportError:
        return None
