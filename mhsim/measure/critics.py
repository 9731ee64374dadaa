"""How well a critic does on labelled utterances: per label, per language, with Wilson intervals."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, ValidationError

from mhsim.critic import CultureVerdict, Finding
from mhsim.errors import InputError
from mhsim.measure.estimators.proportions import wilson

LABELS: tuple[CultureVerdict, ...] = ("flattened", "grounded", "caricature", "neutral")


class LabelledSpan(BaseModel):
    """A marked piece of a labelled utterance, in NFC code points."""

    model_config = ConfigDict(frozen=True, extra="allow")

    start: int
    end: int
    text: str
    type: str


class Labelled(BaseModel):
    """One labelled utterance.

    Args:
        persona: a short description of the speaker.
        label: what it is.
    """

    model_config = ConfigDict(frozen=True, extra="allow")

    id: str
    locale: str
    text: str
    label: Literal["flattened", "grounded", "caricature", "neutral"]
    spans: tuple[LabelledSpan, ...] = ()
    persona: str = ""


def read_labelled(path: Path) -> list[Labelled]:
    """Read labelled utterances, one JSON object per line.

    Raises:
        InputError: the file cannot be read, or a line is no labelled utterance; says which.
    """
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise InputError(f"{path}: cannot be read: {error}") from error
    rows: list[Labelled] = []
    for number, line in enumerate(lines, 1):
        if not line.strip():
            continue
        try:
            rows.append(Labelled.model_validate_json(line))
        except ValidationError as error:
            first = error.errors()[0]
            where = ".".join(map(str, first["loc"])) or "the line"
            raise InputError(f"{path}:{number}: {where}: {first['msg']}") from error
    if not rows:
        raise InputError(f"{path}: there is no labelled utterance in it")
    return rows


@dataclass(frozen=True, slots=True)
class Figure:
    """One figure: a share with its Wilson 95 % interval, or a plain number without.

    Args:
        where: `language` or `lexicon`, where it is about a part.
    """

    measure: str
    value: float | None
    low: float | None
    high: float | None
    n: int
    where: dict[str, str] = field(default_factory=dict)


def figures(
    rows: Sequence[Labelled], found: Sequence[Finding], hit: Sequence[bool]
) -> list[Figure]:
    """Return every figure over all utterances, per language, and with or without a lexicon hit.

    Args:
        rows: labelled utterances.
        found: what the critic made of each.
        hit: whether a marker or idiom of the lexicon stands in each.
    """
    every = list(zip(rows, found, hit, strict=True))
    parts: list[tuple[dict[str, str], list[tuple[Labelled, Finding, bool]]]] = [({}, every)]
    for language in sorted({row.locale.partition("-")[0] for row in rows}):
        mine = [e for e in every if e[0].locale.partition("-")[0] == language]
        parts.append(({"language": language}, mine))
    parts.append(({"lexicon": "no hit"}, [e for e in every if not e[2]]))
    return [figure for where, part in parts if part for figure in _part(part, where)]


def _part(
    part: Sequence[tuple[Labelled, Finding, bool]], where: dict[str, str]
) -> Iterable[Figure]:
    pairs = [(row.label, finding.verdict) for row, finding, _ in part]
    scores = {label: _f1(pairs, label) for label in LABELS}
    present = [s for label, s in scores.items() if any(t == label for t, _ in pairs)]
    yield Figure("macro_f1", sum(present) / len(present), None, None, len(pairs), where)
    yield _share("accuracy", sum(t == p for t, p in pairs), len(pairs), where)
    for label in LABELS:
        both = sum(t == p == label for t, p in pairs)
        yield _share(f"{label}_precision", both, sum(p == label for _, p in pairs), where)
        yield _share(f"{label}_recall", both, sum(t == label for t, _ in pairs), where)
    harmless = [p for t, p in pairs if t in ("grounded", "neutral")]
    wrong = Counter(harmless)
    flagged = wrong["flattened"] + wrong["caricature"]
    yield _share("false_flag_rate", flagged, len(harmless), where)
    overlaps = [
        _overlap(row, finding)
        for row, finding, _ in part
        if row.label == finding.verdict == "flattened"
    ]
    mean = sum(overlaps) / len(overlaps) if overlaps else None
    yield Figure("span_overlap", mean, None, None, len(overlaps), where)


def _f1(pairs: Sequence[tuple[str, str]], label: str) -> float:
    both = sum(t == p == label for t, p in pairs)
    named, true = sum(p == label for _, p in pairs), sum(t == label for t, _ in pairs)
    return 2 * both / (named + true) if named + true else 0.0


def _share(measure: str, hits: int, n: int, where: dict[str, str]) -> Figure:
    if not n:
        return Figure(measure, None, None, None, 0, where)
    low, high = wilson(hits, n)
    return Figure(measure, hits / n, low, high, n, where)


def _overlap(row: Labelled, finding: Finding) -> float:
    """Return how much of the marked and flagged code points are the same (Jaccard index)."""
    harmless = ("quoted", "licensed", "distractor", "idiom", "scene")
    marked = {n for s in row.spans if s.type not in harmless for n in range(s.start, s.end)}
    flagged = {n for f in finding.flags for n in range(f.start, f.end)}
    return len(marked & flagged) / len(marked | flagged) if marked | flagged else 0.0


def as_data(figure: Figure) -> dict[str, Any]:
    """Return a figure as plain data."""
    return {
        "measure": figure.measure,
        "value": figure.value,
        "low": figure.low,
        "high": figure.high,
        "n": figure.n,
        "where": dict(figure.where),
    }
