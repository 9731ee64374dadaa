"""The Python interface, as somebody would use it in a notebook: few names, typed results."""

from __future__ import annotations

import asyncio
import re
from pathlib import Path

import pytest
from support import ANSWER, JUDGE, PATIENT, QUESTION, ROOT, THERAPIST, filled

import mhsim
from mhsim import Graph, Judge, Patient, Plan, Run, Scenario, Session, Therapist
from mhsim.players.script import Script
from mhsim.record import AnyEvent, Closing, Opening, Rating, Utterance
from mhsim.spec.model import Model
from mhsim.spec.scenario import Arm
from runs import PLAIN, SMALL, small, timeless


def test_every_public_name_is_there() -> None:
    """And nothing is imported before it is asked for."""
    assert all(getattr(mhsim, name) is not None for name in mhsim.__all__)
    assert mhsim.__version__
    with pytest.raises(AttributeError, match="module 'mhsim' has no attribute 'simulat'"):
        mhsim.simulat  # noqa: B018


# --- by name


def test_an_experiment_in_five_lines() -> None:
    """Plan, run, read."""
    small()
    outcome = asyncio.run(mhsim.run("small", workers=4))
    errors = [
        session.ratings("judge")[-1].total.low - 12
        for session in outcome.run.sessions(arm="chinese")
    ]
    assert outcome.run.path == Path("runs/small")
    assert len(errors) == 2


def test_a_plan_tells_what_would_be_done() -> None:
    """Frozen: trials, hash, limits."""
    small()
    plan = mhsim.plan("small")
    assert isinstance(plan, Plan)
    assert plan.size == len(list(plan.trials())) == 4
    assert list(plan.conditions()) == [("english", "en-US"), ("chinese", "zh-CN")]
    assert plan.limits("english") == {"turns": 4}
    assert len(plan.hash) == 64
    with pytest.raises(ValueError, match="frozen"):
        plan.name = "other"  # type: ignore[misc]


async def test_one_conversation_is_events_as_they_happen() -> None:
    """An async iterator, from opening to closing."""
    small()
    heard: list[tuple[str, str]] = []
    nodes: list[str] = []
    events: list[AnyEvent] = [
        event
        async for event in mhsim.simulate(
            "small", hear=lambda role, piece: heard.append((role, piece)), arrive=nodes.append
        )
    ]
    assert isinstance(events[0], Opening)
    assert isinstance(events[-1], Closing)
    assert [event.seq for event in events] == list(range(len(events)))
    said = [e for e in events if isinstance(e, Utterance) and e.role == "patient"]
    assert "".join(piece for role, piece in heard if role == "patient") == "".join(
        e.text for e in said
    )
    assert nodes[:4] == ["therapist", "patient", "screen", "judge"]


async def test_a_chosen_conversation_is_the_one_of_the_batch() -> None:
    """Event for event, but for the times."""
    small()
    trial = "chinese.zh-CN.shopkeeper.002"
    outcome = await mhsim.run("small")
    played = [event async for event in mhsim.simulate("small", trial)]
    stored = outcome.run.session(trial).events
    assert [timeless(e.model_dump_json().encode()) for e in played] == [
        timeless(e.model_dump_json().encode()) for e in stored
    ]


def test_a_run_is_read_back() -> None:
    """From its directory alone."""
    small()
    asyncio.run(mhsim.run("small", "somewhere"))
    run = Run(Path("somewhere"))
    sessions = list(run.sessions())
    assert [type(s) for s in sessions] == [Session] * 4
    first = sessions[0]
    assert (first.arm, first.locale, first.turns) == ("english", "en-US", 4)
    assert [u.role for u in first.transcript[:2]] == ["therapist", "patient"]
    assert all(isinstance(r, Rating) for r in first.ratings("judge"))
    assert first.closing
    assert first.closing.reason == "limit"
    assert run.plan.hash == mhsim.plan("small").hash


