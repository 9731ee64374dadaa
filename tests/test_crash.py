"""Real `mhsim run` processes that are killed, stopped or run out of room, and what is left then."""

from __future__ import annotations

import contextlib
import os
import random
import resource
import shlex
import shutil
import signal
import subprocess
import time
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from mhsim.journal import read_lines
from mhsim.planning import make_plan
from mhsim.record import Rating
from mhsim.store import Run
from mhsim.writer import Writer
from runs import (
    call,
    calls,
    command,
    counting,
    ended,
    forked,
    is_root,
    lines,
    process,
    small,
    trials,
    wait_for,
)

KILLS = 5


def started(
    *arguments: str, program: list[str] | None = None, **more: Any
) -> subprocess.Popen[str]:
    """Start a program and let it go on."""
    given: dict[str, Any] = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "text": True}
    return subprocess.Popen([*(program or command()), *arguments], **{**given, **more})


def finished_turns(run: Path) -> Counter[str]:
    """Count the finished turns of every trial: a turn of `interview` ends with its rating."""
    found = Counter[str]()
    for path in sorted((run / "trials").glob("*")) if run.exists() else ():
        with contextlib.suppress(FileNotFoundError):  # renamed meanwhile
            events = read_lines(path)[0]
            found[path.name.split(".jsonl")[0]] = sum(isinstance(e, Rating) for e in events)
    return found


def starts(run: Path) -> dict[str, bytes]:
    """Return the lines of every trial up to its last finished turn."""
    turns = finished_turns(run)
    kept = dict[str, bytes]()
    for path in sorted((run / "trials").glob("*")) if run.exists() else ():
        name = path.name.split(".jsonl")[0]
        kept[name] = b"".join(lines(path)[: 1 + 4 * turns[name]]) if turns[name] else b""
    return kept


def test_killed_at_any_moment_no_finished_turn_is_lost_or_repeated() -> None:
    """SIGKILL, over and over, then to the end: the files are those of an undisturbed run."""
    small(replicates=15, models="{default: counted:reference}", limits="{turns: 4}")
    chance, run = random.Random(11), Path("runs/small")
    with counting():
        for _ in range(KILLS):
            before, paid = finished_turns(run), len(calls())
            child = forked("run", "small", "--workers", "3")
            wait_for(lambda paid=paid: len(calls()) > paid)
            time.sleep(chance.uniform(0.0, 0.1))
            os.kill(child, signal.SIGKILL)
            assert os.waitpid(child, 0)[1] == signal.SIGKILL
            assert repeated(paid, before) == []
        before, paid, kept = finished_turns(run), len(calls()), starts(run)
        assert 10 < before.total() < 120
        assert call("run", "small").code == 0
        assert repeated(paid, before) == []
        assert call("run", "small", "--out", "runs/calm").code == 0
    assert all(closed(run, trial).startswith(start) for trial, start in kept.items())
    assert trials(run) == trials("runs/calm")
    assert len(trials(run)) == 30


def repeated(paid: int, before: Counter[str]) -> list[tuple[str, int]]:
    """Return the calls since `paid` that asked for a turn which was finished before."""
    return [(trial, turn) for trial, turn, _ in calls()[paid:] if turn <= before[trial]]


def closed(run: Path, trial: str) -> bytes:
    """Return the bytes of a closed trial."""
    return (run / "trials" / f"{trial}.jsonl").read_bytes()


def test_the_real_program_goes_on_after_a_kill() -> None:
    """The same with nothing shared but the directory."""
    small(replicates=10)
    run = Path("runs/small")
    job = started("run", "small", "--workers", "2")
    wait_for(lambda: finished_turns(run).total() >= 4)
    job.kill()
    job.communicate()
    kept = starts(run)
    assert call("run", "small").code == 0
    assert len(trials(run)) == 20
    assert all(closed(run, trial).startswith(start) for trial, start in kept.items())


