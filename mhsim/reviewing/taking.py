"""Taking ratings in: every answer is checked first; nothing is taken in by halves."""

from __future__ import annotations

import hashlib
import json
import os
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from mhsim.errors import InputError, Problem, listed
from mhsim.reviewing.exporting import KEY, instrument_of
from mhsim.reviewing.pack import MARKS, SCALES, VERDICTS
from mhsim.reviewing.rated import FILE, Rated, read_rated
from mhsim.reviewing.received import Received, Row, read
from mhsim.state import now
from mhsim.store import Run

_YES = {"yes": True, "y": True, "true": True, "1": True}
_NO = {"no": False, "n": False, "false": False, "0": False}
_MISSING = ("na", "n/a")


def take(run: Run, path: Path, *, consent: str | None = None, folder: Path | None = None) -> int:
    """Take a rater's file in; return how many ratings it held.

    Args:
        run: the run.
        path: `ratings-RATER.json` as the form saves it, or a filled-in `ratings.csv`.
        consent: what the rater consented to, where the file does not hold it (CSV).
        folder: where the packs are; `review/` in the run, without it.

    Raises:
        InputError: something in it is wrong; every problem by line, and nothing is taken in.
    """
    place = folder or run.path / "review"
    key = _key(place)
    try:
        data = path.read_bytes()
    except OSError as error:
        raise InputError(f"{path}: {error.strerror}") from error
    known = read_rated(place)
    source = hashlib.sha256(data).hexdigest()
    if any(rated.source == source for rated in known):
        raise InputError(f"{path} was taken in already")
    file = read(path, data, source)
    given = file.consent or consent
    if not given:
        raise InputError(f'{path} holds no consent; say what was consented to: --consent "..."')
    items = _items(run)
    done = {(rated.rater, rated.unit, rated.again) for rated in known}
    taken, problems = _Reader(file, key, items, given).rated(done)
    if problems:
        raise InputError(problems=problems)
    _keep(place, data, source, path.suffix, taken)
    return len(taken)


def _keep(place: Path, data: bytes, source: str, suffix: str, taken: list[Rated]) -> None:
    """Keep the file as it came, then its ratings, in one write."""
    archive = place / "received"
    archive.mkdir(parents=True, exist_ok=True)
    (archive / f"{source[:16]}{suffix}").write_bytes(data)
    with (place / FILE).open("ab") as out:
        out.write(b"".join(rated.model_dump_json().encode() + b"\n" for rated in taken))
        out.flush()
        os.fsync(out.fileno())


def _key(place: Path) -> dict[str, dict[str, Any]]:
    file = place / KEY
    if not file.is_file():
        raise InputError(f"{place} holds no packs; mhsim review export makes them")
    lines = (json.loads(line) for line in file.read_text(encoding="utf-8").splitlines())
    return {line["code"]: line for line in lines}


def _items(run: Run) -> dict[str, int]:
    instrument = instrument_of(run.plan)
    return {name: instrument.item_maximum(name) for name in instrument.items}


