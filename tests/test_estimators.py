"""What every estimator keeps to, on any data."""

from __future__ import annotations

import math
import pkgutil

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import mhsim.measure as m

STREAM = np.random.default_rng(7)
PAIRS = st.lists(st.tuples(st.integers(0, 27), st.integers(0, 27)), min_size=2, max_size=40)
FEW = settings(max_examples=40, deadline=None)


@FEW
@given(PAIRS)
def test_quadratic_kappa_is_lins_concordance(pairs: list[tuple[int, int]]) -> None:
    """The identity holds exactly, with moments over n."""
    one, other = zip(*pairs, strict=True)
    kappa, concordance = m.qwk(one, other, 28), m.ccc(one, other)
    assert kappa == pytest.approx(concordance, abs=1e-9, nan_ok=True) or len({*one, *other}) == 1


@FEW
@given(PAIRS)
def test_fleiss_kappa_of_two_raters_is_scotts_pi_and_nearly_alpha(
    pairs: list[tuple[int, int]],
) -> None:
    """Alpha adds what a small sample takes: alpha = pi + (1 - pi) / 2n."""
    counts = np.array([[(a == v) + (b == v) for v in range(28)] for a, b in pairs])
    pi = m.fleiss_kappa(counts)
    alpha = m.krippendorff_alpha(np.array(pairs).T, "nominal")
    assert alpha == pytest.approx(pi + (1 - pi) / (2 * len(pairs)), nan_ok=True)


@FEW
@given(st.lists(st.floats(-20, 20), min_size=3, max_size=30))
def test_the_jackknife_of_a_mean_is_its_t_interval(values: list[float]) -> None:
    """So for what is linear nothing is lost."""
    data = np.array(values)
    jack = m.jackknife_ci(len(data), lambda places: float(data[places].mean()))
    plain = m.paired_t(data)
    assert (jack["lo"], jack["hi"]) == pytest.approx((plain["lo"], plain["hi"]), abs=1e-6)


@FEW
@given(st.integers(1, 9), st.integers(0, 2**32 - 1))
def test_the_coverage_decomposition_is_exact(persons: int, seed: int) -> None:
    """Elicitation and scoring add up to the difference of means with nothing covered at 0."""
    stream = np.random.default_rng(seed)
    sides = [stream.integers(0, 4, (persons, 9)).astype(float) for _ in "ab"]
    for side in sides:
        side[stream.random(side.shape) < 0.3] = np.nan
    found = m.kitagawa(*sides)
    means = [float(np.nan_to_num(side).sum(axis=1).mean()) for side in sides]
    assert found["total"] == pytest.approx(means[0] - means[1])
    assert found["elicitation"] + found["scoring"] == found["total"]


def test_alpha_without_a_pair_of_ratings_is_no_number() -> None:
    """Nor where all agree on one value: there was nothing to disagree about."""
    assert math.isnan(m.krippendorff_alpha([[1, None], [None, 2]]))
    assert math.isnan(m.krippendorff_alpha([[None], [None]]))
    assert math.isnan(m.krippendorff_alpha([[1, 1], [1, 1]]))
    assert m.krippendorff_alpha([[1, 2], [1, 2]], domain=[1, 2, 3]) == 1


def test_perfect_and_void_agreement_have_their_values() -> None:
    """One, or no number; never a division by nothing."""
    assert m.icc([[1, 1], [2, 2], [3, 3]])["ICC(C,1)"][0] == 1
    assert m.icc_a1([[1, 1], [2, 2]]) == 1
    assert math.isnan(m.icc_a1([[2, 2], [2, 2]]))
    assert math.isnan(m.icc([[2, 2], [2, 2]])["ICC(1,1)"][0])
    assert math.isnan(m.ccc([1, 1], [1, 1]))


