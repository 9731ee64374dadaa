"""Where the variance of totals comes from: persons, languages, judges, seeds, and together."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np

from mhsim.measure.estimators.arrays import Floats, Ints
from mhsim.measure.estimators.components import dstudy_phi, gstudy
from mhsim.measure.interval import JACKKNIFE, jackknife
from mhsim.measure.sample import ENSEMBLE, Sample
from mhsim.measure.summary import Number

NAMES: Mapping[str, str] = {
    "p": "person",
    "l": "language",
    "j": "judge",
    "pl": "person x language",
    "pj": "person x judge",
    "lj": "language x judge",
    "plj": "person x language x judge",
    "s": "replicate within person and language",
    "res": "residual",
    "e": "what cannot be told apart",
}
"""Component to what it is."""


def components(sample: Sample) -> Iterator[Number]:
    """Yield variance components of every arm with its English twins.

    Language is a fixed facet: its component has as many degrees of freedom as languages less one
    and is imprecise; person x language and language x judge are the ones to read.
    """
    base = sample.english
    if base is None:
        return
    single = [j for j in sample.judged if j.judge != ENSEMBLE]
    for scale in dict.fromkeys(j.scale.name for j in single):
        totals = np.stack([j.totals for j in single if j.scale.name == scale], axis=-1)
        for arm in dict.fromkeys(arm for arm, _ in sample.conditions):
            places = [n for n, (a, _) in enumerate(sample.conditions) if a == arm and n != base]
            if places:
                yield from _arm(totals[:, [base, *places]], {"arm": arm, "instrument": scale})


def _arm(data: Floats, where: dict[str, str]) -> Iterator[Number]:
    """Yield the components of patients x languages x replicates x judges."""
    whole: Any = np.isfinite(data).all(axis=(1, 2, 3))
    left, data = int((~whole).sum()), data[whole]
    if len(data) < 3:
        return

    def value(places: Ints, name: str) -> float:
        return gstudy(data[places])[name] if len(places) > 1 else math.nan

    found = gstudy(data)
    kept = {name: max(0.0, v) for name, v in found.items()}
    total, apart = sum(kept.values()), sum(v for name, v in kept.items() if name != "p")
    for name in found:
        here = {**where, "component": NAMES[name]}
        estimate = jackknife(len(data), lambda p, name=name: value(p, name))
        method = f"squared points; negative estimates are kept; {JACKKNIFE}"
        yield estimate.number("variance_component", method, here, left)
        shares = (("variance_share", total), ("variance_share_without_person", apart))
        for measure, whole_of in shares:
            if name == "p" and measure != "variance_share":
                continue
            part = kept[name] / whole_of if whole_of else None
            method = "share of the variance, negative estimates as 0; descriptive"
            yield Number(measure, part, None, None, len(data), left, method, here)
    if {"s", "res", "plj"} <= set(found):
        for measure, part in dstudy_phi(found, data.shape[2], data.shape[3]).items():
            method = f"mean over {data.shape[2]} replicates and {data.shape[3]} judges; descriptive"
            name = "dependability" if measure == "Phi" else "generalizability"
            part = part if math.isfinite(part) else None
            yield Number(name, part, None, None, len(data), left, method, where)
