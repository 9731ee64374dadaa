"""Progress: what a batch has come to, as a table on a terminal and as lines without one."""

from __future__ import annotations

import io
import time

import pytest

from mhsim.cli import progress as module
from mhsim.cli.progress import Progress, span
from mhsim.planning import Plan, make_plan
from mhsim.record import Closing, Failure, Usage, Utterance
from runs import small


class Terminal(io.StringIO):
    """A terminal that can be drawn on, as far as anybody asks."""

    def isatty(self) -> bool:
        """Say that it is one."""
        return True


@pytest.fixture
def plan() -> Plan:
    """Two conditions with three conversations each."""
    small(replicates=3)
    return make_plan("small")


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """A clock that stands still unless it is told."""
    now = [1000.0]
    monkeypatch.setattr(module.time, "monotonic", lambda: now[0])
    return now


def say(turn: int, role: str = "patient", **usage: float) -> Utterance:
    """Return something said, and what it took."""
    took = Usage.model_validate({"model": "x", **usage}) if usage else None
    return Utterance(turn=turn, role=role, text="Yes.", usage=took)


CLOSED = Closing(turn=2, reason="limit")
FAILED = Closing(turn=1, reason="failure")


def test_the_table_has_a_row_for_every_condition(plan: Plan, clock: list[float]) -> None:
    """Done, going on, planned, failed; kept trials count as done, rates do not count them."""
    told = Progress(plan, io.StringIO())
    english, chinese, *_, last = plan.trials()
    told.kept(english, CLOSED)
    told.kept(last, FAILED)
    told.started(chinese, 1)
    told.happened(chinese, [say(2)])
    clock[0] += 4
    assert told.lines() == [
        "arm      locale  done  now  of  failed",
        "-------  ------  ----  ---  --  ------",
        "english  en-US      1    0   3       0  [#######.............]",
        "chinese  zh-CN      1    1   3       1  [#######.............]",
        "2/6 conversations (2 before), 1 turns, 1 failed",
    ]
    told.finished(chinese, CLOSED)
    assert told.summary() == (
        "3/6 conversations (2 before), 1 turns, 15.0 conversations/min, "
        "about 12 s left at most, 1 failed"
    )


def test_turns_are_counted_once_and_from_where_a_trial_goes_on(plan: Plan) -> None:
    """However many events a turn has."""
    told = Progress(plan, io.StringIO())
    one, other, *_ = plan.trials()
    told.started(one, 0)
    told.started(other, 3)
    told.happened(one, [say(1, "therapist")])
    told.happened(one, [say(1)])
    told.happened(one, [CLOSED])
    told.happened(other, [say(4)])
    assert told.turns == 2


def test_tokens_cost_and_failures_are_summed(plan: Plan) -> None:
    """As far as they are known."""
    told = Progress(plan, io.StringIO())
    trial = next(plan.trials())
    told.started(trial, 0)
    told.happened(trial, [say(1, tokens_in=1200, tokens_out=40, cost=0.011)])
    told.happened(trial, [say(1, tokens_in=800, seconds=0.3)])
    told.happened(trial, [Failure(turn=1, role="judge", kind="timeout", detail="late")])
    assert told.summary() == (
        "0/6 conversations, 1 turns, timeout 1, 2,000 tokens in, 40 tokens out, 0.01 US dollars"
    )


def test_without_a_terminal_a_line_now_and_then(plan: Plan, clock: list[float]) -> None:
    """The longer it takes the rarer, and one at the end."""
    stream = io.StringIO()
    trial, other, *_ = plan.trials()
    with Progress(plan, stream) as told:
        told.started(trial, 0)
        for after in (1, 3, 2, 1, 200, 5, 5000, 250, 60):
            clock[0] += after
            told.happened(trial, [say(1)])
        told.finished(trial, CLOSED)
        told.started(other, 0)
    assert len(stream.getvalue().splitlines()) == 5
    assert stream.getvalue().splitlines()[0] == "0/6 conversations, 1 turns"
    assert stream.getvalue().splitlines()[-1].startswith("1/6 conversations, 1 turns, 15.6 convers")
    assert "\x1b" not in stream.getvalue()


def test_where_nothing_was_played_nothing_is_said(plan: Plan) -> None:
    """An error that comes first stands alone."""
    for stream in (io.StringIO(), Terminal()):
        with Progress(plan, stream) as told:
            told.kept(next(plan.trials()), CLOSED)
        assert "conversations" not in stream.getvalue()


