"""Is a milder total due to what was not brought up, or to how it was rated?"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from mhsim.measure.estimators.arrays import Floats, divided, floats


def kitagawa(local: ArrayLike, english: ArrayLike) -> dict[str, float]:
    """Split the difference of mean totals into elicitation and scoring, exactly.

    Formula: per item, with c the share covered and m the mean value where covered: elicitation
    (c_L - c_E)(m_L + m_E)/2, scoring (m_L - m_E)(c_L + c_E)/2; an item never covered on one side
    has the other side's mean. What is not covered counts as 0 in these totals. Source: Kitagawa
    1955 (doi:10.1080/01621459.1955.10501299).

    Args:
        local: ratings x items; None or NaN where an item was not covered.
        english: the same in English.

    Returns:
        elicitation, scoring, and total, their sum; in points.
    """
    covered, mean = _parts(local)
    covered_e, mean_e = _parts(english)
    mean, mean_e = _filled(mean, mean_e), _filled(mean_e, mean)
    elicitation = float(((covered - covered_e) * (mean + mean_e) / 2).sum())
    scoring = float(((mean - mean_e) * (covered + covered_e) / 2).sum())
    return {"elicitation": elicitation, "scoring": scoring, "total": elicitation + scoring}


def _parts(ratings: ArrayLike) -> tuple[Floats, Floats]:
    values = floats(ratings, 2)
    there = ~np.isnan(values)
    return there.mean(axis=0), divided(np.where(there, values, 0).sum(axis=0), there.sum(axis=0))


def _filled(mean: Floats, other: Floats) -> Floats:
    return np.where(np.isnan(mean), np.nan_to_num(other), mean)
