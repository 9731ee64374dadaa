"""Clinical consistency: the same person in another language, against the English twin."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence

import numpy as np

from mhsim.measure.cell import BOUNDS
from mhsim.measure.estimators.arrays import Floats, Ints
from mhsim.measure.estimators.distributions import t_quantile
from mhsim.measure.estimators.equivalence import paired_t, tost, verdict
from mhsim.measure.estimators.icc import icc_a1, icc_c1
from mhsim.measure.estimators.kappa import kappa_from_table
from mhsim.measure.estimators.proportions import wilson
from mhsim.measure.family import Test
from mhsim.measure.interval import JACKKNIFE, Estimate, T, average, jackknife, known, mean, share
from mhsim.measure.limits import limits, slope
from mhsim.measure.pairing import Pairing
from mhsim.measure.summary import Number

DIFFERENCE = "final total less the twin's, replicates averaged within patients; "


def consistency(pair: Pairing) -> Iterator[Number]:
    """Yield what one judge says of one language against English, totals and bands."""
    yield from shift(pair, "mean_shift")
    yield from equivalence(pair)
    yield from _individuals(pair)
    yield from limits(pair)
    yield from _bands(pair)
    yield from _correlations(pair)
    yield from _by_band(pair)


def shift(pair: Pairing, measure: str) -> Iterator[Number]:
    """Yield the mean paired difference of totals, and what is missing leaves open."""
    found = mean(pair.shifts)
    yield found.number(measure, DIFFERENCE + T, pair.where, pair.missing)
    low, high = pair.bounds()
    outer = Estimate(found.value, known(low), known(high), found.n)
    yield outer.number(f"{measure}_bounds", BOUNDS, pair.where, pair.missing)


def shift_test(pair: Pairing) -> Test:
    """Return the test of the mean shift against 0."""
    shifts = pair.shifts
    p = paired_t(shifts)["p"] if shifts.size > 1 else math.nan
    return Test(p, shifts.size, pair.where)


def equivalence(pair: Pairing) -> Iterator[Number]:
    """Yield the two one-sided tests: at the primary margin with the verdict, and beside it."""
    shifts, scale = pair.shifts, pair.judged.scale.margins
    for margin, what in ((scale.mean, "primary"), (scale.strict, "strict"), (scale.person, "")):
        where = {**pair.where, "margin": f"{margin:g}"}
        note = what or "for context only: it is what matters to one person, no margin for a mean"
        method = f"p of two one-sided t tests, 90 % interval of the shift; margin {note}"
        if shifts.size < 2:
            yield Estimate(None, n=shifts.size).number("equivalence", method, where, pair.missing)
            continue
        found = tost(shifts, -margin, margin)
        if what == "primary":
            where["verdict"] = verdict(shifts, margin)
            method += f" ({scale.note})"
        value = Estimate(found["p"], found["ci_lo"], found["ci_hi"], shifts.size)
        yield value.number("equivalence", method, where, pair.missing)


def _individuals(pair: Pairing) -> Iterator[Number]:
    """Yield the share of persons whose shift would not matter to them."""
    shifts, margin = pair.shifts, pair.judged.scale.margins.person
    method = f"share of patients less than {margin:g} points from their twin, 95 % Wilson interval"
    found = Estimate(None)
    if shifts.size:
        near = int((np.abs(shifts) < margin).sum())
        found = Estimate(near / shifts.size, *wilson(near, shifts.size), shifts.size)
    yield found.number("individual_agreement", method, pair.where, pair.missing)


def band_shares(pair: Pairing, place: int) -> Floats:
    """Return persons x bands: the share of a person's conversations in each band."""
    bands = pair.judged.scale.band(pair.judged.totals[pair.both][:, place])
    shares = np.stack([(bands == n) for n in range(len(pair.judged.scale.bands))], axis=-1)
    return shares.sum(axis=1) / np.maximum((bands >= 0).sum(axis=1), 1)[:, None]


