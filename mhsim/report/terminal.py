"""The report in the terminal: a table by arm and locale, and what is missing."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from mhsim.measure.summary import Number
from mhsim.store import Run

SIMULATED = (
    "Played by the reference simulator: what follows shows the simulator's declared assumptions,\n"
    "not how language models behave."
)


def pages(run: Run, numbers: Sequence[Number], table: object) -> Iterator[str]:
    """Yield the report's paragraphs.

    Args:
        run: the run.
        numbers: its summary.
        table: lays out a head and rows.
    """
    assert callable(table)
    models = {run.plan.scenario.model_for(role).model for role in run.plan.scenario.cast}
    yield f"{run.path}: {run.plan.name}, plan {run.plan.hash[:12]}, models {', '.join(sorted(models))}"
    if "reference" in models:
        yield SIMULATED
    judges = list(dict.fromkeys(n.where["judge"] for n in numbers if "judge" in n.where))
    head = ["arm", "locale", "played", "missing"]
    head += [f"{judge} error" for judge in judges]
    head += [f"{judge} items" for judge in judges]
    head += ["flagged", "first drafts", "revisions", "unrated"]
    rows = [_row(numbers, arm, locale, judges) for arm, locale in run.plan.conditions()]
    yield table(head, rows)
    yield (
        "error: final total less the patient's own, middle of the judge's interval [ends], in points;\n"
        "every judge is an observer reading a transcript. items: assessed at the end, of the\n"
        "instrument's. flagged: share of what was finally said, and of first drafts, that the critic\n"
        "flagged. Means over patients; missing conversations and unrated turns are in no mean."
    )


def _row(numbers: Sequence[Number], arm: str, locale: str, judges: Sequence[str]) -> list[str]:
    here = [n for n in numbers if (n.where["arm"], n.where["locale"]) == (arm, locale)]

    def of(measure: str, judge: str | None = None) -> Number:
        return next(n for n in here if n.measure == measure and n.where.get("judge") == judge)

    played = of("conversations")
    unrated = sum(int(of("unrated_turns", judge).value or 0) for judge in judges)
    return [
        arm,
        locale,
        f"{played.value:.0f}",
        str(played.missing),
        *(_error(of("severity_error", judge)) for judge in judges),
        *(_plain(of("items_assessed", judge), "{:.1f}") for judge in judges),
        _plain(of("flag_rate"), "{:.1%}"),
        _plain(of("flag_rate_first_draft"), "{:.1%}"),
        _plain(of("revisions"), "{:.0f}"),
        str(unrated),
    ]


def _error(number: Number) -> str:
    if number.value is None:
        return "-"
    return f"{number.value:+.1f} [{number.low:+.1f}, {number.high:+.1f}]"


def _plain(number: Number, form: str) -> str:
    return "-" if number.value is None else form.format(number.value)
