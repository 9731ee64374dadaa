"""Rates, concurrency, pauses, fairness: arithmetic first, then at the gate."""

from __future__ import annotations

import asyncio
from collections import Counter
from itertools import pairwise
from random import Random
from statistics import mean

import pytest
from clockwork import timed
from hypothesis import given
from hypothesis import strategies as st

from mhsim.chat.breaker import Breaker
from mhsim.chat.gate import Gate
from mhsim.chat.limit import Limit
from mhsim.chat.rate import Bucket
from mhsim.chat.request import ChatError
from mhsim.errors import Halt
from mhsim.spec.model import Model

SLOW, DOWN = ChatError("overloaded", "slow down"), ChatError("network", "nobody there")


def gate(**more: object) -> Gate:
    made = Gate("http://here")
    made.bind(Model.model_validate({"model": "openai:x", **more}))
    return made


# --- rates


@given(
    st.integers(1, 600),
    st.floats(0.5, 20),
    st.lists(st.tuples(st.floats(0, 30), st.floats(0.1, 30)), min_size=1, max_size=60),
)
def test_in_any_minute_no_more_flows_than_is_allowed(per_minute, burst, calls) -> None:
    """Whoever waits as long as told; one burst and what one call exceeds it by come on top."""
    bucket, now, taken = Bucket(per_minute, burst), 0.0, []
    for later, amount in calls:
        now += later
        now += bucket.wait(amount, now)
        bucket.take(amount, now)
        taken.append((now, amount))
    for start, _ in taken:
        window = [amount for at, amount in taken if start <= at < start + 60]
        assert sum(window) <= per_minute + burst + max(window) + 1e-6


def test_what_was_taken_too_much_is_given_back() -> None:
    """A reply shorter than feared."""
    bucket = Bucket(60, burst=10)
    bucket.take(10, now=0)
    assert bucket.wait(5, now=0) == pytest.approx(5)
    bucket.take(-5, now=0)
    assert bucket.wait(5, now=0) == 0


# --- concurrency


@given(st.integers(1, 64), st.lists(st.tuples(st.booleans(), st.integers(0, 64)), max_size=300))
def test_the_limit_stays_within_its_bounds(most, told) -> None:
    """It never rises past its end, never falls below one, and falls by half at most."""
    limit = Limit(most)
    for now, (good, in_flight) in enumerate(told):
        before = limit.value
        if good:
            limit.good(in_flight)
            assert before <= limit.value <= before + 1
        else:
            limit.overloaded(begun=now, now=now)
            assert before // 2 <= limit.value <= before
        assert 1 <= limit.value <= most


def test_a_burst_of_refusals_counts_once() -> None:
    """All of them began before it was halved."""
    limit = Limit(64)
    for n in range(10):
        limit.overloaded(begun=1.0, now=2.0 + n / 10)
    assert limit.value == 8
    limit.overloaded(begun=3.0, now=4.0)
    assert limit.value == 4


def test_a_server_that_refuses_some_whatever_their_number_is_kept_busy() -> None:
    """One in twenty, at random; one in three is too many."""
    for share, least, most in ((0.05, 20, 64), (0.33, 1, 6)):
        limit, draw, levels = Limit(64), Random(1), list[int]()
        for now in range(4000):
            if draw.random() < share:
                limit.overloaded(begun=now, now=now)
            else:
                limit.good(in_flight=limit.value)
            levels.append(limit.value)
        assert least <= mean(levels[1000:]) <= most


def test_it_rises_only_while_it_is_used() -> None:
    """Nobody knows whether more would go well."""
    limit = Limit(64)
    for _ in range(100):
        limit.good(in_flight=3)
    assert limit.value == 16
    for _ in range(100):
        limit.good(in_flight=limit.value)
    assert limit.value == 64


# --- pauses


def test_five_failures_in_a_row_pause_and_one_call_tries() -> None:
    """Pauses double up to a quarter of a minute; a success ends them."""
    breaker = Breaker()
    for _ in range(4):
        breaker.bad(0.0, probe=False)
    assert not breaker.open
    breaker.bad(0.0, probe=False)
    pauses, now = [], 0.0
    for _ in range(6):
        pauses.append(breaker.wait(now))
        now += breaker.wait(now)
        assert breaker.begin()
        assert breaker.wait(now) == float("inf")
        breaker.bad(now, probe=True)
    assert pauses == [1, 2, 4, 8, 15, 15]
    breaker.good()
    assert (breaker.wait(now), breaker.down(now)) == (0, 0)


def test_calls_of_before_do_not_lengthen_a_pause() -> None:
    """They were under way when it began."""
    breaker = Breaker()
    for _ in range(20):
        breaker.bad(0.0, probe=False)
    assert breaker.wait(0.0) == 1


