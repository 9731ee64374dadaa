"""Tables of the page: every cell may lead to the conversations behind it; saved as CSV."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from html import escape

from mhsim.measure.summary import Number
from mhsim.report.html.found import link

_NUMBER = re.compile(r"[-+0-9.,%\[\] ]*[0-9][-+0-9.,%\[\] ]*")


@dataclass(frozen=True)
class Cell:
    """One cell.

    Args:
        text: what is shown.
        value: what is saved; the text, without it.
        href: where it leads to.
        hint: what is said of it in full.
    """

    text: str
    value: str = ""
    href: str = ""
    hint: str = ""

    def __str__(self) -> str:
        """Return the element."""
        inner = f"<bdi>{escape(self.text)}</bdi>"
        if self.href:
            hint = f' title="{escape(self.hint)}"' if self.hint else ""
            inner = f'<a href="{escape(self.href)}"{hint}>{inner}</a>'
        kept = f' data-v="{escape(self.value)}"' if self.value else ""
        css = ' class="n"' if _NUMBER.fullmatch(self.text) else ""
        return f"<td{css}{kept}>{inner}</td>"


@dataclass(frozen=True)
class Sheet:
    """One table.

    Args:
        name: its id in the page, and the name of its file.
        caption: what it is.
        head: names of the columns.
        rows: text or cells; the first of a row names it.
    """

    name: str
    caption: str
    head: Sequence[str]
    rows: Sequence[Sequence[str | Cell]]

    def __str__(self) -> str:
        """Return the element."""
        head = "".join(f'<th scope="col">{escape(name)}</th>' for name in self.head)
        rows = "".join(f"<tr>{_row(row)}</tr>" for row in self.rows)
        return (
            f'<div class="wide" tabindex="0" role="region" aria-label="{escape(self.caption)}">'
            f'<table id="{self.name}"><caption>{escape(self.caption)}</caption>'
            f"<thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table></div>"
        )


def _row(row: Sequence[str | Cell]) -> str:
    first, *rest = row
    name = f'<th scope="row">{escape(first if isinstance(first, str) else first.text)}</th>'
    return name + "".join(str(c if isinstance(c, Cell) else Cell(c)) for c in rest)


def told(number: Number | None, form: str = "{:.2f}", ends: bool = False) -> Cell:
    """Return a number as a cell; a dash where there is none."""
    if number is None or number.value is None:
        return Cell("–")
    text, value = form.format(number.value), f"{number.value:.10g}"
    if ends and number.low is not None and number.high is not None:
        text += f" [{form.format(number.low)}, {form.format(number.high)}]"
        value += f" [{number.low:.10g}, {number.high:.10g}]"
    hint = f"{number.measure}; n {number.n}, missing {number.missing}; {number.method}"
    return Cell(text, value, link(number.where), hint)


@dataclass(frozen=True)
class Section:
    """One part of the page: figures, then what they were drawn from.

    Args:
        name: its id.
        heading: its heading.
        words: what a reader must know to read it.
        figures: SVG elements.
        sheets: tables.
        folded: whether the tables are folded away below the figures.
    """

    name: str
    heading: str
    words: Sequence[str] = ()
    figures: Sequence[str] = ()
    sheets: Sequence[Sheet] = ()
    folded: bool = field(default=True, kw_only=True)

    def __str__(self) -> str:
        """Return the element."""
        words = "".join(f"<p>{escape(text)}</p>" for text in self.words)
        figures = "".join(f"<figure>{figure}</figure>" for figure in self.figures)
        sheets = "".join(map(str, self.sheets))
        if self.folded and self.figures and self.sheets:
            sheets = f"<details><summary>The numbers as a table</summary>{sheets}</details>"
        return (
            f'<section id="{self.name}" aria-labelledby="{self.name}-h">'
            f'<h2 id="{self.name}-h">{escape(self.heading)}</h2>{words}{figures}{sheets}</section>'
        )
