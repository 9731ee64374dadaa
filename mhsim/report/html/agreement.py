"""Bland-Altman plots, one per language: every patient against the English twin."""

from __future__ import annotations

from mhsim.measure.summary import Number
from mhsim.report.html.found import Found, label, link
from mhsim.report.html.sheet import Cell, Section, Sheet, told
from mhsim.report.html.svg import Axis, Drawing

_WORDS = (
    "Each point is a patient: the difference of totals against the English twin, over the mean of "
    "the two. Solid: the mean difference; dashed: limits within which 95 % of differences lie, "
    "shaded with their own 95 % intervals. The margin that matters to one person is 5 points of "
    "the PHQ-9."
)
_W, _H = 236, 190


def agreement(found: Found) -> Section | None:
    """Return the section on single persons; None without twins."""
    judge = found.primary("person_shift")
    places = found.places("person_shift", judge=judge)
    if not places:
        return None
    shown = [_panel(found, {**place, "judge": judge}, n) for n, place in enumerate(places)]
    return Section("agreement", f"Agreement of single persons ({judge})", [_WORDS], shown,
                   [_limits(found), _persons(found, judge)])  # fmt: skip


def _panel(found: Found, where: dict[str, str], place: int) -> str:
    points = _points(found, where)
    if not points:
        return f"<figcaption>{label(where)}: no patient has both totals.</figcaption>"
    limits = [found.one(f"limit_{end}", **where) for end in ("lower", "upper")]
    known = [e for n in limits if n for e in (n.low, n.high) if e is not None]
    across = Axis(min(x for _, x, _ in points), max(x for _, x, _ in points), 34, _W - 10)
    ends = [*known, *(y for _, _, y in points), 0.0]
    up = Axis(min(ends), max(ends), _H - 24, 24)
    drawing = Drawing(
        f"ba{place}", (_W, _H), f"Bland-Altman plot, {label(where)}",
        f"{len(points)} patients; differences between {min(y for _, _, y in points):+.1f} and "
        f"{max(y for _, _, y in points):+.1f} points.",
    )  # fmt: skip
    drawing.text((4, 12), label(where), "strong")
    for tick in up.ticks:
        drawing.line((34, up(tick)), (_W - 10, up(tick)), "zero" if tick == 0 else "grid")
        drawing.text((30, up(tick) + 4), f"{tick:+g}", "small", "end")
    for tick in across.ticks[::2]:
        drawing.text((across(tick), _H - 8), f"{tick:g}", "small", "middle")
    for number in limits:
        _limit(drawing, up, number)
    bias = found.one("limits_of_agreement", **where)
    if bias and bias.value is not None:
        drawing.line((34, up(bias.value)), (_W - 10, up(bias.value)), "mainline")
    for number, x, y in points:
        drawing.begin(link(number.where), f"{number.where['patient']}: {y:+.1f} at {x:.1f}")
        drawing.mark("circle", (across(x), up(y)), "dot")
        drawing.end()
    return str(drawing)


def _limit(drawing: Drawing, up: Axis, number: Number | None) -> None:
    if number is None or number.value is None or number.low is None or number.high is None:
        return
    drawing.rect((34, up(number.high)), (_W - 44, up(number.low) - up(number.high)), "ribbon")
    drawing.line((34, up(number.value)), (_W - 10, up(number.value)), "dashed")


def _points(found: Found, where: dict[str, str]) -> list[tuple[Number, float, float]]:
    points: list[tuple[Number, float, float]] = []
    for number in found.all("person_shift", **where):
        middle = found.one("person_middle", **number.where)
        if number.value is not None and middle and middle.value is not None:
            points.append((number, middle.value, number.value))
    return points


def _limits(found: Found) -> Sheet:
    rows: list[list[str | Cell]] = [
        [label(n.where), n.where["judge"], told(n, "{:+.1f}", ends=True),
         told(found.one("proportional_bias", **n.where), "{:+.2f}", ends=True),
         told(found.one("twin_icc_agreement", **n.where), "{:.2f}", ends=True)]
        for n in found.all("limits_of_agreement")
    ]  # fmt: skip
    head = ["language", "judge", "bias [limits]", "slope of difference on mean", "ICC(A,1)"]
    return Sheet("limits", "Limits of agreement with the English twins", head, rows)


def _persons(found: Found, judge: str) -> Sheet:
    rows: list[list[str | Cell]] = [
        [n.where["patient"], label(n.where), told(n, "{:+.1f}"),
         told(found.one("person_middle", **n.where), "{:.1f}")]
        for n in found.all("person_shift", judge=judge)
    ]  # fmt: skip
    return Sheet("persons", "Every patient against the English twin",
                 ["patient", "language", "difference", "mean of both"], rows)  # fmt: skip
