"""Guards: a yes or no read off the log, and what they make of missing answers."""

from __future__ import annotations

from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError
from support import NOTHING, rating

from mhsim.guards import (
    COUNTS,
    Closed,
    Disagree,
    Flagged,
    ItemAt,
    LogGuard,
    RiskRaised,
    Stable,
    TotalAt,
    TurnAt,
    revisions,
    turns,
)
from mhsim.record import AnyEvent, Critique, Failure, Mark, Risk, RiskLevel, Span, Utterance
from mhsim.spec.graph import GUARDS
from mhsim.state import Log

MARK = Mark(span=Span(quote="x", start=0, end=1), kind="calque", reason="r")
ALL = "111111111"
GUARDS_OF_EVERY_KIND = (
    Flagged(),
    Closed(),
    RiskRaised(),
    Stable(judge="judge", turns=2, within=0),
    ItemAt(judge="judge", item="sleep", at_least=1),
    TotalAt(judge="judge", at_most=27),
    Disagree(between=("judge", "other")),
)


def log(*visits: Sequence[AnyEvent] | AnyEvent) -> Log:
    """Return a log of visits, each one event or several."""
    made = Log()
    for n, events in enumerate(visits):
        made.record(f"node{n}", events if isinstance(events, Sequence) else [events])
    return made


def said(turn: int = 1, role: str = "patient", **more: object) -> Utterance:
    """Return an utterance."""
    return Utterance.model_validate({"turn": turn, "role": role, "text": "x", **more})


def looked(verdict: str, *flags: Mark) -> Critique:
    """Return a critique."""
    return Critique.model_validate(
        {"turn": 1, "role": "critic", "revision": 0, "verdict": verdict, "flags": flags}
    )


def screened(turn: int, level: RiskLevel) -> Risk:
    """Return what a screen found."""
    return Risk(turn=turn, role="patient", level=level, source="lexicon")


def test_every_guard_of_the_entry_points_is_tried_here():
    """A guard added to the package is added to these tests."""
    tried = {type(guard) for guard in GUARDS_OF_EVERY_KIND} | {TurnAt}
    assert {GUARDS.get(name) for name in GUARDS} == tried


@pytest.mark.parametrize("guard", GUARDS_OF_EVERY_KIND, ids=lambda guard: type(guard).__name__)
def test_nothing_is_held_of_what_is_missing(guard: LogGuard):
    """An empty log, a turn without ratings and a turn whose judges failed satisfy no guard."""
    failed = Failure(turn=1, role="judge", kind="refusal", detail="d")
    for happened in (log(), log(said()), log(said(), failed)):
        assert guard.holds(happened) is False


@given(st.integers(0, 3), st.integers(0, 3), st.sampled_from("?0+123"))
def test_an_item_not_assessed_satisfies_no_threshold(low: int, high: int, sign: str):
    """Not even one that every value would satisfy: nobody knows the value."""
    happened = log(rating(sign + "?" * 8))
    above = ItemAt(judge="judge", item="anhedonia", at_least=low).holds(happened)
    below = ItemAt(judge="judge", item="anhedonia", at_most=high).holds(happened)
    bounds = {"?": (None, None), "0": (0, 0), "+": (1, 3)}.get(sign) or (int(sign), int(sign))
    assert above == (bounds[0] is not None and bounds[0] >= low)
    assert below == (bounds[1] is not None and bounds[1] <= high)


def test_an_item_of_another_instrument_satisfies_nothing():
    """A judge whose instrument has no such item cannot be sure of it."""
    assert not ItemAt(judge="judge", item="libido", at_least=0).holds(log(rating(ALL)))


def test_the_whole_interval_of_a_total_must_lie_there():
    """A total of 9 to 27 is neither at least 10 nor at most 26."""
    open_total = log(rating("+" * 9))
    assert not TotalAt(judge="judge", at_least=10).holds(open_total)
    assert not TotalAt(judge="judge", at_most=26).holds(open_total)
    assert TotalAt(judge="judge", at_least=9, at_most=27).holds(open_total)
    assert not TotalAt(judge="somebody", at_least=0).holds(open_total)


def test_an_unrated_turn_leaves_the_last_rating_in_force():
    """What a judge was sure of is not unknown again because it failed once."""
    failed = Failure(turn=2, role="judge", kind="timeout", detail="d")
    happened = log(said(1), rating(ALL), said(2), failed)
    assert TotalAt(judge="judge", at_least=9).holds(happened)
    assert ItemAt(judge="judge", item="sleep", at_least=1).holds(happened)


@pytest.mark.parametrize("fields", [{}, {"at_least": 3, "at_most": 2}])
def test_a_threshold_must_be_able_to_hold_and_not_to_hold(fields: dict[str, int]):
    """One that says nothing, or contradicts itself, is the author's mistake."""
    with pytest.raises(ValidationError, match="at_least"):
        TurnAt.model_validate(fields)


def test_turns_are_one_based():
    """The first turn is turn 1."""
    assert TurnAt(at_least=1, at_most=1).holds(log(said(1)))
    assert not TurnAt(at_least=2).holds(log(said(1)))


def test_flags_count_for_the_draft_they_were_found_in():
    """A new draft, or a critic that could not look at it, is not flagged."""
    flagged = [said(), looked("flattened", MARK)]
    failed = Failure(turn=1, role="critic", kind="refusal", detail="d")
    assert Flagged().holds(log(*flagged))
    assert not Flagged().holds(log(*flagged, said(revision=1)))
    assert not Flagged().holds(log(*flagged, said(revision=1), failed))
    assert not Flagged().holds(log(*flagged, said(turn=2)))
    assert not Flagged().holds(log(said(), looked("flattened")))


