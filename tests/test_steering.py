"""A batch that is steered while it goes on: paused, drained, resized, cancelled, out of room."""

from __future__ import annotations

import asyncio
import errno
import os
import stat
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest
from support import ANSWER, seats

from mhsim import batch, disk
from mhsim.control import ask
from mhsim.disk import NoRoom, Room
from mhsim.errors import InputError, RunError
from mhsim.players.script import Script
from mhsim.steering import Steering
from runs import PLAIN, call, played, scripted, trials

TRIAL = "plain.en-US.patient.001"


class Gated(Script):
    """A patient that answers a turn only when it is let."""

    def __init__(self, turns: int) -> None:
        super().__init__([ANSWER] * 99)
        self.free = turns
        self.asked = 0
        self.let = asyncio.Event()

    async def say(self, ask: Any) -> Any:
        """Wait, from a turn on."""
        self.asked += 1
        if ask.turn > self.free:
            await self.let.wait()
        return await super().say(ask)


Steer = Callable[[Steering, Gated], Awaitable[None]]


def steered(
    steer: Steer, steering: Steering | None = None, turns: int = 1, out: str = "run", **more: Any
) -> tuple[batch.Outcome, Steering]:
    """Play three conversations of three turns, whose patients wait after `turns`, and steer."""
    made = scripted(**{"replicates": 3, **more})
    steering = steering or Steering(2, grace=5)

    async def play() -> batch.Outcome:
        patient = Gated(turns)
        players = {**dict(seats(made, {"judge": [PLAIN] * 99})), "patient": patient}
        task = asyncio.ensure_future(batch.run(made, out, players=players, steering=steering))
        wanted = min(steering.workers, 3) * (turns + 1)
        await soon(lambda: patient.asked >= wanted or task.done())
        await steer(steering, patient)
        return await task

    return asyncio.run(play()), steering


async def soon(what: Callable[[], object]) -> None:
    """Wait until something is so."""
    async with asyncio.timeout(20):
        while not what():  # noqa: ASYNC110 - what is waited for has no event of its own
            await asyncio.sleep(0.005)


def log() -> str:
    """Return the run's log."""
    return Path("run/run.log").read_text()


def test_drained_it_finishes_the_turns_in_flight_and_no_more() -> None:
    """And the next call goes on as if nothing had happened."""

    async def drain(steering: Steering, patient: Gated) -> None:
        steering.drain()
        await asyncio.sleep(0.02)
        patient.let.set()

    outcome, _ = steered(drain)
    assert (outcome.played, outcome.left) == (0, 3)
    parts = sorted(Path("run/trials").iterdir())
    assert [p.read_bytes().count(b'"rating"') for p in parts] == [2, 2]
    assert "stopping: turns in flight are finished, for at most 5 s" in log()
    assert played(scripted(replicates=3)).resumed == 2
    played(scripted(replicates=3), "calm")
    assert trials("run") == trials("calm")


@pytest.mark.parametrize("twice", [True, False])
def test_who_is_asked_twice_or_out_of_grace_stops_now(twice: bool) -> None:
    """The turns in flight are cut off, the finished ones stay."""

    async def drain(steering: Steering, patient: Gated) -> None:
        steering.drain()
        if twice:
            steering.drain()

    outcome, steering = steered(drain, Steering(3, grace=30 if twice else 0.05))
    assert (outcome.left, steering.stopped) == (3, True)
    assert ("the grace of 0.05 s is over" in log()) is not twice
    assert "stopped: turns in flight were cut off" in log()
    for part in Path("run/trials").iterdir():
        assert part.read_bytes().count(b'"rating"') == 1
    assert played(scripted(replicates=3)).resumed == 3


def test_paused_no_turn_is_begun_until_it_is_resumed() -> None:
    """What is in flight is finished."""
    seen = list[int]()

    async def pause(steering: Steering, patient: Gated) -> None:
        steering.pause()
        patient.let.set()
        await soon(lambda: all("resume" in g.state()["waits_for"] for g in steering.going.values()))
        seen.append(patient.asked)
        await asyncio.sleep(0.05)
        seen.append(patient.asked)
        steering.resume()

    outcome, _ = steered(pause)
    assert seen == [4, 4]
    assert (outcome.played, outcome.left) == (3, 0)
    assert log().index("paused: turns") < log().index("resumed")


def test_paused_it_can_be_drained() -> None:
    """Nobody has to resume it first."""

    async def pause(steering: Steering, patient: Gated) -> None:
        steering.pause()
        patient.let.set()
        await soon(lambda: all("resume" in g.state()["waits_for"] for g in steering.going.values()))
        steering.drain()

    assert steered(pause)[0].left == 3


