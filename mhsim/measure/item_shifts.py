"""Items: what each shifts in a language, beyond what the others do, and because of what."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Any

import numpy as np

from mhsim.measure.estimators.arrays import Floats, Ints
from mhsim.measure.estimators.decomposition import kitagawa
from mhsim.measure.estimators.distributions import t_quantile
from mhsim.measure.estimators.equivalence import paired_t
from mhsim.measure.estimators.matched import dif_purified
from mhsim.measure.family import ITEMS, Test, adjusted
from mhsim.measure.interval import JACKKNIFE, Estimate, T, jackknife, known, mean
from mhsim.measure.pairing import Pairing
from mhsim.measure.summary import Number

ENOUGH_PERSONS = 10
"""Fewer persons than these tell nothing about single items beyond their shift."""


def item_shifts(pair: Pairing) -> Iterator[Number]:
    """Yield the shift of every item with its tests, the decomposition, differential functioning."""
    tests: list[Test] = []
    shifts = pair.items
    for n, item in enumerate(pair.judged.scale.items):
        where = {**pair.where, "item": item}
        there = shifts[:, n][np.isfinite(shifts[:, n])]
        method = "item value less the twin's, where both were assessed; " + T
        yield mean(there).number("item_shift", method, where, _missing(pair, n))
        p = paired_t(there)["p"] if there.size > 1 else math.nan
        tests.append(Test(p, there.size, where))
    yield from adjusted("item_shift", tests, ITEMS)
    yield from _decomposition(pair)
    yield from _functioning(pair)


def _missing(pair: Pairing, item: int) -> int:
    """Return the planned conversations of both conditions in which an item was not assessed."""
    sides = [pair.one, pair.other]
    unknown = np.isnan(pair.judged.values[..., item][:, sides])
    return int((pair.planned[:, sides] * unknown).sum())


def _decomposition(pair: Pairing) -> Iterator[Number]:
    """Yield how much of a shift is what did not come up, and how much is how it was rated."""
    rated: Any = np.isfinite(pair.judged.low).all(axis=-1)
    values = pair.judged.values

    def rows(places: Ints, condition: int) -> Floats:
        cells = values[places, condition].reshape(-1, values.shape[-1])
        return cells[rated[places, condition].reshape(-1)]

    both = np.flatnonzero(rated[:, pair.one].any(axis=1) & rated[:, pair.other].any(axis=1))
    for part in ("elicitation", "scoring"):

        def value(places: Ints, part: str = part) -> float:
            chosen = both[places]
            return kitagawa(rows(chosen, pair.one), rows(chosen, pair.other))[part]

        found = jackknife(both.size, value) if both.size > 1 else Estimate(None)
        said = "items that came up in one and not in the other" if part == "elicitation" \
            else "items rated otherwise where they came up"  # fmt: skip
        method = f"part of the shift due to {said}, not assessed as 0 (Kitagawa); {JACKKNIFE}"
        yield found.number(f"shift_by_{part}", method, pair.where, pair.missing)


def _functioning(pair: Pairing) -> Iterator[Number]:
    """Yield relative shifts of items at equal intended values, where that can be told."""
    shifts, intended = pair.items, pair.judged.truth
    whole = np.isfinite(shifts).all(axis=1) & np.isfinite(intended).all(axis=1)
    if whole.sum() < ENOUGH_PERSONS:
        method = (
            f"not computed: needs {ENOUGH_PERSONS} patients with every item assessed on both "
            f"sides, and there are {int(whole.sum())}"
        )
        yield Estimate(None, n=int(whole.sum())).number("item_dif", method, pair.where)
        return
    found = dif_purified(shifts[whole], intended[whole].astype(int))
    kept, items = int(found["anchor"].sum()), len(pair.judged.scale.items)
    if items - kept > items / 3:
        method = f"not identified: {items - kept} of {items} items left the anchor; see item_shift"
        yield Estimate(None, n=int(whole.sum())).number("item_dif", method, pair.where)
        return
    half = t_quantile(0.975, int(whole.sum()) - 1) * found["se"]
    for n, item in enumerate(pair.judged.scale.items):
        value = Estimate(
            known(found["dif"][n]), known(found["dif"][n] - half[n]),
            known(found["dif"][n] + half[n]), int(whole.sum()),
        )  # fmt: skip
        method = (
            f"shift beyond that of {kept} anchor items at equal intended values; {JACKKNIFE}; "
            f"unadjusted p {found['p'][n]:.3g}"
        )
        where = {**pair.where, "item": item}
        yield value.number("item_dif", method, where, int((~whole).sum()))
