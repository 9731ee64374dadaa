"""Page: a transcript as it grows, with one empty line between things of different kinds."""

from __future__ import annotations

from typing import TextIO

from mhsim.trace.glyphs import wrap
from mhsim.trace.sheet import Live, Plain, Sheet, Status, is_terminal, terminal_size

_MEASURE = 100
"""Cells in a line of prose, at most; longer lines are hard to read."""


class Page:
    """Text that only grows.

    Args:
        stream: where it is written.
        status: what stands below it on a terminal.
        live: whether the stream is a terminal to draw on; found out, if None.
        width: columns; the terminal is asked again for every line, if None.
    """

    def __init__(
        self, stream: TextIO, status: Status, live: bool | None, width: int | None
    ) -> None:
        self.live = is_terminal(stream) if live is None else live
        self._stream = stream
        self._width = width
        self._sheet: Sheet = Live(stream, status, width) if self.live else Plain(stream)
        self._open = False
        self._kind = ""

    @property
    def width(self) -> int:
        """Columns now, 20 or more."""
        return max(20, self._width or terminal_size(self._stream).columns)

    def room(self) -> int:
        """Return the cells a line of prose indented by two may take now."""
        return min(self.width - 3, _MEASURE)

    def start(self) -> None:
        """Begin to show the status."""
        self.flush()
        self._sheet.start()

    def flush(self) -> None:
        """Show what was written."""
        self._sheet.flush()

    def stop(self) -> None:
        """End the open line and take the status away."""
        self.end()
        self._sheet.stop()

    def begin(self, kind: str) -> None:
        """Begin a thing: after an empty line, unless it goes on with a list of its kind."""
        self.end()
        if self._kind and (kind != self._kind or kind == "speech"):
            self.write("\n")
        self._kind = kind

    def write(self, text: str) -> None:
        """Write safe text with styles, as it is."""
        if text:
            self._sheet.write(text)
            self._open = not text.endswith("\n")

    def end(self) -> None:
        """End the open line, if there is one."""
        if self._open:
            self.write("\n")

    def line(self, text: str) -> None:
        """Write lines as they are."""
        self.write(text + "\n")

    def prose(self, text: str, indent: str = "") -> None:
        """Write text wrapped, with `indent` at the start of every line."""
        self.line(wrap(text, self.room() + 2 - len(indent), indent))
