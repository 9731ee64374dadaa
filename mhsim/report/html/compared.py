"""The pairwise table as the paper has it: who of two patients is more depressed."""

from __future__ import annotations

from mhsim.report.html.found import Found, label
from mhsim.report.html.sheet import Cell, Section, Sheet, told

_WORDS = (
    "Judges name the more depressed of two patients within arm and locale, blind. The pairs of a "
    "few patients are no independent observations: intervals leave one patient out at a time. "
    "Right: among decided pairs. Against English: less that of the English arm."
)
_COLUMNS = (
    ("right", "pair_accuracy", "{:.2f}", True),
    ("against English", "pair_accuracy_shift", "{:+.2f}", True),
    ("ties half right", "pair_accuracy_ties_half", "{:.2f}", False),
    ("ties wrong", "pair_accuracy_ties_wrong", "{:.2f}", False),
    ("ties", "tie_rate", "{:.0%}", False),
    ("tie distance, points", "tie_distance", "{:.1f}", False),
    ("same-level error", "same_level_error", "{:.0%}", True),
    ("cross-level error", "cross_level_error", "{:.0%}", True),
    ("names A, less a half", "position_bias", "{:+.2f}", False),
    ("both orders alike", "order_agreement", "{:.0%}", False),
)


def compared(found: Found) -> Section | None:
    """Return the section on pairwise judging; None where nothing was compared."""
    numbers = found.all("pair_accuracy")
    if not numbers:
        return None
    rows: list[list[str | Cell]] = [
        [label(n.where), n.where["judge"], *(
            told(found.one(measure, **n.where), form, ends=ends)
            for _, measure, form, ends in _COLUMNS
        ), str(n.n), str(n.missing)]
        for n in numbers
    ]  # fmt: skip
    head = ["condition", "judge", *(name for name, *_ in _COLUMNS), "patients", "missing"]
    sheet = Sheet("pairwise", "Pairwise judging", head, rows)
    return Section("pairs", "Pairwise judging", [_WORDS], (), [sheet])
