"""What verbs share: data goes to stdout, everything else to stderr."""

from __future__ import annotations

import json
import shutil
import sys
from typing import Any

from mhsim import __version__
from mhsim.report.table import table as table


def say(text: str = "") -> None:
    """Print a line of data."""
    sys.stdout.write(f"{text}\n")


def note(text: str) -> None:
    """Print a line about what is going on."""
    sys.stderr.write(f"{text}\n")
    sys.stderr.flush()


def document(**fields: Any) -> None:
    """Print a JSON document with the version in it."""
    say(json.dumps({"mhsim": __version__, **fields}, ensure_ascii=False, indent=2))


def width() -> int:
    """Return the terminal's columns, 80 without a terminal."""
    return shutil.get_terminal_size((80, 24)).columns