@pytest.mark.parametrize("name", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_stopped_it_says_how_to_go_on(name: signal.Signals) -> None:
    """It finishes the turns in flight, ends with 130, and tells a command that works."""
    small()
    child = forked("run", "small", "--out", "runs/a b", "--workers", "2", "--replicates", "15")
    wait_for(lambda: list(Path("runs/a b/trials").glob("*.jsonl")))
    os.kill(child, name)
    done = ended(child)
    assert (done.code, done.out) == (130, "")
    assert "Traceback" not in done.err
    for part in Path("runs/a b/trials").glob("*.part"):
        assert len(lines(part)) % 4 == 1
    *_, told, again = done.err.splitlines()
    assert told == "interrupted; every finished turn is on disk. To go on:"
    assert again == "  mhsim run small --out 'runs/a b' --workers 2 --replicates 15"
    before = starts(Path("runs/a b"))
    done = call(*shlex.split(again)[1:])
    assert (done.code, done.out) == (0, "runs/a b\n")
    assert len(trials("runs/a b")) == 30
    for trial, start in before.items():
        assert closed(Path("runs/a b"), trial).startswith(start)


def test_interrupted_before_it_began_it_says_no_more() -> None:
    """While the plan is still being made there is nothing to go on with."""
    job = started("check")
    wait_for(lambda: "pydantic" in Path(f"/proc/{job.pid}/maps").read_text())
    job.send_signal(signal.SIGINT)
    out, err = job.communicate(timeout=60)
    assert (job.returncode, out, err) == (130, "", "interrupted\n")


# --- the disk


def planned(replicates: int = 6) -> Path:
    """Write a scenario and its run's plan, so that only trials are still to be written."""
    small(replicates=replicates)
    with Writer(Path("runs/small"), make_plan("small")):
        pass
    return Path("runs/small")


def goes_on(run: Path) -> None:
    """Finish the run, and compare it with one that was not disturbed."""
    done = call("run", "small", "--out", str(run))
    assert (done.code, done.out) == (0, f"{run}\n"), done.err
    assert call("run", "small", "--out", "calm").code == 0
    assert trials(run) == trials("calm")


def may_write(size: int) -> None:
    """Allow files of this size, and be told where one would be larger."""
    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, size))


def test_files_that_may_not_grow_are_one_clear_message() -> None:
    """A quota on the size of files; the next call goes on."""
    run = planned()
    limit = 6000
    cut = ended(forked("run", "small", before=lambda: may_write(limit)))
    assert (cut.code, cut.out) == (2, "")
    assert one_message(cut.err).endswith(
        ".jsonl.part: File too large; allow larger files (ulimit -f) and give the same command "
        "again: no finished turn is lost"
    )
    assert finished_turns(run).total() > 0
    for part in (run / "trials").iterdir():
        assert part.read_bytes().endswith(b"\n")
    goes_on(run)


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Callable[[str], Path]]:
    """A real file system of a given size, or of another one later."""
    place = tmp_path / "disk"
    place.mkdir()

    def sized(size: str) -> Path:
        how = ["-o", f"remount,size={size}", str(place)]
        if not place.is_mount():
            how = ["-t", "tmpfs", "-o", f"size={size}", "none", str(place)]
        if subprocess.run(["mount", *how], check=False).returncode:
            pytest.skip("may not mount")
        return place

    if not is_root() or not shutil.which("mount"):
        pytest.skip("cannot mount a small disk")
    yield sized
    subprocess.run(["umount", "--lazy", place], check=False)  # a child left behind must not keep it


def said() -> str:
    """Return what a forked program has printed to stderr so far."""
    return Path("err").read_text() if Path("err").exists() else ""


def test_a_full_disk_is_waited_for(small_disk: Callable[[str], Path]) -> None:
    """It says so, and when there is room it goes on by itself: nothing is lost."""
    plan = planned() / "plan.json"
    disk = small_disk(f"{plan.stat().st_size // 1024 + 90}k")
    child = forked("run", "small", "--out", str(disk / "run"))
    wait_for(lambda: "paused; make room and it goes on by itself" in said())
    assert finished_turns(disk / "run").total() > 0
    small_disk("50m")
    done = ended(child)
    assert (done.code, done.out) == (0, f"{disk}/run\n")
    assert "there is room again" in done.err
    goes_on(disk / "run")


