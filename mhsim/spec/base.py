"""What all authored models share: frozen, strict about keys, plain about types."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from math import isfinite
from typing import Annotated, Any, ClassVar, TypeAlias

from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    SerializationInfo,
    SerializerFunctionWrapHandler,
    StrictBool,
    StrictInt,
    StrictStr,
    ValidationError,
    model_serializer,
)
from pydantic_core import PydanticCustomError

from mhsim.errors import listed, suggestion

Path: TypeAlias = tuple[str | int, ...]
"""Where something stands in a file: keys and list positions from the top."""


class Spec(BaseModel):
    """Base of everything an author writes: unknown keys are errors, nothing changes later.

    `shorthand` says how else it may be written, for messages.
    """

    model_config = ConfigDict(
        extra="forbid", frozen=True, populate_by_name=True, allow_inf_nan=False
    )
    shorthand: ClassVar[str] = ""


class Told(Spec):
    """What may be unknown is written as null; so nothing is left out by mistake."""

    @model_serializer(mode="wrap")
    def _nulls(
        self, handler: SerializerFunctionWrapHandler, info_: SerializationInfo
    ) -> dict[str, Any]:
        """Write nulls that must be there, even where others are left out."""
        unknown = {
            (info.alias if info_.by_alias else None) or name: None
            for name, info in type(self).model_fields.items()
            if info.is_required() and getattr(self, name) is None
        }
        return {**unknown, **handler(self)}


@dataclass(frozen=True, slots=True)
class Finding:
    """Something wrong inside one model: where, what was found, what would be right.

    Args:
        path: keys and list positions from the model; a last key that is not there is missing.
        found: what was found.
        right: what would be right, with a suggestion where there is one.
        on_key: whether the key is wrong, not its value.
        within: where a text stands, its one-based line and the word that is wrong in it.
    """

    path: Path
    found: str
    right: str
    on_key: bool = False
    within: tuple[int, str] | None = None

    def __str__(self) -> str:
        where = ".".join(map(str, self.path))
        return f"{where}: {self.found}; {self.right}" if where else f"{self.found}; {self.right}"

    def error(self) -> PydanticCustomError:
        """Return it as an error that validators raise and that keeps its parts."""
        return refusal(self)


@dataclass(frozen=True, slots=True)
class Meant:
    """What a type means in an author's words, where its own would say too little or too much."""

    words: str


def unknown(
    path: Path, name: str, known: Collection[str], none: str, *, on_key: bool = False
) -> Iterator[Finding]:
    """Complain about a name that is not known: with `there is no node`, then the name."""
    if name not in known:
        right = f"one of {listed(known)}{suggestion(name, known)}" if known else "leave it out"
        yield Finding(path, f"{none} {name!r}", right, on_key=on_key)


def refusal(*findings: Finding) -> PydanticCustomError:
    """Return findings as one error that validators raise and that keeps their parts."""
    said = "\n".join(map(str, findings))
    return PydanticCustomError("finding", "{said}", {"said": said, "findings": findings})


class Nested(ValueError):
    """What a model inside a value refused, with the keys that lead to that model.

    Args:
        path: keys between the value and the model.
        error: what the model refused.
        model: the model.
    """

    def __init__(self, path: Path, error: ValidationError, model: type[BaseModel]) -> None:
        self.path = path
        self.error = error
        self.model = model
        super().__init__(str(error))


def told(value: object) -> str:
    """Say what a value is in an author's words; what looks like a provider's key is not shown."""
    match value:
        case None:
            return "nothing"
        case bool():
            return str(value).lower()
        case dict():
            return "a mapping" if value else "an empty mapping"
        case list() | tuple():
            return "a list" if value else "an empty list"
        case "":
            return "empty text"
        case float() if not isfinite(value):
            return f"{value:+}".replace("+", "").replace("nan", ".nan").replace("inf", ".inf")
        case str() if _SECRET.search(value):
            return "what looks like a key itself"
        case _:
            shown = repr(value)
            return shown if len(shown) <= _MOST else shown[: _MOST - 2] + "…" + shown[-1]


_MOST = 60
"""How many characters of a value a message shows."""

_SECRET = re.compile(r"\b(?:sk|pk|gsk|hf|xai|AIza|ghp)[-_]?[A-Za-z0-9_-]{16,}")


def as_tuple(value: Any) -> Any:
    """Take a list as a tuple, and everything else as it is: for validators of frozen models."""
    return tuple(value) if isinstance(value, list) else value


NAME = r"^[a-z][a-z0-9_-]*$"

Name: TypeAlias = Annotated[StrictStr, Field(pattern=NAME, max_length=64)]
"""A name an author gives: small letters, digits, `-` and `_`, starting with a letter."""

LOCALE = r"^[a-z]{2,3}(-[A-Z][a-z]{3})?-[A-Z]{2}$"

Locale: TypeAlias = Annotated[StrictStr, Field(pattern=LOCALE)]
"""A BCP-47 tag of language, script where needed, and region: `bn-BD`, `zh-Hant-TW`."""

Text: TypeAlias = Annotated[StrictStr, Field(min_length=1)]
"""Words in any language; not empty."""

Count: TypeAlias = Annotated[StrictInt, Field(ge=0)]
"""How many: 0 or more."""

Share: TypeAlias = Annotated[float, Field(ge=0, le=1, strict=True)]
"""A part of a whole: 0 to 1."""

Flag: TypeAlias = StrictBool
"""true or false; `yes` and `no` are text."""

Value: TypeAlias = Annotated[StrictInt, Field(ge=0)]
"""The value of an item: 0 or more."""

Texts: TypeAlias = Annotated[tuple[Text, ...], BeforeValidator(as_tuple)]
Names: TypeAlias = Annotated[tuple[Name, ...], BeforeValidator(as_tuple)]
