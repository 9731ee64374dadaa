"""A run that grows in place, whose inputs change, and whose trials get another attempt."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

import pytest
import yaml
from support import ANSWER, JUDGE, LIBRARY, fails, seats

from mhsim.chat import Terms
from mhsim.drift import compare
from mhsim.errors import RunError
from mhsim.outcome import Outcome
from mhsim.planning import make_plan
from mhsim.rerun import rerun
from mhsim.shift import Hands
from mhsim.spec.graph import Graph
from mhsim.steering import Steering
from mhsim.store import Run
from runs import PLAIN, call, lines, played, reopen, scripted, small, trials

TRIAL = "plain.en-US.patient.001"


def stored(run: str = "run") -> dict[str, bytes]:
    """Return the trial files of a run, byte for byte."""
    return {p.name: p.read_bytes() for p in sorted(Path(run, "trials").iterdir())}


def meant(**changes: Any) -> dict[str, dict[str, int]]:
    """Say what a changed `small` means for one that is finished: condition to how many."""
    small()
    old = make_plan("small")
    drift = compare(old, make_plan("small", changes=changes), {t.id for t in old.trials()})
    return {" ".join(condition): dict(found) for condition, found in drift.conditions.items()}


# --- more of the same


@pytest.mark.parametrize(
    ("changes", "english", "chinese"),
    [
        ({"replicates": 3}, {"stay": 2, "new": 1}, {"stay": 2, "new": 1}),
        ({"replicates": 1}, {"stay": 1, "gone": 1}, {"stay": 1, "gone": 1}),
        ({"about": "Other words."}, {"stay": 2}, {"stay": 2}),
        ({"limits": {"turns": 5}}, {"again": 2}, {"again": 2}),
        ({"seed": 8}, {"again": 2}, {"again": 2}),
        ({"models": {"default": "reference", "judge": "a:b"}}, {"again": 2}, {"again": 2}),
    ],
)
def test_what_a_change_means_is_said_per_condition(
    changes: dict[str, Any], english: dict[str, int], chinese: dict[str, int]
) -> None:
    """More of the same keeps what is there; an input that changed does not."""
    assert meant(**changes) == {"english en-US": english, "chinese zh-CN": chinese}


def test_a_locale_or_a_patient_more_keeps_what_is_there() -> None:
    """Though the same patient's file tells of another locale now."""
    arms = {"english": {"locales": ["en-US", "bn-BD"]},
            "chinese": {"locales": ["zh-CN"], "localize": "nationality"}}  # fmt: skip
    cast = {"patient": ["shopkeeper", "student"], "therapist": "interviewer", "judge": "severity"}
    assert meant(arms=arms, cast=cast) == {
        "english en-US": {"stay": 2, "new": 2},
        "english bn-BD": {"new": 4},
        "chinese zh-CN": {"again": 2, "new": 2},
    }


def test_a_pack_that_changed_touches_its_locale_alone() -> None:
    """And says what changed in it."""
    small()
    old = make_plan("small")
    pack = old.packs["zh-CN"].model_copy(update={"about": "Other words."})
    new = old.model_copy(update={"packs": {**old.packs, "zh-CN": pack}})
    drift = compare(old, new, {t.id for t in old.trials()})
    assert {arm: dict(c) for (arm, _), c in drift.conditions.items()} == {
        "english": {"stay": 2}, "chinese": {"again": 2}
    }  # fmt: skip
    assert [line.partition(":")[0] for line in drift.changes] == ["pack.about"]


def test_more_replicates_go_into_the_same_run() -> None:
    """What is there stays, byte for byte; what is cut goes on under the new plan."""
    played(scripted(replicates=2))
    before = stored()
    reopen("run", TRIAL, len(b"".join(lines(Path(f"run/trials/{TRIAL}.jsonl"))[:7])))
    outcome = played(scripted(replicates=4))
    assert (outcome.played, outcome.kept, outcome.resumed) == (3, 1, 1)
    name = TRIAL.replace("001", "002") + ".jsonl"
    assert stored()[name] == before[name]
    played(scripted(replicates=4), "whole")
    assert {n: len(t) for n, t in trials("run").items()} == {
        n: len(t) for n, t in trials("whole").items()
    }
    assert len(list(Path("run/plans").iterdir())) == 1


def test_a_judge_more_changes_nothing_that_is_there() -> None:
    """The stored conversations lack its ratings, and are told."""
    graph = LIBRARY.load("graph", "interview")
    played(scripted(replicates=2))
    before = stored()
    nodes = graph.model_dump(mode="json", by_alias=True, exclude_none=True)
    for node in nodes["nodes"].values():
        if node["kind"] == "rate":
            node["roles"] = ["judge", "second"]
    plan = scripted(replicates=3)
    cast = {**plan.scenario.cast, "second": (JUDGE,)}
    more = make_plan(
        plan.scenario.model_copy(update={"cast": cast, "graph": Graph.model_validate(nodes)}),
        LIBRARY,
    )
    players = dict(seats(more, {"judge": [PLAIN] * 9, "second": [PLAIN] * 9}))
    outcome = asyncio.run(batch_run(more, players))
    assert (outcome.played, outcome.kept) == (1, 2)
    assert {n: stored()[n] for n in before} == before
    assert outcome.run.session(TRIAL.replace("001", "003")).judges == ["judge", "second"]
    assert "second" in Path("run/run.log").read_text()


