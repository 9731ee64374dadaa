"""Shape: a form as servers and models get it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Literal

import pytest
from jsonschema import Draft202012Validator
from pydantic import BaseModel, Field
from support import PHQ9, filled

from mhsim.errors import EngineError
from mhsim.forms import Comparison, Findings, rating_form
from mhsim.players.model.shape import shape

FORMS: list[type[BaseModel]] = [Findings, Comparison, rating_form(PHQ9)]


def parts(node: Any) -> Iterator[dict[str, Any]]:
    """Yield every mapping in a schema."""
    if isinstance(node, dict):
        yield node
    for inner in (
        node.values() if isinstance(node, dict) else node if isinstance(node, list) else ()
    ):
        yield from parts(inner)


@pytest.mark.parametrize("form", FORMS)
def test_a_schema_is_one_that_strict_servers_take(form: type[BaseModel]):
    for part in parts(dict(shape(form).schema)):
        assert not {"$ref", "$defs", "default", "allOf", "minimum", "prefixItems"} & set(part)
        if part.get("type") == "object":
            assert part["additionalProperties"] is False
            assert part["required"] == list(part["properties"])
    Draft202012Validator.check_schema(shape(form).schema)


def test_what_fits_the_schema_fits_the_form():
    form = rating_form(PHQ9)
    reply = form.model_validate(filled("12+0?????", "I get by")).model_dump(mode="json")
    Draft202012Validator(shape(form).schema).validate(reply)
    assert shape(form).schema["properties"]["item_mood"]["properties"]["value"]["enum"] == [
        1, 2, 3, None
    ]  # fmt: skip


def test_the_outline_says_every_key_and_what_may_stand_there():
    told = shape(rating_form(PHQ9)).outline
    assert all(f'"item_{name}"' in told for name in PHQ9.items)
    assert '"value": 1 | 2 | 3 | null' in told
    assert '"more_depressed": "A" | "B" | "tie"' in shape(Comparison).outline


class Inner(BaseModel):
    """A part of a form."""

    n: int = Field(ge=0, le=900)
    kind: Literal["one"] = "one"


class Odd(BaseModel):
    """A form of a plug-in."""

    inner: Inner | None = None
    either: int | str = 0
    share: float = 0.5


class Endless(BaseModel):
    """A form that holds itself."""

    more: list[Endless] = []


def test_forms_of_others_are_simplified_too():
    told = shape(Odd).schema["properties"]
    assert told["inner"]["anyOf"][0]["properties"]["n"]["maximum"] == 900
    assert told["inner"]["anyOf"][0]["properties"]["kind"]["enum"] == ["one"]
    assert told["either"] == {"anyOf": [{"type": "integer"}, {"type": "string"}]}
    assert shape(Odd).outline.startswith(
        '{\n  "inner": {"n": a whole number, "kind": "one"} or null'
    )
    with pytest.raises(EngineError, match="may not hold itself"):
        shape(Endless)


@pytest.mark.parametrize("value", [True, 0, 4, "much"])
def test_an_items_value_is_a_number_on_its_scale(value: object):
    reply = filled() | {"item_mood": {"state": "scaled", "value": value}}
    with pytest.raises(ValueError, match="item_mood"):
        rating_form(PHQ9).model_validate(reply)
