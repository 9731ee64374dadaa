"""The measures of the eRisk tasks on depression questionnaires, by their formulas."""

from __future__ import annotations

from collections.abc import Sequence, Set

import numpy as np
from numpy.typing import ArrayLike

from mhsim.measure.estimators.bands import Scheme, band_index, scheme_of

ITEM_MAXIMUM = 3


def erisk(
    true_items: ArrayLike,
    pred_items: ArrayLike,
    scheme: str | Scheme = "bdi_erisk",
    true_raw: ArrayLike | None = None,
    pred_raw: ArrayLike | None = None,
) -> dict[str, float]:
    """Return AHR, ACR, ADODL and DCHR, each 0 to 1.

    AHR: share of items answered exactly, the letter of an answer included. ACR: mean of
    (3 - |difference|) / 3. ADODL: mean of (maximum - |difference of totals|) / maximum. DCHR: share
    of users whose total falls into the right category. Source: Losada, Crestani and Parapar 2019,
    eRisk task 3. Pitfall: ADODL is compressive, a constant guess comes above 0.8; show bias and a
    constant's figures beside it.

    Args:
        true_items: n users x items, 0 to 3.
        pred_items: the same, as guessed.
        scheme: the cut-offs.
        true_raw: n users x items as answered, `2a` and `2b` told apart; without it, numbers decide.
        pred_raw: the same, as guessed.

    Raises:
        ValueError: the scale's maximum is not three times the number of items.
    """
    true, given = np.asarray(true_items, dtype=np.int64), np.asarray(pred_items, dtype=np.int64)
    highest = scheme_of(scheme)[0]
    if highest != ITEM_MAXIMUM * true.shape[1]:
        raise ValueError(
            f"found {true.shape[1]} items for totals up to {highest}; "
            f"{highest / ITEM_MAXIMUM:g} would be right"
        )
    if true_raw is None or pred_raw is None:
        hits = true == given
    else:
        hits = np.asarray(true_raw, dtype=str) == np.asarray(pred_raw, dtype=str)
    totals, guessed = true.sum(axis=1), given.sum(axis=1)
    same = band_index(totals, scheme) == band_index(guessed, scheme)
    return {
        "AHR": float(hits.mean(axis=1).mean()),
        "ACR": float(((ITEM_MAXIMUM - np.abs(true - given)) / ITEM_MAXIMUM).mean()),
        "ADODL": float(((highest - np.abs(totals - guessed)) / highest).mean()),
        "DCHR": float(same.mean()),
    }


def adodl(true_total: ArrayLike, pred_total: ArrayLike, highest: float) -> float:
    """Return ADODL of totals alone: mean of (highest - |difference|) / highest, 0 to 1."""
    apart = np.abs(np.asarray(true_total, dtype=float) - np.asarray(pred_total, dtype=float))
    return float(((highest - apart) / highest).mean())


def ashr(true_sets: Sequence[Set[str]], pred_sets: Sequence[Set[str]]) -> float:
    """Return the mean share of a person's key symptoms that were named (eRisk 2025 pilot).

    A person without key symptoms counts as 1 if none was named, else as 0.

    Args:
        true_sets: per person, the key symptoms, four at most.
        pred_sets: per person, those named.
    """
    shares = [
        len(true & named) / len(true) if true else float(not named)
        for true, named in zip(true_sets, pred_sets, strict=True)
    ]
    return float(np.mean(shares))
