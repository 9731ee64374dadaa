"""A batch plays what is planned once, and what was finished stays as it is."""

from __future__ import annotations

import asyncio
import gc
import resource
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from support import (
    ANSWER,
    Broken,
    Recorder,
    Stuck,
    fails,
    filled,
    seats,
)

from mhsim import batch
from mhsim.errors import EngineError, InputError, RunError
from mhsim.journal import read_lines
from mhsim.players.script import Script
from mhsim.process import calm_collector, open_files
from mhsim.record import TrialId
from mhsim.store import Run
from runs import PLAIN, Told, lines, played, reopen, scripted, timeless, trials

TRIAL = "plain.en-US.patient.001"


# --- what is played


def test_every_planned_trial_is_played_and_closed() -> None:
    """One file each, and nothing left over."""
    outcome = played(scripted(replicates=5))
    assert (outcome.played, outcome.kept, outcome.resumed) == (5, 0, 0)
    assert outcome.failed == outcome.failures == {}
    assert sorted(trials("run")) == [f"plain.en-US.patient.00{n}.jsonl" for n in range(1, 6)]
    assert [s.turns for s in outcome.run.sessions()] == [3] * 5


def test_without_a_directory_it_lands_in_runs_under_its_name() -> None:
    """As the command line does."""
    made = scripted()
    outcome = asyncio.run(batch.run(made, players=dict(seats(made, {}))))
    assert outcome.run.path == Path("runs/scenario")


@pytest.mark.parametrize("workers", [0, 1, 2, 16, 200])
def test_how_many_workers_makes_no_difference(workers: int) -> None:
    """Files are byte for byte the same, but for the times."""
    made = scripted(replicates=12)
    played(made, "one", workers=1)
    played(made, "other", workers=workers)
    assert trials("one") == trials("other")
    assert len(trials("one")) == 12


def test_workers_play_side_by_side() -> None:
    """As many at a time as asked for, and no more."""
    together = list[int]()

    class Slow(Script):
        async def say(self, ask: Any) -> Any:
            self.now += 1
            together.append(self.now)
            await asyncio.sleep(0.002)
            self.now -= 1
            return await super().say(ask)

        now = 0

    played(scripted(replicates=20), replies={"patient": Slow([ANSWER] * 9)}, workers=5)
    assert max(together) == 5


def test_the_same_call_again_plays_nothing() -> None:
    """What is closed is kept, byte for byte and time for time."""
    made = scripted(replicates=3)
    played(made)
    before = {p.name: p.read_bytes() for p in Path("run/trials").iterdir()}
    again = played(made)
    assert (again.played, again.kept, again.resumed) == (0, 3, 0)
    assert {p.name: p.read_bytes() for p in Path("run/trials").iterdir()} == before


def test_what_is_missing_is_played() -> None:
    """A deleted file is a trial not played yet."""
    made = scripted(replicates=3)
    played(made)
    whole = trials("run")
    Path(f"run/trials/{TRIAL}.jsonl").unlink()
    again = played(made)
    assert (again.played, again.kept) == (1, 2)
    assert trials("run") == whole


def test_a_file_of_no_planned_trial_counts_for_nothing() -> None:
    """It is neither played nor kept."""
    made = scripted()
    played(made)
    stray = Path("run/trials/other.jsonl")
    stray.write_bytes(Path(f"run/trials/{TRIAL}.jsonl").read_bytes())
    assert played(made).kept == 1


# --- what goes wrong


def test_a_failed_trial_is_closed_and_named() -> None:
    """With the player's own reason; the others go on."""
    made = scripted(replicates=3)
    outcome = played(made, replies={"patient": OnlyIn("001", fails())})
    assert outcome.failed == {TRIAL: "as written"}
    assert outcome.failures == {"refusal": 1}
    assert outcome.played == 3
    assert [s.closing and s.closing.reason for s in outcome.run.sessions()] == [
        "failure",
        "limit",
        "limit",
    ]


def test_a_trial_that_failed_before_is_still_named() -> None:
    """A second call does not make it well; deleting its file does."""
    made = scripted(replicates=2)
    played(made, replies={"patient": OnlyIn("001", fails())})
    again = played(made)
    assert again.failed == {TRIAL: "as written"}
    assert (again.played, again.kept, again.failures) == (0, 2, {})
    Path(f"run/trials/{TRIAL}.jsonl").unlink()
    assert played(made).failed == {}