async def batch_run(plan: Any, players: Any) -> Outcome:
    """Play a plan in `run`."""
    from mhsim import batch

    return await batch.run(plan, "run", players=players)


def test_changed_inputs_are_played_again_only_when_that_is_accepted() -> None:
    """The old files are kept, and the plan they belong to."""
    played(scripted(replicates=2))
    before, old = stored(), scripted(replicates=2).hash
    with pytest.raises(RunError, match="--accept-changes plays those of `again` once more"):
        played(scripted(turns=2, replicates=2))
    assert stored() == before
    outcome = played(scripted(turns=2, replicates=2), accept=True)
    assert (outcome.played, outcome.kept) == (2, 0)
    assert [s.turns for s in outcome.run.sessions()] == [2, 2]
    kept = {p.name: p.read_bytes() for p in Path("run/attempts").iterdir()}
    assert kept == {f"{name}.1": data for name, data in before.items()}
    assert Path(f"run/plans/{old}.json").exists()


def test_on_the_command_line_too() -> None:
    """With the option that the refusal names."""
    small()
    assert call("run", "small", "--quiet").code == 0
    small(limits="{turns: 2}")
    assert call("run", "small", "--quiet").code == 2
    assert call("run", "small", "--quiet", "--accept-changes").code == 0
    assert {s.turns for s in Run(Path("runs/small")).sessions()} == {2}


# --- another attempt


def again(replies: dict[str, Any], **which: bool) -> Outcome:
    """Give trials another attempt."""
    run = Run(Path("run"))
    players = dict(seats(run.plan, {"judge": [PLAIN] * 99, **replies}))
    return asyncio.run(rerun(run, Hands(players, None, Steering(4), Terms()), **which))


def test_a_failed_trial_stays_until_another_attempt_has_succeeded() -> None:
    """Then both are kept, and the new one counts."""
    made = scripted(replicates=2)
    played(made, replies={"patient": [ANSWER, fails()]})
    failed = stored()
    worse = again({"patient": [fails()]})
    assert sorted(worse.failed) == [t.id for t in made.trials()]
    assert stored() == failed
    outcome = again({})
    assert (outcome.played, outcome.kept, outcome.failed) == (2, 0, {})
    played(made, "calm")
    assert trials("run") == trials("calm")
    kept = sorted(p.name for p in Path("run/attempts").iterdir())
    assert kept == [f"{t.id}.jsonl.{n}" for t in made.trials() for n in (1, 2)]
    assert {Path("run/attempts", f"{t.id}.jsonl.2").read_bytes() for t in made.trials()} == {
        *failed.values()
    }
    assert again({}).played == 0


def test_an_attempt_goes_on_where_it_was_cut() -> None:
    """Whether it was cut in the middle, or before it found its place."""
    made = scripted()
    played(made, "calm")
    whole = Path(f"calm/trials/{TRIAL}.jsonl").read_bytes()
    for cut, name in ((1800, f"{TRIAL}.jsonl.part"), (len(whole), f"{TRIAL}.jsonl")):
        for old in Path().glob("run/*/*.jsonl*"):
            old.unlink()
        played(made, replies={"patient": [fails()]})
        Path("run/attempts").mkdir(exist_ok=True)
        Path("run/attempts", name).write_bytes(whole[:cut])
        outcome = again({})
        assert (outcome.played, outcome.resumed) == ((1, 1) if cut == 1800 else (0, 0))
        assert trials("run") == trials("calm")


def test_damaged_files_are_found_kept_and_gone_on_with() -> None:
    """Every file is read to its last bit."""
    made = scripted(replicates=3)
    played(made)
    before = trials("run")
    path = Path(f"run/trials/{TRIAL}.jsonl")
    flipped = path.read_bytes().replace(b"I get by", b"I got by", 1)
    path.write_bytes(flipped)
    with pytest.raises(RunError, match="line 3 is damaged; mhsim rerun RUN --damaged"):
        list(Run(Path("run")).sessions())
    outcome = again({}, failed=False, damaged=True)
    assert (outcome.played, outcome.failed) == (1, {})
    assert trials("run") == before
    assert Path(f"run/quarantine/{TRIAL}.jsonl.1").read_bytes() == flipped


def test_failed_trials_are_played_again_from_the_command_line() -> None:
    """From what the run itself holds, whatever became of the scenario."""
    Path("replies.yaml").write_text(yaml.safe_dump([{"fail": "refusal", "detail": "no"}]))
    small(replicates=1, models="{default: reference, patient: 'script:replies.yaml'}")
    assert call("run", "small", "--quiet").code == 1
    assert call("rerun", "small", "--failed", "--quiet").code == 1
    Path("replies.yaml").write_text(yaml.safe_dump([ANSWER] * 4))
    Path("scenarios/small.yaml").unlink()
    done = call("rerun", "small", "--failed", "--damaged", "--quiet")
    assert (done.code, done.out) == (0, "runs/small\n")
    assert "2 of 2 conversations played" in done.err
    assert call("rerun", "small").err == "mhsim rerun: say which: --failed, --damaged, or both\n"
    assert call("rerun", "small", "--failed", "--workers", "0").code == 2
