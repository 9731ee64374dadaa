"""How many patients and replicates a scenario needs to find a shift of a given size."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np

from mhsim.errors import InputError
from mhsim.measure.cutoffs import chosen
from mhsim.measure.estimators.power import detectable, n_for_power, power_paired_t, power_tost
from mhsim.measure.intake import sample
from mhsim.measure.margins import margins
from mhsim.measure.pairing import Pairing, contrasted, twins
from mhsim.planning import Plan
from mhsim.spec.agent import Judge, Patient
from mhsim.store import Run

LEVEL = 0.05
ASSUMED = (1.5, 1.5, 1.0, 0.7)
"""Standard deviations in PHQ-9 points, until a pilot says better: person x language, seed,
residual, person x language x judge."""
REPLICATES = (1, 2, 3, 5, 10)
CURVE = (6, 8, 10, 12, 15, 20, 25, 30, 40, 50, 60, 80, 100)


@dataclass(frozen=True, slots=True)
class Spread:
    """How much shifts vary.

    Args:
        between: variance of persons' own shifts, in squared points.
        within: variance of one conversation's total within person and language.
        source: where this comes from.
    """

    between: float
    within: float
    source: str

    def deviation(self, replicates: int) -> float:
        """Return the standard deviation of persons' mean shifts with so many replicates."""
        return math.sqrt(self.between + 2 * self.within / replicates)


@dataclass(frozen=True)
class Design:
    """What one comparison of a scenario can find.

    Args:
        contrast: its name.
        comparisons: languages tested together; the level is divided by it, as Holm does at worst.
        persons: patients of the scenario.
        replicates: of the scenario.
        spread: how much shifts vary.
        shift: to be found, in points.
        margin: of equivalence, in points.
        wanted: the chance with which it is to be found.
    """

    contrast: str
    comparisons: int
    persons: int
    replicates: int
    spread: Spread
    shift: float
    margin: float
    wanted: float

    @property
    def alpha(self) -> float:
        """The level of each test."""
        return LEVEL / self.comparisons

    def power(self, persons: int, replicates: int | None = None) -> float | None:
        """Return the chance to find the shift; None with fewer than two persons."""
        if persons < 2:
            return None
        sd = self.spread.deviation(replicates or self.replicates)
        return power_paired_t(self.shift, sd, persons, self.alpha)

    def needed(self, replicates: int | None = None) -> int:
        """Return the fewest persons that find it with the wanted chance."""
        sd = self.spread.deviation(replicates or self.replicates)
        return n_for_power(self.shift, sd, self.wanted, self.alpha)

    def as_data(self) -> dict[str, Any]:
        """Return everything as plain data."""
        sd, enough = self.spread.deviation(self.replicates), self.persons > 1
        return {
            "contrast": self.contrast,
            "comparisons": self.comparisons,
            "alpha": self.alpha,
            "shift": self.shift,
            "source": self.spread.source,
            "deviation": sd,
            "persons": self.persons,
            "replicates": self.replicates,
            "power": self.power(self.persons),
            "detectable": detectable(sd, self.persons, self.wanted, self.alpha) if enough else None,
            "equivalence_power": power_tost(0, self.margin, sd, self.persons) if enough else None,
            "margin": self.margin,
            "wanted": self.wanted,
            "persons_needed": self.needed(),
            "by_replicates": [{"replicates": r, "persons": self.needed(r)} for r in REPLICATES],
            "curve": [{"persons": n, "power": self.power(n)} for n in CURVE],
        }


