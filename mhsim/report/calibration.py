"""The calibration of the measures as tables: one per world and number of patients."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from statistics import fmean

from mhsim.measure.calibration import Check
from mhsim.report.table import table

_PLANTED = 0.05
LEGEND = """\
truth: what was planted; bias: mean estimate less the truth; coverage: share of 95 % intervals that
hold it; positive: share of tests below 0.05, or of verdicts within the margin. Rows of items are
means over items. Single coverages of 1,000 samples lie within 93.2 to 96.8 % where 95 % is true."""


def calibration(checks: Iterable[Check]) -> Iterator[str]:
    """Yield a table per world and number of patients."""
    parts: dict[tuple[str, int], list[Check]] = {}
    for check in checks:
        parts.setdefault((check.world, check.persons), []).append(check)
    for (world, persons), part in parts.items():
        title = f"{world}; {persons} patients, {part[0].replications} samples"
        yield f"{title}\n\n{_table(part)}"
    yield LEGEND


def _table(checks: Sequence[Check]) -> str:
    planted = {
        c.measure.removeprefix("item_shift ")
        for c in checks
        if c.measure.startswith("item_shift ") and abs(c.truth or 0) > _PLANTED
    }
    rows: dict[str, list[Check]] = {}
    for check in checks:
        rows.setdefault(_pooled(check, planted), []).append(check)
    head = ["measure", "truth", "bias", "coverage", "positive"]
    return table(head, [[name, *_cells(part)] for name, part in rows.items()])


def _pooled(check: Check, planted: Collection[str]) -> str:
    """Return the name of a row: items are told together, those in which something is planted apart.

    Items planted in opposite directions keep a row each, so that nothing cancels.
    """
    measure, _, item = check.measure.partition(" ")
    if not measure.startswith("item_"):
        return check.measure
    ends = " differs" if item.endswith(" differs") else ""
    there = item.removesuffix(" differs") in planted
    sign = (" (up)" if check.truth > 0 else " (down)") if there and check.truth is not None else ""
    return f"{measure}{ends}, {'planted' if there else 'other'} items{sign}"


def _cells(part: Sequence[Check]) -> list[str]:
    columns = (
        ([c.truth for c in part], "{:+.3f}"),
        ([c.bias for c in part], "{:+.3f}"),
        ([c.coverage for c in part], "{:.1%}"),
        ([c.positive for c in part], "{:.1%}"),
    )
    return [_mean(values, form) for values, form in columns]


def _mean(values: Sequence[float | None], form: str) -> str:
    known = [value for value in values if value is not None]
    return form.format(fmean(known)) if known else "-"
