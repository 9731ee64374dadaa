"""A run with a budget, a cache, a recording; what stops it, and how it goes on."""

from __future__ import annotations

import asyncio
import json
from functools import lru_cache
from pathlib import Path
from typing import Any

import pytest
from chat import Talker, answering

from mhsim import batch
from mhsim.chat import ChatError, Terms
from mhsim.errors import InputError
from mhsim.planning import Plan
from runs import SMALL, Called, call, reopen, scripted, small, trials

MODEL = {
    "model": "openai:x",
    "base_url": "http://there",
    "max_tokens": 50,
    "price": {"input": 1, "output": 10},
}
CALLS = 4 * 3 * 3
"""Conversations, turns, calls of a turn."""

CALL = (100 * 1 + 20 * 10) / 1e6
TRIAL = "plain.en-US.patient.001"


@lru_cache
def planned(**more: Any) -> Plan:
    """Return a plan of four conversations with a chat model in every seat."""
    return scripted(replicates=4, models={"default": {**MODEL, **more}})


def go(
    client: Talker, out: str = "run", made: Plan | None = None, workers: int = 16, **terms: Any
) -> batch.Outcome:
    """Play it, on these terms."""
    given = Terms(**terms)
    with answering(client):
        return asyncio.run(batch.run(made or planned(), out, workers=workers, terms=given))


def spent(run: str = "run") -> float:
    """Add up what the events of a run say it has cost."""
    events = [json.loads(line) for data in trials(run).values() for line in data.splitlines()]
    return sum(event.get("usage", {}).get("cost", 0.0) for event in events)


def said(run: str) -> list[list[str | None]]:
    """Return the words of a run."""
    return [[json.loads(r).get("text") for r in d.splitlines()] for d in trials(run).values()]


def test_what_a_run_has_cost_is_told() -> None:
    """By the outcome, in run.log, on every event; all of them agree."""
    outcome = go(Talker())
    assert outcome.spent.dollars == pytest.approx(CALLS * CALL) == pytest.approx(spent())
    assert (outcome.spent.tokens, outcome.spent.calls) == (CALLS * 120, CALLS)
    assert f"spent: {CALLS * CALL:.4f} US dollars" in Path("run/run.log").read_text()


def test_a_budget_stops_before_it_is_exceeded_and_a_larger_one_goes_on() -> None:
    """Nothing fails, and in the end nothing was paid twice."""
    client = Talker()
    for budget in (0.004, 0.006, 0.01):
        outcome = go(client, budget=budget)
        assert outcome.stopped is not None
        assert outcome.stopped.reason == "budget"
        assert client.calls * CALL <= budget
        assert (outcome.failed, outcome.failures) == ({}, {})
    outcome = go(client, budget=1.0)
    assert (outcome.stopped, client.calls) == (None, CALLS)
    assert outcome.spent.dollars == pytest.approx(spent()) == pytest.approx(CALLS * CALL)


def test_a_budget_of_tokens_needs_no_price() -> None:
    """One of money does, and says so before anything is made."""
    free = planned(price=None)
    with pytest.raises(InputError, match="the price of openai:x is not known"):
        go(Talker(), made=free, budget=1.0)
    assert not Path("run").exists()
    client = Talker()
    assert go(client, made=free, budget_tokens=9000).stopped
    assert client.calls * 120 <= 9000


def test_a_second_run_with_the_same_cache_costs_nothing() -> None:
    """The opening says where its replies came from, and so does every event."""
    go(Talker(), "one", cache=Path("replies"))
    client = Talker()
    outcome = go(client, "other", cache=Path("replies"))
    assert (outcome.spent.calls, client.calls, spent("other")) == (0, 0, 0.0)
    assert "replies: cache" in Path("other/run.log").read_text()
    first, second, *_ = next(iter(trials("other").values())).splitlines()
    assert json.loads(first)["replies"] == "cache"
    assert json.loads(second)["usage"]["source"] == "cache"


def test_a_replay_is_byte_for_byte_the_same() -> None:
    """From a recording, or from the tape of any run; no model is asked."""
    go(Talker(), "one", record=Path("tape"))
    client = Talker()
    for workers, tape in enumerate(("tape", "tape", "one/calls.jsonl"), 1):
        go(client, f"played-{workers}", workers=workers, replay=Path(tape))
    assert client.calls == 0
    assert trials("played-1") == trials("played-2") == trials("played-3")
    assert said("played-1") == said("one")
    assert b'"replies":"record"' in next(iter(trials("one").values()))


def test_a_replay_of_another_plan_says_which_call_is_missing() -> None:
    """And fails no conversation of it."""
    go(Talker(), "one", record=Path("tape"))
    outcome = go(Talker(), "two", made=planned(temperature=0.5), replay=Path("tape"))
    assert f"tape: therapist of {TRIAL} asks something that is not on the" in str(outcome.stopped)
    assert outcome.failed == {}
    assert not list(Path("two/trials").glob("*.jsonl"))


def test_what_was_asked_in_a_turn_that_was_cut_is_not_paid_again() -> None:
    """The tape answers for it when the run goes on."""
    client = Talker()
    go(client)
    whole = trials("run")
    rows = Path(f"run/trials/{TRIAL}.jsonl").read_bytes().splitlines(keepends=True)
    reopen("run", TRIAL, len(b"".join(rows[:7])))  # in the middle of the second turn
    go(client)
    assert client.calls == CALLS
    assert trials("run") == whole


def test_a_wrong_key_stops_the_run_at_once() -> None:
    """Every conversation is left to be played."""
    client = Talker(*[ChatError("key", "no such key", status=401)] * 99)
    outcome = go(client)
    assert str(outcome.stopped) == "http://there does not let us in: no such key"
    assert (outcome.failed, outcome.played) == ({}, 0)
    assert client.calls <= 4
    assert go(Talker()).played == 4


# --- the command


def run(*options: str) -> Called:
    """Run a small scenario with chat models in all seats."""
    english = SMALL.replace("  chinese: {locales: [zh-CN], localize: biography}\n", "")
    small(english, models=f"{{default: {json.dumps(MODEL)}}}", replicates=2)
    with answering(Talker()):
        return call("run", "small", "--quiet", *options)


def test_the_command_says_how_to_go_on() -> None:
    """Exit code 3."""
    done = run("--budget", "0.004")
    assert done.code == 3
    assert "could exceed the budget of 0.004 US dollars; spent: 0.00" in done.err
    assert done.err.endswith(
        "To go on with a larger budget:\n"
        "  mhsim run small --out runs/small --workers 16 --budget 0.004\n"
    )


def test_the_environment_may_name_the_cache(monkeypatch: pytest.MonkeyPatch) -> None:
    """A replay does without."""
    monkeypatch.setenv("MHSIM_CACHE", "replies")
    done = run()
    assert done.code == 0
    assert Path("replies/replies.sqlite").is_file()
    assert "\nspent: 0.0072 US dollars, 2,880 tokens, 24 calls\n" in done.err
    assert run("--replay", "runs/small/calls.jsonl", "--out", "other").code == 0


@pytest.mark.parametrize(
    ("option", "value", "right"),
    [("--budget", "0", "more than 0"), ("--budget", "nan", "more than 0"),
     ("--budget-tokens", "0", "1 or more"), ("--deadline", "-1", "more than 0")],
)  # fmt: skip
def test_nothing_is_no_budget(option: str, value: str, right: str) -> None:
    """Said before anything begins."""
    done = call("run", "small", option, value)
    assert done.code == 2
    assert done.err.startswith(f"mhsim run: {option}: found ")
    assert right in done.err
