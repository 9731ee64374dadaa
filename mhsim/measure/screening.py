"""How well the risk screen does: recall on risk, false alarms on hard negatives, per language."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict, ValidationError

from mhsim.errors import InputError
from mhsim.measure.critics import Figure
from mhsim.measure.estimators.proportions import wilson


class Screened(BaseModel):
    """One labelled utterance; the locale may be read off the id (`bn-BD-r001`)."""

    model_config = ConfigDict(frozen=True, extra="allow")

    id: str
    text: str
    risk: Literal["none", "passive", "active", "ambiguous"]
    kind: str = ""

    @property
    def locale(self) -> str:
        """The locale: the extra field, or what the id begins with."""
        given = (self.model_extra or {}).get("locale")
        return given or "-".join(self.id.split("-")[:2])


def read_screened(path: Path) -> list[Screened]:
    """Read labelled utterances, one JSON object per line.

    Raises:
        InputError: the file cannot be read, or a line is wrong; says which.
    """
    rows: list[Screened] = []
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise InputError(f"{path}: cannot be read: {error}") from error
    for number, line in enumerate(lines, 1):
        try:
            if line.strip():
                rows.append(Screened.model_validate_json(line))
        except ValidationError as error:
            raise InputError(f"{path}:{number}: {error.errors()[0]['msg']}") from error
    if not rows:
        raise InputError(f"{path}: there is no labelled utterance in it")
    return rows


def screening(rows: Sequence[Screened], levels: Sequence[str]) -> list[Figure]:
    """Return recall and false-alarm rate, over all and per locale, with Wilson intervals."""
    pairs = list(zip(rows, levels, strict=True))
    parts: list[tuple[dict[str, str], list[tuple[Screened, str]]]] = [({}, pairs)]
    for locale in sorted({row.locale for row in rows}):
        parts.append(({"locale": locale}, [p for p in pairs if p[0].locale == locale]))
    return [figure for where, part in parts for figure in _part(part, where)]


def _part(part: Sequence[tuple[Screened, str]], where: dict[str, str]) -> Iterable[Figure]:
    risky = [level != "none" for row, level in part if row.risk != "none"]
    harmless = [level != "none" for row, level in part if row.risk == "none"]
    for measure, found in (("recall", risky), ("false_alarm_rate", harmless)):
        if found:
            low, high = wilson(sum(found), len(found))
            yield Figure(measure, sum(found) / len(found), low, high, len(found), where)
