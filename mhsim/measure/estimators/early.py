"""Early detection: what a right alarm is worth when it comes late."""

from __future__ import annotations

import math
from collections.abc import Sequence
from statistics import median


def erde(
    true: Sequence[bool],
    decision_turn: Sequence[int | None],
    o: float,
    c_fp: float,
    c_fn: float = 1.0,
    c_tp: float = 1.0,
) -> float:
    """Return the mean early risk detection error; 0 is best.

    Formula: false alarm c_fp; miss c_fn; right alarm at turn k: c_tp (1 - 1 / (1 + e^(k-o)));
    rightly silent 0. Source: Losada and Crestani 2016 (doi:10.1007/978-3-319-44564-9_3).

    Args:
        true: per person, whether there was something to detect.
        decision_turn: per person, the turn of the alarm, one-based; None for none.
        o: the turn at which an alarm has lost half its worth.
        c_fp: what a false alarm costs; usually the share of persons with something to detect.
        c_fn: what a miss costs.
        c_tp: what a right alarm costs that comes never.
    """

    def cost(risk: bool, turn: int | None) -> float:
        if turn is None:
            return c_fn if risk else 0.0
        return c_tp * _lateness(turn, o) if risk else c_fp

    pairs = list(zip(true, decision_turn, strict=True))
    return math.fsum(cost(risk, turn) for risk, turn in pairs) / len(pairs)


def _lateness(turn: float, o: float) -> float:
    # Written by the smaller power of e, which cannot overflow.
    late = math.exp(-abs(turn - o))
    return 1 / (1 + late) if turn > o else late / (1 + late)


def f_latency(
    true: Sequence[bool], decision_turn: Sequence[int | None], p: float = 0.0078
) -> dict[str, float]:
    """Return F1 times speed: one less the median penalty of right alarms.

    Formula: penalty(k) = -1 + 2 / (1 + e^(-p (k-1))). Source: Sadeque, Xu and Bethard 2018
    (doi:10.1145/3159652.3159725); p as eRisk has it.

    Returns:
        F1, speed, F_latency; 0 without a right alarm.
    """
    pairs = list(zip(true, decision_turn, strict=True))
    right = [turn for risk, turn in pairs if risk and turn is not None]
    if not right:
        return {"F1": 0.0, "speed": 0.0, "F_latency": 0.0}
    wrong = sum(bool(risk) != (turn is not None) for risk, turn in pairs)
    f1 = 2 * len(right) / (2 * len(right) + wrong)
    speed = 1 - median(-1 + 2 / (1 + math.exp(-p * (turn - 1))) for turn in right)
    return {"F1": f1, "speed": speed, "F_latency": f1 * speed}