@pytest.mark.parametrize(
    ("shifts", "margin", "said"),
    [
        ([0.1, -0.1, 0.2, -0.2, 0.1], 2, "equivalent"),
        ([0.5, 0.6, 0.4, 0.5, 0.6], 2, "trivially different"),
        ([-3, -4, -3.5, -2.9, -3.2], 2, "meaningfully different"),
        ([-6, 5, 4, -3, 1], 2, "inconclusive"),
        ([1.4, 2.2, 1.8, 2.3, 1.9], 2, "inconclusive"),
        ([0.0, 0.0, 0.0], 2, "equivalent"),
        ([3.0, 3.0, 3.0], 2, "meaningfully different"),
    ],
)
def test_a_verdict_follows_the_rules_fixed_beforehand(
    shifts: list[float], margin: float, said: str
) -> None:
    """Too few data are inconclusive, and never equivalent."""
    assert m.verdict(shifts, margin) == said


def test_replicates_are_never_pooled_into_limits_of_agreement() -> None:
    """Their limits are wider than those of rows taken as independent."""
    persons = STREAM.normal(0, 3, (12, 1)) + STREAM.normal(0, 0.5, (12, 8))
    found = m.bland_altman_repeated(persons)
    assert found["bias"] == pytest.approx(persons.mean())
    assert found["sd"] > persons.std(ddof=1)
    assert found["sd_within"] == pytest.approx(0.5, abs=0.15)


def test_accuracy_tells_over_from_under_and_bands_that_never_occur() -> None:
    """Macro-F1 is over bands of the reference; a line needs a reference that varies."""
    found = m.accuracy_block([3, 3, 12, 22], [3, 6, 12, 12], "phq9")
    assert (found["under"], found["over"], found["band_acc"]) == (0.25, 0.25, 0.5)
    assert (found["bias"], found["mae"], found["within_mcid"]) == (-1.75, 3.25, 0.75)
    assert found["macro_f1"] == pytest.approx((2 / 3 + 2 / 3 + 0) / 3)
    assert math.isnan(m.accuracy_block([3, 3], [3, 6], "phq9")["calib_slope"])
    assert m.ece([0.95, 0.95, 0.55, 0.55], [1, 1, 1, 0]) == pytest.approx(0.05)


def test_flags_without_any_have_no_precision() -> None:
    """And no interval either."""
    found = m.prf(0, 0, 3)
    assert math.isnan(found["precision"])  # type: ignore[arg-type]
    assert found["precision_ci"] is None
    assert m.prf(8, 2, 2)["f1"] == pytest.approx(0.8)


def test_pairs_without_a_right_answer_are_left_out() -> None:
    """Ties and both orders are told apart; levels depend on the cut-offs."""
    truth = {"a": 40.0, "b": 13.0, "c": 12.0, "d": 12.0}
    said = [("a", "b", "a"), ("b", "a", "b"), ("b", "c", "tie"), ("c", "d", "c"), ("c", "b", "c")]
    found = m.pairwise_accuracy(truth, said)
    assert (found["accuracy"], found["n_decided"], found["n_tie"]) == (1 / 3, 3, 1)
    assert found["accuracy_ties_half"] == 1.5 / 4
    levels = m.pairwise_levels(truth, said, "bdi2_manual")
    assert (levels["same_level_error"], levels["cross_level_error"]) == (1, 0.5)
    assert (levels["same_level_share"], levels["tie_distance"]) == (0.5, 1)
    assert m.position_bias(said) == 0.5
    assert math.isnan(m.position_bias([("a", "b", "tie")]))
    assert math.isnan(m.pairwise_accuracy(truth, [("c", "d", "c")])["accuracy"])


def test_strengths_put_those_first_who_win() -> None:
    """Who never loses has a finite strength; ties count as halves."""
    names = "abcd"
    said = [(x, y, x) for n, x in enumerate(names) for y in names[n + 1 :]] + [("c", "d", "tie")]
    strength = m.bradley_terry(said)
    assert sorted(strength, key=strength.__getitem__, reverse=True) == list(names)
    assert sum(strength.values()) == pytest.approx(0, abs=1e-6)
    assert math.isnan(m.kendall_tau([1, 1], [1, 2]))


def _design(persons: int, languages: int, seeds: int, judges: int) -> np.ndarray:
    stream = np.random.default_rng(3)
    data = 12 + stream.normal(0, 5, (persons, 1, 1, 1)) + stream.normal(0, 1, (1, 1, 1, judges))
    data = data + stream.normal(0, 2, (persons, languages, seeds, 1))
    return data + stream.normal(0, 1, (persons, languages, seeds, judges))


