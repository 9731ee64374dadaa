"""Pairwise judging in the terminal: a table per judge, as the paper has it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from mhsim.measure.summary import Number
from mhsim.report.table import table

_COLUMNS = (
    ("against English", "pair_accuracy_shift", "{:+.2f}"),
    ("ties", "tie_rate", "{:.0%}"),
    ("tie distance", "tie_distance", "{:.1f}"),
    ("same level", "same_level_error", "{:.0%}"),
    ("cross level", "cross_level_error", "{:.0%}"),
    ("names A", "position_bias", "{:+.2f}"),
)

_LEGEND = """\
pairwise: who of two patients is more depressed, within arm and locale. right: share of decided
pairs [95 % interval, leaving one patient out at a time]; against English: less that of the English
arm; tie distance: true difference of tied pairs, in points; same and cross level: wrong among
decided pairs within a severity level, and across; names A: share that names the one shown first,
less a half."""


def pairs(numbers: Sequence[Number]) -> Iterator[str]:
    """Yield a table per judge, and what its columns mean; nothing where nothing was compared."""
    found = {(n.measure, n.where["arm"], n.where["locale"], n.where["judge"]): n for n in numbers}
    judges = list(dict.fromkeys(n.where["judge"] for n in numbers))
    for judge in judges:
        rows = [
            [arm, locale, _right(found["pair_accuracy", arm, locale, judge]), *(
                _cell(found.get((measure, arm, locale, judge)), form)
                for _, measure, form in _COLUMNS
            ), str(found["pair_accuracy", arm, locale, judge].missing)]
            for measure, arm, locale, who in found
            if measure == "pair_accuracy" and who == judge
        ]  # fmt: skip
        yield table(
            ["arm", "locale", f"{judge} right", *(head for head, _, _ in _COLUMNS), "missing"], rows
        )
    if judges:
        yield _LEGEND


def _right(number: Number) -> str:
    value = _cell(number, "{:.2f}")
    if number.low is None or number.high is None:
        return value
    return f"{value} [{number.low:.2f}, {number.high:.2f}]"


def _cell(number: Number | None, form: str) -> str:
    return "-" if number is None or number.value is None else form.format(number.value)
