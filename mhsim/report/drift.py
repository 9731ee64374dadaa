"""The severity pages of the report: what languages did to totals and items, and what to trust."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from mhsim.measure.sample import ENSEMBLE
from mhsim.measure.summary import Number
from mhsim.report.table import table

_DRIFT = """\
shift: final total less the same patients' in English, in points, with its 95 % t interval over
patients. p: of all languages of an arm, Holm. verdict: two one-sided tests at the margin for means.
near: share of patients whose own shift would not matter to them. band: share of twin pairs in the
same band. limits: within which 95 % of differences lie. not asked, rated lower: the parts of the
shift due to items that did not come up, and to how they were rated."""

_ITEMS = """\
shift of every item where both twins were assessed; * below 0.05 after Benjamini-Hochberg within a
language. A total can hide items that shift against each other."""

_TRUST = """\
alpha: Krippendorff's, of totals, between judges. icc: of one judge's totals. invented: share of
cited words nobody said. settles, right: first turn from which ratings stay near their last value,
near the intended one. falsely sure: conversations with a turn whose whole interval lies too low."""

_SMALL = 20
"""Fewer patients than these are few for an interval over patients."""


def drift(numbers: Sequence[Number]) -> Iterator[str]:
    """Yield the severity pages; none where nothing was rated in another language.

    Args:
        numbers: those about severity.
    """
    page = _Page(numbers)
    if page.languages:
        yield page.shifts()
        yield _DRIFT
        yield page.items()
        yield _ITEMS
    if page.conditions:
        yield page.trust()
        yield _TRUST
    few = max((n.n for n in numbers if n.measure == "mean_shift"), default=_SMALL)
    if few < _SMALL:
        yield f"Few patients ({few}): intervals over patients are wide, and say so."


class _Page:
    """Finds numbers of the primary judgement by measure and place."""

    def __init__(self, numbers: Sequence[Number]) -> None:
        judges = [n.where["judge"] for n in numbers if n.measure == "settled_turn"]
        self.judge = ENSEMBLE if ENSEMBLE in judges else next(iter(judges), "")
        self._found: dict[tuple[str, str, str, str, str], Number] = {}
        for number in numbers:
            where = number.where
            extra = where.get("item") or ("primary" if "verdict" in where else "")
            if "contrast" not in where and not {"turn", "band"} & set(where):
                self._found[
                    number.measure, where.get("arm", ""), where.get("locale", ""),
                    where.get("judge", ""), extra,
                ] = number  # fmt: skip
        self.conditions = self._places("settled_turn")
        self.languages = self._places("mean_shift")

    def _places(self, measure: str) -> list[tuple[str, str]]:
        return list(dict.fromkeys((k[1], k[2]) for k in self._found if k[0] == measure))

    def _get(self, measure: str, here: tuple[str, str], extra: str = "") -> Number | None:
        found = self._found.get((measure, *here, self.judge, extra))
        return found or self._found.get((measure, *here, "", extra))

    def _cell(
        self, measure: str, here: tuple[str, str], form: str = "{:.2f}", extra: str = ""
    ) -> str:
        number = self._get(measure, here, extra)
        return "-" if number is None or number.value is None else form.format(number.value)

    def _span(self, measure: str, here: tuple[str, str], value: bool = True) -> str:
        number = self._get(measure, here)
        if number is None or number.value is None or number.low is None or number.high is None:
            return self._cell(measure, here, "{:+.1f}")
        ends = f"[{number.low:+.1f}, {number.high:+.1f}]"
        return f"{number.value:+.1f} {ends}" if value else ends

    def shifts(self) -> str:
        """Return the main table: a row per language."""
        head = [
            "arm", "locale", f"{self.judge} shift", "p", "verdict", "near", "band", "limits",
            "not asked", "rated lower", "missing",
        ]  # fmt: skip
        rows: list[list[str]] = []
        for here in self.languages:
            test, shift = self._get("equivalence", here, "primary"), self._get("mean_shift", here)
            rows.append([
                *here,
                self._span("mean_shift", here),
                self._cell("mean_shift_p_adjusted", here, "{:.3f}"),
                test.where["verdict"] if test else "-",
                self._cell("individual_agreement", here, "{:.0%}"),
                self._cell("band_agreement", here, "{:.0%}"),
                self._span("limits_of_agreement", here, value=False),
                self._cell("shift_by_elicitation", here, "{:+.1f}"),
                self._cell("shift_by_scoring", here, "{:+.1f}"),
                str(shift.missing if shift else 0),
            ])  # fmt: skip
        return table(head, rows)

    def items(self) -> str:
        """Return the shift of every item, a row per language."""
        names = list(dict.fromkeys(k[4] for k in self._found if k[0] == "item_shift"))
        rows = [[*here, *(self._item(here, name) for name in names)] for here in self.languages]
        return table(["arm", "locale", *names], rows)

    def _item(self, here: tuple[str, str], name: str) -> str:
        test = self._get("item_shift_p_adjusted", here, name)
        star = "*" if test and test.value is not None and test.value < 0.05 else ""
        return self._cell("item_shift", here, "{:+.2f}", name) + star

    def trust(self) -> str:
        """Return agreement and courses, a row per condition."""
        columns = (
            ("alpha", "alpha_total", "{:.2f}"),
            ("icc", "judge_icc_single", "{:.2f}"),
            ("band right", "band_accuracy", "{:.0%}"),
            ("too low", "under_called", "{:.0%}"),
            ("slope", "calibration_slope", "{:.2f}"),
            ("settles", "settled_turn", "{:.1f}"),
            ("right", "correct_turn", "{:.1f}"),
            ("never right", "never_correct", "{:.0%}"),
            ("falsely sure", "false_reassurance", "{:.0%}"),
        )
        rows = [
            [*here, *(self._cell(measure, here, form) for _, measure, form in columns),
             self._invented(here)]
            for here in self.conditions
        ]  # fmt: skip
        return table(["arm", "locale", *(head for head, _, _ in columns), "invented"], rows)

    def _invented(self, here: tuple[str, str]) -> str:
        """Return the highest share of invented evidence of any judge."""
        found = [
            n.value
            for (measure, *place, _, _), n in self._found.items()
            if measure == "invented_evidence" and tuple(place) == here and n.value is not None
        ]
        return f"{max(found):.1%}" if found else "-"