def test_workers_can_be_more_and_fewer() -> None:
    """More begin at once; fewer as conversations end."""
    together = list[int]()

    async def resize(steering: Steering, patient: Gated) -> None:
        steering.resize(3)
        await soon(lambda: len(steering.going) == 3)
        together.append(len(steering.going))
        steering.resize(1)
        patient.let.set()
        with pytest.raises(InputError, match="workers: found 0; 1 or more"):
            steering.resize(0)

    outcome, _ = steered(resize, Steering(1), replicates=6)
    assert (together, outcome.played) == ([3], 6)
    assert "workers: 1 before, 3 now" in log()


def test_one_conversation_can_be_cancelled() -> None:
    """It is closed as stopped after its last whole turn; one that has not begun is left out."""

    async def cancel(steering: Steering, patient: Gated) -> None:
        steering.cancel(TRIAL)
        steering.cancel(TRIAL.replace("001", "003"))
        with pytest.raises(InputError, match=r"no conversation 'plain.en-US.patent.001' \(did you"):
            steering.cancel("plain.en-US.patent.001")
        patient.let.set()
        await soon(lambda: len(steering.going) < 2)
        await soon(lambda: (Path("run/trials") / f"{TRIAL}.jsonl").exists())
        with pytest.raises(InputError, match="is over already"):
            steering.cancel(TRIAL)

    outcome, _ = steered(cancel)
    assert (outcome.played, outcome.left, outcome.failed) == (2, 1, {})
    session = outcome.run.session(TRIAL)
    assert session.closing
    assert (session.turns, session.closing.reason) == (1, "stopped")
    assert len(session.events) == 6
    assert b'"turn":2' in Path("run/cut.jsonl").read_bytes()
    assert outcome.run.closed() == {TRIAL, TRIAL.replace("001", "002")}


# --- the socket


def test_a_running_batch_is_steered_through_its_socket() -> None:
    """Nobody else may open it, and it is gone with the batch."""
    told: dict[str, Any] = {}

    async def over_the_wire(steering: Steering, patient: Gated) -> None:
        def go() -> None:
            told["mode"] = stat.S_IMODE(Path("run/ctl").stat().st_mode)
            told["why"] = call("ctl", "run", "why").out
            told["pause"] = call("ctl", "run", "pause").out
            told["state"] = ask(Path("run"), "why")
            told["workers"] = call("ctl", "run", "workers", "3", "--json").out
            told["bad"] = call("ctl", "run", "workers", "many").err
            told["none"] = call("ctl", "run", "cancel", "x").err
            told["resume"] = call("ctl", "run", "resume").out

        await asyncio.to_thread(go)
        patient.let.set()

    steered(over_the_wire)
    assert told["mode"] == 0o600
    assert f"{TRIAL}     2  patient (code:here)  " in told["why"]
    assert told["why"].startswith("2 conversations go on, 2 workers wanted\n")
    assert told["pause"].startswith("paused: ")
    assert (told["state"]["paused"], told["state"]["connections"]) == (True, [])
    assert '"answer": "workers: 2 before, 3 now"' in told["workers"]
    assert told["bad"] == "workers: found 'many'; a whole number, 1 or more\n"
    assert told["none"].startswith("there is no conversation 'x'")
    assert told["resume"] == "resumed\n"
    assert not Path("run/ctl").exists()
    with pytest.raises(RunError, match=r"run: no batch answers there \(No such file"):
        ask(Path("run"), "why")


def test_a_path_too_long_for_a_socket_gets_a_short_one() -> None:
    """And nothing of it stays behind."""
    out = "/".join(["a" * 60] * 3)
    answers = list[Any]()

    async def over_the_wire(steering: Steering, patient: Gated) -> None:
        answers.append(await asyncio.to_thread(ask, Path(out), "pause"))
        answers.append(await asyncio.to_thread(ask, Path(out), "resume"))
        patient.let.set()

    steered(over_the_wire, out=out)
    assert answers[1] == "resumed"
    assert [p.name for p in Path(out).glob("ctl*")] == []


def test_what_is_no_question_is_answered_with_what_would_be_one() -> None:
    """And a verb too much or too little is told before anybody is asked."""
    replies = list[bytes]()

    async def babble(steering: Steering, patient: Gated) -> None:
        for line in (b"[1]\n", b"{\n", b'{"verb":"shout"}\n'):
            reader, out = await asyncio.open_unix_connection("run/ctl")
            out.write(line)
            replies.append(await reader.readline())
            out.close()
        patient.let.set()

    steered(babble)
    assert [b"no question" in reply for reply in replies] == [True, True, False]
    assert b"found 'shout'; one of pause, resume, cancel, workers, why" in replies[2]
    assert call("ctl", "run", "pause", "now").err == "mhsim ctl: pause needs nothing more\n"
    assert "workers needs a whole number" in call("ctl", "run", "workers").err
    assert "cancel needs the id of" in call("ctl", "run", "cancel").err


