"""The report in the terminal: tables by arm and locale, and what is missing."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from mhsim.measure.summary import Number
from mhsim.report.table import table
from mhsim.store import Run

SIMULATED = (
    "Played by the reference simulator: what follows shows the simulator's declared assumptions,\n"
    "not how language models behave."
)

_ERROR = """\
error: final total less the patient's own, middle of the judge's interval [its ends], in points;
every judge is an observer reading a transcript. size: of the error, without its sign. holds:
share of final intervals that hold the patient's own total. items: assessed at the end."""

_FLAGS = """\
flagged: share of what was finally said, and of first drafts, that the critic flagged."""

_MEANS = """\
Means over patients. Conversations that failed or are not played yet, and unrated turns, are in
none of them."""


def pages(run: Run, numbers: Sequence[Number]) -> Iterator[str]:
    """Yield the report's paragraphs.

    Args:
        run: the run.
        numbers: its summary.
    """
    plan = run.plan
    models = sorted({plan.scenario.model_for(role).model for role in plan.scenario.cast})
    yield f"{run.path}: {plan.name}, plan {plan.hash[:12]}, models {', '.join(models)}"
    if "reference" in models:
        yield SIMULATED
    report = _Report(list(plan.conditions()), numbers)
    yield report.conversations()
    judges = list(dict.fromkeys(n.where["judge"] for n in numbers if n.measure == "severity_error"))
    for judge in judges:
        yield report.judged(judge)
    flags = any(n.measure == "flag_rate" for n in numbers)
    yield "\n".join([*([_ERROR] if judges else []), *([_FLAGS] if flags else []), _MEANS])


class _Report:
    """Finds numbers by measure and place, and writes them in cells."""

    def __init__(self, conditions: Sequence[tuple[str, str]], numbers: Sequence[Number]) -> None:
        self._conditions = conditions
        self._numbers = {
            (n.measure, n.where.get("arm"), n.where.get("locale"), n.where.get("judge")): n
            for n in numbers
        }
        self._measures = {n.measure for n in numbers}

    def conversations(self) -> str:
        """Return what was played, and what was flagged in it if anybody watched."""
        columns = [
            ("played", "conversations", "{:.0f}"),
            ("failed", "failed_conversations", "{:.0f}"),
            ("flagged", "flag_rate", "{:.1%}"),
            ("first drafts", "flag_rate_first_draft", "{:.1%}"),
            ("revisions", "revisions", "{:.0f}"),
        ]
        told = [column for column in columns if column[1] in self._measures]
        rows = [
            [
                *here,
                *(self._cell(measure, here, form) for _, measure, form in told),
                self._left(here),
            ]
            for here in self._conditions
        ]
        return table(["arm", "locale", *(head for head, _, _ in told), "missing"], rows)

    def judged(self, judge: str) -> str:
        """Return how one judge's totals lie to the truth."""
        columns = [
            ("size", "severity_error_abs", "{:.1f}"),
            ("holds", "truth_in_interval", "{:.0%}"),
            ("items", "items_assessed", "{:.1f}"),
            ("unrated", "unrated_turns", "{:.0f}"),
        ]
        rows = [
            [
                *here,
                self._error(here, judge),
                *(self._cell(measure, here, form, judge) for _, measure, form in columns),
            ]
            for here in self._conditions
        ]
        head = ["arm", "locale", f"{judge} error", *(head for head, _, _ in columns)]
        return table(head, rows)

    def _cell(
        self, measure: str, here: tuple[str, str], form: str, judge: str | None = None
    ) -> str:
        value = self._numbers[measure, *here, judge].value
        return "-" if value is None else form.format(value)

    def _left(self, here: tuple[str, str]) -> str:
        return str(self._numbers["conversations", *here, None].missing)

    def _error(self, here: tuple[str, str], judge: str) -> str:
        error = self._numbers["severity_error", *here, judge]
        if error.value is None:
            return "-"
        return f"{error.value:+.1f} [{error.low:+.1f}, {error.high:+.1f}]"
