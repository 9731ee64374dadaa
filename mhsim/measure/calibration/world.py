"""A world with known truth: persons, languages, judges, and what is planted in them.

What a judge reads of an item lies on a latent line: the intended value, less what the language
takes away, plus judges' biases and six Gaussian sources of chance. It is cut at 0.5, 1.5 and 2.5
into 0 to 3. So the expected value of every item is known exactly.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace

import numpy as np

from mhsim.measure.estimators.arrays import Floats
from mhsim.measure.estimators.distributions import normal_cdf
from mhsim.measure.intake import means_of
from mhsim.measure.sample import Judged
from mhsim.measure.scale import Scale

ITEMS = 9
CUTS = np.array([0.5, 1.5, 2.5])
BANK = 20_000
"""Persons of the population from which samples are drawn."""


@dataclass(frozen=True)
class World:
    """What is planted. Conditions are English first, then languages that are all alike.

    Args:
        kept: share of the intended value that is put into words in a language; 1 loses nothing.
        shift: added to every item in a language, on the latent line.
        items: added to single items in a language: place to amount.
        bias: of each judge, in every language.
        local_bias: of each judge, in the languages only.
        covered: share of items that come up in a language; all do in English.
        languages: how many.
        seeds: conversations per person and language.
        chance: standard deviations: person x language, seed, person x judge, person x language x
            judge, item, residual.
    """

    kept: float = 1.0
    shift: float = 0.0
    items: dict[int, float] = field(default_factory=dict)
    bias: tuple[float, ...] = (0.0, 0.05, -0.05)
    local_bias: tuple[float, ...] = (0.0, 0.0, 0.0)
    covered: float = 1.0
    languages: int = 1
    seeds: int = 3
    chance: tuple[float, float, float, float, float, float] = (0.2, 0.2, 0.1, 0.1, 0.35, 0.35)

    @property
    def judges(self) -> int:
        """How many judges read every conversation."""
        return len(self.bias)

    def latent(self, intended: Floats) -> Floats:
        """Return persons x conditions x judges x items: the line without chance."""
        persons = len(intended)
        line = np.empty((persons, 1 + self.languages, self.judges, ITEMS))
        extra = np.array([self.items.get(n, 0.0) for n in range(ITEMS)])
        bias, local = np.array(self.bias)[:, None], np.array(self.local_bias)[:, None]
        line[:, 0] = intended[:, None, :] + bias
        moved = self.kept * intended + self.shift + extra
        line[:, 1:] = (moved[:, None, :] + bias + local)[:, None]
        return line

    def expected(self, intended: Floats) -> Floats:
        """Return persons x conditions x judges x items: the expected value of each reading."""
        spread = float(np.sqrt(sum(sd**2 for sd in self.chance)))
        above = (self.latent(intended)[..., None] - CUTS) / spread
        return np.asarray(normal_cdf(above)).sum(axis=-1)

    def draw(self, intended: Floats, scale: Scale, stream: np.random.Generator) -> list[Judged]:
        """Return what every judge makes of one run of these persons, then their mean."""
        persons, conditions = len(intended), 1 + self.languages
        whole = (persons, conditions, self.seeds, self.judges, ITEMS)
        line = np.broadcast_to(self.latent(intended)[:, :, None], whole)
        shapes = (
            (persons, conditions, 1, 1, 1), (persons, conditions, self.seeds, 1, 1),
            (persons, 1, 1, self.judges, 1), (persons, conditions, 1, self.judges, 1),
            (persons, conditions, self.seeds, 1, ITEMS), whole,
        )  # fmt: skip
        for sd, shape in zip(self.chance, shapes, strict=True):
            line = line + sd * stream.standard_normal(shape)
        values = np.digitize(line, CUTS).astype(float)
        if self.covered < 1:
            silent = stream.random((persons, self.languages, self.seeds, 1, ITEMS)) > self.covered
            values[:, 1:] = np.where(silent, np.nan, values[:, 1:])
        judged = [
            _judged(f"judge_{n + 1}", scale, intended, values[:, :, :, n])
            for n in range(self.judges)
        ]
        return [*judged, *means_of(judged)]


def population(stream: np.random.Generator) -> Floats:
    """Return intended item values of the whole population, from minimal to severe alike."""
    level = stream.random((BANK, 1)) + stream.normal(0, 0.2, (BANK, ITEMS))
    return np.floor(4 * np.clip(level, 0, 0.999))


def with_shift(world: World, bank: Floats, points: float, by: str) -> World:
    """Return the world in which the mean total shifts by exactly so many points.

    Args:
        world: the rest of it.
        bank: the population.
        points: the shift of the mean of judges, in points.
        by: what brings it about: `kept` or `shift`.
    """
    low, high = (0.0, 1.0) if by == "kept" else (-3.0, 3.0)
    for _ in range(60):
        middle = (low + high) / 2
        if mean_shift(replace(world, **{by: middle}), bank) < points:
            low = middle
        else:
            high = middle
    return replace(world, **{by: (low + high) / 2})


def mean_shift(world: World, bank: Floats) -> float:
    """Return the population's exact mean shift of totals, by the mean of judges."""
    return float(item_shifts(world, bank).mean(axis=0).sum())


def item_shifts(world: World, bank: Floats) -> Floats:
    """Return judges x items: the population's exact mean shifts."""
    values = np.repeat(np.arange(4.0)[:, None], ITEMS, axis=1)  # nobody differs otherwise
    expected = world.expected(values)
    how_many = np.stack([(bank == value).mean(axis=0) for value in range(4)])
    return ((expected[:, 1] - expected[:, 0]) * how_many[:, None]).sum(axis=0)


def _judged(judge: str, scale: Scale, intended: Floats, values: Floats) -> Judged:
    known = np.isfinite(values)
    low, high = np.where(known, values, 0.0), np.where(known, values, 3.0)
    nothing = np.full((*values.shape[:3], 1), np.nan)
    return Judged(
        judge=judge, scale=scale, truth=intended, values=values, low=low, high=high,
        lows=nothing, highs=nothing, read=nothing, covered=nothing, risk=nothing,
        first=np.where(known, 1.0, np.nan), quotes=np.zeros((*values.shape[:3], 2)),
    )  # fmt: skip
