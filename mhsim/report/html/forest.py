"""The forest plot: what each language did to totals, by judge, against the margin."""

from __future__ import annotations

from mhsim.measure.summary import Number
from mhsim.report.html.found import ENSEMBLE, Found, label, link
from mhsim.report.html.sheet import Cell, Section, Sheet, told
from mhsim.report.html.svg import MARKS, Axis, Drawing

_WORDS = (
    "Final total less the same patients' total in English, in points, with its 95 % interval over "
    "patients. Left of 0 a language reads as milder. The shaded band is the margin within which "
    "means count as equivalent, fixed before the run; the verdict is that of two one-sided tests."
)
_FEW = "Few patients ({}): intervals over patients are wide."
_LEFT, _ROW, _WIDTH = 250, 17, 980


def forest(found: Found) -> Section | None:
    """Return the section on severity drift; None where nothing was rated in another language."""
    shifts = [n for n in found.all("mean_shift") if n.value is not None]
    if not shifts:
        return None
    most = max(n.n for n in shifts)
    words = [_WORDS, *([_FEW.format(most)] if most < 20 else [])]
    return Section(
        "drift", "Severity drift by language and judge", words, [_figure(found, shifts)],
        [_sheet(found)],
    )  # fmt: skip


def _margin(found: Found) -> float:
    tests = [n for n in found.all("equivalence") if "margin primary" in n.method]
    known = [n.where["margin"] for n in tests] or ["2"]
    return float(known[0])


def _figure(found: Found, shifts: list[Number]) -> str:
    judges = found.values("mean_shift", "judge")
    shapes = {j: MARKS[n % 3] for n, j in enumerate(j for j in judges if j != ENSEMBLE)}
    margin = _margin(found)
    ends = [e for n in shifts for e in (n.low, n.high, n.value) if e is not None]
    axis = Axis(min([*ends, -margin]), max([*ends, margin]), _LEFT, _WIDTH - 20)
    height = 50 + _ROW * (len(shifts) + len(found.places("mean_shift")) // 2)
    drawing = Drawing(
        "forest", (_WIDTH, height + 24), "Severity drift by language and judge",
        f"Forest plot of {len(shifts)} mean shifts against English, between "
        f"{min(n.value or 0 for n in shifts):+.1f} and {max(n.value or 0 for n in shifts):+.1f} "
        f"points; equivalence margin {margin:g} points either way.",
    )  # fmt: skip
    drawing.rect((axis(-margin), 24), (axis(margin) - axis(-margin), height - 30), "margin")
    for tick in axis.ticks:
        drawing.line((axis(tick), 24), (axis(tick), height - 6), "zero" if tick == 0 else "grid")
        drawing.text((axis(tick), height + 8), f"{tick:+g}", "small", "middle")
    drawing.text((axis(0), 14), f"margin ±{margin:g} points", "small", "middle")
    y = 36.0
    for place in found.places("mean_shift"):
        drawing.text((4, y + 4), label(place), "strong")
        for number in (n for n in shifts if place.items() <= n.where.items()):
            _row(drawing, axis, number, y, shapes)
            y += _ROW
        y += _ROW / 2
    return str(drawing)


def _row(drawing: Drawing, axis: Axis, number: Number, y: float, shapes: dict[str, str]) -> None:
    judge = number.where["judge"]
    drawing.text((_LEFT - 8, y + 4), judge, "small", "end")
    drawing.begin(link(number.where), f"{label(number.where)}, {judge}: {number.value:+.2f}")
    if number.low is not None and number.high is not None:
        drawing.line((axis(number.low), y), (axis(number.high), y), "whisker")
    shape = shapes.get(judge, "diamond")
    drawing.mark(shape, (axis(number.value or 0), y), "main" if shape == "diamond" else "second")
    drawing.end()


_COLUMNS = (
    ("p, Holm", "mean_shift_p_adjusted", "{:.3f}"),
    ("persons near", "individual_agreement", "{:.0%}"),
    ("same band", "band_agreement", "{:.0%}"),
    ("by what came up", "shift_by_elicitation", "{:+.2f}"),
    ("by how rated", "shift_by_scoring", "{:+.2f}"),
)


def _sheet(found: Found) -> Sheet:
    rows: list[list[str | Cell]] = []
    for number in found.all("mean_shift"):
        where = number.where
        tests = found.all("equivalence", **where)
        test = next((n for n in tests if "margin primary" in n.method), None)
        rows.append([
            label(where), where["judge"], told(number, "{:+.2f}", ends=True),
            told(found.one("mean_shift_bounds", **where), "{:+.2f}", ends=True),
            test.where["verdict"] if test else "–",
            *(told(found.one(measure, **where), form) for _, measure, form in _COLUMNS),
            str(number.n), str(number.missing),
        ])  # fmt: skip
    head = ["language", "judge", "shift [95 % interval]", "shift [bounds for what is missing]",
            "verdict", *(name for name, _, _ in _COLUMNS), "patients", "missing"]  # fmt: skip
    return Sheet("shifts", "Shift of totals against the English twins", head, rows)
