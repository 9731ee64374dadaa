"""The campaign: many samples of worlds with known truth, measured as a report would."""

from __future__ import annotations

import math
from collections.abc import Collection, Iterator, Mapping
from dataclasses import asdict, dataclass
from functools import lru_cache
from typing import Any

import numpy as np

from mhsim.library import Library
from mhsim.measure.accuracy import measured
from mhsim.measure.calibration.control import controls
from mhsim.measure.calibration.tally import Tally
from mhsim.measure.calibration.world import World, item_shifts, mean_shift, population, with_shift
from mhsim.measure.cell import Cell
from mhsim.measure.consistency import consistency, shift_test
from mhsim.measure.estimators.arrays import Floats
from mhsim.measure.estimators.multiplicity import holm
from mhsim.measure.item_shifts import item_shifts as measured_items
from mhsim.measure.pairing import Pairing
from mhsim.measure.sample import Judged
from mhsim.measure.scale import Scale
from mhsim.measure.summary import Number

SEED = 2026


@dataclass(frozen=True, slots=True)
class Check:
    """How one measure did in one world.

    Args:
        world: what was planted.
        measure: which number of the report.
        persons: in every sample.
        replications: samples.
        truth: what it should be.
        bias: mean estimate less the truth.
        coverage: share of 95 % intervals that held the truth.
        positive: share of tests below 0.05, or of verdicts that say equivalent.
    """

    world: str
    measure: str
    persons: int
    replications: int
    truth: float | None
    bias: float | None
    coverage: float | None
    positive: float | None

    def as_data(self) -> dict[str, Any]:
        """Return it as plain data."""
        return asdict(self)


@lru_cache(maxsize=1)
def bank() -> Floats:
    """Return the population, the same at every call."""
    return population(np.random.default_rng(SEED))


def worlds() -> dict[str, World]:
    """Return what is planted, by name."""
    plain = World()
    everybody = bank()
    return {
        "nothing": World(languages=3),
        "attenuation of 2 points": with_shift(plain, everybody, -2.0, "kept"),
        "shift of 2 points": with_shift(plain, everybody, -2.0, "shift"),
        "items against each other": World(
            items={0: 0.4, 1: 0.4, 2: 0.4, 3: -0.4, 4: -0.4, 5: -0.4}
        ),
        "one item": World(items={4: -0.5}),
        "judge 2 milder in the language": World(local_bias=(0.0, -0.3, 0.0)),
        "an item in twenty not asked": World(kept=0.9, covered=0.95),
    }


def campaign(
    replications: int, sizes: tuple[int, ...] = (12, 24, 48), named: Collection[str] | None = None
) -> Iterator[Check]:
    """Yield how every measure does, world by world.

    Args:
        replications: samples of every world and size.
        sizes: persons per sample; worlds other than the first two are sampled at the middle one.
        named: only these worlds; all, without it.
    """
    middle = sizes[len(sizes) // 2]
    for place, (name, world) in enumerate(worlds().items()):
        if named is not None and name not in named:
            continue
        for persons in sizes if place < 2 else (middle,):
            # A stream of its own, so that a world added later changes none of the others.
            stream = np.random.default_rng([SEED, place, persons])
            yield from _world(name, world, (persons, replications), stream)
    yield from (Check(*row) for row in controls(bank(), _scale(), middle, replications))


def _world(
    name: str, world: World, size: tuple[int, int], stream: np.random.Generator
) -> Iterator[Check]:
    persons, replications = size
    truth = _truth(world, persons)
    tally = Tally(truth)
    for _ in range(replications):
        chosen = bank()[stream.integers(0, len(bank()), persons)]
        judged = world.draw(chosen, _scale(), stream)
        for number in _measured(judged):
            tally.add(number)
        pairs = [Pairing(judged[-1], n, 0, _planned(judged[-1])) for n in
                 range(1, 1 + world.languages)]  # fmt: skip
        if len(pairs) > 1:
            tally.rejected(
                "any language, Holm", holm([shift_test(p).p for p in pairs]).min() < 0.05
            )
    for measure, row in tally.rows():
        yield Check(name, measure, persons, replications, *row)


def _measured(judged: list[Judged]) -> Iterator[Number]:
    """Yield the numbers of one language: by the mean of judges, and shifts by each judge."""
    everyone = judged[-1]
    pair = Pairing(everyone, 1, 0, _planned(everyone), {"judge": everyone.judge})
    yield from consistency(pair)
    yield from measured_items(pair)
    test = shift_test(pair)
    yield Number("mean_shift_p", test.p, None, None, test.n, 0, "", test.where)
    yield from measured(Cell(everyone, 1, _planned(everyone)[:, 1], {"judge": everyone.judge}))
    for one in judged[:-1]:
        by_one = Pairing(one, 1, 0, _planned(one), {"judge": one.judge})
        yield next(iter(consistency(by_one)))


def _truth(world: World, persons: int) -> Mapping[str, float]:
    """Return what every measure should be: exact for means, from the whole population otherwise.

    The smallest of non-linear statistics' errors is that of the population drawn: below 0.005.
    """
    stream = np.random.default_rng([SEED, 99, persons])
    judged = world.draw(bank(), _scale(), stream)
    found = {
        Tally.key(n): n.value for n in _measured(judged) if n.value is not None and "_p" not in
        n.measure
    }  # fmt: skip
    if world.covered == 1:
        single = item_shifts(world, bank())
        found["mean_shift"] = mean_shift(world, bank())
        for n, item in enumerate(_scale().items):
            found[f"item_shift {item}"] = float(single[:, n].mean())
        for n in range(world.judges):
            found[f"mean_shift judge_{n + 1}"] = float(single[n].sum())
    return {name: value for name, value in found.items() if math.isfinite(value)}


def _planned(judged: Judged) -> Floats:
    return np.ones(judged.values.shape[:3])


@lru_cache(maxsize=1)
def _scale() -> Scale:
    return Scale.of("phq9", Library().load("instrument", "phq9"), None)
