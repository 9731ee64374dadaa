"""Agreement: between judges of the same text, between replicates, and with what was said."""

from __future__ import annotations

import math
from collections.abc import Iterator
from itertools import combinations

import numpy as np

from mhsim.measure.estimators.agreement import krippendorff_alpha
from mhsim.measure.estimators.arrays import Floats, Ints
from mhsim.measure.estimators.icc import icc
from mhsim.measure.estimators.kappa import kappa_from_table
from mhsim.measure.interval import JACKKNIFE, Estimate, average, jackknife
from mhsim.measure.sample import ENSEMBLE, Judged, Sample
from mhsim.measure.summary import Number


def concord(sample: Sample) -> Iterator[Number]:
    """Yield agreement in every condition: judges of one scale with each other, then replicates."""
    single = [j for j in sample.judged if j.judge != ENSEMBLE]
    for place, (arm, locale) in enumerate(sample.conditions):
        where = {"arm": arm, "locale": locale}
        for scale in dict.fromkeys(j.scale.name for j in single):
            judges = [j for j in single if j.scale.name == scale]
            if len(judges) > 1:
                yield from _alphas(judges, place, where)
                yield from _correlations(judges, place, where)
                yield from _kappas(judges, place, where)
        for judged in single:
            yield from _replicates(judged, place, {**where, "judge": judged.judge})
            yield _invented(judged, place, {**where, "judge": judged.judge})


def _alphas(judges: list[Judged], place: int, where: dict[str, str]) -> Iterator[Number]:
    """Yield Krippendorff's alpha of every item and of totals; conversations are the units."""
    scale = judges[0].scale
    stacked = np.stack(
        [j.values[:, place] for j in judges]
    )  # judges x patients x repetitions x items
    totals = np.stack([j.totals[:, place] for j in judges])
    named = [(item, stacked[..., n], "ordinal") for n, item in enumerate(scale.items)]
    for item, data, level in [*named, ("", totals, "interval")]:

        def value(places: Ints, data: Floats = data, level: str = level) -> float:
            return krippendorff_alpha(data[:, places].reshape(len(data), -1), level)

        found = jackknife(data.shape[1], value, "fisher")
        measure = "alpha_item" if item else "alpha_total"
        method = f"Krippendorff's alpha, {level}, between {len(judges)} judges; {JACKKNIFE}"
        yield found.number(measure, method, {**where, **({"item": item} if item else {})})


def _correlations(judges: list[Judged], place: int, where: dict[str, str]) -> Iterator[Number]:
    """Yield agreement of patients' mean totals: of one judge, and of the mean of all."""
    table = np.stack([average(j.totals[:, place], 1) for j in judges], axis=1)
    table = table[np.isfinite(table).all(axis=1)]
    names = {"judge_icc_single": "ICC(A,1)", "judge_icc_mean": "ICC(A,k)"}
    for measure, name in names.items():

        def value(places: Ints, name: str = name) -> float:
            return icc(table[places])[name][0] if len(places) > 1 else math.nan

        found = jackknife(len(table), value, "fisher") if len(table) > 2 else Estimate(None)
        method = f"{name} of totals, {len(judges)} judges; {JACKKNIFE}"
        yield found.number(measure, method, where)


def _kappas(judges: list[Judged], place: int, where: dict[str, str]) -> Iterator[Number]:
    """Yield weighted kappa of bands for every two judges."""
    size = len(judges[0].scale.bands)
    for one, other in combinations(judges, 2):
        bands = [j.scale.band(j.totals[:, place]) for j in (one, other)]
        whole = (bands[0] >= 0) & (bands[1] >= 0)
        tables = np.zeros((len(whole), size, size))
        for row, repetition in np.argwhere(whole):
            tables[row, bands[0][row, repetition], bands[1][row, repetition]] += 1
        tables = tables[tables.sum(axis=(1, 2)) > 0]

        def value(places: Ints, tables: Floats = tables) -> float:
            return kappa_from_table(tables[places].sum(axis=0), "quadratic")["kappa"]

        found = jackknife(len(tables), value, "fisher")
        method = f"quadratic weighted kappa of bands, all {size} bands counted; {JACKKNIFE}"
        yield found.number("judge_qwk", method, {**where, "judge": f"{one.judge}~{other.judge}"})


def _replicates(judged: Judged, place: int, where: dict[str, str]) -> Iterator[Number]:
    """Yield how alike the totals of one patient's replicates are."""
    totals = judged.totals[:, place]
    totals = totals[np.isfinite(totals).all(axis=1)]
    if totals.shape[1] < 2:
        return

    def value(places: Ints) -> float:
        return icc(totals[places])["ICC(1,1)"][0] if len(places) > 1 else math.nan

    found = jackknife(len(totals), value, "fisher") if len(totals) > 2 else Estimate(None)
    method = f"ICC(1,1) of {totals.shape[1]} replicates of a patient; {JACKKNIFE}"
    yield found.number("replicate_icc", method, where)


def _invented(judged: Judged, place: int, where: dict[str, str]) -> Number:
    """Return the share of cited words that nobody said."""
    quotes = judged.quotes[:, place].sum(axis=1)
    quotes = quotes[quotes[:, 0] > 0]

    def value(places: Ints) -> float:
        cited, false = quotes[places].sum(axis=0)
        return false / cited

    method = f"share of cited words that nobody said, all turns; {JACKKNIFE}"
    found = jackknife(len(quotes), value, "logit") if len(quotes) > 1 else Estimate(None)
    return found.number("invented_evidence", method, where)
