"""Received: a rater's file as it came, a saved form or a filled-in sheet, not yet checked."""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from mhsim.errors import InputError


@dataclass(frozen=True)
class Row:
    """One conversation's answers as they came.

    Args:
        line: one-based line of a CSV; None in a saved form.
        code: which conversation.
        answers: question to answer.
        marks: turn to mark.
    """

    line: int | None
    code: str
    answers: Mapping[str, str]
    marks: Mapping[str, str]


@dataclass(frozen=True)
class Received:
    """A file.

    Args:
        name: as it was given.
        source: sha256 of its bytes.
        rows: its ratings.
        consent: what was consented to; None where the file does not say.
        saved: when it was saved; None where it does not say.
        shown: code to the sha256 of the text that was read, where the file says.
    """

    name: str
    source: str
    rows: tuple[Row, ...]
    consent: str | None
    saved: str | None
    shown: Mapping[str, str]


def read(path: Path, data: bytes, source: str) -> Received:
    """Read a rater's file.

    Args:
        path: its path; `.json` is a saved form, anything else a sheet.
        data: its bytes.
        source: their sha256.

    Raises:
        InputError: it is neither.
    """
    text = data.decode("utf-8-sig", errors="replace")
    if path.suffix.lower() == ".json":
        return _saved(path, text, source)
    return _sheet(path, text, source)


def _saved(path: Path, text: str, source: str) -> Received:
    """Read what the form saves."""
    try:
        told = json.loads(text)
        rows = tuple(
            Row(
                None,
                str(each["code"]),
                {k: str(v) for k, v in each.items() if k not in ("code", "marks")},
                {str(k): str(v) for k, v in (each.get("marks") or {}).items()},
            )
            for each in told["ratings"]
        )
        return Received(
            str(path), source, rows, told.get("consent"), told.get("saved"),
            dict(told.get("transcripts") or {}),
        )  # fmt: skip
    except (json.JSONDecodeError, KeyError, TypeError, AttributeError) as error:
        raise InputError(
            f"{path}: this is no file that a rating form saved; send the file named ratings-*.json"
        ) from error


def _sheet(path: Path, text: str, source: str) -> Received:
    """Read a filled-in CSV, however the spreadsheet wrote it: comma, semicolon or tab."""
    first = text.split("\n", 1)[0]
    delimiter = max(",;\t", key=first.count)
    lines = list(csv.reader(io.StringIO(text), delimiter=delimiter))
    head = [name.strip().lower() for name in lines[0]] if lines else []
    if "code" not in head:
        raise InputError(f"{path}:1: there is no column code; fill in the ratings.csv of the pack")
    rows = [
        Row(n, told["code"], told, _marks(told.get("marks", "")))
        for n, line in enumerate(lines[1:], 2)
        if any(cell.strip() for cell in line)
        for told in [dict(zip(head, (cell.strip() for cell in line), strict=False))]
    ]
    return Received(str(path), source, tuple(rows), None, None, {})


def _marks(text: str) -> dict[str, str]:
    pairs = (part.partition(":") for part in re.split(r"[;|]", text) if part.strip())
    return {turn.strip(): mark.strip() for turn, _, mark in pairs}