def test_the_example_of_the_docs_works(capsys: pytest.CaptureFixture[str]) -> None:
    """As it is printed, on a scenario of the same name that is here and smaller."""
    text = (ROOT / "docs" / "runs.md").read_text(encoding="utf-8")
    example = text.partition("```python\n")[2].partition("```")[0]
    arms = "{adapted: {locales: [bn-BD], localize: formulation}}"
    small(re.sub(r"arms:\n(  .*\n)+", f"arms: {arms}\n", SMALL), name="persona-trap")
    exec(compile(example, "docs/runs.md", "exec"), {})
    told = capsys.readouterr().out.splitlines()
    assert (told[0], told[-2]) == ("opening", "closing")
    assert told[-1] == "adapted.bn-BD.shopkeeper.001 limit 8"


# --- in code


GRAPH = Graph.model_validate(
    {
        "start": "asks",
        "nodes": {
            "asks": {"kind": "speak", "role": "therapist"},
            "answers": {"kind": "speak", "role": "patient"},
            "rates": {"kind": "rate", "roles": ["judge"]},
        },
        "edges": {
            "asks": "answers",
            "answers": "rates",
            "rates": [{"to": "asks", "limit": "turns"}, "end"],
        },
    }
)


def in_code(therapist: Therapist | str = THERAPIST, model: str = "code:here") -> Scenario:
    """Return a scenario of objects."""
    return Scenario(
        graph=GRAPH,
        cast={"therapist": (therapist,), "patient": (PATIENT,), "judge": (JUDGE,)},
        models={"default": Model(model=model)},
        limits={"turns": 2},
        arms={"plain": Arm(locales=("en-US",))},
    )


def test_models_built_in_code_take_the_place_of_names() -> None:
    """Patient, therapist, judge, graph and scenario; players too."""
    players = {
        "therapist": Script([QUESTION] * 2),
        "patient": Script([ANSWER] * 2),
        "judge": Script([PLAIN, filled("12???????", "get by")]),
    }
    outcome = asyncio.run(mhsim.run(in_code(), "run", players=players))
    (session,) = outcome.run.sessions()
    assert [u.text for u in session.transcript] == [QUESTION, ANSWER] * 2
    assert [r.total.low for r in session.ratings("judge")] == [1, 3]
    plan = outcome.run.plan
    assert plan.graph == GRAPH
    kinds = {name: type(agent) for name, agent in plan.agents.items()}
    assert kinds == {"therapist": Therapist, "patient": Patient, "judge": Judge}


def test_the_simulator_plays_what_is_built_in_code() -> None:
    """No player given; only its therapist needs something to say, which a file has."""
    outcome = asyncio.run(mhsim.run(in_code("interviewer", "reference"), "run"))
    (session,) = outcome.run.sessions()
    assert session.opening.models == dict.fromkeys(("therapist", "patient", "judge"), "reference")
    assert session.turns == 2


def test_code_and_names_can_be_mixed() -> None:
    """A shipped graph and a patient of one's own."""
    mixed = Scenario(
        graph="interview",
        cast={"therapist": ("interviewer",), "patient": (PATIENT,), "judge": ("severity",)},
        limits={"turns": 1},
        arms={"plain": Arm(locales=("en-US",))},
    )
    plan = mhsim.plan(mixed)
    assert set(plan.agents) == {"interviewer", "patient", "severity"}
    assert [file.name for file in plan.files if file.kind == "graph"] == ["interview"]


async def test_a_graph_can_be_compiled_and_drawn_by_langgraph() -> None:
    """For LangGraph's own tools."""
    compiled = mhsim.compile(GRAPH, {"turns": 3})
    assert {"asks", "answers", "rates"} <= set(compiled.runnable.get_graph().nodes)


def test_errors_have_one_parent() -> None:
    """Whoever catches it catches everything we raise on purpose."""
    for error in (mhsim.InputError, mhsim.RunError, mhsim.EngineError, mhsim.PlayerError):
        assert issubclass(error, mhsim.MhsimError)
    with pytest.raises(mhsim.InputError, match="there is no scenario 'nothing'"):
        mhsim.plan("nothing")
    with pytest.raises(mhsim.InputError, match="this is no run directory"):
        mhsim.Run(Path())
