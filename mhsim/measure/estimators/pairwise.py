"""Who of two is more depressed: how often judges say it right, and what orders they make."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from itertools import combinations
from statistics import fmean

import numpy as np

from mhsim.measure.estimators.arrays import Floats
from mhsim.measure.estimators.bands import Scheme, band_index

Decision = tuple[str, str, str]
"""The one shown first, the other, and who was named: one of the two, `tie` or `neither`."""

TIES = ("tie", "neither")


def pairwise_accuracy(
    true_total: Mapping[str, float], winners: Sequence[Decision]
) -> dict[str, float]:
    """Return how often the more depressed of two was named; the protocol of TalkDep.

    Pairs whose true totals are equal have no right answer and are left out. NaN without any.

    Args:
        true_total: person to total, in points.
        winners: decisions.

    Returns:
        accuracy over decided pairs, n_decided, n_tie, and accuracy_ties_half, where a tie counts
        as half right.
    """
    asked = [d for d in winners if true_total[d[0]] != true_total[d[1]]]
    decided = [d for d in asked if d[2] not in TIES]
    ties = len(asked) - len(decided)
    right = sum(_right(true_total, d) for d in decided)
    return {
        "accuracy": right / len(decided) if decided else math.nan,
        "n_decided": len(decided),
        "n_tie": ties,
        "accuracy_ties_half": (right + ties / 2) / len(asked) if asked else math.nan,
    }


def _right(true_total: Mapping[str, float], decision: Decision) -> bool:
    one, other, named = decision
    return named == (one if true_total[one] > true_total[other] else other)


def pairwise_levels(
    true_total: Mapping[str, float], winners: Sequence[Decision], scheme: str | Scheme
) -> dict[str, float]:
    """Return errors of decided pairs by whether both persons are of one severity band.

    They depend on the cut-offs, on which tables of one scale disagree. NaN where there is no pair.

    Returns:
        same_level_error and cross_level_error: errors over decided pairs of one band, of two;
        same_level_share: of all errors, those within a band; tie_rate; tie_distance: mean
        difference of true totals of tied pairs, in points; n_same, n_cross: decided pairs.
    """
    names = sorted(true_total)
    bands = dict(zip(names, band_index([true_total[n] for n in names], scheme), strict=True))
    asked = [d for d in winners if true_total[d[0]] != true_total[d[1]]]
    decided = [d for d in asked if d[2] not in TIES]
    tied = [abs(true_total[a] - true_total[b]) for a, b, w in asked if w in TIES]
    same = [not _right(true_total, d) for d in decided if bands[d[0]] == bands[d[1]]]
    cross = [not _right(true_total, d) for d in decided if bands[d[0]] != bands[d[1]]]
    errors = sum(same) + sum(cross)
    return {
        "same_level_error": fmean(same) if same else math.nan,
        "cross_level_error": fmean(cross) if cross else math.nan,
        "same_level_share": sum(same) / errors if errors else math.nan,
        "tie_rate": len(tied) / len(asked) if asked else math.nan,
        "tie_distance": fmean(tied) if tied else math.nan,
        "n_same": len(same),
        "n_cross": len(cross),
    }


def position_bias(winners: Sequence[Decision]) -> float:
    """Return the share of decided pairs in which the one shown first was named, less a half.

    0 is none; -0.5 and 0.5 are the most there can be. NaN without a decided pair.
    """
    first = [named == one for one, _, named in winners if named not in TIES]
    return fmean(first) - 0.5 if first else math.nan


def order_agreement(decisions: Sequence[Decision]) -> float:
    """Return, of pairs decided both ways round, the share that named the same person; NaN without.

    Args:
        decisions: who was shown first, the other, who was named; replicates in the same order.
    """
    named: dict[tuple[str, str], list[str]] = {}
    for one, other, who in decisions:
        if who not in TIES:
            named.setdefault((one, other), []).append(who)
    alike = [
        a == b
        for (one, other), first in named.items()
        if one < other
        for a, b in zip(first, named.get((other, one), ()), strict=False)
    ]
    return sum(alike) / len(alike) if alike else math.nan


def bradley_terry(winners: Sequence[Decision], rounds: int = 1000) -> dict[str, float]:
    """Return each person's log strength, mean 0, by Bradley and Terry's model.

    Source: Bradley and Terry 1952 (doi:10.1093/biomet/39.3-4.324), by Hunter's 2004
    minorisation (doi:10.1214/aos/1079120141). A tie is half a win for each; half a tied pair with
    everybody else is added, so that who never loses has a finite strength too.
    """
    names = sorted({name for one, other, _ in winners for name in (one, other)})
    if not names:
        return {}
    place = {name: n for n, name in enumerate(names)}
    wins = np.zeros((len(names), len(names)))
    for one, other, named in winners:
        a, b = place[one], place[other]
        share = 0.5 if named in TIES else float(named == one)
        wins[a, b] += share
        wins[b, a] += 1 - share
    return dict(zip(names, strengths(wins, rounds).tolist(), strict=True))


def strengths(wins: Floats, rounds: int = 1000) -> Floats:
    """Return log strengths, mean 0, of a table of wins: `bradley_terry` without names.

    Args:
        wins: how often each of the rows was named against each of the columns.
        rounds: at most so many steps.
    """
    won = wins + 0.25 * (1 - np.eye(len(wins)))
    games, won = won + won.T, won.sum(axis=1)
    strength = np.ones(len(wins))
    for _ in range(rounds):
        before = strength
        strength = won / (games / np.add.outer(strength, strength)).sum(axis=1)
        strength = strength / math.exp(float(np.log(strength).mean()))
        if float(np.abs(strength / before - 1).max()) < _SETTLED:
            break
    return np.log(strength)


_SETTLED = 1e-10
"""Relative change of a strength below which a further step changes nothing that is printed."""


def kendall_tau(a: Sequence[float], b: Sequence[float]) -> float:
    """Return Kendall's tau-b of two orders, -1 to 1 (doi:10.1093/biomet/33.3.239).

    NaN where one of them has only ties.
    """
    signs = [
        (np.sign(a[i] - a[j]), np.sign(b[i] - b[j])) for i, j in combinations(range(len(a)), 2)
    ]
    together = sum(x * y for x, y in signs)
    one, other = sum(x != 0 for x, _ in signs), sum(y != 0 for _, y in signs)
    return float(together / math.sqrt(one * other)) if one and other else math.nan
