"""Variance components of balanced designs, and what they say about more judges or seeds.

Estimates of mean squares equated to their expectation; negative ones are kept, so that nothing is
hidden. Source: Brennan 2001 (doi:10.1007/978-1-4757-3456-0).
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from numpy.typing import ArrayLike

from mhsim.measure.estimators.arrays import Floats, floats


def _effects(data: Floats, crossed: tuple[int, ...]) -> dict[tuple[int, ...], Floats]:
    """Return the effect of every combination of crossed facets, the mean left out."""
    found: dict[tuple[int, ...], Floats] = {(): data.mean(keepdims=True)}
    for combination in _combinations(crossed):
        others = tuple(axis for axis in range(data.ndim) if axis not in combination)
        effect = data.mean(axis=others, keepdims=True) if others else data
        for smaller, value in found.items():
            if set(smaller) < set(combination):
                effect = effect - value
        found[combination] = effect
    return found


def _combinations(axes: tuple[int, ...]) -> list[tuple[int, ...]]:
    masks = range(1, 2 ** len(axes))
    chosen = [tuple(a for n, a in enumerate(axes) if mask >> n & 1) for mask in masks]
    return sorted(chosen, key=len)


def _mean_square(effect: Floats, size: int, df: int) -> float:
    return float((effect**2).sum()) * (size / effect.size) / df if df > 0 else float("nan")


def gstudy(X: ArrayLike) -> dict[str, float]:
    """Return variance components of persons x languages x judges, seeds nested in person, language.

    Args:
        X: persons x languages x seeds x judges, complete.

    Returns:
        p, l, j, pl, pj, lj, plj, s (seeds within person and language) and res (seeds x judges
        within them); with one seed, `e` stands for what cannot be told apart; with one judge,
        p, l, pl and e.

    Raises:
        ValueError: the array has not four dimensions.
    """
    data = floats(X, 4)
    persons, languages, seeds, judges = data.shape
    parts = _effects(data, (0, 1, 3))
    freedom = {0: persons - 1, 1: languages - 1, 3: judges - 1}
    square: dict[str, float] = {}
    for axes, name in _NAMES.items():
        df = int(np.prod([freedom[axis] for axis in axes]))
        square[name] = _mean_square(parts[axes], data.size, df)
    cell = data.mean(axis=(2, 3), keepdims=True)
    seed = data.mean(axis=3, keepdims=True) - cell
    rest = data - seed - data.mean(axis=2, keepdims=True)
    nested = persons * languages * (seeds - 1)
    square["s"] = _mean_square(seed, data.size, nested)
    square["res"] = _mean_square(rest, data.size, nested * (judges - 1))
    if judges == 1:
        return _one_judge(square, persons, languages, seeds)
    return _crossed(square, (persons, languages, seeds, judges))


_NAMES = {
    (0,): "p", (1,): "l", (3,): "j", (0, 1): "pl", (0, 3): "pj", (1, 3): "lj", (0, 1, 3): "plj",
}  # fmt: skip


def _crossed(ms: Mapping[str, float], shape: tuple[int, int, int, int]) -> dict[str, float]:
    persons, languages, seeds, judges = shape
    if seeds == 1:
        found = {"e": ms["plj"], "pl": (ms["pl"] - ms["plj"]) / judges}
    else:
        found = {
            "res": ms["res"],
            "s": (ms["s"] - ms["res"]) / judges,
            "plj": (ms["plj"] - ms["res"]) / seeds,
            "pl": (ms["pl"] - ms["plj"] - ms["s"] + ms["res"]) / (seeds * judges),
        }
    triple = ms["plj"]
    return found | {
        "pj": (ms["pj"] - triple) / (languages * seeds),
        "lj": (ms["lj"] - triple) / (persons * seeds),
        "p": (ms["p"] - ms["pl"] - ms["pj"] + triple) / (languages * seeds * judges),
        "l": (ms["l"] - ms["pl"] - ms["lj"] + triple) / (persons * seeds * judges),
        "j": (ms["j"] - ms["pj"] - ms["lj"] + triple) / (persons * languages * seeds),
    }


def _one_judge(
    ms: Mapping[str, float], persons: int, languages: int, seeds: int
) -> dict[str, float]:
    found = {
        "p": (ms["p"] - ms["pl"]) / (languages * seeds),
        "l": (ms["l"] - ms["pl"]) / (persons * seeds),
    }
    if seeds == 1:
        return found | {"e": ms["pl"]}
    return found | {"pl": (ms["pl"] - ms["s"]) / seeds, "e": ms["s"]}


def gstudy_p_rt(X: ArrayLike) -> dict[str, float]:
    """Return variance components of persons x (raters nested in t), such as raters in languages.

    Args:
        X: persons x t x raters, complete; two or more of each.

    Returns:
        p, t, rt (raters within t), pt, and prt, the residual.

    Raises:
        ValueError: the array has not three dimensions.
    """
    data = floats(X, 3)
    persons, groups, raters = data.shape
    parts = _effects(data, (0, 1))
    rater = data.mean(axis=0, keepdims=True) - data.mean(axis=(0, 2), keepdims=True)
    rest = data - data.mean(axis=2, keepdims=True) - rater
    size, p, t = data.size, persons - 1, groups - 1
    ms = {
        "p": _mean_square(parts[0,], size, p),
        "t": _mean_square(parts[1,], size, t),
        "pt": _mean_square(parts[0, 1], size, p * t),
        "rt": _mean_square(rater, size, groups * (raters - 1)),
        "prt": _mean_square(rest, size, p * groups * (raters - 1)),
    }
    return {
        "p": (ms["p"] - ms["pt"]) / (groups * raters),
        "t": (ms["t"] - ms["rt"] - ms["pt"] + ms["prt"]) / (persons * raters),
        "rt": (ms["rt"] - ms["prt"]) / persons,
        "pt": (ms["pt"] - ms["prt"]) / raters,
        "prt": ms["prt"],
    }


def dstudy_phi(v: Mapping[str, float], n_s: int, n_j: int) -> dict[str, float]:
    """Return how dependable the mean over so many seeds and judges is, within one language.

    Args:
        v: components as `gstudy` returns them; negative ones count as 0.
        n_s: seeds.
        n_j: judges.

    Returns:
        G, for ranking persons, and Phi, for placing them on the scale; each 0 to 1.
    """
    c = {name: max(0.0, value) for name, value in v.items()}
    person = c["p"] + c["pl"]
    relative = (c["pj"] + c["plj"]) / n_j + c["s"] / n_s + c["res"] / (n_s * n_j)
    absolute = relative + (c["j"] + c["lj"]) / n_j
    return {"G": person / (person + relative), "Phi": person / (person + absolute)}