def test_a_bug_in_a_player_fails_its_trial_alone() -> None:
    """And says what it was."""
    outcome = played(scripted(), replies={"patient": Broken()})
    assert outcome.failed == {TRIAL: "ZeroDivisionError: a bug"}
    assert played(scripted()).failed == {TRIAL: "ZeroDivisionError: a bug"}


def test_an_unrated_turn_is_counted_and_fails_nothing() -> None:
    """A failure by kind, and no rating in its place."""
    outcome = played(scripted(), replies={"judge": [PLAIN, fails("unparsable"), PLAIN]})
    assert (outcome.failed, outcome.failures) == ({}, {"unparsable": 1})
    (session,) = outcome.run.sessions()
    assert [r.turn for r in session.ratings("judge")] == [1, 3]


def test_a_seat_nobody_answers_for_is_an_input_error() -> None:
    """Before anything is written about its trial."""
    made = scripted(models={"default": "human"})
    with pytest.raises(InputError, match="there is no player 'human'"):
        asyncio.run(batch.run(made, "run"))
    assert not list(Path("run/trials").glob("*.jsonl"))


def test_a_player_for_a_role_nobody_has_is_an_input_error() -> None:
    """Most likely a slip."""
    with pytest.raises(InputError, match="judg"):
        asyncio.run(batch.run(scripted(), "run", players={"judg": Script([])}))


def test_a_closed_file_whose_end_was_damaged_is_set_aside_and_gone_on_with() -> None:
    """What is whole of it stays; the damaged file is kept, and the log names it."""
    made = scripted(replicates=2)
    played(made)
    before = trials("run")
    path = Path(f"run/trials/{TRIAL}.jsonl")
    damaged = path.read_bytes()[:-5] + b"??"
    path.write_bytes(damaged)
    outcome = played(made)
    assert (outcome.played, outcome.kept, outcome.resumed) == (1, 1, 1)
    assert trials("run") == before
    assert Path(f"run/quarantine/{TRIAL}.jsonl.1").read_bytes() == damaged
    assert f"{TRIAL}.jsonl: line 14 is damaged or missing" in Path("run/run.log").read_text()


# --- going on


def test_a_trial_cut_at_any_byte_goes_on_to_the_same_file() -> None:
    """Every place in the last turn that a crash can leave it at."""
    whole = Path(played(scripted(turns=2), "one").run.trials / f"{TRIAL}.jsonl").read_bytes()
    cuts = len(whole) - len(b"".join(lines(Path(f"one/trials/{TRIAL}.jsonl"))[:5]))
    made = scripted(turns=2, replicates=cuts)
    played(made, "run", workers=64)
    before = trials("run")
    assert len(before) == cuts > 1000
    kept = dict[str, bytes]()
    for cut, trial in enumerate(list(made.trials()), 1):
        part = reopen("run", trial.id, -cut)
        kept[trial.id] = whole_visits(part)
    outcome = played(made, "run", workers=64)
    assert trials("run") == before
    assert outcome.played == cuts
    assert outcome.resumed == cuts
    for trial, start in kept.items():
        assert Path(f"run/trials/{trial}.jsonl").read_bytes().startswith(start)


def whole_visits(part: Path) -> bytes:
    """Return the whole lines of a file: in this graph every visit leaves one."""
    events, ends = read_lines(part)
    return part.read_bytes()[: ends[-1]] if len(events) > 1 else b""


def test_an_answer_that_was_given_is_never_asked_for_again() -> None:
    """Nobody pays for it twice, wherever in a turn it was cut."""
    made = scripted(turns=4)
    played(made)
    log = Path(f"run/trials/{TRIAL}.jsonl")
    after_two = lines(log)[:9]  # the opening, and twice therapist, patient, screen, judge
    for keep, first in ((6, 2), (7, 3), (9, 3), (10, 3), (11, 4), (13, 4)):
        reopen("run", TRIAL, len(b"".join(lines(log)[:keep])))
        patient = Recorder(Script([ANSWER] * 9))
        outcome = played(made, replies={"patient": patient})
        assert [ask.turn for ask in patient.asks] == list(range(first, 5))
        assert outcome.resumed == 1
        assert lines(log)[:6] == after_two[:6]