def designs(
    plan: Plan, shift: float | None = None, wanted: float = 0.8, pilot: Run | None = None
) -> list[Design]:
    """Return what every contrast of a plan can find; without contrasts, every arm against English.

    Args:
        plan: the scenario, frozen.
        shift: to be found, in points; the margin for means of the judges' scale, without it.
        wanted: the chance with which it is to be found, 0 to 1.
        pilot: a run whose spread is taken; assumed, without it.

    Raises:
        InputError: nothing is compared, nobody rates, or the pilot has no twins.
    """
    if not 0 < wanted < 1 or shift == 0:
        raise InputError("mhsim power: a shift other than 0 and a chance below 1 would be right")
    scale = next((a.instrument for a in plan.agents.values() if isinstance(a, Judge)), None)
    if scale is None:
        raise InputError("mhsim power: nobody in this scenario rates severity; cast a judge")
    margin = margins(scale, plan.instruments[scale]).mean
    persons = sum(isinstance(plan.agents[n], Patient) for r in plan.scenario.cast
                  for n in plan.scenario.names(r))  # fmt: skip
    judges = sum(kinds == ("judge",) for kinds in plan.graph.roles().values())
    points = plan.instruments[scale].maximum / 27
    measured = _pilot(pilot) if pilot else None
    spread = measured or _assumed(judges, points)
    compared = dict(_compared(plan))
    if not compared:
        raise InputError("mhsim power: nothing is compared; give the scenario contrasts")
    return [
        Design(name, count, persons, plan.scenario.replicates, spread, abs(shift or margin),
               margin, wanted)
        for name, count in compared.items()
    ]  # fmt: skip


def _compared(plan: Plan) -> Iterator[tuple[str, int]]:
    """Yield what is compared and in how many languages."""
    arms = plan.scenario.arms
    if plan.scenario.contrasts:
        for name, (one, _) in plan.scenario.contrasts.items():
            yield name, len(arms[one].locales)
        return
    english = any(locale.startswith("en-") for arm in arms.values() for locale in arm.locales)
    for name, arm in arms.items():
        others = [locale for locale in arm.locales if not locale.startswith("en-")]
        if english and others:
            yield f"{name} against English", len(others)


def _assumed(judges: int, points: float) -> Spread:
    """Return the assumed spread for the mean of so many judges, in a scale's own points."""
    pl, seed, rest, plj = (sd * points for sd in ASSUMED)
    source = "assumed standard deviations of 1.5, 1.5, 1.0, 0.7 points of 27; run a pilot"
    return Spread(2 * (pl**2 + plj**2 / judges), seed**2 + rest**2 / judges, source)


def _pilot(run: Run) -> Spread:
    """Return the spread of a pilot's twins, or of its contrasts where it has no English.

    Raises:
        InputError: fewer than three persons have both sides.
    """
    taken = sample(run, chosen(run.plan, None))
    pairs = [p for judged in taken.primary for p in twins(taken, judged)]
    pairs = pairs or [p for judged in taken.primary for p in contrasted(taken, judged)]
    pairs = [p for p in pairs if p.both.size > 2]
    if not pairs:
        raise InputError(
            f"mhsim power: --pilot: {run.path} has no three patients rated in two conditions"
        )
    within, replicates = _within(pairs)
    total = float(np.mean([p.shifts.var(ddof=1) for p in pairs]))
    if total == within == 0:
        raise InputError(
            f"mhsim power: --pilot: in {run.path} no shift differs from another; a pilot whose "
            "ratings vary would be right"
        )
    between = max(0.0, total - 2 * within / replicates)
    source = (
        f"pilot {run.path}: {len(pairs)} comparisons of up to {max(p.both.size for p in pairs)}"
    )
    return Spread(between, within, f"{source} patients")


def _within(pairs: list[Pairing]) -> tuple[float, float]:
    """Return the variance within cells, and replicates per cell; one replicate has none to tell."""
    cells = pairs[0].judged.totals[:, sorted({n for p in pairs for n in (p.one, p.other)})]
    known = np.isfinite(cells)
    count = known.sum(axis=2)
    means = np.where(known, cells, 0).sum(axis=2) / np.maximum(count, 1)
    squares = float((np.where(known, cells - means[..., None], 0) ** 2).sum())
    df = int(np.maximum(count - 1, 0).sum())
    return (squares / df if df else 0.0), float(count[count > 0].mean())
