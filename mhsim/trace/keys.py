"""Keys: keeps what is typed off the screen while a status is drawn there."""

from __future__ import annotations

import os
import sys
from typing import Any

try:
    import termios
except ImportError:  # no such terminals on this system
    termios = None


class Echo:
    """The terminal's echo of typed keys.

    An Enter typed while a status is drawn would move the cursor into it; with the echo off, the
    cursor is only where we put it. Does nothing where the keyboard is no terminal of ours.
    """

    def __init__(self) -> None:
        self._before: list[Any] | None = None

    def off(self) -> None:
        """Stop the echo, if there is one to stop."""
        if termios is None or self._before is not None or not _ours():
            return
        before = termios.tcgetattr(sys.stdin)
        quiet = [*before]
        quiet[3] = before[3] & ~termios.ECHO
        self._before = before
        termios.tcsetattr(sys.stdin, termios.TCSADRAIN, quiet)

    def on(self) -> None:
        """Put it back as it was."""
        if termios is not None and self._before is not None:
            termios.tcsetattr(sys.stdin, termios.TCSADRAIN, self._before)
            self._before = None


def _ours() -> bool:
    """Say whether the keyboard is a terminal and this process is in front of it."""
    try:
        return sys.stdin.isatty() and os.tcgetpgrp(sys.stdin.fileno()) == os.getpgrp()
    except (OSError, ValueError, AttributeError):
        return False
