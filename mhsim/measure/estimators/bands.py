"""Severity bands: tables of cut-offs by name. Two published tables of one scale may disagree."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from mhsim.measure.estimators.arrays import Ints, floats

Scheme = tuple[int, list[int], list[str]]
"""Highest total; lowest total of every band after the first; names of the bands."""

_LEVELS = ["minimal", "mild", "moderate", "severe"]
_FIVE = ["minimal", "mild", "moderate", "moderately_severe", "severe"]
_ERISK: Scheme = (63, [10, 19, 30], _LEVELS)

BANDS: dict[str, Scheme] = {
    "phq9": (27, [5, 10, 15, 20], _FIVE),
    "phq8": (24, [5, 10, 15, 20], _FIVE),
    "gad7": (21, [5, 10, 15], _LEVELS),
    "bdi2_manual": (63, [14, 20, 29], _LEVELS),
    "erisk": _ERISK,
    "bdi_erisk": _ERISK,
    "talkdep": _ERISK,
}
"""Cut-offs by name.

- `phq9`: Kroenke, Spitzer and Williams 2001 (doi:10.1046/j.1525-1497.2001.016009606.x)
- `phq8`: Kroenke et al. 2009 (doi:10.1016/j.jad.2008.06.026)
- `gad7`: Spitzer et al. 2006 (doi:10.1001/archinte.166.10.1092)
- `bdi2_manual`: the BDI-II manual: 0-13, 14-19, 20-28, 29-63 (Beck, Steer and Brown 1996)
- `erisk`, `bdi_erisk`, `talkdep`: 0-9, 10-18, 19-29, 30-63, as eRisk 2019-2021 and TalkDep have it
"""


def scheme_of(scheme: str | Scheme) -> Scheme:
    """Return the table of that name.

    Raises:
        ValueError: there is none.
    """
    if not isinstance(scheme, str):
        return scheme
    if scheme not in BANDS:
        raise ValueError(f"found {scheme!r}; one of {', '.join(BANDS)} would be right")
    return BANDS[scheme]


def band_index(total: ArrayLike, scheme: str | Scheme) -> Ints:
    """Return the 0-based band of each total.

    Args:
        total: totals, in points.
        scheme: a name of `BANDS`, or a table of the same shape.

    Raises:
        ValueError: a total lies outside the scale, or is missing.
    """
    highest, cuts, _ = scheme_of(scheme)
    totals = floats(total)
    if not np.all((totals >= 0) & (totals <= highest)):
        raise ValueError(f"total outside scale range: 0 to {highest} would be right")
    return np.searchsorted(np.asarray(cuts, dtype=float), totals, side="right").astype(np.int64)