def test_where_no_socket_can_be_made_the_batch_goes_on(monkeypatch: pytest.MonkeyPatch) -> None:
    """And its log says so."""
    monkeypatch.setattr(os, "umask", refuse)
    assert played(scripted()).played == 1
    assert "cannot be steered from another terminal: Operation not permitted" in log()


def refuse(*_: Any) -> int:
    """Refuse anything."""
    raise OSError(errno.EPERM, os.strerror(errno.EPERM))


# --- the disk


class Tight:
    """A disk with so much room."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.free = 10**9
        self.full = False
        self._write, self._sync = os.write, os.fdatasync
        monkeypatch.setattr(disk, "PERIOD", 0.01)
        monkeypatch.setattr(disk, "_room", lambda path: (self.free, 10**6))
        monkeypatch.setattr(os, "write", self.write)
        monkeypatch.setattr(os, "fdatasync", self.sync)
        self.sick = 0

    def write(self, file: int, data: bytes) -> int:
        """Write half of it, then refuse, where it is full."""
        if self.full and bytes(data).startswith(b"{"):
            self._write(file, bytes(data)[: len(data) // 2])
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        return self._write(file, data)

    def sync(self, file: int) -> None:
        """Refuse so many times."""
        if self.sick:
            self.sick -= 1
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        self._sync(file)


def test_low_room_pauses_before_it_fails(monkeypatch: pytest.MonkeyPatch) -> None:
    """And it goes on by itself when there is twice as much."""
    tight, seen = Tight(monkeypatch), list[int]()

    async def shrink(steering: Steering, patient: Gated) -> None:
        tight.free = 900_000
        await soon(lambda: steering.room and steering.room.short)
        patient.let.set()
        await soon(lambda: all("room" in g.state()["waits_for"] for g in steering.going.values()))
        seen.append(patient.asked)
        tight.free = 1_500_000
        await asyncio.sleep(0.05)
        seen.append(patient.asked)
        tight.free = 3_000_000

    outcome, _ = steered(shrink)
    assert (outcome.played, seen) == (3, [4, 4])
    assert "the disk is nearly full at run (900.0 kB free, 2.0 MB wanted): paused" in log()
    assert "there is room again at run (3.0 MB): going on" in log()


def test_a_full_disk_is_waited_for_and_nothing_is_lost(monkeypatch: pytest.MonkeyPatch) -> None:
    """What could not be written is kept and written when there is room."""
    tight = Tight(monkeypatch)

    async def fill(steering: Steering, patient: Gated) -> None:
        tight.full = True
        patient.let.set()
        await soon(lambda: steering.room and steering.room.short)
        await asyncio.sleep(0.1)
        tight.full = False

    outcome, _ = steered(fill)
    assert outcome.played == 3
    assert "the disk is full at run" in log()
    assert "there is room again at run" in log()
    played(scripted(replicates=3), "calm")
    assert trials("run") == trials("calm")


def test_what_a_failed_sync_left_is_written_again(monkeypatch: pytest.MonkeyPatch) -> None:
    """After a failed fsync nobody knows what is on disk."""
    tight = Tight(monkeypatch)
    tight.sick = 5
    assert played(scripted()).played == 1
    tight.sick = 0
    played(scripted(), "calm")
    assert trials("run") == trials("calm")


def test_drained_out_of_room_it_stops_after_its_grace(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody has to make room to get the prompt back."""
    tight = Tight(monkeypatch)

    async def fill(steering: Steering, patient: Gated) -> None:
        tight.full = True
        patient.let.set()
        await soon(lambda: steering.room and steering.room.short)
        steering.drain()

    outcome, _ = steered(fill, Steering(2, grace=0.05))
    assert outcome.left == 3
    tight.full = False
    assert played(scripted(replicates=3)).resumed == 2


async def test_other_refusals_are_not_waited_for(monkeypatch: pytest.MonkeyPatch) -> None:
    """Only room comes back by itself."""
    monkeypatch.setattr(disk, "PERIOD", 0.001)
    left = [NoRoom("full"), NoRoom("full"), RunError("ill")]

    def job() -> None:
        raise left.pop(0)

    with pytest.raises(RunError, match="ill"):
        await Room(Path()).insist(job)
    assert left == []
    assert disk._size(2.5e15) == "2500.0 TB"
