"""How varied text is: what is said twice, and how many different pairs of words there are."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence

from mhsim.text import nfc, sentences

_WORD = re.compile(
    "[\u4e00-\u9fff\u3040-\u30ff]|[^\\W\u4e00-\u9fff\u3040-\u30ff][\\w\u0900-\u0963\u0966-\u0dff'’]*"
)
_SHORT = re.compile(r"\b([A-Za-z])\.([A-Za-z])\.")


def repeated(turns: Sequence[str]) -> list[str]:
    """Return the sentences that stand more than once in what one speaker said.

    The points of an abbreviation such as `a.m.` end no sentence.
    """
    whole = (_SHORT.sub(r"\1\2", turn) for turn in turns)
    counts = Counter(sentence for turn in whole for sentence in sentences(turn))
    return [sentence for sentence, count in counts.items() if count > 1]


def words(text: str) -> list[str]:
    """Cut a text into words; Chinese and Japanese into characters, which need no dictionary."""
    return _WORD.findall(nfc(text).casefold())


def distinct(texts: Sequence[str], size: int = 2) -> float | None:
    """Return distinct-n: different runs of `size` words, as a share of all runs, 0 to 1.

    Runs do not cross texts. None where no text has a run. It falls with the amount of text, so
    compare equal amounts only. Source: Li et al. 2016 (doi:10.18653/v1/N16-1014).

    Args:
        texts: what was said.
        size: words in a run, 1 or more.
    """
    runs = [run for text in texts for run in _runs(words(text), size)]
    return len(set(runs)) / len(runs) if runs else None


def _runs(said: Sequence[str], size: int) -> list[tuple[str, ...]]:
    return [tuple(said[n : n + size]) for n in range(len(said) - size + 1)]
