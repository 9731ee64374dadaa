"""What a language does to severity: planted truth, missing ratings, and what the report says."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Sequence
from dataclasses import replace
from functools import lru_cache
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from support import LIBRARY, PATIENT, PHQ9, plan, scenario

import mhsim
import mhsim.measure as m
from mhsim.errors import InputError
from mhsim.measure.accuracy import accuracy
from mhsim.measure.components import components
from mhsim.measure.concord import concord
from mhsim.measure.consistency import consistency, persons
from mhsim.measure.cutoffs import chosen
from mhsim.measure.design import designs
from mhsim.measure.intake import means_of
from mhsim.measure.interval import share
from mhsim.measure.item_shifts import item_shifts
from mhsim.measure.pairing import Pairing, contrasted, twins
from mhsim.measure.sample import Judged, Sample
from mhsim.measure.scale import Scale
from mhsim.measure.severity import numbers_of, severity
from mhsim.measure.summary import Number
from mhsim.measure.trajectories import trajectories
from mhsim.planning import Plan
from mhsim.report.drift import drift
from mhsim.spec.scenario import Arm
from mhsim.store import Run
from runs import call

SCALE = Scale.of("phq9", PHQ9, None)
STREAM = np.random.default_rng(11)
TRUTH = STREAM.integers(0, 4, (12, 9)).astype(float)
ARMS = {
    "english": Arm(locales=("en-US",)),
    "moved": Arm(locales=("hi-IN", "zh-CN"), localize="nationality"),
}


def judged(values: np.ndarray, truth: np.ndarray = TRUTH, judge: str = "judge") -> Judged:
    """Return what a judge made of conversations of one turn, by patient, condition, repetition."""
    values = np.asarray(values, dtype=float)
    shape = values.shape[:3]
    known = np.isfinite(values)
    low, high = np.where(known, values, 0), np.where(known, values, 3)

    def turn(each: np.ndarray) -> np.ndarray:
        return np.asarray(each, dtype=float)[..., None]

    return Judged(
        judge, SCALE, truth, values, low, high, turn(low.sum(-1)), turn(high.sum(-1)),
        turn(np.nansum(values, -1)), turn(known.sum(-1)), turn(low[..., 8]),
        np.where(known, 1.0, np.nan), np.ones((*shape, 2)) * (10, 1),
    )  # fmt: skip


def sampled(*judges: Judged, people: int = 12, **more: Any) -> Sample:
    """Return a sample of patients in English, Hindi and Mandarin."""
    made = _plan(people, **more)
    shape = judges[0].values.shape[:3]
    return Sample(
        made, tuple(made.scenario.names("patient")), tuple(made.conditions()), np.ones(shape),
        np.ones(shape), (*judges, *means_of(judges)),
    )  # fmt: skip


@lru_cache
def _plan(people: int, contrast: tuple[str, str] | None = None) -> Plan:
    cast = {**scenario("interview").cast, "patient": (PATIENT,) * people}
    contrasts = {"language": contrast} if contrast else {}
    return plan("interview", arms=ARMS, cast=cast, contrasts=contrasts)


def faithful(repetitions: int = 1, noise: float = 0.0) -> np.ndarray:
    """Return values as intended in all three conditions."""
    values = np.repeat(np.repeat(TRUTH[:, None, None], 3, 1), repetitions, 2)
    return np.clip(values + STREAM.normal(0, noise, values.shape), 0, 3) if noise else values


def found(numbers: Sequence[Number], measure: str, **where: str) -> Number:
    """Return the one number of that name and place."""
    (one,) = [n for n in numbers if n.measure == measure and where.items() <= n.where.items()]
    return one


def hindi(sample: Sample, place: int = 0) -> Pairing:
    """Return the Hindi twins of one judge."""
    return next(iter(twins(sample, sample.judged[place])))


def test_a_planted_shift_is_recovered_and_called_by_its_rules() -> None:
    """Two points on everybody: within no margin of two, and not within one either."""
    values = faithful()
    values[:, 1] = values[:, 1] - np.where(TRUTH[:, None, :] == 3, 1.0, 0.0)
    told = list(consistency(hindi(sampled(judged(values)))))
    threes = (TRUTH == 3).sum(axis=1)
    assert found(told, "mean_shift").value == pytest.approx(-threes.mean())
    assert (
        found(
            told,
            "mean_shift",
        ).n
        == 12
    )
    primary = found(told, "equivalence", margin="2")
    assert primary.where["verdict"] in ("inconclusive", "meaningfully different")
    assert found(told, "slope_difference").value < 0
    assert found(told, "twin_icc_agreement").value < found(told, "twin_icc_consistency").value


def test_a_total_can_hide_items_that_shift_against_each_other() -> None:
    """Equivalent by the total, and two items say otherwise."""
    values = np.clip(faithful(), 1, 2)
    values[:, 1, :, 0] += 1
    values[:, 1, :, 1] -= 1
    pair = hindi(sampled(judged(values)))
    assert (
        found(list(consistency(pair)), "equivalence", margin="2").where["verdict"] == "equivalent"
    )
    told = list(item_shifts(pair))
    assert found(told, "item_shift", item="anhedonia").value == 1
    assert found(told, "item_shift", item="mood").value == -1
    assert found(told, "item_shift_p_adjusted", item="mood").value < 0.001


def test_a_missing_conversation_widens_the_bounds_and_is_counted() -> None:
    """It might have had any total of the scale."""
    values = faithful(2)
    values[3, 1, 0] = np.nan
    whole, torn = judged(faithful(2)), judged(values)
    torn = replace(torn, low=_blank(torn.low), high=_blank(torn.high))
    exact = found(list(consistency(hindi(sampled(whole)))), "mean_shift_bounds")
    told = found(list(consistency(hindi(sampled(torn)))), "mean_shift_bounds")
    assert (exact.low, exact.high, exact.missing) == (0, 0, 0)
    total = TRUTH[3].sum()
    assert told.low == pytest.approx(-total / 24)
    assert told.high == pytest.approx((27 - total) / 24)
    assert (told.value, told.missing) == (0, 1)


def _blank(array: np.ndarray) -> np.ndarray:
    changed = array.copy()
    changed[3, 1, 0] = np.nan
    return changed


def test_items_that_never_came_up_are_elicitation_and_not_scoring() -> None:
    """A patient who was not asked looks mild; the decomposition tells."""
    values = np.maximum(faithful(), 1)
    values[:, 1, :, 4] = np.nan
    told = list(item_shifts(hindi(sampled(judged(values)))))
    assert found(told, "shift_by_elicitation").value == pytest.approx(-values[:, 0, :, 4].mean())
    assert found(told, "shift_by_scoring").value == pytest.approx(0)
    assert found(told, "item_shift", item="appetite").value is None
    assert found(told, "item_shift", item="appetite").missing == 12
    assert "needs 10 patients" in found(told, "item_dif").method


def test_many_items_that_differ_are_not_identified() -> None:
    """With more than a third out of the anchor nobody knows which moved."""
    values = faithful(3, noise=0.05)
    values[:, 1, :, :4] -= 0.8
    told = list(item_shifts(hindi(sampled(judged(values)))))
    assert "not identified" in found(told, "item_dif").method
    values = faithful(3, noise=0.05)
    values[:, 1, :, 4] -= 0.8
    told = list(item_shifts(hindi(sampled(judged(values)))))
    assert found(told, "item_dif", item="appetite").value == pytest.approx(-0.8, abs=0.1)


def test_a_mean_of_judges_is_missing_where_one_did_not_rate() -> None:
    """The mean is of all of them or of none."""
    one, other = judged(faithful(), judge="a"), judged(faithful() * 0.5, judge="b")
    other.values[0, 1] = np.nan
    sample = sampled(one, other)
    assert [j.judge for j in sample.judged] == ["a", "b", "ensemble"]
    assert [j.judge for j in sample.primary] == ["ensemble"]
    told = found(list(consistency(hindi(sample, 2))), "mean_shift")
    assert (told.n, told.missing) == (11, 1)


def test_p_values_are_adjusted_within_their_family() -> None:
    """The mean of judges over languages is one family, judges by themselves another."""
    judges = [judged(faithful(1, noise=0.3), judge=name) for name in "ab"]
    told = numbers_of(sampled(*judges))
    primary = [n for n in told if n.measure == "mean_shift_p_adjusted" and "family 1" in n.method]
    others = [n for n in told if n.measure == "mean_shift_p_adjusted" and "family 2" in n.method]
    assert [n.where["judge"] for n in primary] == ["ensemble", "ensemble"]
    assert all("2 tests" in n.method for n in primary)
    assert len(others) == 4
    plain = found(told, "mean_shift_p", judge="a", locale="hi-IN")
    better = found(told, "mean_shift_p_adjusted", judge="a", locale="hi-IN")
    assert better.value >= plain.value


def test_limits_of_agreement_count_replicates_within_persons() -> None:
    """They are about one pair of conversations, and wider than of means."""
    values = faithful(4, noise=0.4)
    told = list(consistency(hindi(sampled(judged(values)))))
    limits = found(told, "limits_of_agreement")
    assert "replicates within persons" in limits.method
    cells = judged(values).totals
    exact = m.bland_altman_repeated(cells[:, 1] - cells[:, 0])
    assert limits.low == pytest.approx(exact["loa_lo"])
    shifts = hindi(sampled(judged(values))).shifts
    assert limits.high - limits.low > 2 * 1.96 * shifts.std(ddof=1)
    assert found(told, "limit_lower").low < limits.low < found(told, "limit_lower").high


def test_every_person_has_a_shift_with_what_replicates_leave_open() -> None:
    """Without replicates there is no interval."""
    several = list(persons(hindi(sampled(judged(faithful(3, noise=0.3)))), ["p"] * 12))[::2]
    assert len(several) == 12
    assert all(n.low < n.value < n.high for n in several)
    single = list(persons(hindi(sampled(judged(faithful()))), ["p"] * 12))
    assert {(n.value, n.low) for n in single[::2]} == {(0, None)}
    assert [n.value for n in single if n.measure == "person_middle"] == TRUTH.sum(1).tolist()


def test_a_contrast_holds_an_arm_against_another_in_every_locale() -> None:
    """An arm of one locale serves all of the other."""
    sample = sampled(judged(faithful()), contrast=("moved", "english"))
    pairs = list(contrasted(sample, sample.judged[0]))
    assert [p.where["locale"] for p in pairs] == ["hi-IN", "zh-CN"]
    assert {p.other for p in pairs} == {0}


def test_accuracy_says_what_a_constant_guess_would_reach() -> None:
    """A faithful judge is right about everybody."""
    sample = sampled(judged(faithful()))
    told = list(accuracy(sample, sample.judged[0]))
    here = {"locale": "zh-CN"}
    assert found(told, "bias", **here).value == 0
    assert found(told, "band_accuracy", **here).value == 1
    assert found(told, "macro_f1", **here).value == 1
    assert found(told, "calibration_slope", **here).value == pytest.approx(1)
    assert found(told, "key_symptom_hit_rate", **here).value == 1
    assert 0.5 < found(told, "adodl_of_constant", **here).value < 1
    assert found(told, "mae_difference", **here).value == 0
    assert found(told, "sensitivity", **here).value == 1


def test_a_judge_of_another_scale_has_no_accuracy() -> None:
    """Nor is one of fewer items held against all."""
    nobody = np.full_like(TRUTH, np.nan)
    sample = sampled(judged(faithful(), truth=nobody))
    assert list(accuracy(sample, sample.judged[0])) == []
    some = TRUTH.copy()
    some[:, 8] = np.nan
    sample = sampled(judged(faithful(), truth=some))
    told = list(accuracy(sample, sample.judged[0]))
    assert found(told, "bias", locale="hi-IN").value == 0
    assert not any(n.measure == "band_accuracy" for n in told)
    assert not any(n.measure == "slope" for n in consistency(hindi(sample)))


@settings(max_examples=10, deadline=None)
@given(st.integers(0, 2**32 - 1), st.floats(0, 0.6))
def test_whatever_is_missing_the_mean_lies_within_its_bounds(seed: int, share: float) -> None:
    """For every way the gaps might have been filled."""
    stream = np.random.default_rng(seed)
    truth = stream.integers(0, 4, (5, 9)).astype(float)
    filled = stream.integers(0, 4, (5, 3, 2, 9)).astype(float)
    torn = np.where(stream.random(filled.shape) < share, np.nan, filled)
    sample = sampled(judged(torn, truth=truth), people=5)
    whole = sampled(judged(filled, truth=truth), people=5)
    for measure in ("bias", "mae", "band_accuracy", "under_called", "adodl"):
        bounds = found(
            list(accuracy(sample, sample.judged[0])), f"{measure}_bounds", locale="hi-IN"
        )
        real = found(list(accuracy(whole, whole.judged[0])), measure, locale="hi-IN").value
        assert bounds.low - 1e-9 <= real <= bounds.high + 1e-9


def course(*totals: float, truth: int = 2, width: float = 0) -> Sample:
    """Return one patient whose total of nine equal items is read like this, turn by turn."""
    read = np.array(totals, dtype=float)[None, None, None]
    base = judged(np.full((1, 3, 1, 9), totals[-1] / 9), truth=np.full((1, 9), float(truth)))
    every = np.repeat(read, 3, axis=1)
    made = replace(
        base, read=every, lows=every - width, highs=every + width,
        covered=np.full(every.shape, 9.0), risk=np.zeros(every.shape),
    )  # fmt: skip
    sample = sampled(made, people=1)
    return replace(sample, turns=np.full((1, 3, 1), float(len(totals))))


def test_stable_but_wrong_is_told_from_right() -> None:
    """It settles at the second turn and never comes near the truth."""
    sample = course(4, 9, 9, 9)
    told = list(trajectories(sample, sample.judged[0]))
    here = {"locale": "en-US"}
    assert found(told, "settled_turn", **here).value == 2
    assert found(told, "never_settled", **here).value == 0
    assert found(told, "correct_turn", **here).value == 4
    assert found(told, "never_correct", **here).value == 1
    assert found(told, "false_reassurance", **here).value == 1
    assert found(told, "risk_item_missed", **here).value == 1
    assert found(told, "error_by_turn", turn="1", **here).value == -14
    assert found(told, "interval_by_turn", turn="1", **here).low == -14


def test_an_interval_holds_the_truth_before_it_is_narrow() -> None:
    """The first turn that contains it, and from when it always does."""
    sample = course(18, 4, 18, 18, width=2)
    told = list(trajectories(sample, sample.judged[0]))
    here = {"locale": "hi-IN"}
    assert found(told, "containing_turn", **here).value == 1
    assert found(told, "holding_turn", **here).value == 3
    assert found(told, "correct_turn", **here).value == 3
    assert found(told, "erde_5", **here).value == pytest.approx(1 - 1 / (1 + np.exp(-4)))
    assert found(told, "f_latency", **here).value == 1


def test_judges_who_agree_have_alpha_one_and_nobody_invents_evidence_unseen() -> None:
    """Replicates are alike too; a tenth of the words cited were never said."""
    values = faithful(2)
    told = list(concord(sampled(judged(values, judge="a"), judged(values, judge="b"))))
    here = {"locale": "hi-IN"}
    assert found(told, "alpha_total", **here).value == 1
    assert found(told, "alpha_item", item="mood", **here).value == 1
    assert found(told, "judge_icc_single", **here).value == pytest.approx(1)
    assert found(told, "judge_qwk", **here).where["judge"] == "a~b"
    assert found(told, "replicate_icc", judge="a", **here).value == pytest.approx(1)
    assert found(told, "invented_evidence", judge="a", **here).value == pytest.approx(0.1)


def test_one_judge_agrees_with_nobody() -> None:
    """There is nothing to print."""
    told = list(concord(sampled(judged(faithful()))))
    assert {n.measure for n in told} == {"invented_evidence"}


def test_variance_says_how_much_is_language() -> None:
    """A shift of everybody in one language is language, not person by language."""
    values = faithful(2, noise=0.2)
    values[:, 1] = values[:, 1] - 0.5
    told = list(components(sampled(judged(values, judge="a"), judged(values, judge="b"))))
    assert found(told, "variance_component", component="language").value > 1
    assert found(told, "variance_share", component="person").value > 0.5
    assert found(told, "dependability").value < 1
    assert list(components(sampled(judged(np.full((12, 3, 1, 9), np.nan))))) == []


def test_a_share_near_its_edge_has_a_cautious_interval() -> None:
    """Leaving out the one who differs would leave nothing to vary."""
    estimate, how = share(np.array([1.0] * 11 + [0.8]))
    assert "Wilson" in how
    assert 0.6 < estimate.low < estimate.value < estimate.high <= 1
    estimate, how = share(np.linspace(0.2, 0.8, 12))
    assert "leaving out" in how
    assert share(np.array([np.nan]))[0].value is None


def test_cutoffs_are_found_by_name_and_must_fit_the_scale() -> None:
    """Two tables of one scale disagree, so the name is printed; a wrong one is refused."""
    made = plan("interview")
    assert chosen(made, None) is None
    assert chosen(made, "phq9") == SCALE.scheme
    with pytest.raises(InputError, match=r"0 to 63, and this run has phq9 \(0 to 27\)"):
        chosen(made, "erisk")
    with pytest.raises(InputError, match="did you mean 'erisk'"):
        chosen(made, "erisc")


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> Run:
    """Play four patients in two languages by the reference simulator."""
    cast = {
        "patient": ["gardener", "nurse", "shopkeeper", "musician"],
        "therapist": "interviewer", "judge": "severity",
    }  # fmt: skip
    changes = {
        "graph": "interview", "cast": cast, "pairwise": None, "replicates": 1, "reference": {},
        "limits": {"turns": 8}, "contrasts": {"language": ["moved", "english"]},
        "arms": {
            "english": {"locales": ["en-US"]},
            "moved": {"locales": ["hi-IN"], "localize": "nationality"},
        },
    }  # fmt: skip
    made = mhsim.plan("persona-trap", LIBRARY, changes)
    out = tmp_path_factory.mktemp("severity") / "run"
    assert asyncio.run(mhsim.run(made, out, workers=2)).failed == {}
    return Run(out)


def test_a_run_is_measured_by_one_verb_and_no_number_is_no_number(small: Run) -> None:
    """Every measure has its interval, count, missing and method; NaN never leaves."""
    done = call("report", str(small.path), "--json", "--cutoffs", "phq9")
    assert done.code == 0, done.err
    rows = json.loads(done.out, parse_constant=pytest.fail)["measures"]
    named = {row["measure"] for row in rows}
    assert {"mean_shift", "equivalence", "item_shift", "severity_shift", "alpha_item"} - named == {
        "alpha_item"
    }
    assert all(row["method"] and row["n"] >= 0 for row in rows)
    shift = next(r for r in rows if r["measure"] == "mean_shift")
    assert shift["where"] == {"arm": "moved", "locale": "hi-IN", "judge": "judge"}
    assert shift["low"] < shift["value"] < shift["high"]


def test_the_report_shows_shift_verdict_and_items(small: Run) -> None:
    """And says when patients are few."""
    done = call("report", str(small.path))
    assert "judge shift" in done.out
    assert "verdict" in done.out
    assert "Few patients (4)" in done.out
    assert "psychomotor" in done.out


def test_a_pilots_spread_takes_the_place_of_the_assumed_one(small: Run) -> None:
    """And says which run it is from."""
    (found,) = designs(small.plan, pilot=small)
    assert "pilot" in found.spread.source
    assert "up to 4 patients" in found.spread.source
    assert found.as_data()["persons_needed"] >= 3
    assert found.spread.deviation(1) >= found.spread.deviation(5) > 0


def test_wrong_cutoffs_are_one_message(small: Run) -> None:
    """Exit code 2, and what would be right."""
    done = call("report", str(small.path), "--cutoffs", "talkdep")
    assert done.code == 2
    assert "phq9 would be right" in done.err


def test_where_nothing_was_rated_in_another_language_there_is_no_drift(small: Run) -> None:
    """Pages of what is there, and no others."""
    numbers = [n for n in severity(small) if n.where.get("locale") == "en-US"]
    pages = list(drift(numbers))
    assert not any("verdict" in page for page in pages)
    assert list(drift([])) == []
