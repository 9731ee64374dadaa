"""One model behind its gate: what is tried again, how long, and what stops a run."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

import pytest
from chat import Scripted, pooled
from clockwork import timed

from mhsim.chat import Books, ChatError, Reply, Request, Terms
from mhsim.chat.patience import Patience
from mhsim.errors import Halt

ASKED = Request([{"role": "user", "content": "How are you?"}])
FORM = Request(ASKED.messages, {"title": "form"}, "json_schema")
SLOW = ChatError("overloaded", "slow down", status=429)
DOWN = ChatError("network", "cut")
BROKEN = ChatError("server", "oops", status=500)


def failed(job: Any) -> tuple[ChatError, float]:
    """Await what must fail; return how, and after how many seconds."""

    async def run() -> ChatError:
        with pytest.raises(ChatError) as caught:
            await job
        return caught.value

    return timed(run())


class Slow:
    """A client that takes its time: seconds for each call, the last one for all others."""

    def __init__(self, *seconds: float) -> None:
        self.seconds = list(seconds)
        self.calls = 0

    async def send(self, request: Request) -> Reply:
        self.calls += 1
        await asyncio.sleep(self.seconds.pop(0) if len(self.seconds) > 1 else self.seconds[0])
        return Reply("Tired.", tokens_in=7, tokens_out=3)

    async def close(self) -> None:
        pass


# --- what is tried again


@pytest.mark.parametrize("error", [SLOW, DOWN, BROKEN, ChatError("timeout", "late")])
def test_what_may_pass_is_tried_again(error: ChatError) -> None:
    """Three times in vain, then it works."""
    client = Scripted(error, error, error, "Tired.")
    reply, seconds = timed(pooled(client).send(ASKED))
    assert (reply.text, len(client.sent)) == ("Tired.", 4)
    assert 0 < seconds < 7


@pytest.mark.parametrize("kind", ["key", "request", "context"])
def test_what_cannot_pass_is_not(kind: Any) -> None:
    """One call, one error."""
    error, seconds = failed(pooled(Scripted(ChatError(kind, "no"))).send(ASKED))
    assert (error.kind, error.attempts, seconds) == (kind, 1, 0)


def test_the_server_says_how_long_to_wait() -> None:
    """And gets a tenth more at most."""
    busy = ChatError("overloaded", "busy", retry_after=20.0)
    assert 40 <= timed(pooled(Scripted(busy, busy, "Tired.")).send(ASKED))[1] <= 44


def test_a_long_wait_pauses_the_pooled() -> None:
    """It is no time of the answer's own."""
    busy = ChatError("overloaded", "come tomorrow", retry_after=2000.0)
    there = pooled(Scripted(busy, "Tired."), deadline=10)

    async def run() -> float | None:
        job = asyncio.create_task(there.send(ASKED))
        await asyncio.sleep(1)
        paused = there.state().paused
        await job
        return paused

    paused, seconds = timed(run())
    assert paused == pytest.approx(1999)
    assert seconds == pytest.approx(2000)


def test_waits_grow_and_are_drawn_at_random() -> None:
    """Full jitter: anything from nothing to the bound, which doubles up to a minute."""
    patience = Patience()
    waits = [[patience.wait(SLOW, attempt) for _ in range(200)] for attempt in (1, 4, 30)]
    assert all(max(each) <= most for each, most in zip(waits, (1, 8, 60), strict=True))
    assert all(max(each) > 0.8 * most for each, most in zip(waits, (1, 8, 60), strict=True))
    assert all(min(each) < 0.2 * most for each, most in zip(waits, (1, 8, 60), strict=True))


def test_a_server_that_may_not_know_a_mode_is_asked_twice() -> None:
    """The next mode is tried sooner so; one that worked before is waited for."""
    there = pooled(Scripted(BROKEN))
    error, _ = failed(there.send(FORM))
    assert (error.kind, error.attempts, there.state().paused) == ("server", 2, None)
    there = pooled(Scripted(BROKEN, BROKEN, BROKEN, "{}"))
    there.modes["form"] = "json_schema"
    assert timed(there.send(FORM))[0].text == "{}"


