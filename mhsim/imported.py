"""What an imported run holds besides its trials: who spoke there, fields without a word here.

The lines of `imported.jsonl` in the run directory. Judgements stay on their source's own scale.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import Field, TypeAdapter, ValidationError

from mhsim.errors import RunError
from mhsim.record import Record

FILE = "imported.jsonl"
"""The file in the run directory."""

Value = bool | int | float | str | None


class Heard(Record):
    """One imported conversation.

    Args:
        trial: its trial here.
        format: whose format it was in.
        file: the file it was read from.
        line: one-based line where it begins, if it has one.
        key: what it is called there.
        speakers: place of each message, 0-based, to what its speaker is called there.
        messages: place of a message to fields that have no word here.
        extra: fields of the conversation that have no word here.
    """

    kind: Literal["conversation"] = "conversation"
    trial: str
    format: str
    file: str
    line: int | None = None
    key: str | None = None
    speakers: tuple[str, ...] = ()
    messages: dict[int, dict[str, Any]] = Field(default_factory=dict)
    extra: dict[str, Any] = Field(default_factory=dict)


class Judged(Record):
    """One imported judgement, on the scale of its source.

    Args:
        format: whose format it was in.
        file: the file it was read from.
        line: one-based line where it stands, if it has one.
        about: who or what was judged, as the source calls it.
        judge: who judged, as far as the source says.
        scale: what the source calls its scale.
        values: what was judged to what was found; null where the source has nothing usable.
        said: reasons and the like.
        extra: fields that have no word here.
    """

    kind: Literal["judgement"] = "judgement"
    format: str
    file: str
    line: int | None = None
    about: tuple[str, ...] = ()
    judge: str | None = None
    scale: str | None = None
    values: dict[str, Value] = Field(default_factory=dict)
    said: dict[str, str] = Field(default_factory=dict)
    extra: dict[str, Any] = Field(default_factory=dict)


class Kept(Record):
    """Something imported that is neither, such as a run's settings; kept as it was found."""

    kind: Literal["kept"] = "kept"
    format: str
    file: str
    data: Any


Line = Heard | Judged | Kept
_LINES: TypeAdapter[Line] = TypeAdapter(Annotated[Line, Field(discriminator="kind")])


def write_imported(run: Path, lines: Iterable[Line]) -> None:
    """Write what was imported beside the plan."""
    draft = run / f"{FILE}.part"
    with draft.open("w", encoding="utf-8") as out:
        for line in lines:
            data = line.model_dump(mode="json", exclude_none=True)
            out.write(json.dumps(data, ensure_ascii=False) + "\n")
    draft.rename(run / FILE)


def read_imported(run: Path) -> list[Line]:
    """Read what was imported; nothing, where the run was played here.

    Raises:
        RunError: the file is damaged.
    """
    file = run / FILE
    if not file.is_file():
        return []
    found: list[Line] = []
    for number, line in enumerate(file.read_bytes().splitlines(), 1):
        try:
            found.append(_LINES.validate_json(line))
        except ValidationError as error:
            raise RunError(f"{file}: line {number} cannot be read; import it again") from error
    return found


def heard(run: Path) -> dict[str, Heard]:
    """Return the imported conversations by trial."""
    return {line.trial: line for line in read_imported(run) if isinstance(line, Heard)}
