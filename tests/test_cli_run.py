"""`mhsim run`: what is played, what is said about it, how it goes on."""

from __future__ import annotations

import json
import os
import shlex
import signal
import threading
from pathlib import Path

import pytest
import yaml
from support import ANSWER

from mhsim.cli import run as verb
from mhsim.store import Run
from runs import call, lines, reopen, small, trials, wait_for

TRIAL = "english.en-US.shopkeeper.001"


def test_the_run_directory_is_the_data_and_the_rest_is_the_trace() -> None:
    """Exit code 0."""
    small()
    done = call("run", "small")
    assert (done.code, done.out) == (0, "runs/small\n")
    assert done.err.splitlines()[-2:] == [
        "4 of 4 conversations played",
        "next: mhsim report runs/small",
    ]
    assert len(list(Run(Path("runs/small")).sessions())) == 4


def test_a_file_does_as_well_as_a_name() -> None:
    """And `--out` takes any path."""
    path = small(replicates=1)
    done = call("run", str(path), "--out", "else/where", "--workers", "1", "--quiet")
    assert (done.code, done.out) == (0, "else/where\n")
    assert done.err.splitlines()[-1] == "next: mhsim report else/where"


def test_a_second_time_nothing_is_played() -> None:
    """What was done before is said."""
    small()
    assert call("run", "small").code == 0
    before = trials("runs/small")
    done = call("run", "small")
    assert done.code == 0
    assert done.err == (
        "0 of 4 conversations played, 4 were done before\nnext: mhsim report runs/small\n"
    )
    assert trials("runs/small") == before


def test_a_cut_trial_goes_on() -> None:
    """And that it went on from finished turns is said."""
    small()
    assert call("run", "small").code == 0
    before = trials("runs/small")
    closed = Path(f"runs/small/trials/{TRIAL}.jsonl")
    reopen("runs/small", TRIAL, len(b"".join(lines(closed)[:10])))
    done = call("run", "small")
    assert (
        "1 of 4 conversations played, 3 were done before, 1 went on from finished turns" in done.err
    )
    assert "4/4 conversations (3 before), 1 turns" in done.err
    assert trials("runs/small") == before


def test_replicates_can_be_changed_for_a_first_look() -> None:
    """More of them later go into the same run; fewer would leave some out."""
    small()
    assert call("run", "small", "--replicates", "1", "--quiet").code == 0
    assert len(trials("runs/small")) == 2
    assert "2 of 4 conversations played, 2 were done before" in call("run", "small").err
    assert call("run", "small", "--replicates", "1").code == 2


def scripted(replies: object) -> None:
    """Write a scenario in which the patient says what a file says."""
    Path("replies.yaml").write_text(yaml.safe_dump(replies), encoding="utf-8")
    small(replicates=1, models="{default: reference, patient: 'script:replies.yaml'}")


def test_failed_trials_are_named_and_the_exit_code_is_one() -> None:
    """With the reason, and how to play them again."""
    scripted([ANSWER, {"fail": "refusal", "detail": "I would rather not"}])
    for played in (2, 0):
        done = call("run", "small")
        assert (done.code, done.out) == (1, "runs/small\n")
        assert f"{played} of 2 conversations played" in done.err
        assert f"failed: {TRIAL}: I would rather not\n" in done.err
        assert "failed: chinese.zh-CN.shopkeeper.001: I would rather not\n" in done.err
        assert "to play them again: mhsim rerun runs/small --failed\n" in done.err
        assert ("failures: refusal 2\n" in done.err) is (played == 2)


def test_of_many_failed_trials_the_first_are_named(monkeypatch: pytest.MonkeyPatch) -> None:
    """All of them are in the log."""
    monkeypatch.setattr(verb, "_NAMED", 1)
    scripted([{"fail": "timeout", "detail": "nobody there"}])
    done = call("run", "small")
    assert done.err.count("nobody there") == 1
    assert "failed: and 1 more; see runs/small/run.log\n" in done.err
    assert Path("runs/small/run.log").read_text().count("failed: nobody there") == 2


def test_an_unrated_turn_fails_nothing() -> None:
    """It is counted by kind."""
    Path("judge.yaml").write_text("- {fail: unparsable}\n" * 4)
    small(replicates=1, models="{default: reference, judge: 'script:judge.yaml'}")
    done = call("run", "small")
    assert done.code == 0
    assert "failures: unparsable 8\n" in done.err


def test_a_seat_nobody_answers_for_is_told_before_any_progress() -> None:
    """One message, and nothing else."""
    scripted({"not": "a list"})
    done = call("run", "small")
    assert (done.code, done.out) == (2, "")
    assert done.err == "replies.yaml: a script is a YAML list of replies, one per turn\n"


def test_quiet_shows_no_progress() -> None:
    """The end is still told."""
    small(replicates=1)
    done = call("run", "small", "--quiet")
    assert done.err.startswith("2 of 2 conversations played\n")


def test_every_problem_of_a_scenario_is_told_before_anything_is_made() -> None:
    """No directory is left behind."""
    small(cast="{patient: shopkeper, therapist: interviewer, judge: severty}")
    done = call("run", "small")
    assert (done.code, done.out) == (2, "")
    assert "shopkeper" in done.err
    assert "severty" in done.err
    assert not Path("runs").exists()


def test_the_command_to_go_on_can_be_pasted() -> None:
    """Whatever characters are in it."""
    given = {"--out": Path("runs/a'b"), "--workers": 3, "--replicates": None, "--budget": 0.5}
    assert shlex.split(verb._again("my scenario.yaml", given)) == [
        "mhsim", "run", "my scenario.yaml", "--out", "runs/a'b", "--workers", "3", "--budget", "0.5"
    ]  # fmt: skip


def test_a_signal_stops_it_between_turns() -> None:
    """SIGTERM, in this process; test_crash.py does the same to the real program."""
    small(replicates=300)

    def stop() -> None:
        wait_for(lambda: list(Path("runs/small/trials").glob("*.jsonl")))
        os.kill(os.getpid(), signal.SIGTERM)

    before = signal.signal(signal.SIGTERM, signal.SIG_IGN)
    stopper = threading.Thread(target=stop)
    stopper.start()
    done = call("run", "small", "--quiet")
    stopper.join()
    signal.signal(signal.SIGTERM, before)
    assert (done.code, done.out) == (130, "")
    assert done.err == (
        "interrupted; every finished turn is on disk. To go on:\n"
        "  mhsim run small --out runs/small --workers 16\n"
    )


def test_the_plan_beside_the_trials_is_what_was_run() -> None:
    """With the sha256 of every file it was made of."""
    small(replicates=1)
    assert call("run", "small", "--quiet").code == 0
    plan = json.loads(Path("runs/small/plan.json").read_text())
    assert {"scenarios/small.yaml", "graphs/interview.yaml"} <= {f["path"] for f in plan["files"]}
    assert all(len(f["sha256"]) == 64 for f in plan["files"])
