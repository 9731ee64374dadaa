"""A second opinion: another judge rates stored transcripts, beside the old ratings."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

import pytest
from support import ANSWER, LIBRARY, Recorder, Stuck, fails, filled

from mhsim.chat import Terms
from mhsim.errors import InputError
from mhsim.journal import read_closed
from mhsim.opinion import judge, second
from mhsim.players.script import Script
from mhsim.record import Opening, Rating
from mhsim.shift import Hands
from mhsim.steering import Steering
from mhsim.store import Run
from runs import call, lines, played, reopen, scripted, small

TRIAL = "plain.en-US.patient.001"
OTHER = filled("2????????", "get by")


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch) -> Run:
    """A finished run of two conversations of three turns, and a library for judges."""
    monkeypatch.setattr("mhsim.opinion.Library", lambda: LIBRARY)
    return played(scripted(replicates=2)).run


def rated(run: Run, player: Any = None, workers: int = 2) -> tuple[int, int]:
    """Have another judge rate a run."""
    added = second(run, "severity", "code:other", "late")
    hands = Hands({"late": player or Script([OTHER] * 9)}, None, Steering(workers), Terms())
    return asyncio.run(judge(run, added, hands))


def test_its_ratings_are_a_set_of_their_own_beside_the_old(run: Run) -> None:
    """Nothing of what is there changes; a session tells both."""
    before = {p.name: p.read_bytes() for p in run.trials.iterdir()}
    assert rated(run) == (2, 0)
    assert {p.name: p.read_bytes() for p in run.trials.iterdir()} == before
    session = run.session(TRIAL)
    assert session.judges == ["judge", "late"]
    assert [(r.turn, r.items["anhedonia"].low) for r in session.ratings("late")] == [
        (1, 2), (2, 2), (3, 2)
    ]  # fmt: skip
    assert [r.items["anhedonia"].low for r in session.ratings("judge")] == [1, 1, 1]
    opening, *_, closing = read_closed(run.path / "opinions" / "late" / f"{TRIAL}.jsonl")
    assert isinstance(opening, Opening)
    assert (opening.models, closing.event) == ({"late": "code:other"}, "closing")


def test_it_reads_what_the_first_judge_read(run: Run) -> None:
    """Turn by turn, and blind to what came later and to other ratings."""
    player = Recorder(Script([OTHER] * 9))
    rated(run, player, workers=1)
    heard = [[(u.turn, u.role) for u in ask.transcript] for ask in player.asks[:3]]
    assert heard == [
        [(turn, role) for turn in range(1, last + 1) for role in ("therapist", "patient")]
        for last in (1, 2, 3)
    ]
    assert {u.node for ask in player.asks for u in ask.transcript} == {""}


def test_what_is_rated_is_not_rated_again_and_a_cut_set_goes_on(run: Run) -> None:
    """Like a conversation."""
    rated(run)
    folder = run.path / "opinions" / "late"
    whole = (folder / f"{TRIAL}.jsonl").read_bytes()
    assert rated(run) == (0, 0)
    part = folder / f"{TRIAL}.jsonl.part"
    part.write_bytes(b"".join(lines(folder / f"{TRIAL}.jsonl")[:3]))
    (folder / f"{TRIAL}.jsonl").unlink()
    player = Recorder(Script([OTHER] * 9))
    assert rated(run, player) == (1, 0)
    assert [ask.turn for ask in player.asks] == [3]
    assert (folder / f"{TRIAL}.jsonl").read_bytes()[:300] == whole[:300]


def test_a_rating_of_another_transcript_does_not_count(run: Run) -> None:
    """A trial that was played again since is rated anew; the old ratings are kept."""
    rated(run)
    folder = run.path / "opinions" / "late"
    reopen(run.path, TRIAL, 0)
    played(scripted(replicates=2), replies={"patient": ["I get by, mostly."] * 9})
    assert run.session(TRIAL).judges == ["judge"]
    (folder / f"{TRIAL}.jsonl").rename(folder / f"{TRIAL}.jsonl.part")
    assert rated(run) == (1, 0)
    assert run.session(TRIAL).judges == ["judge", "late"]
    assert [p.name for p in (run.path / "attempts").iterdir()] == [f"{TRIAL}.jsonl.part.1"]


def test_a_turn_it_could_not_rate_stays_missing(run: Run) -> None:
    """And is counted."""
    assert rated(run, Script([OTHER, fails("unparsable"), OTHER])) == (2, 2)
    assert [r.turn for r in run.session(TRIAL).ratings("late")] == [1, 3]


def test_drained_it_ends_between_two_turns(run: Run) -> None:
    """What was rated is on file."""
    added = second(run, "severity", "code:other", "late")
    stuck, steering = Stuck(Script([OTHER] * 9), 1), Steering(2, grace=0.05)

    async def stop() -> Any:
        hands = Hands({"late": stuck}, None, steering, Terms())
        task = asyncio.ensure_future(judge(run, added, hands))
        await stuck.waiting.wait()
        steering.drain()
        return await task

    assert asyncio.run(stop()) == (0, 0)
    parts = list((run.path / "opinions" / "late").glob("*.part"))
    assert [p.read_bytes().count(b'"rating"') for p in parts] == [1, 1]
    assert rated(run) == (2, 0)


def test_a_name_that_is_taken_or_no_judge_is_refused(run: Run) -> None:
    """Before anything is written."""
    with pytest.raises(InputError, match="'judge' rates in this run already; give the set"):
        second(run, "severity", name="judge")
    with pytest.raises(InputError, match="patient is no judge"):
        second(run, "patient")
    with pytest.raises(InputError, match="severty"):
        second(run, "severty")


def test_on_the_command_line() -> None:
    """The reference judge, once more, with its own name."""
    small(replicates=1)
    assert call("run", "small", "--quiet").code == 0
    done = call("judge", "small", "--judge", "severity")
    assert (done.code, done.out) == (0, "runs/small/opinions/severity-reference\n")
    assert "severity-reference: 2 transcripts rated, 0 turns could not be rated" in done.err
    session = next(Run(Path("runs/small")).sessions())
    late = session.ratings("severity-reference")
    assert [r.turn for r in late] == [1, 2, 3, 4]
    assert all(isinstance(r, Rating) for r in late)
    assert call("judge", "small", "--judge", "severity", "--workers", "0").code == 2
    assert ANSWER
