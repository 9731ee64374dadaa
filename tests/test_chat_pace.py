"""What a scenario says of pace and price of its models."""

from __future__ import annotations

import pytest

from mhsim.spec.model import Model
from runs import call, scripted, small

PACED = {
    "model": "openai:gpt-5-mini",
    "concurrency": 4,
    "deadline": 60,
    "price": {"input": 0.2, "output": 2},
}


def test_pace_and_price_are_no_part_of_what_happens() -> None:
    """So a run may go on faster, or with a price somebody looked up meanwhile."""
    plain = scripted(models={"default": "openai:gpt-5-mini"})
    paced = scripted(models={"default": PACED})
    assert plain.hash == paced.hash
    assert paced.scenario.model_for("judge").price is not None
    other = scripted(models={"default": {**PACED, "temperature": 0.5}})
    assert other.hash != plain.hash


@pytest.mark.parametrize("field", ["concurrency", "requests_per_minute", "tokens_per_minute"])
def test_nothing_at_a_time_is_no_pace(field: str) -> None:
    """One or more."""
    small(models=f"{{default: {{model: 'openai:x', {field}: 0}}}}")
    done = call("check", "small")
    assert done.code == 2
    assert f"models.default.{field}: found 0" in done.out


def test_a_price_without_a_price_for_output_is_incomplete() -> None:
    """Cached input may be left out: it then costs what input does."""
    with pytest.raises(ValueError, match="output"):
        Model.model_validate({"model": "openai:x", "price": {"input": 1.0}})
    assert Model.model_validate(PACED).price.cached is None  # type: ignore[union-attr]
