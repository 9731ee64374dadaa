"""Tally: what many samples said, against what is true."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from mhsim.measure.summary import Number

LEVEL = 0.05
KEPT = (
    "mean_shift", "item_shift", "item_dif", "band_agreement", "twin_qwk", "twin_icc_agreement",
    "twin_icc_consistency", "individual_agreement", "limit_lower", "limit_upper",
    "proportional_bias", "slope", "slope_difference", "shift_by_elicitation", "shift_by_scoring",
    "bias", "mae", "rmse", "band_accuracy", "macro_f1", "qwk", "calibration_slope",
)  # fmt: skip
"""Measures with an interval that are held against the truth."""

Row = tuple[float | None, float | None, float | None, float | None]


@dataclass(slots=True)
class _Sums:
    """Sums over samples."""

    n: int = 0
    error: float = 0.0
    intervals: int = 0
    held: int = 0
    tests: int = 0
    positive: int = 0


class Tally:
    """Counts, for every measure, how far estimates lie off and how often intervals hold.

    Args:
        truth: measure to what it should be.
    """

    def __init__(self, truth: Mapping[str, float]) -> None:
        self._truth = truth
        self._sums: dict[str, _Sums] = {}

    @staticmethod
    def key(number: Number) -> str:
        """Return what a number is called here: its measure, with item or judge."""
        judge = number.where.get("judge", "ensemble")
        extra = number.where.get("item") or (judge if judge != "ensemble" else "")
        return f"{number.measure} {extra}".strip()

    def add(self, number: Number) -> None:
        """Count one number of one sample."""
        name = self.key(number)
        if number.measure == "equivalence" and "verdict" in number.where:
            said = number.where["verdict"] in ("equivalent", "trivially different")
            self.rejected("verdict within the margin", said)
        elif number.measure in ("mean_shift_p", "item_shift_p") and number.value is not None:
            self.rejected(name, number.value < LEVEL)
        elif number.measure == "item_dif" and number.low is not None and number.high is not None:
            self.rejected(f"{name} differs", number.low > 0 or number.high < 0)
        elif number.measure in KEPT and name in self._truth and number.value is not None:
            self._estimate(name, number.value, number)

    def rejected(self, name: str, so: bool) -> None:
        """Count one test."""
        sums = self._sums.setdefault(name, _Sums())
        sums.tests += 1
        sums.positive += bool(so)

    def _estimate(self, name: str, value: float, number: Number) -> None:
        sums, truth = self._sums.setdefault(name, _Sums()), self._truth[name]
        sums.n += 1
        sums.error += value - truth
        if number.low is not None and number.high is not None:
            sums.intervals += 1
            sums.held += number.low <= truth <= number.high

    def rows(self) -> Iterator[tuple[str, Row]]:
        """Yield each measure with truth, bias, coverage, and share of positive tests."""
        for name, sums in self._sums.items():
            yield (
                name,
                (
                    self._truth.get(name) if sums.n else None,
                    sums.error / sums.n if sums.n else None,
                    sums.held / sums.intervals if sums.intervals else None,
                    sums.positive / sums.tests if sums.tests else None,
                ),
            )