def test_a_conversation_goes_on_with_what_was_said_before() -> None:
    """Players are told the transcript as if nothing had happened."""
    made = scripted(turns=3)
    played(made)
    reopen("run", TRIAL, len(b"".join(lines(Path(f"run/trials/{TRIAL}.jsonl"))[:9])))
    judge = Recorder(Script([PLAIN] * 9))
    played(made, replies={"judge": judge})
    (ask,) = judge.asks
    assert [(u.turn, u.role) for u in ask.transcript] == [
        (turn, role) for turn in (1, 2, 3) for role in ("therapist", "patient")
    ]


def test_a_trial_whose_closing_was_written_is_only_renamed() -> None:
    """The crash came between the last line and the name."""
    made = scripted()
    played(made)
    before = Path(f"run/trials/{TRIAL}.jsonl").read_bytes()
    reopen("run", TRIAL)
    outcome = played(made, replies={"patient": Broken(), "judge": Broken()})
    assert Path(f"run/trials/{TRIAL}.jsonl").read_bytes() == before
    assert (outcome.played, outcome.resumed, outcome.failed) == (1, 1, {})


def test_a_damaged_line_in_a_part_is_set_aside_and_gone_on_before() -> None:
    """And nothing else of the run is touched."""
    made = scripted(replicates=2)
    played(made)
    before = trials("run")
    part = reopen("run", TRIAL)
    rows = lines(part)
    part.write_bytes(b"".join([*rows[:8], rows[8].replace(b"1", b"2", 1), *rows[9:-1]]))
    damaged = part.read_bytes()
    outcome = played(made)
    assert (outcome.played, outcome.resumed, outcome.failed) == (1, 1, {})
    assert trials("run") == before
    assert lines(Path(f"run/trials/{TRIAL}.jsonl"))[:8] == rows[:8]
    assert Path(f"run/quarantine/{part.name}.1").read_bytes() == damaged
    assert f"{part.name}: line 9 is damaged; kept as quarantine/" in Path("run/run.log").read_text()


def test_a_trial_that_left_no_whole_visit_begins_anew() -> None:
    """An empty file, half an opening, or less than an answer."""
    made = scripted()
    played(made)
    before = trials("run")
    for keep in (0, 100, 700):
        reopen("run", TRIAL, keep)
        outcome = played(made)
        assert (outcome.played, outcome.resumed) == (1, 0)
        assert trials("run") == before


def test_a_part_of_another_plan_is_refused() -> None:
    """Files copied between runs are no resume."""
    played(scripted(turns=5), "other")
    played(scripted(replicates=2), "run")
    reopen("run", TRIAL)
    part = Path(f"run/trials/{TRIAL}.jsonl.part")
    part.write_bytes(b"".join(lines(Path(f"other/trials/{TRIAL}.jsonl"))[:6]))
    with pytest.raises(RunError, match="line 1 does not open this trial of this plan; move"):
        played(scripted(replicates=2), "run")


def test_cancelling_leaves_finished_turns_and_the_next_call_goes_on() -> None:
    """As Ctrl-C does."""
    made = scripted(turns=4, replicates=3)
    played(made, "whole")
    asyncio.run(cancelled(made, turns=2))
    parts = sorted(Path("run/trials").iterdir())
    assert [p.suffix for p in parts] == [".part"] * 3
    kept = {p.name.removesuffix(".part"): whole_visits(p) for p in parts}
    assert [start.count(b'"rating"') for start in kept.values()] == [2, 2, 2]
    assert [start.count(b'"utterance"') for start in kept.values()] == [5, 5, 5]
    outcome = played(made)
    assert (outcome.played, outcome.resumed) == (3, 3)
    assert trials("run") == trials("whole")
    assert all(Path("run/trials", n).read_bytes().startswith(s) for n, s in kept.items())


async def cancelled(made: Any, turns: int) -> None:
    """Play until everybody waits, then cancel."""
    stuck = Stuck(Script([ANSWER] * 9), turns)
    players = {**dict(seats(made, {"judge": [PLAIN] * 9})), "patient": stuck}
    task = asyncio.create_task(batch.run(made, "run", players=players))
    await stuck.waiting.wait()
    await asyncio.sleep(0.2)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task


# --- being told


def test_a_watcher_is_told_in_order() -> None:
    """Start, every visit, end."""
    told = Told()
    played(scripted(turns=1), watcher=told)
    assert told.calls == [
        ("started", TRIAL, 0),
        ("happened", TRIAL, ["opening"]),
        ("happened", TRIAL, ["utterance"]),
        ("happened", TRIAL, ["utterance"]),
        ("happened", TRIAL, ["risk"]),
        ("happened", TRIAL, ["rating"]),
        ("happened", TRIAL, ["closing"]),
        ("finished", TRIAL, "limit"),
    ]


