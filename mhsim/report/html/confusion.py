"""Confusion of bands, one panel per language: intended against rated, counts printed."""

from __future__ import annotations

from mhsim.report.html.found import Found, label, link
from mhsim.report.html.sheet import Cell, Section, Sheet, told
from mhsim.report.html.svg import Drawing

_WORDS = (
    "Rows are the band the patient was written for, columns the band of the final rating; numbers "
    "are patients, each weighing the same, so that replicates make fractions. Darker is a larger "
    "share of the row. Left of the diagonal is too low, the unsafe way."
)
_CELL, _LEFT, _TOP = 34, 120, 40

_COLUMNS = (
    ("bias", "bias", "{:+.2f}", True),
    ("MAE", "mae", "{:.2f}", True),
    ("right band", "band_accuracy", "{:.0%}", True),
    ("adjacent", "band_accuracy_adjacent", "{:.0%}", False),
    ("too low", "under_called", "{:.0%}", True),
    ("macro-F1", "macro_f1", "{:.2f}", False),
    ("weighted kappa", "qwk", "{:.2f}", True),
    ("slope", "calibration_slope", "{:.2f}", False),
    ("self-harm found", "risk_item_sensitivity", "{:.0%}", False),
    ("DCHR", "dchr", "{:.0%}", False),
    ("ADODL", "adodl", "{:.2f}", False),
)


def confusion(found: Found) -> Section | None:
    """Return the section on accuracy against the presentation; None without ratings."""
    judge = found.primary("bias")
    if not judge:
        return None
    bands = found.values("confusion", "band")
    shown = [
        _panel(found, bands, {**place, "judge": judge}, n)
        for n, place in enumerate(found.places("confusion", judge=judge))
    ]
    return Section("bands", f"Accuracy against the presentation ({judge})", [_WORDS], shown,
                   [_accuracy(found), _counts(found, bands)])  # fmt: skip


def _count(found: Found, band: str, rated: str, where: dict[str, str]) -> float | None:
    number = found.one("confusion", band=band, rated=rated, **where)
    return None if number is None or number.value is None else number.value * number.n


def _short(band: str) -> str:
    """Return a band's name for a narrow column: moder., m.s."""
    words = band.replace("_", " ").split()
    return band[:4] if len(words) == 1 else "".join(f"{word[0]}." for word in words)


def _panel(found: Found, bands: list[str], where: dict[str, str], place: int) -> str:
    size = len(bands) * _CELL
    right = sum(_count(found, band, band, where) or 0 for band in bands)
    drawing = Drawing(
        f"cm{place}", (_LEFT + size + 6, _TOP + size + 6), f"Bands in {label(where)}",
        f"{right:g} patients in the intended band; the table below has every count.",
    )  # fmt: skip
    drawing.text((4, 14), label(where), "strong")
    for column, name in enumerate(bands):
        drawing.text((_LEFT + (column + 0.5) * _CELL, _TOP - 6), _short(name), "small", "middle")
    drawing.begin(link(where), f"Conversations of {label(where)}")
    for row, band in enumerate(bands):
        y = _TOP + row * _CELL
        drawing.text((_LEFT - 6, y + _CELL / 2 + 4), band.replace("_", " "), "small", "end")
        for column, rated in enumerate(bands):
            count = _count(found, band, rated, where)
            number = found.one("confusion", band=band, rated=rated, **where)
            share = (number.value if number else None) or 0
            at = (_LEFT + column * _CELL, y)
            drawing.rect(at, (_CELL - 1, _CELL - 1), "cell", f'fill-opacity="{share:.2f}"')
            words = "" if not count else f"{count:.3g}"
            css = "over" if share > 0.55 else ""
            drawing.text((at[0] + _CELL / 2, y + _CELL / 2 + 4), words, css, "middle")
    drawing.end()
    return str(drawing)


def _accuracy(found: Found) -> Sheet:
    rows: list[list[str | Cell]] = [
        [label(n.where), n.where["judge"], *(
            told(found.one(measure, **n.where), form, ends=ends)
            for _, measure, form, ends in _COLUMNS
        ), str(n.n), str(n.missing)]
        for n in found.all("bias")
    ]  # fmt: skip
    head = ["condition", "judge", *(name for name, *_ in _COLUMNS), "patients", "missing"]
    return Sheet("accuracy", "Final ratings against the presentation, by judge", head, rows)


def _counts(found: Found, bands: list[str]) -> Sheet:
    rows: list[list[str | Cell]] = []
    for place in found.places("confusion"):
        for judge in found.values("confusion", "judge"):
            where = {**place, "judge": judge}
            for band in bands:
                counts = [_count(found, band, rated, where) for rated in bands]
                cells = [Cell("–") if c is None else Cell(f"{c:.3g}", "", link(where))
                         for c in counts]  # fmt: skip
                rows.append([label(where), judge, band, *cells])
    return Sheet("confusion", "Patients by intended band and rated band",
                 ["condition", "judge", "intended", *bands], rows)  # fmt: skip
