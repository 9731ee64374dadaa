"""Every estimator against published worked examples, to the printed precision."""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import mhsim.measure as m

CASES = {
    case["id"]: case
    for case in json.loads((Path(__file__).parent / "golden" / "cases.json").read_text("utf-8"))
}
"""Small published inputs with what was printed for them, or what a hand can work out."""

Inputs = Mapping[str, Any]


def _icc(given: Inputs) -> dict[str, float]:
    return {name: found[0] for name, found in m.icc(given["X"]).items()}


def _alpha(given: Inputs) -> dict[str, float]:
    levels = ("nominal", "ordinal", "interval", "ratio")
    return {level: m.krippendorff_alpha(given["data"], level) for level in levels}


def _kappa_of_ratings(given: Inputs) -> dict[str, float]:
    one, other = np.array(given["a"]) - 1, np.array(given["b"]) - 1
    kinds = ("nominal", "quadratic")
    return {kind: m.cohen_kappa(one, other, given["n_cat"], kind) for kind in kinds}


def _kappa_weighted(given: Inputs) -> dict[str, float]:
    weighted = m.kappa_from_table(given["table"], given["disagreement"])["kappa"]
    return {"kappa": m.kappa_from_table(given["table"])["kappa"], "kappa_w": weighted}


def _gwet(given: Inputs) -> dict[str, float]:
    kappa = m.kappa_from_table(given["table"])["kappa"]
    return {"kappa": kappa, "ac1": m.gwet(given["table"])}


def _bland_altman(given: Inputs) -> dict[str, Any]:
    found = m.bland_altman(given["wright"], given["mini"], z=2)
    return {**found, "bias_ci": [found["bias_lo"], found["bias_hi"]]}


def _tost(given: Inputs) -> dict[str, Any]:
    shifts = np.array(given["x"]) - np.array(given["y"])
    found = m.tost(shifts, -given["eps"], given["eps"])
    assert found["equivalent"]
    return {**found, "ci": [found["ci_lo"], found["ci_hi"]]}


def _pio(given: Inputs) -> dict[str, float]:
    # persons x items x one seed x occasions
    data = np.stack([np.array(given["O1"]), np.array(given["O2"])], axis=-1)[:, :, None, :]
    found = m.gstudy(data)
    names = {"p": "p", "l": "i", "j": "o", "pl": "pi", "pj": "po", "lj": "io", "e": "pio"}
    return {names[name]: value for name, value in found.items()}


def _pr(given: Inputs) -> dict[str, float]:
    found = m.gstudy(np.array(given["X"], dtype=float)[:, :, None, None])
    return {"p": found["p"], "r": found["l"], "pr": found["e"]}


def _mh(given: Inputs) -> dict[str, float]:
    swapped = [np.array(stratum)[::-1, ::-1] for stratum in given["strata"]]
    assert m.liu_agresti(swapped) == pytest.approx(m.mh_or(given["strata"]))
    return {"or_mh": m.mh_or(given["strata"]), **m.mantel_ordinal(given["strata"])}


def _multiplicity(given: Inputs) -> dict[str, float]:
    values = np.array(given["p"])
    rejected = int((m.bh(values) <= 0.05).sum())
    return {"bh_rejections": rejected, "bonferroni_rejections": int((values * 15 <= 0.05).sum())}


def _letters(given: Inputs) -> dict[str, float]:
    raw = np.array(given["true"]).astype(str).astype("<U2")
    other = raw.copy()
    raw[0, given["letter"]], other[0, given["letter"]] = "1a", "1b"
    return m.erisk(given["true"], given["true"], "erisk", raw, other)


def _trajectory(given: Inputs) -> dict[str, int | None]:
    right = m.stable_turn(given["est"], given["eps"], given["target"])
    return {"stable": m.stable_turn(given["est"], given["eps"]), "time_to_correct": right}


def _sizes(given: Inputs) -> dict[str, list[int]]:
    powers = given.get("power", [0.8] * len(given["dz"]))
    return {"n": [m.n_for_power(d, 1.0, p) for d, p in zip(given["dz"], powers, strict=True)]}