def test_components_recover_what_was_put_in() -> None:
    """A large balanced design, all four facets."""
    found = m.gstudy(_design(400, 3, 3, 4))
    assert found["p"] == pytest.approx(25, rel=0.15)
    assert found["s"] == pytest.approx(4, rel=0.1)
    assert found["res"] == pytest.approx(1, rel=0.05)
    assert abs(found["pl"]) < 0.5
    assert abs(found["plj"]) < 0.1


def test_one_judge_or_one_seed_leaves_what_cannot_be_told_apart() -> None:
    """It is called e, and the other components are there."""
    assert set(m.gstudy(_design(20, 3, 2, 1))) == {"p", "l", "pl", "e"}
    assert set(m.gstudy(_design(20, 3, 1, 1))) == {"p", "l", "e"}
    assert set(m.gstudy(_design(20, 3, 1, 2))) == {"p", "l", "j", "pl", "pj", "lj", "e"}


def test_more_judges_make_a_mean_more_dependable() -> None:
    """Phi never exceeds G, and both grow."""
    v = m.gstudy(_design(60, 3, 3, 4))
    few, many = m.dstudy_phi(v, 1, 1), m.dstudy_phi(v, 3, 4)
    assert few["Phi"] <= few["G"] < many["G"] <= 1
    assert many["Phi"] > few["Phi"]


def test_a_bootstrap_draws_persons_and_says_how_often() -> None:
    """Both kinds hold the value and come out alike for a mean."""
    data = STREAM.normal(2, 1, 60)
    for method in ("percentile", "bca"):
        found = m.cluster_bootstrap(
            60, lambda places: float(data[places].mean()), 500, method=method
        )
        assert found["lo"] < found["est"] < found["hi"]
        assert found["B"] == 500
        assert found["se"] == pytest.approx(1 / math.sqrt(60), rel=0.3)


def test_a_jackknife_that_cannot_leave_anybody_out_has_no_limits() -> None:
    """Scales keep limits where values can be."""
    assert math.isnan(m.jackknife_ci(1, lambda _: 3.0)["lo"])
    assert math.isnan(m.jackknife_ci(3, lambda places: math.nan)["lo"])
    share = np.array([1, 1, 1, 0, 1, 1.0])
    found = m.jackknife_ci(6, lambda places: float(share[places].mean()), scale="logit")
    assert 0 < found["lo"] < 5 / 6 < found["hi"] < 1


def _twins(persons: int, seed: int = 0) -> tuple[np.ndarray, np.ndarray]:
    stream = np.random.default_rng(seed)
    intended = stream.integers(0, 4, (persons, 9))
    return -0.2 * intended + stream.normal(0, 0.3, (persons, 9)), intended


def test_attenuation_is_no_differential_functioning_and_a_moved_item_is() -> None:
    """Relative shifts are against items of the same intended value."""
    shifts, intended = _twins(48)
    assert m.dif_purified(shifts, intended)["anchor"].sum() >= 8
    shifts[:, 4] -= 0.6
    found = m.dif_purified(shifts, intended)
    assert found["anchor"][4] == 0
    assert found["dif"][4] == pytest.approx(-0.6, abs=0.15)


def test_a_swap_of_labels_is_exact_for_few_and_drawn_for_many() -> None:
    """Five shifts of one sign: two of thirty-two assignments are as extreme."""
    assert m.label_swap_p([1, 2, 3, 4, 5]) == pytest.approx(2 / 32)
    assert m.label_swap_p([1.0] * 20, B=999) == pytest.approx(1 / 1000)