def test_a_draft_handed_back_is_flagged_even_without_exact_words():
    """A supervisor may return a draft for what it does not say."""
    assert Flagged().holds(log(said(), looked("returned")))
    assert not Flagged().holds(log(said(), looked("approved")))


def test_a_draft_that_was_taken_back_closes_nothing():
    """Only what was finally said ends the conversation, whoever said it, and only in its turn."""
    assert Closed().holds(log(said(role="therapist", closes=True), said()))
    assert not Closed().holds(log(said(closes=True), said(revision=1)))
    assert not Closed().holds(log(said(1, closes=True), said(2)))


@pytest.mark.parametrize("level", ["ambiguous", "passive", "active"])
def test_risk_is_raised_by_the_screen_in_the_turn_it_is_found(level: RiskLevel):
    """The next turn begins without it; levels can be chosen."""
    assert RiskRaised().holds(log(said(), screened(1, level)))
    assert RiskRaised(levels=("active",)).holds(log(screened(1, level))) == (level == "active")
    assert not RiskRaised().holds(log(screened(1, level), said(2), screened(2, "none")))
    assert not RiskRaised().holds(log(screened(1, level), said(2)))


def test_a_judge_raises_risk_once_per_disclosure():
    """The item counts when it is newly there; that it is still there brings no second enquiry."""
    nothing, there, still = NOTHING, "?" * 8 + "+", "?" * 8 + "2"
    raised = [rating(strip, turn) for turn, strip in enumerate((nothing, there, still, still), 1)]
    happened = Log()
    held: list[bool] = []
    for each in raised:
        happened.record("judges", [each])
        held.append(RiskRaised().holds(happened))
    assert held == [False, True, False, False]


def test_a_judge_that_failed_in_between_raises_the_same_risk_no_second_time():
    """An unrated turn is no denial; each judge is compared with its own last rating."""
    there = "?" * 8 + "1"
    failed = Failure(turn=2, role="judge", kind="timeout", detail="d")
    happened = log(rating(there, 1), failed, rating(there, 3))
    assert not RiskRaised().holds(happened)
    happened.record("other", [rating(there, 3, "other")])
    assert RiskRaised().holds(happened)
    assert not RiskRaised(item="libido").holds(happened)


def test_stability_needs_evidence_for_every_item():
    """An interval that stands still because nothing comes up is not stable."""
    stable = Stable(judge="judge", turns=2, within=0)
    assert stable.holds(log(rating(ALL, 1), rating(ALL, 2)))
    assert not stable.holds(log(rating(NOTHING, 1), rating(NOTHING, 2)))
    assert not stable.holds(log(rating("?" + ALL[1:], 1), rating("?" + ALL[1:], 2)))
    wide = Stable(judge="judge", turns=2, within=18)
    assert not wide.holds(log(rating(NOTHING, 1), rating(ALL, 2)))
    assert not stable.holds(log(rating(ALL, 1)))


def test_stability_is_over_rated_turns_and_looks_at_both_ends():
    """An unrated turn is skipped; a total whose upper end falls still moves."""
    failed = Failure(turn=2, role="judge", kind="timeout", detail="d")
    assert Stable(judge="judge", turns=2, within=1).holds(
        log(rating(ALL, 1), failed, rating("2" + ALL[1:], 3))
    )
    moved = log(rating("+" + ALL[1:], 1), rating(ALL, 2))
    assert not Stable(judge="judge", turns=2, within=1).holds(moved)
    assert Stable(judge="judge", turns=2, within=2).holds(moved)


def test_judges_disagree_by_the_middles_of_their_totals_in_this_turn():
    """A judge that could not rate this turn disagrees with nobody."""
    apart = Disagree(between=("judge", "other"), by=2)
    first = [said(1), [rating(ALL, 1), rating("3" + ALL[1:], 1, "other")]]
    assert apart.holds(log(*first))
    assert not Disagree(between=("judge", "other"), by=3).holds(log(*first))
    assert not apart.holds(log(*first, said(2), rating(ALL, 2)))
    assert not apart.holds(log(said(1), [rating(ALL, 1), rating(ALL, 1, "other")]))


def test_a_guard_says_whom_it_asks():
    """So that a scenario can be checked for judges and items nobody has."""
    assert Stable(judge="a", turns=2, within=0).judges() == ("a",)
    assert Disagree(between=("a", "b")).judges() == ("a", "b")
    assert TotalAt(judge="a", at_least=1).judges() == ("a",)
    assert (ItemAt(judge="a", item="sleep", at_least=1).judges()) == ("a",)
    assert ItemAt(judge="a", item="sleep", at_least=1).items() == ("sleep",)


def test_why_a_session_ends_depends_on_the_guard():
    """A risk guard ends it for risk, a stable one for stability, all others close it."""
    reasons = {type(guard).__name__: guard.reason for guard in GUARDS_OF_EVERY_KIND}
    assert reasons.pop("RiskRaised") == "risk"
    assert reasons.pop("Stable") == "stable"
    assert set(reasons.values()) == {"closed"}


def test_turns_and_returns_are_counted():
    """The two counts every graph has, by their names."""
    happened = log(said(1), said(2))
    happened.record("node1", [said(2, revision=1)])
    assert COUNTS.get("turns") is turns
    assert turns(happened, "therapist") == 2
    assert COUNTS.get("revisions") is revisions
    assert revisions(happened, "node1") == 1
