"""Paper: lines of plain text to a width, in any script.

Text in another script ends its line: nothing stands to its right, and no box around it. Text that
runs from right to left has lines of its own.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Sequence

from mhsim.trace.glyphs import cells, wrap
from mhsim.trace.ink import safe

NARROWEST = 40
"""The fewest columns a page is laid out for."""

_LABEL = 14


class Paper:
    """Text that only grows.

    Args:
        width: columns no line exceeds, 40 or more.
    """

    def __init__(self, width: int) -> None:
        self.width = max(width, NARROWEST)
        self._lines: list[str] = []

    def __str__(self) -> str:
        return "\n".join(self._lines).strip("\n")

    def head(self, text: str) -> None:
        """Begin a section."""
        self._lines.append("")
        self.say(text)

    def say(self, text: str, indent: int = 0) -> None:
        """Write a paragraph."""
        room = self.width - indent
        self._lines += wrap(safe(text), room, " " * indent).splitlines()

    def field(self, label: str, text: object, indent: int = 2) -> None:
        """Write a label and what belongs to it; nothing, if that is empty."""
        said = safe(
            ", ".join(map(str, text)) if isinstance(text, list | tuple) else str(text or "")
        )
        if not said:
            return
        gap = "  " if len(label) >= _LABEL else ""
        self._hang(f"{'':{indent}}{label:<{_LABEL}}{gap}", said)

    def rows(self, texts: Iterable[str], indent: int = 2) -> None:
        """Write texts one below the other, marked where they begin if that is at the left."""
        for text in texts:
            if _leftward(text):
                self.say(text, indent + 2)
            else:
                self._hang(f"{'':{indent}}- ", safe(text))

    def table(self, head: Sequence[str], rows: Sequence[Sequence[str]], indent: int = 2) -> None:
        """Write a table; its last column may hold any text, and is wrapped."""
        every = [head, *rows] if any(head) else [*rows]
        widths = [max(cells(row[n]) for row in every) for n in range(len(head) - 1)]
        right = [all(row[n][:1].isdigit() for row in rows) for n in range(len(head) - 1)]
        for row in every:
            parts = [
                " " * (wide - cells(cell)) + cell if flush else cell + " " * (wide - cells(cell))
                for cell, wide, flush in zip(row, widths, right, strict=False)
            ]
            self._hang(" " * indent + "".join(f"{part}  " for part in parts), safe(row[-1]))

    def plain(self, text: str) -> None:
        """Write lines as they are."""
        self._lines += text.splitlines()

    def _hang(self, lead: str, text: str) -> None:
        """Write a text beside its lead, and further lines below its beginning."""
        room = self.width - cells(lead)
        if room < 16 or _leftward(text):
            self._lines.append(lead.rstrip())
            self.say(text, len(lead) - len(lead.lstrip()) + 2)
            return
        first, *rest = wrap(text, room, "").splitlines() or [""]
        self._lines.append((lead + first).rstrip())
        self._lines += [" " * cells(lead) + line for line in rest]


def _leftward(text: str) -> bool:
    """Say whether any of a text runs from right to left."""
    return any(unicodedata.bidirectional(char) in ("R", "AL") for char in text)
