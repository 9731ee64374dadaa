"""What verbs share: data goes to stdout, everything else to stderr."""

from __future__ import annotations

import json
import shutil
import sys
from typing import Any

from mhsim import __version__


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


def table(head: list[str], rows: list[list[str]]) -> str:
    """Lay out a table in plain text; cells that look like numbers stand to the right."""
    every = [head, *rows]
    widths = [max(len(row[n]) for row in every) for n in range(len(head))]
    right = [
        bool(rows) and all(row[n][:1] in "+-0123456789." for row in rows if row[n])
        for n in range(len(head))
    ]

    def line(row: list[str]) -> str:
        cells = (
            cell.rjust(w) if r else cell.ljust(w)
            for cell, w, r in zip(row, widths, right, strict=True)
        )
        return "  ".join(cells).rstrip()

    return "\n".join([line(head), "  ".join("-" * w for w in widths), *map(line, rows)])
