"""M6: how much languages are mixed within utterances."""

from __future__ import annotations

import re
from collections import Counter

from mhsim.measure.authenticity.dialogue import Dialogue

_SCRIPT_WORDS = {
    "han": re.compile("[\u4e00-\u9fff]+"),
    "bengali": re.compile("[\u0980-\u09ff]+"),
    "devanagari": re.compile("[\u0900-\u0963\u0966-\u097f]+"),
    "tamil": re.compile("[\u0b80-\u0bff]+"),
    "arabic": re.compile("[\u0600-\u06ff]+"),
    "kana": re.compile("[\u3040-\u30ff]+"),
    "latin": re.compile("[A-Za-z\u00c0-\u024f]+"),
}


def code_mixing_index(dialogue: Dialogue) -> float | None:
    """M6: mean Code-Mixing Index of the turns, 0 (one language) to 100.

    Formula per turn: 100 x (1 - most common language's words / all words), 0 for one language.
    Words are told apart by script. None without words.

    Expected: near the person's own (a student's, a clinic's words). Pitfalls: script is not
    language; romanised text hides mixing, and loanwords written in the own script, such as टेंशन,
    are no switches and are not counted as such. Source: Gambäck and Das 2016 (LREC 2016,
    aclanthology L16-1292).
    """
    values: list[float] = []
    for turn in dialogue.turns:
        counts = Counter({name: len(rx.findall(turn)) for name, rx in _SCRIPT_WORDS.items()})
        counts["kana"] += counts.pop("han") if counts["kana"] else 0
        total = counts.total()
        if total:
            values.append(100 * (1 - max(counts.values()) / total))
    return sum(values) / len(values) if values else None
