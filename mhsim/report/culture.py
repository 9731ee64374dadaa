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
    ("twin_isomorphism", "like twin", "{:.2f}"),
    ("diversity", "diversity", "{:.2f}"),
    ("turns_to_enquiry", "to enquiry", "{:.1f}"),
)

_ABOUT = """\
A vector, never one number; bands are two-sided, since too much is as wrong as too little.
idioms/100: per 100 patient words. licensed used: of the idioms the person's formulation licenses.
body/mind: log ratio. therapy/100: unlicensed flattened spans. flattened, caricature: share of
turns, by the critic that reports, not the one in the loop. fits person: formulation borne out less
contradicted. register: turns without a violation. too early: turns before the person's plan.
like twin: 1 is a translation of the English conversation, 0 another patient. diversity: effective
number of different people, as a share. to enquiry: turns from the first risk to a direct question.
< and > mark what lies below or above the human band."""

_GATE = """\
gate: |severity error| less the same patients' in English, above 0 is worse: what gains in idiom and
loses here has failed. shift: paired change of the final total between two arms, in points."""


def enquiry(numbers: Sequence[Number]) -> Iterator[str]:
    """Yield how soon risk was asked about, where any conversation showed some."""
    there = [n for n in numbers if n.n or n.missing]
    if not there:
        return
    rows = [
        [
            n.where["arm"], n.where["locale"], str(n.n + n.missing),
            "-" if n.value is None else f"{n.value:.1f}", str(n.missing),
        ]
        for n in there
    ]  # fmt: skip
    yield table(["arm", "locale", "with risk", "turns to enquiry", "never asked"], rows) + (
        "\nwith risk: conversations in which the screen raised any. turns to enquiry: from the"
        "\nfirst such turn to a direct question, 0 where risk showed in the answer to one; mean."
    )


def culture(numbers: Sequence[Number]) -> Iterator[str]:
    """Yield the culture pages."""
    yield _vector(numbers)
    yield "\n".join([_ABOUT, *_calibration(numbers), *_apart(numbers)])
    gates = [n for n in numbers if n.measure == "clinical_gate"]
    shifts = [n for n in numbers if n.measure == "severity_shift"]
    if gates:
        yield _pivot(gates, "arm", "gate")
    if shifts:
        yield _pivot(shifts, "contrast", "shift")
    if gates or shifts:
        yield _GATE


def _calibration(numbers: Sequence[Number]) -> Iterator[str]:
    rates = [n for n in numbers if n.measure == "idiom_rate"]
    without = [n.where["locale"] for n in rates if "uncalibrated" in n.method]
    if without and len(without) < len(rates):
        yield f"Uncalibrated for {', '.join(dict.fromkeys(without))}: fewer than thirty dialogues."
    elif without:
        yield "Uncalibrated: no human reference of thirty dialogues."
    else:
        yield "Calibrated on the human reference given."


def _apart(numbers: Sequence[Number]) -> Iterator[str]:
    """Yield how far the locales of each arm can be told apart, or once why that is not known."""
    names = {"locale_separability": "told apart", "locale_separability_ablated": "after ablation"}
    known = [n for n in numbers if n.measure in names and n.value is not None]
    for number in known:
        said = f"{number.where['arm']}: locales {names[number.measure]} at {number.value:.2f}"
        yield f"{said} ({number.method})."
    if not known:
        why = {n.method for n in numbers if n.measure in (*names, "twin_isomorphism")}
        yield from sorted(f"Twins and locales {each}." for each in why if "needs" in each)


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
    if number is None or number.value is None:
        return "-"
    below = number.low is not None and number.value < number.low
    above = number.high is not None and number.value > number.high
    return form.format(number.value) + ("<" if below else ">" if above else "")


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