class _Reader:
    """Checks a file's answers, all of them."""

    def __init__(
        self,
        file: Received,
        key: Mapping[str, dict[str, Any]],
        items: Mapping[str, int],
        consent: str,
    ) -> None:
        self._file = file
        self._key = key
        self._items = items
        self._consent = consent
        self._problems: list[Problem] = []

    def rated(self, done: set[tuple[str, str, bool]]) -> tuple[list[Rated], list[Problem]]:
        """Return the ratings, and what is wrong."""
        found: list[Rated] = []
        seen: dict[str, int | None] = {}
        raters = {self._key[r.code]["rater"] for r in self._file.rows if r.code in self._key}
        if len(raters) > 1:
            told = f"found codes of {listed(sorted(raters))}"
            self._wrong(None, "file", told, "the ratings of one rater")
        if not self._file.rows:
            self._wrong(None, "file", "found no ratings", "one row per conversation")
        for row in self._file.rows:
            place = self._key.get(row.code)
            if place is None:
                self._wrong(row.line, "code", f"found {row.code!r}", "a code of this run's packs")
            elif row.code in seen:
                self._wrong(row.line, "code", f"found {row.code} again", "each code once")
            elif (place["rater"], place["unit"], place["again"]) in done:
                self._wrong(row.line, "code", f"{row.code} was taken in before", "new ratings")
            elif self._file.shown.get(row.code, place["sha256"]) != place["sha256"]:
                told = "the text that was read is not the text that was exported"
                self._wrong(row.line, row.code, told, "the pack of this run")
            else:
                rated = self._one(row, place)
                found += [rated] if rated else []
            seen[row.code] = row.line
        return found, self._problems

    def _one(self, row: Row, place: Mapping[str, Any]) -> Rated | None:
        before = len(self._problems)
        values: dict[str, Any] = {
            "items": {name: self._item(row, name, top) for name, top in self._items.items()},
            **{name: self._whole(row, name, *ends) for name, ends in SCALES.items()},
            "verdict": self._named(row, "verdict", VERDICTS),
            "translated": self._yes(row),
            "marks": dict(self._marked(row)),
            "minutes": self._minutes(row),
        }
        if len(self._problems) > before:
            return None
        try:
            return Rated(
                rater=place["rater"],
                unit=place["unit"],
                again=place["again"],
                comment=row.answers.get("comment") or None,
                consent=self._consent,
                saved=self._file.saved,
                imported=now(),
                source=self._file.source,
                **values,
            )
        except ValidationError as error:
            self._wrong(row.line, row.code, error.errors()[0]["msg"], "see codebook.csv")
            return None

    def _item(self, row: Row, name: str, top: int) -> int | None:
        if row.answers.get(name, "").strip().lower() in _MISSING:
            return None
        return self._whole(row, name, 0, top, " or NA")

    def _whole(self, row: Row, name: str, low: int, high: int, more: str = "") -> int:
        text = row.answers.get(name, "").strip()
        value = int(text) if re.fullmatch(r"\d{1,3}", text) else None
        if value is None or not low <= value <= high:
            found = f"found {text!r}" if text else "missing"
            self._wrong(row.line, f"{row.code}.{name}", found, f"{low} to {high}{more}")
            return low
        return value

    def _named(self, row: Row, name: str, right: tuple[str, ...]) -> str:
        text = row.answers.get(name, "").strip().lower()
        if text not in right:
            found = f"found {text!r}" if text else "missing"
            self._wrong(row.line, f"{row.code}.{name}", found, f"one of {', '.join(right)}")
        return text

    def _yes(self, row: Row) -> bool:
        text = row.answers.get("translated", "").strip().lower()
        if text not in _YES and text not in _NO:
            found = f"found {text!r}" if text else "missing"
            self._wrong(row.line, f"{row.code}.translated", found, "yes or no")
        return text in _YES

    def _marked(self, row: Row) -> Iterator[tuple[int, str]]:
        for turn, mark in row.marks.items():
            if re.fullmatch(r"\d{1,4}", turn) and mark in MARKS:
                yield int(turn), mark
            else:
                right = f"turn:{MARKS[0]} or turn:{MARKS[1]}"
                self._wrong(row.line, f"{row.code}.marks", f"found {turn}:{mark}", right)

    def _minutes(self, row: Row) -> float | None:
        text = row.answers.get("minutes", "").strip().replace(",", ".")
        if not text:
            return None
        if not re.fullmatch(r"\d{1,5}(\.\d+)?", text):
            self._wrong(row.line, f"{row.code}.minutes", f"found {text!r}", "a number of minutes")
            return None
        return float(text)

    def _wrong(self, line: int | None, key: str, found: str, right: str) -> None:
        self._problems.append(Problem(self._file.name, line, None, key, found, right))
