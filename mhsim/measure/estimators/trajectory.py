"""Ratings turn by turn: when they settle, when they are right, what each turn told."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
from numpy.typing import ArrayLike

from mhsim.measure.estimators.arrays import Floats, floats


def stable_turn(est: Sequence[float | None], eps: float, target: float | None = None) -> int | None:
    """Return the first turn from which on every estimate stays within `eps` of the last one.

    Stable is not right: print the turn from which it stays near the truth beside it.

    Args:
        est: one estimate per turn; None or NaN where there is none, which is never near anything.
        eps: how near, in points.
        target: stay near this instead, such as the true total.

    Returns:
        A turn, one-based; None where the last turn is not near, or there is no turn.
    """
    estimates = floats(list(est), 1)
    if not estimates.size:
        return None
    far = ~(np.abs(estimates - (estimates[-1] if target is None else target)) <= eps)
    if far[-1]:
        return None
    places = np.flatnonzero(far)
    return int(places[-1]) + 2 if places.size else 1


def first_turn(holds: Sequence[bool | None]) -> int | None:
    """Return the first turn, one-based, at which something holds; None if never."""
    return next((turn for turn, so in enumerate(holds, 1) if so), None)


def restricted_mean(turns: Sequence[float | None], limit: float) -> float:
    """Return the mean turn, where what never happened counts as `limit`; NaN without any."""
    values = [limit if turn is None else min(turn, limit) for turn in turns]
    return sum(values) / len(values) if values else math.nan


def entropy(p: ArrayLike) -> Floats:
    """Return the entropy of distributions along the last axis, in bits."""
    share = floats(p)
    logs = np.log2(share, out=np.zeros_like(share), where=share > 0)
    return -(share * logs).sum(axis=-1)


def info_gain_bits(prob_by_turn: ArrayLike, true_cat: int, floor: float = 1e-3) -> Floats:
    """Return what each turn told about the truth, in bits; below 0 where it misled.

    Formula: log2 p_t(truth) - log2 p_{t-1}(truth); before the first turn all are equally likely.

    Args:
        prob_by_turn: turns x categories.
        true_cat: the true category, from 0.
        floor: the least probability taken for possible.
    """
    share = np.clip(floats(prob_by_turn, 2), floor, None)
    share = share / share.sum(axis=1, keepdims=True)
    truth = np.log2(np.concatenate([[1 / share.shape[1]], share[:, true_cat]]))
    return np.diff(truth)
