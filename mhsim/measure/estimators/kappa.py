"""Agreement on categories, beyond chance. The category set is the scale's, never the data's."""

from __future__ import annotations

import math
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike

from mhsim.measure.estimators.arrays import Floats, floats

Weights = Literal["nominal", "linear", "quadratic"]


def confusion(a: ArrayLike, b: ArrayLike, n_cat: int) -> Floats:
    """Return the table of two raters' categories, 0 to `n_cat` - 1; rows are the first's.

    Inferring the categories from the data would change weighted kappa where one is not used.

    Raises:
        ValueError: a category lies outside, or one rater has more ratings.
    """
    one, other = np.asarray(a, dtype=np.int64), np.asarray(b, dtype=np.int64)
    if one.shape != other.shape:
        raise ValueError(f"found {one.size} and {other.size} ratings; as many of each is right")
    for each in (one, other):
        if each.size and (each.min() < 0 or each.max() >= n_cat):
            raise ValueError(f"category out of range: 0 to {n_cat - 1} would be right")
    cells = np.bincount(one * n_cat + other, minlength=n_cat * n_cat)
    return cells.reshape(n_cat, n_cat).astype(np.float64)


def weight_matrix(k: int, kind: str) -> Floats:
    """Return disagreement weights of k categories: `nominal`, `linear` or `quadratic`.

    Raises:
        ValueError: there is no such kind.
    """
    distance = np.abs(np.subtract.outer(np.arange(k), np.arange(k))).astype(np.float64)
    match kind:
        case "nominal":
            return (distance > 0).astype(np.float64)
        case "linear":
            return distance
        case "quadratic":
            return distance**2
        case _:
            raise ValueError(f"found {kind!r}; one of nominal, linear, quadratic would be right")


def _agreement_weights(k: int, V: ArrayLike | str) -> Floats:
    weights = weight_matrix(k, V) if isinstance(V, str) else floats(V, 2)
    return 1 - weights / weights.max()


def kappa_from_table(T: ArrayLike, V: ArrayLike | str = "nominal") -> dict[str, float]:
    """Return Cohen's kappa, weighted or not, with its standard errors.

    Formula: (po - pe) / (1 - pe), with po and pe the weighted agreement observed and expected from
    the margins. `se` is for intervals, `se0` for the test against 0. NaN where all ratings are in
    one category: agreement there says nothing. Source: Cohen 1960 (doi:10.1177/001316446002000104)
    and 1968 (doi:10.1037/h0026256); Fleiss, Cohen and Everitt 1969 (doi:10.1037/h0028106).

    Args:
        T: k x k counts.
        V: disagreement weights: `nominal`, `linear`, `quadratic`, or a k x k matrix.

    Returns:
        kappa, se, se0, po, pe, n.
    """
    table = floats(T, 2)
    weight = _agreement_weights(table.shape[0], V)
    n = float(table.sum())
    share = table / n if n else table
    rows, columns = share.sum(axis=1), share.sum(axis=0)
    po, pe = float((weight * share).sum()), float(rows @ weight @ columns)
    if n == 0 or math.isclose(pe, 1.0):
        return {"kappa": math.nan, "se": math.nan, "se0": math.nan, "po": po, "pe": pe, "n": n}
    kappa = (po - pe) / (1 - pe)
    margins = (weight @ columns)[:, None] + (weight.T @ rows)[None, :]
    spread = float((share * (weight - margins * (1 - kappa)) ** 2).sum())
    variance = spread - (kappa - pe * (1 - kappa)) ** 2
    variance0 = float((np.outer(rows, columns) * (weight - margins) ** 2).sum()) - pe**2
    scale = math.sqrt(n) * (1 - pe)
    return {
        "kappa": kappa,
        "se": math.sqrt(max(variance, 0)) / scale,
        "se0": math.sqrt(max(variance0, 0)) / scale,
        "po": po,
        "pe": pe,
        "n": n,
    }


def cohen_kappa(a: ArrayLike, b: ArrayLike, n_cat: int, V: ArrayLike | str = "nominal") -> float:
    """Return kappa of two raters' categories, 0 to `n_cat` - 1; see `kappa_from_table`."""
    return kappa_from_table(confusion(a, b, n_cat), V)["kappa"]


def qwk(a: ArrayLike, b: ArrayLike, n_cat: int) -> float:
    """Return quadratic weighted kappa of two raters' categories, 0 to `n_cat` - 1."""
    return cohen_kappa(a, b, n_cat, "quadratic")


def fleiss_kappa(counts: ArrayLike) -> float:
    """Return Fleiss' kappa: agreement of several raters, who may differ from subject to subject.

    Formula: (P - Pe) / (1 - Pe), with P the mean share of agreeing pairs within a subject and Pe
    the sum of the squared shares of the categories. NaN where all ratings are in one category.
    Source: Fleiss 1971 (doi:10.1037/h0031619).

    Args:
        counts: n subjects x k categories: how many raters put a subject in a category. Every
            subject has equally many ratings, two or more.

    Raises:
        ValueError: subjects have fewer than two ratings, or not equally many.
    """
    table = floats(counts, 2)
    raters = table.sum(axis=1)
    if not raters.size or raters[0] < 2 or np.any(raters != raters[0]):
        raise ValueError("every subject needs equally many ratings, two or more")
    m = float(raters[0])
    observed = float(((table**2).sum(axis=1) - m).mean()) / (m * (m - 1))
    expected = float(((table.sum(axis=0) / table.sum()) ** 2).sum())
    return math.nan if math.isclose(expected, 1) else (observed - expected) / (1 - expected)


def gwet(T: ArrayLike, kind: str = "nominal") -> float:
    """Return Gwet's AC1 (`nominal`) or AC2 (`linear`, `quadratic`) of a k x k table of counts.

    Kappa falls to nothing where nearly all ratings are in one category, as with rare flags; this
    does not. Source: Gwet 2008 (doi:10.1348/000711006X126600).
    """
    table = floats(T, 2)
    k = table.shape[0]
    weight = _agreement_weights(k, kind)
    share = table / table.sum()
    margin = (share.sum(axis=0) + share.sum(axis=1)) / 2
    observed = float((weight * share).sum())
    expected = float(weight.sum()) / (k * (k - 1)) * float((margin * (1 - margin)).sum())
    return (observed - expected) / (1 - expected)
