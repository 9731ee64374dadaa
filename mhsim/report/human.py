"""Human ratings in the terminal: raters among themselves, judges and the critic against them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from mhsim.measure.summary import Number
from mhsim.report.table import table

_LEGEND = """\
human: ratings of local raters. alpha: Krippendorff's, ordinal for items, interval for totals; judge
bias: judge's total less the raters' mean, in points. Raters' flattened and caricature marks are the
reference of the critic's precision and recall."""


def human(numbers: Sequence[Number]) -> Iterator[str]:
    """Yield one table of all that raters made of a run; nothing where none rated."""
    if not numbers:
        return
    rows = [
        [
            number.measure,
            number.where["locale"],
            ", ".join(value for key, value in number.where.items() if key != "locale"),
            "-" if number.value is None else f"{number.value:.2f}",
            "" if number.low is None or number.high is None
            else f"[{number.low:.2f}, {number.high:.2f}]",
            str(number.n),
        ]
        for number in numbers
    ]  # fmt: skip
    yield table(["measure", "locale", "of", "value", "95 %", "n"], rows)
    yield _LEGEND
