"""A run directory: files whole or marked as not, one plan, one writer, readers at any time."""

from __future__ import annotations

import asyncio
import errno
import json
import os
import socket
import subprocess
import sys
from pathlib import Path

import pytest
from support import fails

from mhsim import syncer
from mhsim.difference import differences
from mhsim.disk import disk
from mhsim.errors import InputError, RunError
from mhsim.journal import Journal, read_closed, read_closing, read_lines, read_whole
from mhsim.lock import writer_of
from mhsim.planning import Plan, make_plan
from mhsim.record import Closing, Utterance, dump
from mhsim.seal import seal, unseal
from mhsim.store import Run, find_run, read_plan
from mhsim.syncer import Syncer
from mhsim.writer import Writer
from runs import PLAIN, lines, played, process, reopen, scripted, small, trials

TRIAL = "plain.en-US.patient.001"


@pytest.fixture
def run() -> Path:
    """A finished run of one conversation of three turns."""
    played(scripted())
    return Path("run")


def utterance(seq: int, text: str = "Yes.") -> Utterance:
    """Return an event to write."""
    return Utterance(seq=seq, node="patient", turn=1, role="patient", text=text)


def written(path: Path, count: int) -> Path:
    """Write so many lines."""
    path.write_bytes(b"".join(line(n) for n in range(count)))
    return path


def line(seq: int, text: str = "Yes.") -> bytes:
    """Return an event as it is written."""
    return seal(dump(utterance(seq, text)))


# --- the journal


def journal_of(folder: Path) -> Journal:
    """Open a trial's file."""
    return Journal(folder / "t.jsonl.part", Syncer(), os.open(folder, os.O_RDONLY))


def test_a_trial_is_part_until_it_is_closed_and_then_renamed(tmp_path: Path) -> None:
    """A file that carries its final name is complete."""
    log = asyncio.run(settled(tmp_path))
    assert [p.name for p in tmp_path.iterdir()] == ["t.jsonl.part"]
    log.close(finished=True)
    assert [p.name for p in tmp_path.iterdir()] == ["t.jsonl"]
    assert (tmp_path / "t.jsonl").read_bytes() == line(0) + line(1)


async def settled(folder: Path) -> Journal:
    """Write two lines and make them durable."""
    log = journal_of(folder)
    log.append([utterance(0), utterance(1)])
    await log.settle()
    await log.settle()
    return log


