"""What runs say, in numbers. Missing stays missing, to the last table.

Every estimator is exported here as a plain function of arrays, under its usual name, and imported
when it is first asked for: `from mhsim.measure import icc, krippendorff_alpha, tost`.
"""

from __future__ import annotations

from importlib import import_module
from typing import Any

_ESTIMATORS = {
    "accuracy": ("MCID", "accuracy_block", "calibration_line", "ece", "macro_f1", "prf", "rps"),
    "agreement": ("ccc", "krippendorff_alpha"),
    "bands": ("BANDS", "band_index"),
    "bland_altman": ("bland_altman", "bland_altman_repeated"),
    "components": ("dstudy_phi", "gstudy", "gstudy_p_rt"),
    "decomposition": ("kitagawa",),
    "dif": ("liu_agresti", "mantel_ordinal", "mh_or", "smd_dif"),
    "early": ("erde", "f_latency"),
    "equivalence": ("paired_t", "tost", "verdict"),
    "erisk": ("adodl", "ashr", "erisk"),
    "icc": ("icc", "icc_a1", "icc_c1", "mean_squares"),
    "kappa": (
        "cohen_kappa", "confusion", "fleiss_kappa", "gwet", "kappa_from_table", "qwk",
        "weight_matrix",
    ),
    "matched": ("dif_matched_paired", "dif_purified", "label_swap_p"),
    "multiplicity": ("bh", "holm"),
    "pairwise": (
        "bradley_terry", "kendall_tau", "order_agreement", "pairwise_accuracy", "pairwise_levels",
        "position_bias",
    ),
    "power": ("detectable", "n_for_power", "power_paired_t", "power_tost", "sd_diff"),
    "prediction": ("ppi_mean",),
    "proportions": ("garwood", "wilson"),
    "resampling": ("cluster_bootstrap", "jackknife_ci"),
    "trajectory": ("entropy", "first_turn", "info_gain_bits", "restricted_mean", "stable_turn"),
}  # fmt: skip
_PLACES = {name: module for module, names in _ESTIMATORS.items() for name in names}


def __getattr__(name: str) -> Any:
    """Import an estimator when it is first asked for."""
    if name not in _PLACES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    value = getattr(import_module(f"{__name__}.estimators.{_PLACES[name]}"), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    """List what can be had, estimators included."""
    return sorted({*globals(), *_PLACES})