def test_whoever_tries_and_goes_away_lets_another_try() -> None:
    """Cancelled, it says nothing about the server."""
    breaker = Breaker()
    breaker.hold(90, 0.0)
    assert breaker.wait(0.0) == 90
    breaker.given_up(breaker.begin())
    assert breaker.wait(90.0) == 0


# --- the gate


def test_no_more_are_under_way_than_allowed_and_all_get_through() -> None:
    """First come, first served."""
    there = gate(concurrency=3)
    most, order = [], []

    async def one(n: int) -> None:
        leave = await there.enter("patient", 10)
        most.append(there.in_flight)
        order.append(n)
        await asyncio.sleep(1)
        there.leave(leave, None, 10)

    async def everyone() -> None:
        await asyncio.gather(*(one(n) for n in range(30)))

    assert timed(everyone())[1] == pytest.approx(10)
    assert max(most) == 3
    assert order == list(range(30))


def test_roles_take_turns() -> None:
    """Thirty patients in line do not keep out one judge."""
    there, order = gate(concurrency=1), []

    async def one(role: str) -> None:
        leave = await there.enter(role, 0)
        order.append(role)
        await asyncio.sleep(1)
        there.leave(leave, None)

    async def everyone() -> None:
        await asyncio.gather(*(one(role) for role in ["patient"] * 30 + ["judge"] * 3))

    timed(everyone())
    assert order[1:7] == ["patient", "judge"] * 3
    assert Counter(order) == {"patient": 30, "judge": 3}


def test_calls_and_tokens_a_minute_are_kept_to() -> None:
    """Sixty calls a minute: one a second; 600 tokens a minute: ten a second."""
    begun: list[float] = []

    async def begin(there: Gate) -> None:
        leave = await there.enter("patient", 40)
        begun.append(asyncio.get_running_loop().time())
        there.leave(leave, None, 40)

    async def all_of(there: Gate) -> None:
        begun.clear()
        await asyncio.gather(*(begin(there) for _ in range(5)))

    timed(all_of(gate(requests_per_minute=60)))
    assert [b - a for a, b in pairwise(begun)] == pytest.approx([1, 1, 1, 1])
    timed(all_of(gate(tokens_per_minute=600)))
    assert [b - a for a, b in pairwise(begun)] == pytest.approx([4, 4, 4, 4])


def test_of_several_models_the_strictest_holds() -> None:
    """They share the endpoint's limits."""
    there = gate(concurrency=9)
    there.bind(Model.model_validate({"model": "openai:y", "concurrency": 2}))
    there.bind(Model.model_validate({"model": "openai:z", "concurrency": 5}))
    assert there.limit == 2


def test_overload_halves_what_is_under_way() -> None:
    """And the message is kept for who asks."""
    there = gate(concurrency=8)

    async def refused() -> None:
        leaves = [await there.enter("patient", 0) for _ in range(8)]
        await asyncio.sleep(1)
        for leave in leaves:
            there.leave(leave, SLOW)

    timed(refused())
    assert (there.limit, there.last_error, there.paused()) == (4, "overloaded: slow down", None)


def test_who_leaves_the_line_takes_nobodys_place() -> None:
    """Cancelled while waiting, or just as they were called."""
    there = gate(concurrency=1)

    async def one() -> None:
        leave = await there.enter("patient", 0)
        await asyncio.sleep(1)
        there.leave(leave, None)

    async def everyone() -> int:
        first = await there.enter("patient", 0)
        jobs = [asyncio.create_task(one()) for _ in range(4)]
        await asyncio.sleep(0.1)
        assert there.waiting == 4
        jobs[0].cancel()
        there.leave(first, None)  # calls the second
        jobs[1].cancel()  # who has been called, and does not know it yet
        done = await asyncio.gather(*jobs, return_exceptions=True)
        return sum(result is None for result in done)

    assert timed(everyone())[0] == 2
    assert (there.in_flight, there.waiting) == (0, 0)


def test_an_outage_is_waited_for_and_then_given_up() -> None:
    """Half a minute where nothing ever worked; an hour where it had."""

    async def dead(there: Gate) -> None:
        while True:
            leave = await there.enter("patient", 0)
            there.leave(leave, DOWN)

    async def later(there: Gate) -> None:
        there.leave(await there.enter("patient", 0), None)
        await dead(there)

    for job, least, most in ((dead, 15, 60), (later, 3600, 3640)):
        there = gate()

        async def waited(job=job, there=there) -> Halt:
            with pytest.raises(Halt, match="http://here has not answered for") as caught:
                await job(there)
            return caught.value

        halt, seconds = timed(waited())
        assert halt.reason == "outage"
        assert least <= seconds <= most