def test_a_watcher_is_told_first_what_was_done_before() -> None:
    """And from which turn a cut trial goes on."""
    made = scripted(turns=3, replicates=3)
    played(made, replies={"patient": OnlyIn("002", fails())})
    reopen("run", TRIAL, len(b"".join(lines(Path(f"run/trials/{TRIAL}.jsonl"))[:9])))
    told = Told()
    played(made, watcher=told)
    assert told.calls[:3] == [
        ("kept", "plain.en-US.patient.002", "failure"),
        ("kept", "plain.en-US.patient.003", "limit"),
        ("started", TRIAL, 2),
    ]
    assert Counter(call[0] for call in told.calls) == {
        "kept": 2, "started": 1, "happened": 5, "finished": 1
    }  # fmt: skip


def test_a_watcher_with_a_bug_spoils_no_trial() -> None:
    """The batch stops; nothing of it is recorded as the trial's own failure."""

    class Buggy(Told):
        def happened(self, trial: TrialId, events: Any) -> None:
            if events[0].event == "rating":
                raise KeyError("a bug")

    with pytest.raises(RunError, match="the watcher of the batch failed: KeyError: 'a bug'"):
        played(scripted(), watcher=Buggy())
    assert played(scripted()).failed == {}
    assert trials("run") == {f"{TRIAL}.jsonl": once()}


def once() -> bytes:
    """Return the file of a trial nothing happened to."""
    played(scripted(), "once")
    return timeless(Path(f"once/trials/{TRIAL}.jsonl").read_bytes())


# --- the process


def test_a_scenario_in_code_runs_without_a_name() -> None:
    """`run` takes a scenario as well as a plan."""
    made = scripted()
    players = dict(seats(made, {}))
    outcome = asyncio.run(batch.run(made.scenario, "run", players=players))
    assert outcome.played == 1


def test_enough_files_may_be_open_and_afterwards_as_before() -> None:
    """So many workers, so many files."""
    before, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (64, most))
    try:
        played(scripted(replicates=150), replies={"patient": Waits(150)}, workers=150)
        assert resource.getrlimit(resource.RLIMIT_NOFILE)[0] == 64
        with open_files(10):
            assert resource.getrlimit(resource.RLIMIT_NOFILE)[0] == 64
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, (before, most))


def test_the_collector_is_left_as_it_was() -> None:
    """Calm inside, as before outside, whatever happens."""
    before = gc.get_threshold()
    with pytest.raises(EngineError):
        stopped(before)
    assert gc.get_threshold() == before
    assert gc.get_freeze_count() == 0


def stopped(before: tuple[int, int, int]) -> None:
    """Stop while the collector is calm."""
    with calm_collector():
        assert gc.get_threshold() != before
        assert gc.get_freeze_count() > 1000
        raise EngineError("stop")


class OnlyIn(Script):
    """Gives a plain answer, and another one in the trial whose number it is told."""

    def __init__(self, number: str, reply: Any) -> None:
        super().__init__([ANSWER] * 9)
        self._number = number
        self._reply = reply
        self._asked = 0

    async def say(self, ask: Any) -> Any:
        """Answer; the first trial to be asked is the first that is planned."""
        self._asked += ask.turn == 1
        if ask.turn == 1 and self._asked == int(self._number):
            return await Script([self._reply]).say(ask)
        return await super().say(ask)


class Waits(Script):
    """Answers when everybody has been asked: so all trials are open at once."""

    def __init__(self, trials: int) -> None:
        super().__init__([ANSWER] * 9)
        self._missing = trials
        self._all = asyncio.Event()

    async def say(self, ask: Any) -> Any:
        """Wait for the others, once."""
        self._missing -= ask.turn == 1
        if not self._missing:
            self._all.set()
        await self._all.wait()
        return await super().say(ask)


def test_a_run_is_the_same_read_back() -> None:
    """What the outcome holds is what the directory holds."""
    outcome = played(scripted(replicates=2), replies={"judge": [filled("123000+??", "get by")] * 9})
    again = list(Run(Path("run")).sessions())
    assert [s.events for s in again] == [s.events for s in outcome.run.sessions()]
    assert again[0].ratings("judge")[-1].total.low == 7
