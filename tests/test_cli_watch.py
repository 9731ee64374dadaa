"""`mhsim watch`: one conversation, played, replayed or followed."""

from __future__ import annotations

import threading
import time
from pathlib import Path

import pytest
import yaml

from mhsim.cli import watch as verb
from mhsim.lock import take
from runs import call, lines, reopen, small

TRIAL = "english.en-US.shopkeeper.001"


@pytest.fixture
def run() -> Path:
    """A finished run."""
    small()
    assert call("run", "small", "--quiet").code == 0
    return Path("runs/small")


def test_a_scenario_is_played_and_not_stored() -> None:
    """Its first conversation; whole, and on stdout."""
    small()
    done = call("watch", "small")
    assert (done.code, done.err) == (0, "")
    assert done.out.startswith(TRIAL)
    assert "-- turn 4 of 4 --" in done.out
    assert "end after turn 4: its limit was used up" in done.out
    assert not Path("runs").exists()


@pytest.mark.parametrize(
    ("options", "title"),
    [
        (["--arm", "chinese"], "chinese.zh-CN.shopkeeper.001"),
        (["--locale", "zh-CN"], "chinese.zh-CN.shopkeeper.001"),
        (["--patient", "shopkeeper"], TRIAL),
        (["english.en-US.shopkeeper.002"], "english.en-US.shopkeeper.002"),
    ],
)
def test_which_conversation_can_be_chosen(options: list[str], title: str) -> None:
    """By arm, locale, patient or id."""
    small()
    assert call("watch", "small", *options).out.startswith(title)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ("--arm englsh", "--arm: there is no 'englsh'; there is: english, chinese (did you mean "),
        ("--locale xx-XX", "--locale: there is no 'xx-XX'; there is: en-US, zh-CN\n"),
        ("--patient x", "--patient: there is no 'x'; there is: shopkeeper, "),
        ("--arm english --locale zh-CN", "nothing matches english zh-CN; there is: english en-US"),
    ],
)
def test_what_matches_nothing_is_said_by_option(options: str, message: str) -> None:
    """With what there is."""
    small()
    done = call("watch", "small", *options.split())
    assert (done.code, done.out) == (2, "")
    assert done.err.startswith(f"mhsim watch: {message}")
    assert call("watch", "small", "no.such.trial").err.startswith("there is no trial 'no.such.tr")


def test_a_failed_conversation_is_exit_code_one() -> None:
    """As in a batch."""
    Path("replies.yaml").write_text(yaml.safe_dump([{"fail": "refusal", "detail": "no"}]))
    small(models="{default: reference, patient: 'script:replies.yaml'}")
    done = call("watch", "small")
    assert done.code == 1
    assert "refus" in done.out


def test_a_stored_conversation_is_replayed(run: Path) -> None:
    """What was played is what is shown, but for pieces as they come."""
    done = call("watch", "runs/small")
    assert done.code == 0
    assert done.err == f"this is {TRIAL}, one of 4\n"
    assert done.out == call("watch", "small", TRIAL).out
    chosen = call("watch", "runs/small", "--locale", "zh-CN")
    assert chosen.out.startswith("chinese.zh-CN.shopkeeper.001")


def test_a_run_is_found_by_its_name_where_no_scenario_has_it(run: Path) -> None:
    """A scenario of the same name is played instead."""
    run.rename("runs/first")
    assert call("watch", "first").err.startswith("this is ")
    assert call("watch", "small").err == ""
    assert call("watch", "runs").err == "runs: this is no run directory; it has no plan.json\n"
    assert "there is no scenario 'frist'" in call("watch", "frist").err


def test_of_an_abandoned_conversation_what_there_is_is_shown(run: Path) -> None:
    """Nobody writes it, so nobody waits."""
    rows = lines(run / f"trials/{TRIAL}.jsonl")
    reopen(run, TRIAL, len(b"".join(rows[:9])))
    done = call("watch", "runs/small", TRIAL)
    assert done.code == 0
    assert "-- turn 2 of 4 --" in done.out
    assert "-- turn 3 of 4 --" not in done.out
    assert "end after" not in done.out


def test_where_nothing_is_closed_what_has_begun_is_shown(run: Path) -> None:
    """And where nothing has begun that is said."""
    for path in list((run / "trials").glob("*.jsonl")):
        reopen(run, path.stem, 3000)
    assert call("watch", "runs/small").err == f"this is {TRIAL}, one of 4\n"
    for path in (run / "trials").iterdir():
        path.unlink()
    done = call("watch", "runs/small")
    assert (done.code, done.err) == (2, "runs/small: no conversation has begun there yet\n")


def test_a_conversation_that_is_being_written_is_followed(
    run: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Line by line, to its closing."""
    monkeypatch.setattr(verb, "_LOOK", 0.01)
    whole = call("watch", "runs/small", TRIAL).out
    rows = lines(run / f"trials/{TRIAL}.jsonl")
    part = reopen(run, TRIAL, len(rows[0]))
    lock = take(run / "lock")

    def write() -> None:
        with part.open("ab", buffering=0) as file:
            for row in rows[1:]:
                file.write(row[:40])
                threading.Event().wait(0.01)
                file.write(row[40:])
        part.rename(part.with_suffix(""))

    writer = threading.Thread(target=write)
    writer.start()
    followed = call("watch", "runs/small", TRIAL)
    writer.join()
    assert lock
    assert followed.out == whole


def test_at_a_pace_it_takes_its_time(run: Path) -> None:
    """So that one can read along: a breath after every event."""
    began = time.monotonic()
    assert call("watch", "runs/small", TRIAL, "--pace", "0.001").code == 0
    assert time.monotonic() - began > 18 * 0.025
