"""The culture pages of the report: the authenticity vector, the gate, contrasts, safety."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from mhsim.measure.summary import Number
from mhsim.report.table import table

_SHOWN = (
    ("idiom_rate", "idioms/100", "{:.2f}"),
    ("idiom_coverage", "licensed used", "{:.0%}"),
    ("somatic_psychological_ratio", "body/mind", "{:+.2f}"),
    ("therapy_speak_rate", "therapy/100", "{:.2f}"),
    ("flattened_share", "flattened", "{:.1%}"),
    ("caricature_share", "caricature", "{:.1%}"),
    ("formulation_match", "fits person", "{:+.2f}"),
    ("register_fit", "register", "{:.0%}"),
    ("disclosure_gap", "too early", "{:.1f}"),
    ("diversity", "diversity", "{:.2f}"),
    ("turns_to_enquiry", "to enquiry", "{:.1f}"),
)

_ABOUT = """\
A vector, never one number; bands are two-sided, since too much is as wrong as too little.
idioms/100: per 100 patient words. licensed used: of the idioms the person's formulation licenses.
body/mind: log ratio. therapy/100: unlicensed flattened spans. flattened, caricature: share of
turns, by the critic that reports, not the one in the loop. fits person: formulation borne out less
contradicted. register: turns without a violation. too early: turns before the person's plan.
diversity: effective number of different people, as a share. to enquiry: turns from the first risk
to a direct question. Needing embeddings, and not computed: likeness to the English twin, and
whether locales can be told apart."""

_GATE = """\
gate: |severity error| less the same patients' in English, above 0 is worse: what gains in idiom and
loses here has failed. shift: paired change of the final total between two arms, in points."""


def culture(numbers: Sequence[Number]) -> Iterator[str]:
    """Yield the culture pages."""
    uncalibrated = any("uncalibrated" in n.method for n in numbers)
    yield _vector(numbers)
    yield _ABOUT + (
        "\nUncalibrated: no human reference of thirty dialogues." if uncalibrated else ""
    )
    gates = [n for n in numbers if n.measure == "clinical_gate"]
    shifts = [n for n in numbers if n.measure == "severity_shift"]
    if gates:
        yield _pivot(gates, "arm", "gate")
    if shifts:
        yield _pivot(shifts, "contrast", "shift")
    if gates or shifts:
        yield _GATE


def _vector(numbers: Sequence[Number]) -> str:
    cells = {(n.measure, n.where.get("arm"), n.where.get("locale")): n for n in numbers}
    places = list(dict.fromkeys((a, loc) for m, a, loc in cells if m == "idiom_rate"))
    rows = [
        [
            str(arm),
            str(locale),
            *(_cell(cells.get((m, arm, locale)), form) for m, _, form in _SHOWN),
        ]
        for arm, locale in places
    ]
    return table(["arm", "locale", *(head for _, head, _ in _SHOWN)], rows)


def _cell(number: Number | None, form: str) -> str:
    return "-" if number is None or number.value is None else form.format(number.value)


def _pivot(numbers: Sequence[Number], key: str, head: str) -> str:
    """Lay numbers out with a column per judge."""
    judges = list(dict.fromkeys(n.where["judge"] for n in numbers))
    rows: dict[tuple[str, str], dict[str, str]] = {}
    for number in numbers:
        here = number.where[key], number.where["locale"]
        rows.setdefault(here, {})[number.where["judge"]] = _cell(number, "{:+.2f}")
    return table(
        [key, "locale", *(f"{judge} {head}" for judge in judges)],
        [[*here, *(cells.get(judge, "-") for judge in judges)] for here, cells in rows.items()],
    )
