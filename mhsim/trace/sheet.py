"""Sheets: what text is written on. A `Plain` one takes whole lines; a `Live` one is a terminal.

On a terminal a status of a few lines stands below the text. The cursor rests at the end of the
text, wherever the terminal itself reckons that to be; the status is drawn below it and the cursor
restored. So erasing from the cursor to the end of the screen always removes all of it: nothing
depends on the width of anybody's script, nor on the window keeping its size.
"""

from __future__ import annotations

import os
import shutil
import threading
import time
from collections.abc import Callable, Sequence
from typing import Protocol, TextIO

from mhsim.trace.ink import paint
from mhsim.trace.keys import Echo

Status = Callable[[int], Sequence[str]]
"""Returns the lines of the status, plain ASCII, for a number of columns."""

_ERASE = "\x1b[J"
_PERIOD = 0.1
"""Seconds between two refreshments of the status, at least."""


class Sheet(Protocol):
    """Something text is written on, with styles in it."""

    def write(self, text: str) -> None:
        """Add text at the end."""
        ...

    def flush(self) -> None:
        """Show what was added."""
        ...

    def start(self) -> None:
        """Begin to show the status."""
        ...

    def stop(self) -> None:
        """Take the status away."""
        ...


class Plain:
    """A file or a pipe: whole lines, no styles, no status.

    Args:
        stream: where it goes.
    """

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream
        self._text = ""

    def write(self, text: str) -> None:
        """Add text."""
        self._text += text

    def flush(self) -> None:
        """Write the lines that have ended."""
        whole, end, self._text = self._text.rpartition("\n")
        _out(self._stream, paint(whole + end, styled=False, coloured=False))

    def start(self) -> None:
        """Show no status."""

    def stop(self) -> None:
        """Write what is left."""
        self.flush()


class Live:
    """A terminal, with a status below the text.

    Args:
        stream: the terminal.
        status: what the status says.
        width: columns, where they are not the terminal's own.
    """

    def __init__(self, stream: TextIO, status: Status, width: int | None) -> None:
        self._stream = stream
        self._status = status
        self._width = width
        self._coloured = not os.environ.get("NO_COLOR")
        self._echo = Echo()
        self._lock = threading.RLock()
        self._stopped = threading.Event()
        self._ticker: threading.Thread | None = None
        self._text = ""
        self._open = False
        self._lines: list[str] = []
        self._size = terminal_size(stream)
        self._refreshed = 0.0
        self._drawn: list[str] | None = None

    def write(self, text: str) -> None:
        """Add text."""
        self._text += text

    def flush(self) -> None:
        """Show what was added; the status makes way where lines have ended."""
        text, self._text = self._text, ""
        if not text:
            return
        painted = paint(text, styled=True, coloured=self._coloured)
        with self._lock:
            self._open = not text.endswith("\n")
            if "\n" in text:
                erase = "" if self._drawn is None else _ERASE
                self._drawn = None
                painted = erase + painted + self._below()
            _out(self._stream, painted)

    def start(self) -> None:
        """Draw the status, and refresh it at most ten times a second."""
        if self._ticker is None:
            self._echo.off()
            self._stopped.clear()
            self._ticker = threading.Thread(target=self._tick, name="mhsim-status", daemon=True)
            self._ticker.start()

    def stop(self) -> None:
        """Remove the status; leave the terminal's colours, cursor and echo as they were."""
        self.flush()
        self._stopped.set()
        if self._ticker is not None:
            self._ticker.join(timeout=1)
            self._ticker = None
        with self._lock:
            self._drawn = None
            _out(self._stream, f"{_ERASE}\x1b[0m\x1b[?25h")
        self._echo.on()

    def _tick(self) -> None:
        while not self._stopped.wait(_PERIOD):
            with self._lock:
                try:
                    _out(self._stream, self._below())
                except (OSError, ValueError):  # closed: whoever writes text will say so
                    return

    def _below(self) -> str:
        """Return what draws the status below the cursor, or nothing if it stands there already."""
        if self._stopped.is_set() or self._ticker is None:
            return ""
        self._refresh()
        # A row stays empty between text and status; after a line's end it is the cursor's own.
        lines = [""] * self._open + self._lines
        if lines == self._drawn or len(lines) + 2 > self._size.lines:
            return ""
        self._drawn = lines
        drawn = "".join(f"\r\n\x1b[2m{line}\x1b[0m\x1b[K" for line in lines)
        # ESC D goes down without leaving the column, and scrolls at the foot of the screen.
        place = "\x1bD" * len(lines) + f"\x1b[{len(lines)}A"
        return f"\x1b[?25l{place}\x1b7{drawn}{_ERASE}\x1b8\x1b[?25h"

    def _refresh(self) -> None:
        """Ask what the status says, if that is due or the terminal has another size."""
        size, now = terminal_size(self._stream), time.monotonic()
        if size != self._size or now - self._refreshed >= _PERIOD:
            if size != self._size:
                self._drawn = None
            self._size, self._refreshed = size, now
            columns = (self._width or size.columns) - 1
            self._lines = [line[:columns] for line in self._status(columns)]


def is_terminal(stream: TextIO) -> bool:
    """Say whether the stream is a terminal that can be drawn on."""
    return stream.isatty() and os.environ.get("TERM", "") not in ("", "dumb")


def terminal_size(stream: TextIO) -> os.terminal_size:
    """Return the columns and lines of a terminal now; 80 by 24, or COLUMNS, where it is none."""
    try:
        size = os.get_terminal_size(stream.fileno())
    except (OSError, ValueError, AttributeError):
        return shutil.get_terminal_size()
    return size if size.columns and size.lines else os.terminal_size((80, 24))


def _out(stream: TextIO, text: str) -> None:
    if not text:
        return
    encoding = getattr(stream, "encoding", None) or "utf-8"
    stream.write(text.encode(encoding, "replace").decode(encoding))
    stream.flush()
