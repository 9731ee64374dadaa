"""M10: are people of one locale different people?"""

from __future__ import annotations

import math
from collections.abc import Sequence


def _grams(text: str, size: int = 3) -> set[str]:
    folded = " ".join(text.split())
    return {folded[n : n + size] for n in range(max(1, len(folded) - size + 1))}


def vendi_score(
    texts: Sequence[str], vectors: Sequence[Sequence[float]] | None = None
) -> float | None:
    """M10: the effective number of different dialogues among `n`, 1 to n.

    Formula: exp(-sum(l log l)) over the eigenvalues l of K / n; K holds cosines of `vectors`, or
    without them Jaccard similarities of character trigrams. None with fewer than two texts.

    Expected: not lower than in the English or human reference at equal severity. Pitfalls: noise
    raises it too, so read it with `formulation_match`. Source: Friedman and Dieng 2023
    (arXiv:2210.02410); Wang, Morgenstern and Dickerson 2025.
    """
    import numpy as np

    if len(texts) < 2:
        return None
    if vectors is not None:
        array = np.asarray(vectors, dtype=float)
        array = array / np.linalg.norm(array, axis=1, keepdims=True)
        kernel = array @ array.T
    else:
        grams = [_grams(text) for text in texts]
        kernel = np.array([[len(a & b) / len(a | b) for b in grams] for a in grams])
    values = np.linalg.eigvalsh(kernel / len(texts))
    return math.exp(-sum(float(v) * math.log(float(v)) for v in values if v > 1e-12))