def test_a_full_disk_can_be_left(small_disk: Callable[[str], Path]) -> None:
    """Two interrupts end it at once, and the next call goes on."""
    plan = planned() / "plan.json"
    disk = small_disk(f"{plan.stat().st_size // 1024 + 90}k")
    child = forked("run", "small", "--out", str(disk / "run"))
    wait_for(lambda: "paused; make room and it goes on by itself" in said())
    os.kill(child, signal.SIGTERM)
    wait_for(lambda: "stopping" in said())
    os.kill(child, signal.SIGTERM)
    done = ended(child)
    assert done.code == 130
    assert "Traceback" not in done.err
    small_disk("50m")
    goes_on(disk / "run")


def test_no_room_for_the_plan_is_one_clear_message() -> None:
    """Nothing is begun."""
    small()
    done = ended(forked("run", "small", before=lambda: may_write(2000)))
    assert (done.code, done.out) == (2, "")
    assert one_message(done.err).startswith("runs/small: File too large; allow larger files")
    assert not Path("runs/small/plan.json").exists()
    assert call("run", "small").code == 0


def one_message(err: str) -> str:
    """Return the error, which comes last and is one line; what comes before is progress."""
    assert "Traceback" not in err
    *progress, message = err.splitlines()
    assert all("conversations" in line for line in progress)
    return message


def test_where_nothing_may_be_written_is_one_clear_message() -> None:
    """Somebody else's folder."""
    small()
    Path("theirs").mkdir(mode=0o555)
    Path("theirs").chmod(0o555)
    # Root may write anywhere, unless it gives that right up.
    bound = ["setpriv", "--bounding-set=-dac_override"] if is_root() else []
    if bound and not shutil.which("setpriv"):
        pytest.skip("root may write anywhere")
    done = process("run", "small", "--out", "theirs/run", before=bound)
    assert (done.code, done.out) == (2, "")
    assert done.err == "theirs/run: Permission denied; take another directory with --out\n"


def test_a_file_in_the_way_is_one_clear_message() -> None:
    """`--out` must be a folder."""
    small()
    Path("taken").write_text("mine")
    done = call("run", "small", "--out", "taken")
    assert (done.code, done.out) == (2, "")
    assert done.err == (
        "taken: Not a directory; a file is in the way; take another directory with --out\n"
    )
    assert Path("taken").read_text() == "mine"
    done = call("run", "small", "--out", "taken/deeper")
    assert (done.code, done.err.count("\n")) == (2, 1)


def test_a_damaged_plan_is_one_clear_message() -> None:
    """For the writer as for readers."""
    run = planned(1)
    (run / "plan.json").write_text('{"name": "sm')
    for verb in (["run", "small"], ["report", "small"], ["watch", "runs/small"]):
        done = call(*verb)
        assert (done.code, done.out) == (2, "")
        assert done.err.startswith("runs/small/plan.json: the plan cannot be read: Invalid JSON")
        assert done.err.endswith("mhsim wrote, or take another directory with --out\n")


def test_another_plan_is_refused_as_it_would_be_read() -> None:
    """The exact words."""
    small()
    assert call("run", "small", "--quiet").code == 0
    small(limits="{turns: 6}")
    done = call("run", "small", "--replicates", "3")
    assert (done.code, done.out) == (2, "")
    assert done.err == (
        "runs/small holds a run of another plan:\n"
        "  scenario.limits.turns: 4 in the run, 6 now\n"
        "  scenario.replicates: 2 in the run, 3 now\n"
        "what that means for its conversations:\n"
        "  arm      locale  stay  again  new  gone\n"
        "  english  en-US   0     2      1    0\n"
        "  chinese  zh-CN   0     2      1    0\n"
        "--accept-changes plays those of `again` once more and keeps their files in attempts/; "
        "or take another directory with --out, or bring back what was changed\n"
    )
    assert len(list(Run(Path("runs/small")).sessions())) == 4
