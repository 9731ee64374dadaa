"""Pieces of words, weighed by how labelled utterances use them; small tables, no model to call.

Families of words end somewhere; turns of phrase, endings and register do not. Which runs of two
to four letters (one or two characters of Chinese) speak for which verdict is counted on labelled
utterances by `benchmarks/critic_weights.py` and kept beside this module, one table a locale.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files
from typing import get_args

from mhsim.critic.finding import CultureVerdict
from mhsim.text import fold

VERDICTS: tuple[CultureVerdict, ...] = get_args(CultureVerdict)

SCALE = 1000
"""Weights are kept as whole thousandths."""

_HAN = re.compile(r"[\u4e00-\u9fff]")
_CLAUSE = re.compile(r"[,，、;；।.。!！?？…]")
_SENTENCE = re.compile(r"[।.。!！?？…]")
_CLAUSES = 6
_SENTENCES = 4

Weights = tuple[float, float, float, float]
"""What speaks for each verdict, in the order of `VERDICTS`; only differences mean anything."""


@dataclass(frozen=True, slots=True)
class Pieces:
    """The weights of one locale.

    Args:
        bias: what speaks for each verdict before a word is read.
        table: a piece, and what it adds to each verdict, in thousandths.
    """

    bias: Weights
    table: Mapping[str, Sequence[int]]

    @classmethod
    @lru_cache(maxsize=16)
    def of(cls, locale: str) -> Pieces | None:
        """Return the weights of a locale, or None where none were counted."""
        file = files("mhsim.critic") / "weights" / f"{locale}.json"
        if not file.is_file():
            return None
        data = json.loads(file.read_text(encoding="utf-8"))
        grounded, flattened, caricature, neutral = data["bias"]
        return cls((grounded, flattened, caricature, neutral), data["pieces"])

    def weigh(self, text: str) -> Weights:
        """Return what speaks for each verdict."""
        found = frozenset(cut(text))
        rows = [row for piece in found if (row := self.table.get(piece))]
        norm = SCALE * max(1, len(found)) ** 0.5
        sums = [sum(column) / norm for column in zip(*rows, strict=True)] or [0.0] * 4
        grounded, flattened, caricature, neutral = (
            base + each for base, each in zip(self.bias, sums, strict=True)
        )
        return grounded, flattened, caricature, neutral

    def plainest(self, text: str, verdict: CultureVerdict) -> tuple[int, int]:
        """Return the part between marks that speaks most for a verdict, as start and end."""
        column = VERDICTS.index(verdict)
        best, most = (0, len(text)), float("-inf")
        for match in re.finditer(r"[^,，、;；।.。!！?？…]+", text):
            rows = (self.table.get(piece) for piece in frozenset(cut(match.group())))
            weight = sum(row[column] for row in rows if row)
            if weight > most:
                best, most = match.span(), weight
        return best


def cut(text: str) -> Iterator[str]:
    """Yield the pieces of a text, and a few signs of its shape."""
    folded = f" {fold(text)} "
    sizes = (1, 2) if _HAN.search(folded) else (2, 3, 4)
    for size in sizes:
        for start in range(len(folded) - size + 1):
            yield folded[start : start + size]
    yield f"#clauses {min(_CLAUSES, len(_CLAUSE.findall(folded)))}"
    yield f"#sentences {min(_SENTENCES, len(_SENTENCE.findall(folded)))}"
    if "?" in folded or "？" in folded:
        yield "#question"
    if '"' in folded:
        yield "#quotation"
