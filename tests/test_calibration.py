"""The measures on samples with planted truth: a small version of `make calibrate`; and power."""

from __future__ import annotations

import asyncio
import json
import math
from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest
from support import ANSWER, PATIENT, PHQ9, QUESTION, filled, plan, scenario

import mhsim.measure as m
from mhsim import batch
from mhsim.errors import InputError
from mhsim.measure.calibration import Check, World, campaign, worlds
from mhsim.measure.calibration.campaign import bank
from mhsim.measure.calibration.world import mean_shift
from mhsim.measure.design import Spread, designs
from mhsim.measure.pairing import Pairing
from mhsim.measure.scale import Scale
from mhsim.players.script import Script
from mhsim.report.calibration import calibration
from mhsim.report.power import power
from mhsim.spec.scenario import Arm
from mhsim.store import Run
from runs import call, small

SCALE = Scale.of("phq9", PHQ9, None)
FADED = "attenuation of 2 points"


def test_what_is_planted_is_exact() -> None:
    """By taking away or by adding, the population's mean shift is two points."""
    planted = worlds()
    for name in (FADED, "shift of 2 points"):
        assert mean_shift(planted[name], bank()) == pytest.approx(-2, abs=1e-9)
    assert mean_shift(planted["items against each other"], bank()) == pytest.approx(0, abs=0.02)
    assert mean_shift(World(), bank()) == 0


def shifts(world: World, persons: int, samples: int) -> Iterator[np.ndarray]:
    """Yield the shifts of many samples by the mean of judges."""
    stream = np.random.default_rng(5)
    for _ in range(samples):
        chosen = bank()[stream.integers(0, len(bank()), persons)]
        judged = world.draw(chosen, SCALE, stream)[-1]
        yield Pairing(judged, 1, 0, np.ones((persons, 2, 3))).shifts


def test_intervals_of_the_mean_shift_hold_what_was_planted() -> None:
    """In 200 samples nine times in ten or more, with hardly any bias."""
    found = [m.paired_t(each) for each in shifts(worlds()[FADED], 12, 200)]
    held = np.mean([f["lo"] <= -2 <= f["hi"] for f in found])
    assert 0.9 <= held <= 0.99
    assert abs(np.mean([f["mean"] for f in found]) + 2) < 0.15


def test_without_an_effect_one_test_in_twenty_is_positive() -> None:
    """Of 200, between 2 and 21."""
    found = [m.paired_t(each)["p"] < 0.05 for each in shifts(World(), 12, 200)]
    assert 2 <= sum(found) <= 21


@pytest.fixture(scope="module")
def checks() -> list[Check]:
    """Try the measures on a few samples of one world, and the controls."""
    return list(campaign(10, (12,), named=(FADED,)))


def one(checks: list[Check], measure: str) -> Check:
    """Return the one check of that name."""
    (found,) = [c for c in checks if c.measure == measure]
    return found


def test_every_measure_with_an_interval_is_held_against_the_truth(checks: list[Check]) -> None:
    """Those of means exactly, the others against the whole population."""
    assert one(checks, "mean_shift").truth == pytest.approx(-2)
    assert abs(one(checks, "mean_shift").bias or 9) < 1.2
    for measure in ("twin_icc_agreement", "twin_qwk", "mae", "slope_difference", "limit_lower"):
        assert (one(checks, measure).coverage or 0) > 0.7
    assert one(checks, "item_shift sleep").truth is not None


def test_the_controls_see_the_mistake(checks: list[Check]) -> None:
    """Rows taken for persons hold the truth far too seldom; a met margin is seldom equivalent."""
    wrong = one(checks, "mean_shift, rows taken for persons (must fail)")
    assert (wrong.coverage or 1) <= 0.9
    assert (one(checks, "equivalence at the margin").positive or 0) <= 0.3
    assert one(checks, "component p").bias == pytest.approx(0, abs=8)
    assert one(checks, "flag_rate").coverage == pytest.approx(0.95, abs=0.25)


def test_calibration_is_told_in_tables_with_items_together(checks: list[Check]) -> None:
    """One per world, and what the columns mean."""
    *tables, legend = calibration(checks)
    assert f"{FADED}; 12 patients, 10 samples" in tables[0]
    assert "twin_icc_agreement" in tables[0]
    assert "coverage" in legend


def test_the_verb_wants_a_file_for_critics_and_none_for_measures() -> None:
    """Each says what would be right."""
    missing = call("calibrate", "critic")
    assert missing.code == 2
    assert "FILE is missing" in missing.err
    few = call("calibrate", "measures", "--replications", "1")
    assert few.code == 2
    assert "2 or more" in few.err


def test_power_falls_with_spread_and_rises_with_patients() -> None:
    """Replicates help until persons are all that varies."""
    spread = Spread(between=4.5, within=3.0, source="here")
    assert spread.deviation(1) > spread.deviation(10) > math.sqrt(4.5)


def test_the_shipped_scenario_is_told_what_it_would_need() -> None:
    """Three languages tested together take more patients than one."""
    data = json.loads(call("power", "persona-trap", "--shift", "1", "--json").out)["designs"]
    assert [d["contrast"] for d in data] == ["language", "adaptation", "critic"]
    assert data[0]["alpha"] == pytest.approx(0.05 / 3)
    assert data[0]["persons_needed"] > 60
    assert 0 < data[0]["power"] < 0.3


def test_a_scenario_without_contrasts_is_held_against_english() -> None:
    """Every arm that goes elsewhere."""
    small()
    done = call("power", "small")
    assert done.code == 0
    assert "1 patients, 2 replicates" in done.out
    assert "<- this scenario" not in done.out
    data = json.loads(call("power", "small", "--json").out)["designs"]
    assert [d["contrast"] for d in data] == ["chinese against English"]
    assert (data[0]["persons"], data[0]["power"]) == (1, None)


def paired(people: int, **more: Any) -> Any:
    """Return a plan of several people in two languages."""
    cast = {**scenario("interview").cast, "patient": (PATIENT,) * people}
    arms = {
        "english": Arm(locales=("en-US",)),
        "moved": Arm(locales=("hi-IN",), localize="nationality"),
    }
    return plan("interview", {"turns": 1}, cast=cast, arms=arms, **more)


def rated(made: Any, out: str) -> Run:
    """Play a plan whose judge says the same of everybody."""
    said = {"therapist": QUESTION, "patient": ANSWER, "judge": filled("111111111", ANSWER)}
    players = {role: Script([reply], role) for role, reply in said.items()}
    return asyncio.run(batch.run(made, out, players=players)).run


def test_a_pilot_that_tells_nothing_is_refused() -> None:
    """Everybody rated alike has no spread; two persons are too few."""
    made = paired(3)
    assert "<- this scenario" in "".join(power(designs(made)))
    with pytest.raises(InputError, match="no shift differs"):
        designs(made, pilot=rated(made, "run"))
    few = paired(2)
    with pytest.raises(InputError, match="no three patients"):
        designs(few, pilot=rated(few, "few"))


@pytest.mark.parametrize("wrong", [{"wanted": 1.0}, {"shift": 0.0}])
def test_an_impossible_question_is_refused(wrong: dict[str, float]) -> None:
    """Nothing finds no shift, and nothing is certain."""
    with pytest.raises(InputError, match="would be right"):
        designs(paired(3), **wrong)


def test_who_compares_nothing_or_rates_nothing_has_no_power() -> None:
    """The message says what is missing."""
    with pytest.raises(InputError, match="nothing is compared"):
        designs(plan("interview"))