def persons(pair: Pairing, patients: Sequence[str]) -> Iterator[Number]:
    """Yield the shift of every single patient; its interval is from the spread of replicates."""
    cells = pair.judged.totals[:, [pair.one, pair.other]]
    count = np.isfinite(cells).sum(axis=2)
    spread = cells - average(cells, 2)[:, :, None]
    df = int(np.maximum(count - 1, 0).sum())
    within = math.sqrt(float(np.nansum(spread**2)) / df) if df else math.nan
    one, other = pair.totals
    for row in pair.both:
        value = float(one[row] - other[row])
        half = math.nan
        if df:
            half = t_quantile(0.975, df) * within * math.sqrt(float((1 / count[row]).sum()))
        found = Estimate(value, known(value - half), known(value + half), 1)
        method = f"{DIFFERENCE}t interval from the spread of replicates within cells, df {df}"
        where = {**pair.where, "patient": patients[int(row)]}
        yield found.number("person_shift", method, where)
        middle = Estimate(float(one[row] + other[row]) / 2, n=1)
        yield middle.number("person_middle", "mean of the final totals of both twins", where)


def _bands(pair: Pairing) -> Iterator[Number]:
    """Yield the share of twin pairs in the same band, and at most one off; weighted kappa."""
    one, other = band_shares(pair, pair.one), band_shares(pair, pair.other)
    joint = one[:, :, None] * other[:, None, :]
    apart = np.abs(np.subtract.outer(np.arange(one.shape[1]), np.arange(one.shape[1])))
    for measure, near in (("band_agreement", 0), ("band_agreement_adjacent", 1)):
        found, how = share((joint * (apart <= near)).sum(axis=(1, 2)))
        method = f"share of twin pairs {'in the same band' if not near else 'at most a band apart'}"
        yield found.number(measure, f"{method}; {how}", pair.where, pair.missing)

    def kappa(places: Ints) -> float:
        return kappa_from_table(joint[places].sum(axis=0), "quadratic")["kappa"]

    method = f"quadratic weighted kappa of bands, all {one.shape[1]} bands counted; {JACKKNIFE}"
    found = jackknife(len(one), kappa, "fisher") if len(one) > 1 else Estimate(None)
    yield found.number("twin_qwk", method, pair.where, pair.missing)


def _correlations(pair: Pairing) -> Iterator[Number]:
    """Yield agreement and consistency of twins: the gap between them is the bias."""
    one, other = (each[pair.both] for each in pair.totals)
    table = np.stack([one, other], axis=1)
    statistics = {"ICC(A,1)": ("twin_icc_agreement", icc_a1),
                  "ICC(C,1)": ("twin_icc_consistency", icc_c1)}  # fmt: skip
    for name, (measure, statistic) in statistics.items():

        def value(places: Ints, statistic: Callable[[Floats], float] = statistic) -> float:
            return statistic(table[places]) if len(places) > 1 else math.nan

        found = jackknife(len(table), value, "fisher") if len(table) > 2 else Estimate(None)
        method = f"{name} of totals; inflated by how far patients lie apart; {JACKKNIFE}"
        yield found.number(measure, method, pair.where, pair.missing)


def _by_band(pair: Pairing) -> Iterator[Number]:
    """Yield the mean shift within each intended band; and slopes against intended totals."""
    judged = pair.judged.known_items()
    if judged is None or judged is not pair.judged:
        return
    intended, (one, other), both = judged.intended, pair.totals, pair.both
    bands = judged.scale.band(intended)
    for place, name in enumerate(judged.scale.bands):
        inside = both[bands[both] == place]
        found = mean((one - other)[inside])
        where = {**pair.where, "band": name}
        yield found.number("mean_shift_in_band", DIFFERENCE + T, where)
    x = intended[both]
    for measure, y in (("slope_difference", (one - other)[both]), ("slope", one[both])):
        found = jackknife(both.size, lambda p, y=y: slope(x[p], y[p]))
        what = "less the twins'" if measure == "slope_difference" else "1 is faithful"
        method = f"slope of final on intended totals, {what}; {JACKKNIFE}"
        yield found.number(measure, method, pair.where, pair.missing)
