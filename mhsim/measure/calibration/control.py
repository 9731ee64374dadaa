"""Controls: a margin met exactly, a flattening rate, components, and the mistake that must show."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from mhsim.measure.calibration.world import World, with_shift
from mhsim.measure.estimators.arrays import Floats
from mhsim.measure.estimators.components import gstudy
from mhsim.measure.estimators.equivalence import paired_t, tost
from mhsim.measure.interval import average, share
from mhsim.measure.pairing import Pairing
from mhsim.measure.scale import Scale

SEED = 2027
Row = tuple[str, str, int, int, float | None, float | None, float | None, float | None]
"""World, measure, persons, replications, truth, bias, coverage, positive."""

PLANTED = {"p": 36.0, "l": 2.25, "j": 1.0, "pl": 2.25, "pj": 0.5, "lj": 0.5, "plj": 0.5, "s": 2.25,
           "res": 1.0}  # fmt: skip
"""Variance components, in squared points."""


def controls(bank: Floats, scale: Scale, persons: int, replications: int) -> Iterator[Row]:
    """Yield every control, each with its own stream."""
    streams = [np.random.default_rng([SEED, n]) for n in range(3)]
    yield from _margin(bank, scale, (persons, replications), streams[0])
    yield _flattening(persons, replications, streams[1])
    yield from _components(max(20, replications // 5), streams[2])


def _margin(
    bank: Floats, scale: Scale, size: tuple[int, int], stream: np.random.Generator
) -> Iterator[Row]:
    """Shift by exactly the margin: equivalence may be found in one sample of twenty.

    On the same samples, turns and judges taken for persons: an interval that must not hold.
    """
    persons, replications = size
    margin = scale.margins.mean
    world = with_shift(World(), bank, -margin, "shift")
    equivalent = held = 0
    for _ in range(replications):
        chosen = bank[stream.integers(0, len(bank), persons)]
        judged = world.draw(chosen, scale, stream)
        shifts = Pairing(judged[-1], 1, 0, np.ones((persons, 2, world.seeds))).shifts
        equivalent += bool(tost(shifts, -margin, margin)["equivalent"])
        rows = np.concatenate([j.totals[:, 1] - j.totals[:, 0] for j in judged[:-1]], axis=1)
        wrong = paired_t(rows.reshape(-1))
        held += wrong["lo"] <= -margin <= wrong["hi"]
    name = "shift of exactly the margin"
    share_of = equivalent / replications
    yield name, "equivalence at the margin", persons, replications, None, None, None, share_of
    control = "mean_shift, rows taken for persons (must fail)"
    yield name, control, persons, replications, -margin, None, held / replications, None


def _flattening(persons: int, replications: int, stream: np.random.Generator) -> Row:
    """A flattening rate that differs from person to person: Beta, mean 0.15."""
    rate, turns, seeds = 0.15, 12, 3
    error, held = 0.0, 0
    for _ in range(replications):
        each = stream.beta(10 * rate, 10 * (1 - rate), (persons, 1))
        flags = stream.binomial(turns, np.repeat(each, seeds, axis=1)) / turns
        found, _how = share(average(flags, 1))
        assert found.value is not None
        assert found.low is not None
        assert found.high is not None
        error += found.value - rate
        held += found.low <= rate <= found.high
    bias, coverage = error / replications, held / replications
    return "flattening of 15 %", "flag_rate", persons, replications, rate, bias, coverage, None


def _components(replications: int, stream: np.random.Generator) -> Iterator[Row]:
    """Nine variance components of 40 persons, 4 languages, 3 seeds and 4 judges."""
    shape = (40, 4, 3, 4)
    axes = {"p": (0,), "l": (1,), "j": (3,), "pl": (0, 1), "pj": (0, 3), "lj": (1, 3),
            "plj": (0, 1, 3), "s": (0, 1, 2), "res": (0, 1, 2, 3)}  # fmt: skip
    total = dict.fromkeys(PLANTED, 0.0)
    for _ in range(replications):
        data = np.full(shape, 12.0)
        for name, variance in PLANTED.items():
            size = tuple(n if axis in axes[name] else 1 for axis, n in enumerate(shape))
            data = data + variance**0.5 * stream.standard_normal(size)
        for name, value in gstudy(data).items():
            total[name] += value
    for name, variance in PLANTED.items():
        bias = total[name] / replications - variance
        row = ("variance components", f"component {name}", shape[0], replications)
        yield (*row, variance, bias, None, None)
