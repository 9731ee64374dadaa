"""What all authored models share: frozen, strict about keys, plain about types."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Any, TypeAlias

from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    StrictBool,
    StrictInt,
    StrictStr,
    ValidationError,
)
from pydantic_core import PydanticCustomError

Path: TypeAlias = tuple[str | int, ...]
"""Where something stands in a file: keys and list positions from the top."""


class Spec(BaseModel):
    """Base of everything an author writes: unknown keys are errors, nothing changes later."""

    model_config = ConfigDict(extra="forbid", frozen=True, populate_by_name=True)


@dataclass(frozen=True, slots=True)
class Finding:
    """Something wrong inside one model: where, what was found, what would be right."""

    path: Path
    found: str
    right: str
    on_key: bool = False

    def __str__(self) -> str:
        where = ".".join(map(str, self.path))
        return f"{where}: {self.found}; {self.right}" if where else f"{self.found}; {self.right}"

    def error(self) -> PydanticCustomError:
        """Return it as an error that validators raise and that keeps its parts."""
        context = {"path": self.path, "found": self.found, "right": self.right}
        return PydanticCustomError("finding", "{found}; {right}", context)


class Nested(ValueError):
    """What a model inside a value refused, with the keys that lead to that model.

    Args:
        path: keys between the value and the model.
        error: what the model refused.
    """

    def __init__(self, path: Path, error: ValidationError) -> None:
        self.path = path
        self.error = error
        super().__init__(str(error))


def as_tuple(value: Any) -> Any:
    """Take a list as a tuple, and everything else as it is: for validators of frozen models."""
    return tuple(value) if isinstance(value, list) else value


Name: TypeAlias = Annotated[StrictStr, Field(pattern=r"^[a-z][a-z0-9_-]*$", max_length=64)]
"""A name an author gives: small letters, digits, `-` and `_`, starting with a letter."""

Locale: TypeAlias = Annotated[StrictStr, Field(pattern=r"^[a-z]{2,3}(-[A-Z][a-z]{3})?-[A-Z]{2}$")]
"""A BCP-47 tag of language, script where needed, and region: `bn-BD`, `zh-Hant-TW`."""

Text: TypeAlias = Annotated[StrictStr, Field(min_length=1)]
"""Words in any language; not empty."""

Count: TypeAlias = Annotated[StrictInt, Field(ge=0)]
"""How many: 0 or more."""

Share: TypeAlias = Annotated[float, Field(ge=0, le=1)]
"""A part of a whole: 0 to 1."""

Flag: TypeAlias = StrictBool
Value: TypeAlias = Annotated[StrictInt, Field(ge=0)]

Texts: TypeAlias = Annotated[tuple[Text, ...], BeforeValidator(as_tuple)]
Names: TypeAlias = Annotated[tuple[Name, ...], BeforeValidator(as_tuple)]