def test_what_the_disk_cut_short_is_written_to_its_end(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A system call may write less than it was given."""
    real = os.write
    monkeypatch.setattr(os, "write", lambda file, data: real(file, bytes(data)[:7]))
    log = journal_of(tmp_path)
    log.append([utterance(0, "a long answer " * 20)])
    log.close(finished=False)
    assert read_lines(log.path)[0] == [utterance(0, "a long answer " * 20)]


def test_of_a_write_the_disk_refused_nothing_is_kept(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Half a visit must not stay behind."""
    log = journal_of(tmp_path)
    log.append([utterance(0)])
    real, room = os.write, [20]

    def write(file: int, data: bytes) -> int:
        if not room[0]:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        count = real(file, bytes(data)[: room[0]])
        room[0] -= count
        return count

    monkeypatch.setattr(os, "write", write)
    with pytest.raises(RunError, match=r"No space left on device; make room and give the same"):
        log.append([utterance(1)])
    assert log.path.read_bytes() == line(0)


async def test_files_are_synced_together_and_each_learns_of_its_own_error(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One bad file does not stop the others."""
    files = [os.open(tmp_path / str(n), os.O_WRONLY | os.O_CREAT) for n in range(30)]
    real, seen = os.fdatasync, list[int]()

    def sync(file: int) -> None:
        seen.append(file)
        if file == files[3]:
            raise OSError(errno.EIO, "the disk is ill")
        real(file)

    monkeypatch.setattr(os, "fdatasync", sync)
    grouped = Syncer()
    twice = [*files, *files]
    came = await asyncio.gather(*(grouped.sync(f) for f in twice), return_exceptions=True)
    grouped.close()
    assert [n for n, c in enumerate(came) if c is not None] == [3, 33]
    assert sorted(seen) == sorted(files)


async def test_a_syncer_that_is_closed_leaves_who_was_cancelled_alone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Stopping in the middle of a round makes no noise."""
    monkeypatch.setattr(syncer, "_PARALLEL_SYNCS", 1)
    file = os.open(tmp_path / "a", os.O_WRONLY | os.O_CREAT)
    grouped = Syncer()
    waiting = [asyncio.create_task(grouped.sync(file)) for _ in range(3)]
    await asyncio.sleep(0)
    late = asyncio.create_task(grouped.sync(os.open(tmp_path / "b", os.O_WRONLY | os.O_CREAT)))
    await asyncio.sleep(0)
    for task in [*waiting, late]:
        task.cancel()
    grouped.close()
    await asyncio.sleep(0.05)
    assert all(task.cancelled() for task in [*waiting, late])


@pytest.mark.parametrize(
    ("number", "remedy"),
    [
        (errno.ENOSPC, "make room and give the same command again"),
        (errno.EFBIG, "ulimit -f"),
        (errno.EMFILE, "fewer --workers"),
        (errno.EROFS, "take another directory with --out"),
        (errno.ENOTDIR, "a file is in the way"),
        (errno.EIO, "see to the disk"),
    ],
)
def test_what_the_disk_refuses_comes_with_what_to_do(number: int, remedy: str) -> None:
    """One line: where, what, what to do."""
    with pytest.raises(RunError) as caught, disk(Path("runs/x")):
        raise OSError(number, os.strerror(number))
    assert str(caught.value).startswith(f"runs/x: {os.strerror(number)}; ")
    assert remedy in str(caught.value)


# --- reading


def test_a_torn_tail_is_left_out(tmp_path: Path) -> None:
    """What was being written when the power went is no event."""
    path = written(tmp_path / "t.part", 3)
    whole = path.read_bytes()
    for keep in range(len(whole)):
        path.write_bytes(whole[:keep])
        events, ends = read_lines(path)
        assert len(events) == len(ends) == whole[:keep].count(b"\n")
        assert ends == [n + 1 for n, b in enumerate(whole[:keep]) if b == 10]


def test_a_last_line_of_rubbish_is_a_torn_tail(tmp_path: Path) -> None:
    """A disk may have kept the length and lost the bytes."""
    path = written(tmp_path / "t.part", 2)
    path.write_bytes(path.read_bytes() + b"\0\0\0\0\n")
    assert len(read_lines(path)[0]) == 2


def test_a_damaged_middle_line_is_an_error_that_names_file_and_line(tmp_path: Path) -> None:
    """Nothing is guessed, and nothing is skipped."""
    path = written(tmp_path / "t.part", 3)
    one, two, three = lines(path)
    path.write_bytes(one + two.replace(b'"text"', b'"test"') + three)
    with pytest.raises(RunError) as caught:
        read_lines(path)
    assert str(caught.value) == (
        f"{path}: line 2 is damaged; mhsim rerun RUN --damaged keeps a copy of the file and goes "
        "on before it"
    )


def test_a_missing_line_is_an_error(tmp_path: Path) -> None:
    """Events are dense."""
    path = written(tmp_path / "t.part", 3)
    one, _, three = lines(path)
    path.write_bytes(one + three)
    with pytest.raises(RunError, match=r"t.part: line 2 has seq 2, so lines are missing; mhsim"):
        read_lines(path)


def test_a_closed_trial_that_was_cut_is_an_error(run: Path) -> None:
    """A file with its final name is complete, or it was damaged later."""
    path = run / "trials" / f"{TRIAL}.jsonl"
    whole = path.read_bytes()
    for keep in range(len(whole) - len(lines(path)[-1]) - 50, len(whole)):
        path.write_bytes(whole[:keep])
        for read in (read_closed, read_closing):
            with pytest.raises(RunError, match=rf"{TRIAL}.jsonl: line \d+ is damaged or missing"):
                read(path)
    path.write_bytes(whole + b"{")
    for read in (read_closed, read_closing):
        with pytest.raises(RunError, match="line 15 is damaged or missing"):
            read(path)


def test_how_a_trial_ended_is_read_off_its_end_alone(run: Path) -> None:
    """However long its last lines are."""
    path = run / "trials" / f"{TRIAL}.jsonl"
    closing = read_closing(path)
    assert (closing.reason, closing.turn) == ("limit", 3)
    long = closing.model_copy(update={"detail": "x" * 50_000})
    path.write_bytes(b"".join(lines(path)[:-1]) + dump(long))
    assert read_closing(path) == long


def test_a_closing_out_of_place_is_damage(run: Path) -> None:
    """The last line alone may look well where the file is not."""
    path = run / "trials" / f"{TRIAL}.jsonl"
    path.write_bytes(lines(path)[-1][:-2] + b"}\n" + lines(path)[-1])
    with pytest.raises(RunError, match="line 1"):
        read_closed(path)


def test_a_run_is_read_session_by_session(run: Path) -> None:
    """Everything a session tells is read off its events."""
    opened = Run(run)
    (session,) = opened.sessions()
    assert session is not next(opened.sessions())
    assert (session.id, session.arm, session.locale, session.turns) == (TRIAL, "plain", "en-US", 3)
    assert session.opening.trial.id == TRIAL
    assert session.closing
    assert session.closing.reason == "limit"
    assert [u.role for u in session.transcript] == ["therapist", "patient"] * 3
    assert [r.turn for r in session.ratings("judge")] == [1, 2, 3]
    assert session.judges == ["judge"]
    assert session.critiques == []
    assert [r.level for r in session.risks] == ["none"] * 3
    assert list(opened.sessions(arm="other")) == list(opened.sessions(locale="xx-XX")) == []


def test_a_session_in_progress_can_be_read(run: Path) -> None:
    """A reader needs no lock, and takes what is there."""
    reopen(run, TRIAL, 1700)
    opened = Run(run)
    assert opened.closed() == set()
    assert opened.begun() == {TRIAL}
    assert list(opened.sessions()) == []
    session = opened.session(TRIAL)
    assert session.closing is None
    assert session.opening.trial.id == TRIAL


def test_a_session_that_has_not_begun_is_named(run: Path) -> None:
    """Neither one that is not planned nor an empty file is a session."""
    with pytest.raises(InputError) as caught:
        Run(run).session("plain.en-US.patent.001")
    assert str(caught.value) == (
        "run: there is no session 'plain.en-US.patent.001'; there is: plain.en-US.patient.001 "
        "(did you mean 'plain.en-US.patient.001'?)"
    )
    reopen(run, TRIAL, 0)
    with pytest.raises(InputError, match="there is: none yet"):
        Run(run).session(TRIAL)


def test_every_bit_of_a_line_is_guarded(tmp_path: Path) -> None:
    """Whichever flips, the line is named, and nothing before it is lost."""
    path = written(tmp_path / "t.part", 3)
    whole = path.read_bytes()
    one, two, _ = lines(path)
    for bit in range(8 * len(one), 8 * (len(one) + len(two))):
        flipped = bytearray(whole)
        flipped[bit // 8] ^= 1 << bit % 8
        path.write_bytes(flipped)
        found = read_whole(path)
        assert (len(found.events), found.damage) == (1, "line 2 is damaged"), bit


def test_what_is_sealed_can_be_unsealed_and_read_by_anybody() -> None:
    """A seal is one more key of the object; a line without one is taken as it is."""
    sealed = seal(b'{"a":1}\n')
    assert json.loads(sealed) == {"a": 1, "crc": sealed[-11:-3].decode()}
    assert unseal(sealed.rstrip(b"\n")) == unseal(b'{"a":1}') == b'{"a":1}'
    with pytest.raises(ValueError, match="not what was written"):
        unseal(sealed.rstrip(b"\n").replace(b"1", b"2", 1))


# --- the plan


def test_the_plan_that_is_read_is_the_plan_that_was_written(run: Path) -> None:
    """To the hash, and through a second round."""
    made = scripted()
    assert read_plan(run).hash == made.hash
    assert read_plan(run) == made
    assert list(read_plan(run).trials()) == list(made.trials())


def test_a_shipped_scenario_survives_the_file() -> None:
    """With packs, formulations and models."""
    small()
    arms = {"a": {"locales": ["en-US", "zh-CN", "bn-BD"], "localize": "formulation"}}
    made = make_plan("small", changes={"arms": arms, "models": {"judge": {"model": "a:b"}}})
    with Writer(Path("r"), made):
        assert read_plan(Path("r")).hash == made.hash


def test_another_plan_is_refused_with_the_difference(run: Path) -> None:
    """Never a merge."""
    with pytest.raises(RunError) as caught:
        played(scripted(turns=5, replicates=2, seed=3))
    assert str(caught.value) == (
        "run holds a run of another plan:\n"
        "  scenario.limits.turns: 3 in the run, 5 now\n"
        "  scenario.replicates: 1 in the run, 2 now\n"
        "  scenario.seed: 0 in the run, 3 now\n"
        "what that means for its conversations:\n"
        "  arm    locale  stay  again  new  gone\n"
        "  plain  en-US   0     1      1    0\n"
        "--accept-changes plays those of `again` once more and keeps their files in attempts/; "
        "or take another directory with --out, or bring back what was changed"
    )
    assert writer_of(run) is None


def test_long_differences_are_shortened_to_where_they_differ() -> None:
    """Sixty characters each, and twenty lines; what is missing is called nothing."""
    long = "a" * 99
    old, new = scripted(about=long), scripted(seed=4)
    start = f'"{"a" * 59}...'
    assert differences(old, new) == [
        f"scenario.about: {start} in the run, nothing now",
        "scenario.seed: 0 in the run, 4 now",
    ]
    assert differences(new, old)[1] == f"scenario.about: nothing in the run, {start} now"
    assert differences(old, new, most=1)[1] == "and 1 more"
    one, other = scripted(about=f"{long}. Yes.{long}"), scripted(about=f"{long}, no.{long}")
    assert differences(one, other) == [
        f"scenario.about: ...{'a' * 20}. Yes.{'a' * 34}... in the run, "
        f"...{'a' * 20}, no.{'a' * 35}... now"
    ]
    assert differences(old, scripted(about=f"{long}!")) == [
        f'scenario.about: ...{"a" * 59}" in the run, ...{"a" * 58}!" now'
    ]


def test_a_list_that_changed_inside_is_told_by_place() -> None:
    """And one that changed its length as a whole."""
    small()

    def made(*locales: str) -> Plan:
        return make_plan("small", changes={"arms": {"plain": {"locales": locales}}})

    assert differences(made("en-US"), made("zh-CN"), most=1)[0] == (
        'scenario.arms.plain.locales[0]: "en-US" in the run, "zh-CN" now'
    )
    assert differences(made("en-US"), made("en-US", "zh-CN"), most=1)[0] == (
        'scenario.arms.plain.locales: ["en-US"] in the run, ["en-US", "zh-CN"] now'
    )


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ('{"name', "Invalid JSON: EOF while parsing"),
        ("", "Invalid JSON: EOF while parsing"),
        ('{"name": "x"}', "scenario: Field required"),
        ('{"name": 5}', "name: Input should be a valid string"),
    ],
)
def test_a_damaged_plan_is_one_clear_message(run: Path, text: str, reason: str) -> None:
    """What to do is said, too."""
    (run / "plan.json").write_text(text)
    with pytest.raises(RunError) as caught:
        Run(run)
    message = str(caught.value)
    assert message.startswith(f"run/plan.json: the plan cannot be read: {reason}")
    assert message.endswith(
        "bring back the file that mhsim wrote, or take another directory with --out"
    )
    assert "\n" not in message


def test_a_directory_without_a_plan_is_no_run(tmp_path: Path) -> None:
    """Nothing is made of it."""
    with pytest.raises(InputError, match="this is no run directory; it has no plan"):
        Run(tmp_path)


def test_a_run_is_found_by_path_or_by_name_in_runs() -> None:
    """As the design says of every verb that reads."""
    played(scripted(), "runs/first")
    assert find_run("runs/first") == find_run("first") == Path("runs/first")
    with pytest.raises(InputError) as caught:
        find_run("frist")
    assert str(caught.value) == (
        "there is no run 'frist'; in runs/ there is: first (did you mean 'first'?)"
    )
    with pytest.raises(InputError, match=r"runs: this is no run directory"):
        find_run("runs")


def test_a_plan_half_written_is_written_again() -> None:
    """A crash before the rename leaves only a draft."""
    Path("run").mkdir()
    Path("run/plan.json.part").write_text('{"na')
    played(scripted())
    assert not Path("run/plan.json.part").exists()
    assert Run(Path("run")).plan.hash == scripted().hash


# --- one writer


def test_a_second_writer_is_refused_with_the_name_of_the_first() -> None:
    """In another process, as it would be."""
    small()
    with Writer(Path("run"), make_plan("small")):
        second = process("run", "small", "--out", "run")
    assert second.code == 2
    assert second.out == ""
    assert second.err.startswith(f"run: process {os.getpid()} on {socket.gethostname()} since 20")
    assert second.err.endswith("is writing there; wait for it, or take another --out\n")
    assert len(second.err.splitlines()) == 1


def test_a_writer_in_this_process_is_refused_too(run: Path) -> None:
    """Locks are by open file, not by process."""
    with Writer(run, scripted()), pytest.raises(RunError, match="is writing there"):
        Writer(run, scripted())
    with Writer(run, scripted()):
        pass


def test_readers_need_no_lock(run: Path) -> None:
    """While somebody writes, everything can be read, and who it is can be told."""
    with Writer(run, scripted()):
        assert len(list(Run(run).sessions())) == 1
        assert (writer_of(run) or "").startswith(f"process {os.getpid()} on ")
    assert writer_of(run) is None


def test_who_died_is_no_longer_the_writer(run: Path) -> None:
    """The name in a lock may outlive its process; one on another machine is believed."""
    done = subprocess.Popen([sys.executable, "-c", ""])
    done.wait()
    here = socket.gethostname()
    (run / "lock").write_text(f"process {done.pid} on {here} since 2026-01-01T00:00:00+00:00")
    assert writer_of(run) is None
    (run / "lock").write_text(f"process {done.pid} on elsewhere since 2026-01-01T00:00:00+00:00")
    assert (writer_of(run) or "").endswith("on elsewhere since 2026-01-01T00:00:00+00:00")
    (run / "lock").unlink()
    assert writer_of(run) is None


def test_a_process_of_somebody_else_is_alive(run: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """We may not ask it, but it is there."""

    def kill(process: int, signal: int) -> None:
        raise PermissionError

    monkeypatch.setattr(os, "kill", kill)
    (run / "lock").write_text(f"process 1 on {socket.gethostname()} since now")
    assert writer_of(run) == f"process 1 on {socket.gethostname()} since now"


def test_a_lock_without_a_name_is_somebodys(run: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A writer that has just begun has not written its name yet."""
    with Writer(run, scripted()):
        (run / "lock").write_text("")
        with pytest.raises(RunError, match=r"run: somebody is writing there"):
            Writer(run, scripted())


def test_the_run_keeps_a_log_of_itself(run: Path) -> None:
    """When it began, what was there, what failed, how it ended."""
    played(scripted(replicates=1), "other", {"patient": [fails()]})
    (began, failed, done) = Path("other/run.log").read_text().splitlines()
    assert began.endswith(
        f"mhsim {json.loads((run / 'plan.json').read_text())['mhsim']} begins: 0 of 1 are closed"
    )
    assert failed.endswith(f"{TRIAL} failed: as written")
    assert done.endswith("done: 1 played, 1 failed in all")


def test_runs_of_the_same_plan_have_the_same_files() -> None:
    """But for the times."""
    played(scripted(replicates=3), "a", {"judge": [PLAIN] * 9})
    played(scripted(replicates=3), "b", {"judge": [PLAIN] * 9})
    assert trials("a") == trials("b")
    assert isinstance(Run(Path("a")).session(TRIAL).events[-1], Closing)
