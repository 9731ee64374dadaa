"""Pairwise judging measured: how often the more depressed of two patients was named.

The protocol of TalkDep (arXiv:2508.04248), which arXiv:2606.19640 applies within each language. The
66 pairs of 12 patients are not 66 observations: intervals leave one patient out at a time.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

from mhsim.comparison import pairs, patient_role
from mhsim.ledger import read
from mhsim.measure.counted import Counted
from mhsim.measure.cutoffs import chosen, own
from mhsim.measure.estimators.bands import Scheme
from mhsim.measure.estimators.pairwise import Decision
from mhsim.measure.estimators.resampling import jackknife_ci
from mhsim.measure.summary import Number
from mhsim.planning import Plan
from mhsim.record import TrialId
from mhsim.spec.agent import Patient
from mhsim.store import Run

Bounds = tuple[float, float]
Cell = tuple[str, str, str]
"""Arm, locale, judge."""

_JACKKNIFE = "95 % interval by leaving one patient out, t"


@dataclass(frozen=True)
class _Truth:
    """What is true of the patients.

    Args:
        totals: patient to the presentation's total, in points.
        scheme: the cut-offs of levels.
        cutoffs: their name.
    """

    totals: Mapping[str, float]
    scheme: Scheme
    cutoffs: str

    def measures(self) -> Mapping[str, tuple[Bounds, str]]:
        """Return measure to the lowest and highest it can be, and how it is made."""
        levels = f"levels by the cut-offs {self.cutoffs}"
        share = (0.0, 1.0)
        return {
            "pair_accuracy": (share, "right among decided pairs, ties left out"),
            "pair_accuracy_ties_half": (share, "right among all pairs, a tie half right"),
            "pair_accuracy_ties_wrong": (share, "right among all pairs, a tie is wrong"),
            "tie_rate": (share, "ties among pairs of different totals"),
            "tie_distance": ((0.0, math.inf), "mean true difference of tied pairs, points"),
            "same_level_error": (share, f"wrong among decided pairs within a level; {levels}"),
            "cross_level_error": (share, f"wrong among decided pairs across levels; {levels}"),
            "same_level_share": (share, f"of all wrong pairs, those within a level; {levels}"),
            "position_bias": ((-0.5, 0.5), "share of decided pairs that name A, less a half"),
            "order_agreement": (share, "of pairs decided both ways round, alike"),
            "rank_agreement": (
                (-1.0, 1.0),
                "Kendall's tau of Bradley-Terry strengths and true totals",
            ),
        }


class _Decided:
    """What one judge decided in one arm and locale.

    Args:
        truth: what is true of the patients.
        cell: arm, locale, judge.
        decisions: pairs of patients, and who was named.
        missing: planned comparisons without an answer.
    """

    def __init__(
        self, truth: _Truth, cell: Cell, decisions: Sequence[Decision], missing: int
    ) -> None:
        self._counted = Counted(decisions, truth.totals, truth.scheme)
        self.people = self._counted.people
        self._truth = truth
        self._cell = cell
        self._missing = missing
        # Leaving each patient out in turn serves every measure.
        self._of = lru_cache(maxsize=None)(self._statistics)

    def numbers(self) -> Iterator[Number]:
        """Yield every measure with its interval."""
        for measure, (bounds, how) in self._truth.measures().items():
            yield self._number(measure, self.people, self._one(measure), how, bounds)

    def shift(self, base: _Decided) -> Number:
        """Return accuracy less that of the English arm, over the patients of both."""
        both = sorted(set(self.people) & set(base.people))
        here, there = self._one("pair_accuracy"), base._one("pair_accuracy")
        how = "pair_accuracy less that of the English arm, same patients"
        return self._number(
            "pair_accuracy_shift", both, lambda kept: here(kept) - there(kept), how, (-1.0, 1.0)
        )

    def _one(self, measure: str) -> Callable[[frozenset[str]], float]:
        return lambda people: self._of(people)[measure]

    def _statistics(self, people: frozenset[str]) -> dict[str, float]:
        return self._counted.statistics([n for n, p in enumerate(self.people) if p in people])

    def _number(
        self,
        measure: str,
        people: Sequence[str],
        of: Callable[[frozenset[str]], float],
        how: str,
        bounds: Bounds,
    ) -> Number:
        told = jackknife_ci(
            len(people), lambda kept: of(frozenset(people[int(n)] for n in kept.tolist()))
        )
        arm, locale, judge = self._cell
        return Number(
            measure,
            _known(told["est"], bounds),
            _known(told["lo"], bounds),
            _known(told["hi"], bounds),
            len(people),
            self._missing,
            f"{how}; {_JACKKNIFE}",
            {"arm": arm, "locale": locale, "judge": judge},
        )


def pairwise(run: Run, cutoffs: str | None = None) -> Iterator[Number]:
    """Yield what pairwise judging came to, per arm, locale and judge, and against English.

    Args:
        run: the run.
        cutoffs: a name of `BANDS` for the levels; the patients' own instrument's, without it.

    Raises:
        InputError: no cut-offs have that name, or they are of another scale.
        RunError: the file of comparisons is damaged.
    """
    if run.plan.scenario.pairwise is None:
        return
    truth = _truth(run.plan, cutoffs)
    every = _decided(run, truth)
    english = _english(run.plan)
    for (arm, locale, judge), decided in every.items():
        if not decided.people:
            continue
        yield from decided.numbers()
        base = every.get((*english, judge)) if english else None
        if base is not None and (arm, locale) != english:
            yield decided.shift(base)


def _known(value: float, bounds: Bounds) -> float | None:
    """Return a value within its bounds; None where there is none."""
    return None if math.isnan(value) else min(max(value, bounds[0]), bounds[1])


def _english(plan: Plan) -> tuple[str, str] | None:
    """Return the arm and locale in which patients are as they were written."""
    for arm, locale in plan.conditions():
        if plan.scenario.arms[arm].localize is None and locale.startswith("en-"):
            return arm, locale
    return None


def _decided(run: Run, truth: _Truth) -> dict[Cell, _Decided]:
    """Return the decisions on file by cell, in planned order."""
    found = read(run.path)
    decisions: dict[Cell, list[Decision]] = {}
    missing: dict[Cell, int] = {}
    for group in pairs(run.plan):
        for pair in group:
            cell = (pair.first.arm, pair.first.locale, pair.judge)
            rows = decisions.setdefault(cell, [])
            one, other = (_who(run.plan, t) for t in (pair.first, pair.second))
            line = found.get(pair.key)
            if line is None or line.choice is None:
                missing[cell] = missing.get(cell, 0) + 1
            elif one in truth.totals and other in truth.totals:
                named = {"A": one, "B": other, "tie": "tie"}[line.choice]
                rows.append((one, other, named))
    return {
        cell: _Decided(truth, cell, rows, missing.get(cell, 0)) for cell, rows in decisions.items()
    }


def _who(plan: Plan, trial: TrialId) -> str:
    return trial.cast[patient_role(plan, trial)]


def _truth(plan: Plan, cutoffs: str | None) -> _Truth:
    """Return the patients' totals; those without item values have none."""
    people = {n: a for n, a in plan.agents.items() if isinstance(a, Patient)}
    known = {n: a.presentation for n, a in people.items() if a.presentation.total is not None}
    totals = {n: float(told.total or 0) for n, told in known.items()}
    scheme = chosen(plan, cutoffs)
    if scheme and cutoffs:
        return _Truth(totals, scheme, cutoffs)
    name = next((told.instrument for told in known.values() if told.instrument), None)
    if name is None:
        return _Truth({}, (0, [], ["unknown"]), "none")
    return _Truth(totals, own(plan.instruments[name]), name)