COMPUTED: dict[str, Callable[[Inputs], Mapping[str, Any]]] = {
    "ICC-SF1979": _icc,
    "ICC-SF1979-4dp": _icc,
    "ICC-SF1979-MS": lambda i: m.mean_squares(i["X"]),
    "ICC-SF1979-CI": lambda i: {name: found[1:] for name, found in m.icc(i["X"]).items()},
    "ALPHA-K2011": _alpha,
    "ALPHA-K2011-6dp": _alpha,
    "ALPHA-BINARY": _alpha,
    "ALPHA-NOMINAL": _alpha,
    "KAPPA-2x2": lambda i: m.kappa_from_table(i["table"]),
    "KAPPA-COHEN1968": _kappa_weighted,
    "KAPPA-IRR12": _kappa_of_ratings,
    "KAPPA-CARCINOMA": lambda i: m.kappa_from_table(i["table"]),
    "KAPPA-REVIEWS": lambda i: m.kappa_from_table(i["table"]),
    "FLEISS-1971": lambda i: {"kappa": m.fleiss_kappa(i["counts"])},
    "FLEISS-14": lambda i: {"kappa": m.fleiss_kappa(i["counts"])},
    "GWET-2008": _gwet,
    "BA-1986": _bland_altman,
    "TOST-R-paired": _tost,
    "GT-BRENNAN3": _pio,
    "GT-BRENNAN4": lambda i: m.gstudy_p_rt(i["X"]),
    "GT-SF": _pr,
    "MH-CHINA": _mh,
    "MH-BERKELEY": _mh,
    "MANTEL-JOB": lambda i: m.mantel_ordinal(i["strata"], i["rows"], i["columns"]),
    "WILSON": lambda i: {"ci": [m.wilson(*case) for case in i["cases"]]},
    "WILSON-ZERO": lambda i: {"ci": [m.wilson(*case) for case in i["cases"]]},
    "GARWOOD": lambda i: {"ci": [m.garwood(x) for x in i["x"]]},
    "GARWOOD-SMALL": lambda i: {"ci": [m.garwood(x) for x in i["x"]]},
    "BH-1995": _multiplicity,
    "HOLM": lambda i: {"adj": m.holm(i["p"])},
    "HOLM-R": lambda i: {"holm": m.holm(i["p"]), "bh": m.bh(i["p"])},
    "ERISK-HAND": lambda i: m.erisk(i["true"], i["pred"]),
    "ERISK-LETTER": _letters,
    "BANDS-TALKDEP": lambda i: {
        name: m.band_index(i["totals"], name) for name in ("bdi_erisk", "bdi2_manual")
    },
    "RPS": lambda i: {"rps": m.rps(i["prob"], i["y"])},
    "POWER-PAIRED": _sizes,
    "POWER-90": _sizes,
    "TRAJ": _trajectory,
    "FLAT": lambda i: m.f_latency(i["true"], i["turn"]),
    "ERDE-HAND": lambda i: {"erde": m.erde(i["true"], i["turn"], i["o"], i["c_fp"])},
    "TAU-B": lambda i: {"tau": m.kendall_tau(i["a"], i["b"])},
}


@pytest.mark.parametrize("name", CASES)
def test_a_published_example_comes_out_as_printed(name: str) -> None:
    """Within half of the last printed digit, for everything the example prints."""
    case = CASES[name]
    found = COMPUTED[name](case["inputs"])
    for what, expected in case["expected"].items():
        assert np.allclose(found[what], expected, rtol=0, atol=max(case["abs_tol"], 1e-12)), what


def test_kappa_needs_the_scales_own_categories() -> None:
    """A category both leave out changes weights; one category alone says nothing at all."""
    one, other = [0, 1, 3, 3, 1, 0], [0, 3, 3, 1, 1, 1]
    squeezed = m.cohen_kappa([0, 1, 2, 2, 1, 0], [0, 2, 2, 1, 1, 1], 3, "linear")
    assert m.cohen_kappa(one, other, 4, "linear") != pytest.approx(squeezed)
    assert m.cohen_kappa(one, other, 4) == pytest.approx(
        m.cohen_kappa([0, 1, 2, 2, 1, 0], [0, 2, 2, 1, 1, 1], 3)
    )
    assert math.isnan(m.qwk([2, 2, 2], [2, 2, 2], 4))
    assert math.isnan(m.fleiss_kappa([[0, 4], [0, 4]]))


def _wrong() -> Iterator[Callable[[], object]]:
    yield lambda: m.confusion([0, 4], [0, 1], 4)
    yield lambda: m.confusion([0], [0, 1], 4)
    yield lambda: m.weight_matrix(3, "cubic")
    yield lambda: m.band_index([28], "phq9")
    yield lambda: m.band_index([math.nan], "phq9")
    yield lambda: m.band_index([1], "none")
    yield lambda: m.mean_squares([[1, 2]])
    yield lambda: m.mean_squares([1, 2])
    yield lambda: m.fleiss_kappa([[2, 1], [2, 2]])
    yield lambda: m.krippendorff_alpha([[1, 2], [1, 2]], "absolute")
    yield lambda: m.bland_altman([1], [2])
    yield lambda: m.tost([1], -1, 1)
    yield lambda: m.wilson(3, 2)
    yield lambda: m.erisk([[1] * 9], [[1] * 9])
    yield lambda: m.n_for_power(0, 1)


@pytest.mark.parametrize("use", list(_wrong()))
def test_wrong_use_is_told(use: Callable[[], object]) -> None:
    """Never answered with a number."""
    with pytest.raises(ValueError, match=r"would be right|out of range|equally many|outside|right"):
        use()
