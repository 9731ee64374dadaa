"""Items that shift more than the others between twins of the same intended item values."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from mhsim.measure.estimators.arrays import Floats, divided, floats
from mhsim.measure.estimators.distributions import t_two_sided
from mhsim.measure.estimators.multiplicity import bh


def dif_matched_paired(
    d: ArrayLike, t: ArrayLike, anchor: ArrayLike | None = None
) -> dict[str, Floats]:
    """Return how much each item shifts beyond what the others shift at equal intended values.

    A shift that is the same everywhere, and one in proportion to severity, cancel; a raw contrast
    of an item with the rest takes them for differential functioning. Matching is exact, since the
    intended values are known: nothing has to be purified for it. Errors by leaving out persons.

    Args:
        d: persons x items: mean shift, language less English, in points.
        t: persons x items: intended values.
        anchor: per item 1 if it serves for comparison, else 0; all do, without it.

    Returns:
        dif, se and p, per item.
    """
    shifts, intended = floats(d, 2), np.asarray(t, dtype=np.int64)
    persons, items = shifts.shape
    serves = np.ones(items) if anchor is None else floats(anchor, 1)
    at = intended[:, None, :] == np.unique(intended)[None, :, None]  # persons x values x items
    moved, count = shifts[:, None, :] * at, at.astype(float)
    sums, counts = moved.sum(axis=0), count.sum(axis=0)
    full = _beyond(sums, counts, serves)
    without = _beyond(sums - moved, counts - count, serves)
    se = np.sqrt((persons - 1) / persons * ((without - without.mean(axis=0)) ** 2).sum(axis=0))
    statistic = np.nan_to_num(divided(full, se))
    return {"dif": full, "se": se, "p": floats(t_two_sided(statistic, persons - 1))}


def _beyond(sums: Floats, counts: Floats, serves: Floats) -> Floats:
    """Return the mean residual per item; arrays end in values x items."""
    others = (sums * serves).sum(axis=-1, keepdims=True) - sums * serves
    many = (counts * serves).sum(axis=-1, keepdims=True) - counts * serves
    known = (counts > 0) & (many > 0)
    expected = np.divide(others, many, out=np.zeros_like(others), where=many > 0)
    rest = ((sums - counts * expected) * known).sum(axis=-2)
    return rest / np.maximum((counts * known).sum(axis=-2), 1)


def dif_purified(
    d: ArrayLike, t: ArrayLike, q: float = 0.05, max_iter: int = 10, min_anchor: int = 3
) -> dict[str, Floats]:
    """Return the same with items that differ taken out of the comparison, one at a time.

    Where many items differ nothing tells which moved: with more than a third of them out of the
    anchor, report absolute shifts only.

    Args:
        d: persons x items: mean shift, in points.
        t: persons x items: intended values.
        q: share of false alarms allowed among the items flagged.
        max_iter: rounds at most.
        min_anchor: items that stay in any case.

    Returns:
        dif, se, p, and anchor: per item 1 if it still serves for comparison, else 0.
    """
    shifts = floats(d, 2)
    serves = np.ones(shifts.shape[1])
    found = dif_matched_paired(shifts, t, serves)
    for _ in range(max_iter):
        adjusted = bh(found["p"])
        wrong = [i for i in np.flatnonzero(serves) if adjusted[i] < q]
        if not wrong or serves.sum() <= min_anchor:
            break
        serves[min(wrong, key=lambda i: found["p"][i])] = 0
        found = dif_matched_paired(shifts, t, serves)
    return {**found, "anchor": serves}


EXACT = 13
"""Up to so many persons every assignment of signs is tried: 8,192."""


def label_swap_p(diff_by_persona: ArrayLike, B: int = 9999, seed: int = 0) -> float:
    """Return the p-value of paired differences if which twin is which did not matter.

    Args:
        diff_by_persona: one contrast per person.
        B: assignments drawn where there are too many to try all.
        seed: starts the stream.
    """
    differences = floats(diff_by_persona, 1)
    n = differences.size
    seen = abs(float(differences.sum())) - 1e-12
    if n <= EXACT:
        signs = 1 - 2.0 * (np.arange(2**n)[:, None] >> np.arange(n) & 1)
        return float((np.abs(signs @ differences) >= seen).mean())
    signs = np.random.default_rng(seed).integers(0, 2, (B, n)) * 2.0 - 1
    return float(1 + (np.abs(signs @ differences) >= seen).sum()) / (B + 1)
