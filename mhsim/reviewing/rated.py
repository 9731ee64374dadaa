"""Rated: what one rater made of one conversation, as it is kept."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Literal

from pydantic import Field, ValidationError

from mhsim.errors import RunError
from mhsim.record import Record

FILE = "ratings.jsonl"

Grade = Literal["grounded", "flattened", "caricature", "neutral"]


class Rated(Record):
    """One line of `review/ratings.jsonl`.

    Args:
        rater: the rater's pseudonym.
        unit: the conversation's trial.
        again: whether it is a hidden repetition.
        items: item to value; null where the conversation does not tell.
        severity: overall impression, 0 to 4.
        confidence: 1 to 5.
        naturalness: of the language, 1 to 5.
        authenticity: 1 to 5.
        verdict: how distress is voiced on the whole.
        translated: whether it reads like a machine's translation.
        marks: turn to what the patient's utterance was marked as.
        comment: anything else.
        minutes: how long it took.
        consent: what was consented to.
        saved: when the rater saved it.
        imported: when it was taken in, in UTC.
        source: sha256 of the file it came in.
    """

    rater: str
    unit: str
    again: bool
    items: dict[str, int | None]
    severity: int = Field(ge=0, le=4)
    confidence: int = Field(ge=1, le=5)
    naturalness: int = Field(ge=1, le=5)
    authenticity: int = Field(ge=1, le=5)
    verdict: Grade
    translated: bool
    marks: dict[int, Literal["flattened", "caricature"]] = Field(default_factory=dict)
    comment: str | None = None
    minutes: float | None = Field(default=None, ge=0)
    consent: str
    saved: str | None = None
    imported: datetime
    source: str

    @property
    def total(self) -> int | None:
        """The sum of all items; None where one is unknown."""
        known = [value for value in self.items.values() if value is not None]
        return sum(known) if len(known) == len(self.items) else None


def read_rated(folder: Path) -> list[Rated]:
    """Return the ratings that were taken in, in order.

    Args:
        folder: `review/` of a run.

    Raises:
        RunError: a line is damaged.
    """
    return list(_lines(folder / FILE))


def _lines(file: Path) -> Iterator[Rated]:
    if not file.exists():
        return
    for n, line in enumerate(file.read_text(encoding="utf-8").splitlines(), 1):
        try:
            yield Rated.model_validate_json(line)
        except ValidationError as error:
            raise RunError(f"{file}: line {n} is damaged; bring back the line") from error
