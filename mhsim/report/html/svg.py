"""Inline SVG, as much of it as the report's figures need."""

from __future__ import annotations

from html import escape
from math import ceil, floor

_SHAPES = {
    "circle": '<circle cx="{x:.1f}" cy="{y:.1f}" r="4"',
    "square": '<rect x="{a:.1f}" y="{b:.1f}" width="7" height="7"',
    "triangle": '<path d="M{x:.1f} {t:.1f}l4.6 8.4h-9.2z"',
    "diamond": '<path d="M{x:.1f} {t:.1f}l6 5.5l-6 5.5l-6 -5.5z"',
}
MARKS = ("circle", "square", "triangle")
"""Shapes of judges in order; the diamond is kept for the mean of judges."""


class Drawing:
    """One figure: shapes in order of painting, in user units of about a pixel.

    Colours are classes, which the page's style sheet sets for light, dark and print.

    Args:
        name: its id in the page.
        size: width and height.
        title: what it is, for whoever does not see it.
        desc: what is to be seen in it.
    """

    def __init__(self, name: str, size: tuple[float, float], title: str, desc: str) -> None:
        self.size = size
        self._name, self._title, self._desc = name, title, desc
        self._parts: list[str] = []

    def text(self, at: tuple[float, float], words: str, css: str = "", anchor: str = "") -> None:
        """Write words with their baseline at a point; `anchor` is middle or end."""
        anchor = f' text-anchor="{anchor}"' if anchor else ""
        self._parts.append(
            f'<text x="{at[0]:.1f}" y="{at[1]:.1f}"{_css(css)}{anchor}>{escape(words)}</text>'
        )

    def line(self, start: tuple[float, float], end: tuple[float, float], css: str) -> None:
        """Draw a straight line."""
        self._parts.append(
            f'<line x1="{start[0]:.1f}" y1="{start[1]:.1f}" x2="{end[0]:.1f}" y2="{end[1]:.1f}"'
            f"{_css(css)}/>"
        )

    def rect(
        self, at: tuple[float, float], size: tuple[float, float], css: str, more: str = ""
    ) -> None:
        """Draw a rectangle from its upper left corner; `more` is further attributes."""
        self._parts.append(
            f'<rect x="{at[0]:.1f}" y="{at[1]:.1f}" width="{max(size[0], 0):.1f}" '
            f'height="{max(size[1], 0):.1f}"{_css(css)}{" " + more if more else ""}/>'
        )

    def path(self, points: list[tuple[float, float]], css: str, closed: bool = False) -> None:
        """Draw a line through points; closed, the area within."""
        if points:
            drawn = "L".join(f"{x:.1f} {y:.1f}" for x, y in points)
            self._parts.append(f'<path d="M{drawn}{"z" if closed else ""}"{_css(css)}/>')

    def mark(self, shape: str, at: tuple[float, float], css: str) -> None:
        """Draw a marker around a point."""
        x, y = at
        drawn = _SHAPES[shape].format(x=x, y=y, a=x - 3.5, b=y - 3.5, t=y - 5.5)
        self._parts.append(f"{drawn}{_css(css)}/>")

    def begin(self, href: str, label: str) -> None:
        """Begin a link; the table below a figure has the same one for the keyboard."""
        self._parts.append(f'<a href="{escape(href)}" tabindex="-1"><title>{escape(label)}</title>')

    def end(self) -> None:
        """End the link."""
        self._parts.append("</a>")

    def __str__(self) -> str:
        """Return the element."""
        width, height = self.size
        name = self._name
        return (
            f'<svg viewBox="0 0 {width:.0f} {height:.0f}" width="{width:.0f}" '
            f'height="{height:.0f}" role="group" aria-labelledby="{name}-t" '
            f'aria-describedby="{name}-d"><title id="{name}-t">{escape(self._title)}</title>'
            f'<desc id="{name}-d">{escape(self._desc)}</desc>{"".join(self._parts)}</svg>'
        )


class Axis:
    """Values on a line of the drawing.

    Args:
        low: least value that must fit; likewise `high`.
        start: where the least is drawn; likewise `end`.
    """

    def __init__(self, low: float, high: float, start: float, end: float) -> None:
        span = max(high - low, 1e-9)
        self.step = next(s for s in _steps() if span / s <= 8)
        self.low = floor(low / self.step) * self.step
        self.high = max(ceil(high / self.step) * self.step, self.low + self.step)
        self._start, self._end = start, end

    def __call__(self, value: float) -> float:
        """Return where a value is drawn."""
        share = (value - self.low) / (self.high - self.low)
        return self._start + share * (self._end - self._start)

    @property
    def ticks(self) -> list[float]:
        """Round values along it."""
        count = round((self.high - self.low) / self.step)
        return [round(self.low + n * self.step, 6) for n in range(count + 1)]


def _steps() -> list[float]:
    return [base * 10.0**power for power in range(-3, 6) for base in (1, 2, 5)]


def _css(name: str) -> str:
    return f' class="{name}"' if name else ""