def test_ordinal_differential_functioning_has_a_sign_and_a_size() -> None:
    """Nothing varying is no number; no focal group is no grade."""
    strata = [np.array([[10, 20, 10], [20, 15, 5]]), np.array([[5, 10, 25], [10, 15, 15]])]
    assert m.mantel_ordinal(strata)["signed"] < 0
    assert m.liu_agresti(strata) < 1
    assert m.smd_dif(strata)["grade"] == "C"
    assert math.isnan(m.mantel_ordinal([[[1, 0], [0, 0]], [[2, 0], [2, 0]]])["chi2"])
    assert m.smd_dif([[[3, 1], [0, 0]]])["grade"] == "-"
    assert math.isnan(m.liu_agresti([[[0, 0], [0, 0]]]))
    assert math.isnan(m.mh_or([[[1, 0], [0, 0]]]))


def test_stable_but_wrong_is_told_from_right() -> None:
    """The dangerous case: it settles early and never comes near the truth."""
    assert m.stable_turn([4, 9, 9, 9], 1) == 2
    assert m.stable_turn([4, 9, 9, 9], 1, 15) is None
    assert m.stable_turn([], 1) is None
    assert m.stable_turn([3, None], 1) is None
    assert (m.first_turn([None, False, True]), m.first_turn([False])) == (3, None)
    assert m.restricted_mean([2, None], 10) == 6
    assert math.isnan(m.restricted_mean([], 10))


def test_information_is_in_bits_and_may_mislead() -> None:
    """From even chances to certainty are two bits of four categories."""
    gains = m.info_gain_bits([[0.25] * 4, [0.0, 1.0, 0, 0], [1.0, 0, 0, 0]], 1)
    assert gains[0] == pytest.approx(0)
    assert gains[1] == pytest.approx(2, abs=0.01)
    assert gains[2] < -5
    assert m.entropy([0.25] * 4) == pytest.approx(2)
    assert m.entropy([0, 1]) == 0


def test_no_alarm_has_no_latency() -> None:
    """A far late alarm costs all, without overflow."""
    assert m.f_latency([True], [None])["F_latency"] == 0
    assert m.erde([True, False], [5000, None], 5, 0.1) == pytest.approx(0.5)


def test_power_agrees_with_simulation_and_margin_is_size() -> None:
    """At the margin the chance to show equivalence is the size of the test."""
    exact = m.power_tost(0.5, 2, 3, 24)
    assert m.power_tost(0.5, 2, 3, 24, nsim=50_000) == pytest.approx(exact, abs=0.01)
    assert m.power_tost(2, 2, 3, 24) == pytest.approx(0.05, abs=1e-4)
    shift = m.detectable(3, 24)
    assert m.power_paired_t(shift, 3, 24) == pytest.approx(0.8, abs=1e-6)
    assert m.sd_diff(1.5, 1.5, 1, 0.7, 3, 3) == pytest.approx(2.56, abs=0.01)


def test_judges_narrow_the_humans_mean() -> None:
    """Whatever their bias; judges that say nothing change nothing."""
    truth = STREAM.normal(10, 4, 400)
    judged = truth - 3 + STREAM.normal(0, 1, 400)
    found = m.ppi_mean(judged[40:], judged[:40], truth[:40])
    assert found["lo"] < truth.mean() < found["hi"]
    assert found["se"] < found["se_human_only"]
    assert m.ppi_mean([1, 1], [1, 1], [3, 5])["lam"] == 0


def test_adodl_and_key_symptoms_have_their_edges() -> None:
    """A constant guess scores high; nobody's symptoms named is right for who has none."""
    assert m.adodl([40, 5], [20, 20], 63) == pytest.approx((43 + 48) / 126)
    assert m.ashr([{"a", "b"}, set(), set()], [{"a"}, set(), {"c"}]) == 0.5


def test_estimators_are_found_by_name_only() -> None:
    """The package lists them all, and knows no other."""
    assert {"icc", "tost", "fleiss_kappa"} <= set(dir(m))
    for name in m._PLACES:
        assert callable(getattr(m, name)) or name in ("BANDS", "MCID")
    with pytest.raises(AttributeError, match="no attribute 'nothing'"):
        _ = m.nothing


def test_no_module_hides_an_estimator() -> None:
    """A module of this package would take the place of an estimator of the same name."""
    modules = {info.name for info in pkgutil.iter_modules(m.__path__)}
    assert modules & set(m._PLACES) == set()
