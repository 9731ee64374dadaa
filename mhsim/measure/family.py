"""Families of tests: which p-values are adjusted together, fixed before any run.

1. The shift of the total by the primary judgement, over the languages of an arm: Holm.
2. The shift by each judge, over languages and judges of an arm: Holm.
3. The shifts of items within one language: Benjamini and Hochberg.
4. Everything else is exploratory, unadjusted, and says so.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from mhsim.measure.estimators.arrays import Floats
from mhsim.measure.estimators.multiplicity import bh, holm
from mhsim.measure.interval import known
from mhsim.measure.summary import Number

Adjust = Callable[[ArrayLike], Floats]

PRIMARY = "family 1, primary: the total by the primary judgement over languages"
BY_JUDGE = "family 2: the total over languages and judges"
ITEMS = "family 3: items within a language"
EXPLORATORY = "family 4, exploratory"


@dataclass(frozen=True, slots=True)
class Test:
    """One test.

    Args:
        p: its p-value; NaN where there is none.
        n: persons.
        where: what it is about.
    """

    p: float
    n: int
    where: dict[str, str]


def adjusted(measure: str, tests: Sequence[Test], family: str) -> Iterator[Number]:
    """Yield every p-value of a family, as it is and adjusted.

    Args:
        measure: what is tested.
        tests: those of the family; tests without a p-value are not counted.
        family: which, as this module names them.
    """
    p = np.array([test.p for test in tests], dtype=float)
    there = np.isfinite(p)
    better = np.full(p.shape, np.nan)
    how: tuple[str, Adjust] = ("Benjamini-Hochberg", bh) if family == ITEMS else ("Holm", holm)
    if there.any():
        better[there] = how[1](p[there])
    for test, value in zip(tests, better, strict=True):
        plain = "two-sided t test of paired differences against 0"
        yield Number(f"{measure}_p", known(test.p), None, None, test.n, 0, plain, test.where)
        method = f"{plain}; {how[0]}, {family}, {int(there.sum())} tests"
        yield Number(
            f"{measure}_p_adjusted", known(value), None, None, test.n, 0, method, test.where
        )
