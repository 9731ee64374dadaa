"""The heatmap of item shifts: which symptoms a language hides."""

from __future__ import annotations

from mhsim.report.html.found import Found, label, link
from mhsim.report.html.sheet import Cell, Section, Sheet, told
from mhsim.report.html.svg import Drawing

_WORDS = (
    "Shift of every item against the English twins, where both were assessed, in points of the "
    "item. Blue is rated lower than in English, orange higher; the sign is printed too. A star: p "
    "below 0.05 after Benjamini-Hochberg within a language. A total can hide items that shift "
    "against each other."
)
_CELL, _ROW, _LEFT = 88, 24, 170


def items(found: Found) -> Section | None:
    """Return the section on items; None without twins."""
    judge = found.primary("item_shift")
    if not judge:
        return None
    return Section("items", f"Shift of items ({judge})", [_WORDS], [_figure(found, judge)],
                   [_sheet(found)])  # fmt: skip


def _star(found: Found, where: dict[str, str]) -> str:
    test = found.one("item_shift_p_adjusted", **where)
    return "*" if test and test.value is not None and test.value < 0.05 else ""


def _figure(found: Found, judge: str) -> str:
    names = found.values("item_shift", "item")
    places = found.places("item_shift", judge=judge)
    shifts = [n for n in found.all("item_shift", judge=judge) if n.value is not None]
    largest = max((abs(n.value or 0) for n in shifts), default=0)
    most = max(largest, 0.25)
    size = (_LEFT + _CELL * len(names), 24 + _ROW * len(places) + 4)
    drawing = Drawing("heat", size, "Shift of items by language",
                      f"{len(places)} languages by {len(names)} items; the largest shift is "
                      f"{largest:.2f} points.")  # fmt: skip
    for column, name in enumerate(names):
        at = (_LEFT + (column + 0.5) * _CELL, 16)
        drawing.text(at, name.replace("_", " "), "small", "middle")
    for row, place in enumerate(places):
        y = 24 + row * _ROW
        drawing.text((_LEFT - 8, y + 16), label(place), "", "end")
        for column, name in enumerate(names):
            number = found.one("item_shift", item=name, judge=judge, **place)
            if number is None or number.value is None:
                continue
            at = (_LEFT + column * _CELL, y)
            drawing.begin(link(number.where), f"{label(place)}, {name}: {number.value:+.2f}")
            css = "lower" if number.value < 0 else "higher"
            share = f'fill-opacity="{0.8 * abs(number.value) / most:.2f}"'
            drawing.rect(at, (_CELL - 2, _ROW - 2), css, share)
            words = f"{number.value:+.2f}{_star(found, number.where)}"
            drawing.text((at[0] + _CELL / 2, y + 16), words, "", "middle")
            drawing.end()
    return str(drawing)


def _sheet(found: Found) -> Sheet:
    rows: list[list[str | Cell]] = [
        [label(n.where), n.where["judge"], n.where["item"], told(n, "{:+.2f}", ends=True),
         told(found.one("item_shift_p_adjusted", **n.where), "{:.3f}"), str(n.n), str(n.missing)]
        for n in found.all("item_shift")
    ]  # fmt: skip
    head = ["language", "judge", "item", "shift [95 % interval]", "p adjusted", "patients",
            "missing"]  # fmt: skip
    return Sheet("item-shifts", "Shift of items against the English twins", head, rows)
