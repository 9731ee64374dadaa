"""Human dialogues to hold measures against: read from a file, turned into two-sided bands."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from mhsim.errors import InputError
from mhsim.lexicon import Lexicon
from mhsim.measure.authenticity.dialogue import Dialogue
from mhsim.measure.authenticity.vector import Band

Measure = Callable[[Dialogue, Lexicon], float | None]


def read_reference(path: Path) -> list[Dialogue]:
    """Read human dialogues, one JSON object per line.

    Each has `locale`, `patient`, and `turns`: what the patient said, in order.

    Raises:
        InputError: the file cannot be read, or a line is no dialogue; says which.
    """
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise InputError(f"{path}: cannot be read: {error}") from error
    dialogues: list[Dialogue] = []
    for number, line in enumerate(lines, 1):
        if not line.strip():
            continue
        try:
            row = json.loads(line)
            turns = [str(turn) for turn in row["turns"]]
            dialogues.append(Dialogue(str(row["patient"]), str(row["locale"]), turns))
        except (ValueError, KeyError, TypeError) as error:
            right = 'one object per line: {"locale": …, "patient": …, "turns": […]}'
            raise InputError(f"{path}:{number}: no dialogue; {right}") from error
    return dialogues


def bands(
    human: Sequence[Dialogue], lexicons: Mapping[str, Lexicon], measures: Mapping[str, Measure]
) -> dict[tuple[str, str], Band]:
    """Return the human band of each measure, by locale and measure."""
    found: dict[tuple[str, str], Band] = {}
    for locale, lexicon in lexicons.items():
        mine = [d for d in human if d.locale == locale]
        for name, measure in measures.items():
            values = [v for d in mine if (v := measure(d, lexicon)) is not None]
            band = Band.of(values)
            if band is not None:
                found[locale, name] = band
    return found


def standing(value: float | None, band: Band | None) -> str:
    """Say how a value stands to a human band: uncalibrated, below, inside or above it."""
    if band is None:
        return "uncalibrated: no human reference"
    if not band.calibrated:
        return f"uncalibrated: only {band.n} human dialogues"
    if value is None:
        return f"calibrated on {band.n} human dialogues"
    side = "below" if value < band.low else "above" if value > band.high else "inside"
    return f"calibrated: {side} the band of {band.n} human dialogues, low to high"
