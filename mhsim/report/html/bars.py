"""Bars: where variance comes from, and how much the critic flagged."""

from __future__ import annotations

from mhsim.report.html.found import Found, label, link
from mhsim.report.html.sheet import Cell, Section, Sheet, told
from mhsim.report.html.svg import Drawing

_VARIANCE = (
    "Shares of the variance of final totals in each arm with its English twins, negative estimates "
    "as 0. Language is a fixed facet with few levels and so imprecise; person x language and "
    "language x judge are the ones to read."
)
_FLAGS = (
    "Share of what the patient said that the critic of the loop flagged: in first drafts, and in "
    "what was finally said after revisions. Mean over patients. A critic in the loop reports on "
    "what it mended itself."
)
_LEFT, _WIDTH = 190, 980
_KINDS = 8
"""Patterns the style sheet has."""


def variance(found: Found) -> Section | None:
    """Return the section on variance components; None without any."""
    arms = found.values("variance_share", "arm")
    if not arms:
        return None
    names = found.values("variance_share", "component")
    drawing = Drawing(
        "variance", (_WIDTH, 34 * len(arms) + 26 * ((len(names) + 2) // 3) + 10),
        "Variance components by arm", f"{len(arms)} stacked bars of {len(names)} components.",
    )  # fmt: skip
    for row, arm in enumerate(arms):
        y, x = 6 + row * 34, float(_LEFT)
        drawing.text((_LEFT - 8, y + 17), arm, "", "end")
        for number in found.all("variance_share", arm=arm):
            name, share = number.where["component"], number.value or 0
            width = share * (_WIDTH - _LEFT - 10)
            drawing.begin(link(number.where), f"{arm}, {name}: {share:.0%}")
            drawing.rect((x, y), (width, 26), f"kind k{names.index(name) % _KINDS}")
            if width > 40:
                drawing.text((x + width / 2, y + 17), f"{share:.0%}", "chip", "middle")
            drawing.end()
            x += width
    for place, name in enumerate(names):
        at = (_LEFT + (place % 3) * 260, 34 * len(arms) + 12 + (place // 3) * 26)
        drawing.rect(at, (14, 14), f"kind k{place % _KINDS}")
        drawing.text((at[0] + 20, at[1] + 12), name, "small")
    return Section("variance", "Where the variance lies", [_VARIANCE], [str(drawing)],
                   [_components(found)])  # fmt: skip


def _components(found: Found) -> Sheet:
    rows: list[list[str | Cell]] = [
        [n.where["arm"], n.where["component"], told(n, "{:.2f}", ends=True),
         told(found.one("variance_share", **n.where), "{:.1%}"), str(n.n), str(n.missing)]
        for n in found.all("variance_component")
    ]  # fmt: skip
    head = ["arm", "component", "squared points [95 % interval]", "share", "patients", "missing"]
    return Sheet("components", "Variance components of final totals", head, rows)


def flags(found: Found) -> Section | None:
    """Return the section on what the critic flagged; None where nobody watched."""
    numbers = [n for n in found.all("flag_rate") if n.value is not None]
    if not numbers:
        return None
    firsts = [found.one("flag_rate_first_draft", **n.where) for n in numbers]
    most = max([0.1, *(n.value or 0 for n in [*numbers, *firsts] if n)])
    drawing = Drawing(
        "flags-figure", (_WIDTH, 24 * len(numbers) + 10), "Flagged by arm and locale",
        f"Bars of {len(numbers)} conditions, up to {most:.0%}.",
    )  # fmt: skip
    for row, (number, first) in enumerate(zip(numbers, firsts, strict=True)):
        y, scale = 4 + row * 24, (_WIDTH - _LEFT - 220) / most
        drawing.text((_LEFT - 8, y + 14), label(number.where), "", "end")
        early, late = (first.value if first else None) or 0, number.value or 0
        drawing.begin(link(number.where), f"{label(number.where)}: {late:.1%} finally flagged")
        drawing.rect((_LEFT, y), (early * scale, 18), "outline")
        drawing.rect((_LEFT, y + 3), (late * scale, 12), "bar")
        words = f"{late:.1%} finally, {early:.1%} of first drafts"
        drawing.text((_LEFT + max(early, late) * scale + 6, y + 14), words, "small")
        drawing.end()
    rows: list[list[str | Cell]] = [
        [label(n.where), told(n, "{:.1%}"), told(first, "{:.1%}"),
         told(found.one("revisions", **n.where), "{:.0f}"),
         told(found.one("turns_to_enquiry", **n.where), "{:.1f}"), str(n.n), str(n.missing)]
        for n, first in zip(numbers, firsts, strict=True)
    ]  # fmt: skip
    head = ["condition", "flagged", "first drafts", "revisions", "turns to enquiry about risk",
            "patients", "missing"]  # fmt: skip
    sheet = Sheet("flags", "What the critic flagged, and how soon risk was asked about", head, rows)
    return Section("critic", "Critic flags by arm", [_FLAGS], [str(drawing)], [sheet])
