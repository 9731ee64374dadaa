"""Trajectories: the judge's interval about the truth, and items covered, turn by turn."""

from __future__ import annotations

from mhsim.measure.summary import Number
from mhsim.report.html.found import Found, label, link
from mhsim.report.html.sheet import Cell, Section, Sheet, told
from mhsim.report.html.svg import Axis, Drawing

_WORDS = (
    "Ribbon: mean lowest and highest total the judge holds possible after each turn, less the "
    "patient's intended total; 0 is the truth, and the ribbon narrows as items come up. Line: its "
    "middle. Below: the share of items that have come up. Ribbons are ends of the judge's own "
    "interval, no confidence intervals."
)
_W, _H, _FOOT = 236, 210, 46

_COLUMNS = (
    ("first holds the truth", "containing_turn", "{:.1f}"),
    ("holds from", "holding_turn", "{:.1f}"),
    ("settles", "settled_turn", "{:.1f}"),
    ("right from", "correct_turn", "{:.1f}"),
    ("never right", "never_correct", "{:.0%}"),
    ("falsely sure", "false_reassurance", "{:.0%}"),
    ("coverage over turns", "coverage_auc", "{:.0%}"),
    ("held back comes later by", "disclosure_order", "{:+.1f}"),
)


def courses(found: Found) -> Section | None:
    """Return the section on trajectories; None without any."""
    judge = found.primary("interval_by_turn")
    places = found.places("interval_by_turn", judge=judge)
    if not places:
        return None
    shown = [_panel(found, {**place, "judge": judge}, n) for n, place in enumerate(places)]
    return Section("courses", f"Trajectories ({judge})", [_WORDS], shown,
                   [_turns(found), _points(found)])  # fmt: skip


def _panel(found: Found, where: dict[str, str], place: int) -> str:
    points = [n for n in found.all("interval_by_turn", **where) if n.value is not None]
    top = max((float(n.where["turn"]) for n in points), default=2.0)
    ends = [e for n in points for e in (n.low, n.high) if e is not None]
    across = Axis(1, max(top, 2), 34, _W - 10)
    up = Axis(min([*ends, 0]), max([*ends, 0]), _H - _FOOT - 30, 24)
    drawing = Drawing(
        f"tr{place}", (_W, _H), f"Interval by turn, {label(where)}",
        f"After the last turn the mean interval lies from {_end(points, 'low')} to "
        f"{_end(points, 'high')} points about the intended total.",
    )  # fmt: skip
    drawing.text((4, 12), label(where), "strong")
    for tick in up.ticks:
        drawing.line((34, up(tick)), (_W - 10, up(tick)), "zero" if tick == 0 else "grid")
        drawing.text((30, up(tick) + 4), f"{tick:+g}", "small", "end")
    drawing.begin(link(where), f"Conversations of {label(where)}")
    low = [(across(float(n.where["turn"])), up(n.low or 0)) for n in points]
    high = [(across(float(n.where["turn"])), up(n.high or 0)) for n in points]
    drawing.path([*low, *reversed(high)], "ribbon", closed=True)
    drawing.path([(across(float(n.where["turn"])), up(n.value or 0)) for n in points], "mainline")
    drawing.end()
    _coverage(drawing, found.all("coverage_by_turn", **where), across)
    return str(drawing)


def _end(points: list[Number], end: str) -> str:
    value = getattr(points[-1], end) if points else None
    return "unknown" if value is None else f"{value:+.1f}"


def _coverage(drawing: Drawing, points: list[Number], across: Axis) -> None:
    """Draw bars of how many items have come up, below."""
    base = _H - 16
    for number in points:
        x = across(float(number.where["turn"]))
        height = (number.value or 0) * (_FOOT - 14)
        drawing.rect((x - 3, base - height), (6, height), "bar")
    for tick in (1, *across.ticks[1:]):
        drawing.text((across(tick), _H - 4), f"{tick:g}", "small", "middle")
    drawing.text((30, base - 8), "items", "small", "end")


def _turns(found: Found) -> Sheet:
    rows: list[list[str | Cell]] = [
        [label(n.where), n.where["judge"], *(
            told(found.one(measure, **n.where), form, ends=True) for _, measure, form in _COLUMNS
        ), str(n.n)]
        for n in found.all("settled_turn")
    ]  # fmt: skip
    head = ["condition", "judge", *(name for name, *_ in _COLUMNS), "patients"]
    return Sheet("turns", "When ratings settle and when they are right, in turns", head, rows)


def _points(found: Found) -> Sheet:
    rows: list[list[str | Cell]] = [
        [label(n.where), n.where["judge"], n.where["turn"], told(n, "{:+.2f}", ends=True),
         told(found.one("error_by_turn", **n.where), "{:+.2f}", ends=True),
         told(found.one("coverage_by_turn", **n.where), "{:.0%}", ends=True)]
        for n in found.all("interval_by_turn", judge=found.primary("interval_by_turn"))
    ]  # fmt: skip
    head = ["condition", "judge", "turn", "interval [ends]", "total assessed, less truth",
            "items covered"]  # fmt: skip
    return Sheet("trajectories", "Every turn of the trajectories", head, rows)