# --- time


def test_a_call_that_hangs_is_cut_off_and_made_again() -> None:
    """After the seconds the scenario allows."""
    client = Slow(500, 1)
    seconds = timed(pooled(client, timeout=30.0).send(ASKED))[1]
    assert client.calls == 2
    assert 31 <= seconds <= 32


def test_an_answer_has_a_deadline() -> None:
    """With what went wrong last."""
    error, seconds = failed(pooled(Scripted(SLOW), deadline=100.0).send(ASKED))
    assert error.kind == "timeout"
    assert "no answer before the deadline" in error.detail
    assert "slow down" in error.detail
    assert error.attempts > 3
    assert seconds <= 100


def test_a_conversation_has_a_deadline() -> None:
    """Its calls share it; another conversation has its own."""
    there = pooled(Slow(40), Books(Terms(deadline=100.0)))

    async def run() -> int:
        for done in range(5):
            try:
                await there.send(ASKED)
            except ChatError:
                await there.at("another", "patient").send(ASKED)
                return done
        return 5

    assert timed(run()) == (2, pytest.approx(140, abs=20))


# --- outages


class Outage:
    """A client that answers, then is gone for a while, then answers again."""

    def __init__(self, start: float, end: float) -> None:
        self.start, self.end = start, end
        self.calls: list[float] = []

    async def send(self, request: Request) -> Reply:
        now = asyncio.get_running_loop().time()
        self.calls.append(now)
        await asyncio.sleep(1)
        if self.start <= now < self.end:
            raise DOWN
        return Reply("Tired.")

    async def close(self) -> None:
        pass


def test_an_outage_of_minutes_fails_nobody() -> None:
    """Few calls are spent on it, and all is as before soon after its end."""
    client = Outage(20, 620)
    there = pooled(client, timeout=10.0)

    async def one(n: int) -> None:
        seat = there.at(f"trial-{n}", "patient")
        for _ in range(100):
            await seat.send(ASKED)

    async def everyone() -> None:
        await asyncio.gather(*(one(n) for n in range(8)))

    seconds = timed(everyone())[1]
    assert 700 <= seconds <= 740
    assert sum(30 <= at < 620 for at in client.calls) < 60


def test_somebody_alone_is_patient_for_as_long_as_an_answer_may_take() -> None:
    """It may be this one call that breaks the server."""
    client = Scripted("Tired.", DOWN)
    there = pooled(client)

    async def run() -> ChatError:
        await there.send(ASKED)
        with pytest.raises(ChatError) as caught:
            await there.send(ASKED)
        return caught.value

    error, seconds = timed(run())
    assert error.kind == "timeout"
    assert 880 <= seconds <= 930


# --- keys


def test_a_wrong_key_stops_the_run() -> None:
    """Otherwise a thousand conversations would fail of it one by one."""
    refused = ChatError("key", "who are you", status=401)
    there = pooled(Scripted(refused), Books(tape=Path("calls.jsonl")))
    with pytest.raises(Halt, match="http://here does not let us in: who are you") as caught:
        timed(there.send(ASKED))
    assert caught.value.reason == "key"


def test_one_call_that_is_not_allowed_is_its_own_failure() -> None:
    """Some say so of what they do not like; five in a row are not about the words."""
    refused = ChatError("key", "moderated", status=403)
    there = pooled(Scripted(*[refused] * 5), Books(tape=Path("calls.jsonl")))
    for _ in range(4):
        assert failed(there.send(ASKED))[0].kind == "key"
    with pytest.raises(Halt):
        timed(there.send(ASKED))


def test_whoever_is_cancelled_frees_their_place() -> None:
    """In the middle of a call."""
    there = pooled(Slow(50), concurrency=1)

    async def run() -> Reply:
        job = asyncio.create_task(there.send(ASKED))
        await asyncio.sleep(1)
        assert (there.state().in_flight, there.state().limit) == (1, 1)
        job.cancel()
        return await there.send(ASKED)

    assert timed(run()) == (Reply("Tired.", tokens_in=7, tokens_out=3), pytest.approx(51))
