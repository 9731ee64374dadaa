"""The forms players fill in: what a critic finds, what a judge makes of each item."""

from __future__ import annotations

from functools import lru_cache
from typing import Annotated, Any, Literal, Optional

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, create_model

from mhsim.record import ItemState, Verdict
from mhsim.spec.instrument import Instrument


def _no_truth(value: object) -> object:
    """Refuse true and false, which Python would take for 1 and 0."""
    if isinstance(value, bool):
        raise ValueError("true or false is no value")  # noqa: TRY004 - pydantic takes ValueError
    return value


Truthless = BeforeValidator(_no_truth)


class FlagReply(BaseModel):
    """One thing to flag: the exact words, what kind of thing it is, and why."""

    model_config = ConfigDict(frozen=True)

    quote: str
    kind: str
    reason: str
    suggestion: str | None = None
    idiom: str | None = None
    marker: str | None = None


class Findings(BaseModel):
    """What a critic hands in: reasons first, then the verdict."""

    model_config = ConfigDict(frozen=True)

    flags: tuple[FlagReply, ...] = ()
    verdict: Verdict


class Comparison(BaseModel):
    """What a judge hands in who reads two conversations: the reason first, then who is worse off.

    `tie`: the words do not tell which of the two patients is more depressed.
    """

    model_config = ConfigDict(frozen=True)

    reason: str
    more_depressed: Literal["A", "B", "tie"]


class ItemReply(BaseModel):
    """One item as a judge fills it in: evidence first. `value` only where it is `scaled`."""

    model_config = ConfigDict(frozen=True)

    quotes: tuple[str, ...] = ()
    state: ItemState = "not_assessed"
    value: int | None = None


class FormBase(BaseModel):
    """What a judge hands in: the rationale first, then one field per item."""

    model_config = ConfigDict(frozen=True)

    rationale: str

    def item(self, name: str) -> ItemReply:
        """Return the reply on one item."""
        return getattr(self, f"item_{name}")


@lru_cache(maxsize=64)
def _form(items: tuple[tuple[str, int], ...]) -> type[FormBase]:
    fields: dict[str, Any] = {}
    for name, maximum in items:
        value: Any = Optional[Annotated[int, Field(ge=1, le=maximum), Truthless]]  # noqa: UP045
        bounded = create_model(
            f"Item_{name}",
            __base__=ItemReply,
            value=(value, None),
        )
        fields[f"item_{name}"] = (bounded, Field(default_factory=bounded))
    return create_model("RatingForm", __base__=FormBase, **fields)


def rating_form(instrument: Instrument) -> type[FormBase]:
    """Return the form of an instrument, built once."""
    return _form(tuple((name, instrument.item_maximum(name)) for name in instrument.items))


def interval(reply: ItemReply, maximum: int) -> tuple[int, int]:
    """Return the lowest and highest value a judge's reply on one item leaves open.

    `not_assessed` is 0 to `maximum`, `denied` 0 to 0, `present` 1 to `maximum`, `scaled` one
    value. A `scaled` reply without a value says no more than `present`.
    """
    match reply.state:
        case "not_assessed":
            return 0, maximum
        case "denied":
            return 0, 0
        case "scaled" if reply.value is not None:
            return reply.value, reply.value
        case _:
            return 1, maximum
