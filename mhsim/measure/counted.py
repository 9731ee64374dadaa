"""Counted: pairwise decisions as tables of counts, so that leaving a patient out costs nothing.

Every statistic is the one of `estimators.pairwise`, which takes decisions one by one; a test holds
the two against each other.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from mhsim.measure.estimators.arrays import Floats, Ints
from mhsim.measure.estimators.bands import Scheme, band_index
from mhsim.measure.estimators.pairwise import TIES, Decision, kendall_tau, strengths

Flags = NDArray[np.bool_]


class Counted:
    """Decisions counted by who was shown first and who second.

    Args:
        decisions: the one shown first, the other, who was named; replicates in order.
        totals: patient to true total, in points.
        scheme: cut-offs of severity levels.
    """

    def __init__(
        self, decisions: Sequence[Decision], totals: Mapping[str, float], scheme: Scheme
    ) -> None:
        self.people = sorted({name for decision in decisions for name in decision[:2]})
        place = {name: n for n, name in enumerate(self.people)}
        size = len(self.people)
        self._first, self._second, self._ties, self._alike, self._twice = np.zeros((5, size, size))
        for one, other, named in decisions:
            a, b = place[one], place[other]
            table = self._ties if named in TIES else self._first if named == one else self._second
            table[a, b] += 1
        self._both_ways(decisions, place)
        self._totals = np.array([totals[name] for name in self.people], float)
        bands: Ints = band_index(self._totals, scheme) if size else np.zeros(0, int)
        away = np.subtract.outer(self._totals, self._totals)
        self._distance: Floats = np.abs(away)
        self._asked: Flags = away != 0
        self._same: Flags = np.equal.outer(bands, bands)
        self._right = np.where(away > 0, self._first, self._second) * self._asked
        self._wrong = np.where(away > 0, self._second, self._first) * self._asked

    def statistics(self, people: Sequence[int]) -> dict[str, float]:
        """Return every measure among some patients, by their places; NaN without anything to count.

        Args:
            people: places in `people`.
        """
        here = np.ix_(people, people)
        right, wrong = self._right[here], self._wrong[here]
        tied, same = (self._ties * self._asked)[here], self._same[here]
        yes, no, ties = float(right.sum()), float(wrong.sum()), float(tied.sum())
        asked = yes + no + ties
        first, second = float(self._first[here].sum()), float(self._second[here].sum())
        return {
            "pair_accuracy": _share(yes, yes + no),
            "pair_accuracy_ties_half": _share(yes + ties / 2, asked),
            "pair_accuracy_ties_wrong": _share(yes, asked),
            "tie_rate": _share(ties, asked),
            "tie_distance": _share(float((tied * self._distance[here]).sum()), ties),
            "same_level_error": _share(*_errors(wrong, right, same)),
            "cross_level_error": _share(*_errors(wrong, right, ~same)),
            "same_level_share": _share(float(wrong[same].sum()), no),
            "position_bias": _share(first, first + second) - 0.5,
            "order_agreement": _share(
                float(self._alike[here].sum()), float(self._twice[here].sum())
            ),
            "rank_agreement": self._order(people),
        }

    def _both_ways(self, decisions: Sequence[Decision], place: Mapping[str, int]) -> None:
        """Count pairs decided both ways round, replicate by replicate, and those decided alike."""
        named: dict[tuple[str, str], list[str]] = {}
        for one, other, who in decisions:
            if who not in TIES:
                named.setdefault((one, other), []).append(who)
        for (one, other), mine in named.items():
            for a, b in zip(mine, named.get((other, one), ()) if one < other else (), strict=False):
                self._twice[place[one], place[other]] += 1
                self._alike[place[one], place[other]] += a == b

    def _order(self, people: Sequence[int]) -> float:
        here = np.ix_(people, people)
        wins: Floats = self._first[here] + self._second[here].T
        played = (wins + wins.T).sum(axis=1) > 0
        if played.sum() < 2:
            return math.nan
        told = strengths(wins[np.ix_(played, played)])
        return kendall_tau(told.tolist(), self._totals[list(people)][played].tolist())


def _errors(wrong: Floats, right: Floats, where: Flags) -> tuple[float, float]:
    lost = float(wrong[where].sum())
    return lost, lost + float(right[where].sum())


def _share(part: float, whole: float) -> float:
    return part / whole if whole else math.nan
