"""Rate: judges side by side, each blind to the others, and turns that stay unrated."""

from __future__ import annotations

import asyncio

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support import (
    CRITIC,
    ITEMS,
    Broken,
    Recorder,
    Stuck,
    ended,
    fails,
    filled,
    go_on,
    of,
    play,
    stage,
)

from mhsim.errors import EngineError
from mhsim.nodes.rate import Rate
from mhsim.players.script import Script
from mhsim.record import Failure, Rating, Usage
from mhsim.state import Log
from mhsim.table import Ask, Filled, Form, Seat, Table, Visit

REPLIES = st.sampled_from((filled("+" * 9), fails("refusal"), fails("timeout"), "not a form"))


@given(st.lists(REPLIES, min_size=3, max_size=3), st.lists(REPLIES, min_size=3, max_size=3))
def test_every_judge_leaves_a_rating_or_a_failure_every_turn(first, second):
    """One that cannot answer leaves the turn unrated and stops nobody."""
    happened = play("panel", judge_a=first, judge_b=second)
    left = [e for e in happened if e.node == "panel"]
    assert [(e.turn, e.role) for e in left] == [(t, f"judge_{j}") for t in (1, 2, 3) for j in "ab"]
    rated = [isinstance(e, Rating) for e in left]
    assert rated == [r == filled("+" * 9) for pair in zip(first, second, strict=True) for r in pair]
    assert ended(happened) == "limit"


def test_an_unrated_turn_has_no_value_anywhere():
    """No default stands in for what the judge did not say."""
    happened = play("interview", {"turns": 2}, judge=[fails("timeout"), filled("2" * 9)])
    assert [rating.turn for rating in of(Rating, happened)] == [2]
    (failed,) = of(Failure, happened)
    assert (failed.kind, failed.detail, failed.turn) == ("timeout", "as written", 1)


def test_judges_of_one_node_work_side_by_side():
    """The first waits for the second: one after the other would never end."""
    met = asyncio.Barrier(2)

    class Waits(Script):
        async def fill(self, ask: Ask, form: type[Form]) -> Filled[Form]:
            await asyncio.wait_for(met.wait(), 5)
            return await super().fill(ask, form)

    judges = {f"judge_{n}": Waits([filled()]) for n in "ab"}
    assert len(of(Rating, play("panel", {"turns": 1}, **judges))) == 2


def test_a_judge_rates_what_was_said_so_far():
    """The transcript grows by one exchange a turn; whose severity it is, is said."""
    judge = Recorder(Script([filled()] * 3))
    play("interview", judge=judge)
    assert [len(ask.transcript) for ask in judge.asks] == [2, 4, 6]
    assert {(ask.task, ask.of, ask.revision) for ask in judge.asks} == {("rate", "patient", 0)}


def test_a_rating_names_its_instrument_and_keeps_the_reasons():
    """And what it took, where the player knows."""
    usage = Usage(model="m", tokens_out=7)

    class Costly(Script):
        async def fill(self, ask: Ask, form: type[Form]) -> Filled[Form]:
            return Filled(form.model_validate(filled(rationale="because")), usage)

    (rating,) = of(Rating, play("interview", {"turns": 1}, judge=Costly([])))
    assert (rating.instrument, rating.rationale, rating.usage) == ("phq9", "because", usage)
    assert list(rating.items) == list(ITEMS)


def test_a_bug_in_one_judge_ends_the_trial_not_the_process():
    """The closing event names it, and the other judge is not left at work."""
    stuck = Stuck(Script([]), turns=0)
    happened = go_on(stage("panel", judge_a=stuck, judge_b=Broken()))
    assert ended(happened) == "failure"
    assert happened[-1].detail == "ZeroDivisionError: a bug"
    assert of(Rating, happened) == []
    assert stuck.stopped


def test_only_a_judge_may_rate():
    """A seat laid by hand with somebody else in it is an error of the engine's user."""
    made = stage("interview")
    table = made.casting.table(next(made.plan.trials()))
    seat = Seat(role="judge", agent=CRITIC, player=Script([]), prompt="")
    wrong = Table(table.trial, {"judge": seat}, table.instruments, table.lexicons)
    with pytest.raises(EngineError, match="'judge' rate, who is no judge"):
        asyncio.run(Rate(kind="rate", roles=("judge",)).run(Visit("judge", 1, Log(), wrong)))


def test_a_node_names_whom_it_needs():
    """Every judge; a visit is whole when each of them has left something."""
    node = Rate.model_validate({"kind": "rate", "roles": ["a", "b"]})
    assert node.cast() == {"a": ("judge",), "b": ("judge",)}
    assert node.about() == ("patient",)
    failed = Failure(kind="refusal", detail="d")
    assert [node.whole([failed] * n) for n in range(4)] == [False, False, True, False]