def test_quiet_says_nothing(plan: Plan, monkeypatch: pytest.MonkeyPatch) -> None:
    """On a terminal, too."""
    monkeypatch.setenv("TERM", "xterm")
    for stream in (io.StringIO(), Terminal()):
        with Progress(plan, stream, quiet=True) as told:
            told.started(next(plan.trials()), 0)
            told.finished(next(plan.trials()), CLOSED)
        assert stream.getvalue() == ""


def test_on_a_terminal_the_table_is_redrawn_and_its_last_state_stays(
    plan: Plan, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Below everything else, in plain ASCII."""
    monkeypatch.setenv("TERM", "xterm")
    stream = Terminal()
    with Progress(plan, stream) as told:
        told.started(next(plan.trials()), 0)
        end = time.monotonic() + 10
        while "en-US" not in stream.getvalue() and time.monotonic() < end:
            time.sleep(0.01)
        drawn = stream.getvalue()
        told.finished(next(plan.trials()), CLOSED)
    assert "\x1b[J" in drawn
    assert "0/6 conversations" in drawn
    after = stream.getvalue()[len(drawn) :]
    stayed = after.rpartition("\x1b[?25h")[2].splitlines()
    assert stayed[:-1] == told.lines()[:-1]
    assert stayed[-1].startswith("1/6 conversations, 0 turns")
    assert stream.getvalue().isascii()


def test_on_a_small_terminal_what_goes_on_stays_in_sight(plan: Plan) -> None:
    """The summary never makes way."""
    told = Progress(plan, io.StringIO())
    chinese = next(t for t in plan.trials() if t.arm == "chinese")
    told.started(chinese, 0)
    assert told.lines(most=5) == [
        "arm      locale  done  now  of  failed",
        "-------  ------  ----  ---  --  ------",
        "chinese  zh-CN      0    1   3       0  [....................]",
        "and 1 more",
        "0/6 conversations, 0 turns",
    ]
    assert told.lines(most=2)[-2:] == ["and 2 more", "0/6 conversations, 0 turns"]


def test_on_a_narrow_terminal_bars_shrink_and_the_summary_is_wrapped(plan: Plan) -> None:
    """No line is longer than there is room for."""
    told = Progress(plan, io.StringIO())
    told.kept(next(plan.trials()), CLOSED)
    assert told.lines(50)[2] == "english  en-US      1    0   3       0  [###.....]"
    assert told.lines(44)[2:] == [
        "english  en-US      1    0   3       0",
        "chinese  zh-CN      0    0   3       0",
        "1/6 conversations (1 before), 0 turns",
    ]
    assert told.lines(39)[-1] == "1/6 conversations (1 before), 0 turns"
    assert told.lines(36)[-2:] == ["1/6 conversations (1 before), 0", "turns"]


def test_the_terminal_itself_says_how_much_room_there_is(
    plan: Plan, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Three lines are left to it."""
    monkeypatch.setenv("LINES", "8")
    assert len(Progress(plan, Terminal())._status(80)) == 5
    monkeypatch.setenv("LINES", "9")
    assert len(Progress(plan, Terminal())._status(80)) == 5
    monkeypatch.setenv("LINES", "24")
    assert "more" not in "".join(Progress(plan, Terminal())._status(80))


def test_a_stream_nobody_reads_stops_nothing(plan: Plan, clock: list[float]) -> None:
    """A batch outlives the terminal it was started from."""

    class Gone(io.StringIO):
        def write(self, text: str) -> int:
            raise BrokenPipeError

    with Progress(plan, Gone()) as told:
        trial = next(plan.trials())
        told.started(trial, 0)
        clock[0] += 100
        told.happened(trial, [say(1)])
        told.finished(trial, CLOSED)
    assert told.turns == 1


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (0.2, "1 s"),
        (59, "59 s"),
        (61, "1 min 1 s"),
        (3600, "1 h"),
        (3 * 3600 + 65, "3 h 1 min"),
        (200_000, "2 d 7 h"),
    ],
)
def test_spans_have_two_units_at_most(seconds: float, text: str) -> None:
    """Nobody needs more."""
    assert span(seconds) == text


@pytest.mark.parametrize(
    ("seconds", "rate"),
    [
        (0.25, "4.0 conversations/s"),
        (40, "1.5 conversations/min"),
        (600, "6.0 conversations/h"),
        (40_000, "2.2 conversations/d"),
    ],
)
def test_rates_come_in_a_unit_that_suits(
    plan: Plan, clock: list[float], seconds: float, rate: str
) -> None:
    """Never `0.0`."""
    told = Progress(plan, io.StringIO())
    trial = next(plan.trials())
    told.started(trial, 0)
    clock[0] += seconds
    told.finished(trial, CLOSED)
    assert rate in told.summary()
