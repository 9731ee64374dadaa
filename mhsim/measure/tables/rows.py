"""The rows of every table. An id is made of what names the unit, so it is the same at every read.

Every row says of which conversation it is; `conversations` says what that was. What is not known is
None: an item that has not come up has no value, a turn nobody could rate has no total.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import TypeAlias

from mhsim.measure.tables.said import Flag as Flag
from mhsim.measure.tables.said import RiskFound as RiskFound
from mhsim.measure.tables.said import Turn as Turn

SCHEMA = "1"
"""Version of these columns."""


def row_id(*names: object) -> str:
    """Return an id made of what names a unit: sixteen hexadecimal digits of a sha256."""
    natural = "\x1f".join(str(name) for name in names)
    return hashlib.sha256(natural.encode()).hexdigest()[:16]


@dataclass(frozen=True, slots=True)
class Conversation:
    """One planned conversation, played or not.

    Args:
        conversation_id: of plan and trial.
        trial: the trial's id.
        plan: the plan's sha256.
        scenario: its name.
        arm: the treatment.
        locale: where it is played.
        localize: what of the patient the arm brings there.
        patient: who; the unit of every analysis.
        therapist: who asks; None without one.
        replicate: one-based.
        seed: the trial's.
        instrument: the scale of the intended values.
        intended_total: the sum of the patient's own item values, in points.
        intended_band: its band by the instrument's own cut-offs.
        status: `closed`, `failed`, `in_progress` or `planned`.
        reason: why it ended.
        turns: how many turns it has.
        patient_model: what answered for the patient.
        therapist_model: what answered for the therapist.
        simulated: whether the reference simulator took part.
        mhsim: the version that played it.
        schema: the version of these columns.
    """

    conversation_id: str
    trial: str
    plan: str
    scenario: str
    arm: str
    locale: str
    localize: str | None
    patient: str
    therapist: str | None
    replicate: int
    seed: int
    instrument: str | None
    intended_total: int | None
    intended_band: str | None
    status: str
    reason: str | None
    turns: int | None
    patient_model: str | None
    therapist_model: str | None
    simulated: bool
    mhsim: str | None
    schema: str = SCHEMA


@dataclass(frozen=True, slots=True)
class Judgement:
    """One judge after one turn, rated or not.

    Args:
        rating_id: of conversation, turn and judge.
        conversation_id: whose.
        turn: one-based.
        judge: the judge's role.
        instrument: the scale that was filled.
        administration: whose reading of the scale it is: always `observer`.
        low: lower end of the total.
        high: upper end of the total.
        band: where both ends agree.
        assessed: items that had come up.
        items: items of the scale.
        total_zero: the total with items that had not come up as 0; for trajectories only.
        total_prorated: the total of the items assessed, scaled to all; None below 7 in 9 of them.
        quotes: words cited as evidence.
        unsupported: of these, how many nobody said.
        status: `rated`, or the kind of failure.
        final: whether it is about the last turn.
    """

    rating_id: str
    conversation_id: str
    turn: int
    judge: str
    instrument: str | None
    administration: str
    low: int | None
    high: int | None
    band: str | None
    assessed: int | None
    items: int | None
    total_zero: float | None
    total_prorated: float | None
    quotes: int | None
    unsupported: int | None
    status: str
    final: bool


@dataclass(frozen=True, slots=True)
class Item:
    """One item of one rating.

    Args:
        rating_id: whose.
        conversation_id: whose.
        turn: one-based.
        judge: the judge's role.
        item: the item's name.
        state: `not_assessed`, `denied`, `present` or `scaled`.
        low: lowest value it may have.
        high: highest value it may have.
        value: the middle of the two; None where it had not come up.
        intended: the patient's own value.
        final: whether it is about the last turn.
    """

    rating_id: str
    conversation_id: str
    turn: int
    judge: str
    item: str
    state: str
    low: int
    high: int
    value: float | None
    intended: int | None
    final: bool


@dataclass(frozen=True, slots=True)
class Comparison:
    """One judge on two conversations: who is more depressed.

    Args:
        comparison_id: of judge and the two conversations in their order.
        judge: the judge's role.
        arm: of both.
        locale: of both.
        replicate: of both, one-based.
        first: the conversation shown as A.
        second: the conversation shown as B.
        first_patient: who A is.
        second_patient: who B is.
        choice: `A`, `B` or `tie`; None where the judge could not answer.
        reason: in the judge's words.
        failure: why there is no answer.
    """

    comparison_id: str
    judge: str
    arm: str
    locale: str
    replicate: int | None
    first: str
    second: str
    first_patient: str | None
    second_patient: str | None
    choice: str | None
    reason: str | None
    failure: str | None


@dataclass(frozen=True, slots=True)
class Call:
    """One answer of a player, or one that failed.

    Args:
        call_id: of conversation and the event's place in it.
        conversation_id: whose.
        turn: one-based; None where it belongs to none.
        role: who answered.
        task: the kind of event it came to.
        model: what answered; None where that is not known.
        tokens_in: tokens of the question.
        tokens_out: tokens of the answer.
        tokens_cached: of the question's, how many were cached.
        seconds: wall time.
        cost: US dollars.
        failure: why there is no answer; None where there is one.
        attempts: how often it was asked; None where that was not kept.
    """

    call_id: str
    conversation_id: str
    turn: int | None
    role: str | None
    task: str
    model: str | None
    tokens_in: int | None
    tokens_out: int | None
    tokens_cached: int | None
    seconds: float | None
    cost: float | None
    failure: str | None
    attempts: int | None


Row: TypeAlias = Conversation | Turn | Judgement | Item | Flag | RiskFound | Comparison | Call
