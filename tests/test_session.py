"""Sessions: cut anywhere and gone on with, stopped, streamed."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from contextlib import aclosing
from typing import Any, Literal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from support import (
    ANSWER,
    FINE,
    GRAPHS,
    LIBRARY,
    WISH,
    Recorder,
    Stuck,
    ended,
    fails,
    filled,
    flagged,
    go_on,
    of,
    plan,
    play,
    seats,
    stage,
    timeless,
    visits,
)

import mhsim
from mhsim.errors import InputError
from mhsim.lowering import compile_graph
from mhsim.nodes import Step
from mhsim.players.script import Script
from mhsim.record import AnyEvent, Closing, Critique, Failure, Mark, Opening, Span, Utterance
from mhsim.session import Stage, simulate
from mhsim.spec.graph import NODES, Graph
from mhsim.state import Log

SPOKEN = st.sampled_from([ANSWER, WISH, [ANSWER, WISH], {"text": "Bye.", "closes": True}, fails()])
REVIEWED = st.sampled_from([FINE, [flagged("by", "wish", "How"), FINE], fails()])
FILLED = st.sampled_from([filled("1" * 9, "get by"), filled("?" * 8 + "2"), filled(), fails()])
EVERYTHING = {
    "patient": [[ANSWER, WISH], WISH, ANSWER],
    "critic": [[flagged("by"), FINE], fails(), FINE],
    "supervisor": [[flagged("How"), FINE], FINE, flagged("How")],
    "judge": [filled("?" * 8 + "2", "invented"), fails(), filled("2" * 9)],
    "judge_a": [filled("1" * 9, "get by"), filled(), fails("timeout")],
}


def scripts(name: str, replies: dict[str, Any]) -> dict[str, Any]:
    """Return those replies a graph has a role for."""
    roles = LIBRARY.load("graph", name).roles()
    return {role: given for role, given in replies.items() if role in roles}


def brought_back(made: Stage, events: Sequence[AnyEvent]) -> list[AnyEvent]:
    """Return what a cut log is brought back to: its whole visits, or nothing."""
    return list(events[: made.whole_visits(next(made.plan.trials()), events)])


def assert_cut_anywhere_goes_on_the_same(name: str, replies: dict[str, Any], lowering: Any) -> None:
    """Cut a session after each of its events, and go on from its whole visits."""
    limits = {limit: 3 if limit == "turns" else 1 for limit in LIBRARY.load("graph", name).limits()}
    made = stage(name, limits, lowering, **scripts(name, replies))
    uncut = go_on(made)
    for cut in range(len(uncut) + 1):
        past = brought_back(made, uncut[:cut])
        assert timeless(go_on(made, past)) == timeless(uncut), f"cut after {cut} events"


@pytest.mark.parametrize("lowering", ["node", "session"])
@pytest.mark.parametrize("name", GRAPHS)
def test_a_log_cut_after_any_event_goes_on_to_the_same_end(name, lowering):
    """Revisions, failures, risk and disagreement included: nothing is lost, nothing is doubled."""
    assert_cut_anywhere_goes_on_the_same(name, EVERYTHING, lowering)


@given(st.sampled_from(GRAPHS), st.data())
@settings(max_examples=40)
def test_whatever_is_said_a_cut_log_goes_on_to_the_same_end(name, data):
    """The same, for any replies."""
    kinds = {"critic": REVIEWED, "judge": FILLED}
    roles = LIBRARY.load("graph", name).roles()
    given = {role: st.lists(kinds.get(k[0], SPOKEN), max_size=3) for role, k in roles.items()}
    replies = data.draw(st.fixed_dictionaries(given))
    assert_cut_anywhere_goes_on_the_same(name, replies, "session")


@pytest.mark.parametrize("name", GRAPHS)
def test_a_cut_log_is_brought_back_to_its_last_whole_turn(name):
    """A finished turn is never run again, whether or not its last visit is the last in the file."""
    made = stage(name, None, **scripts(name, EVERYTHING))
    uncut = go_on(made)
    begun = [n for n, e in enumerate(uncut) if n and e.node in made.plan.graph.start]
    ends = [1, *(n for n in begun[1:]), len(uncut) - 1]
    for cut in range(1, len(uncut) + 1):
        turns = made.whole_turns(next(made.plan.trials()), uncut[:cut])
        assert turns == max(end for end in ends if end <= cut)
        assert len(brought_back(made, uncut[:cut])) >= turns


def test_half_a_visit_is_no_whole_turn():
    """Two judges' ratings are one visit: a file cut between them has lost that turn."""
    made = stage("panel", {"turns": 1})
    uncut = go_on(made)
    first = next(n for n, e in enumerate(uncut) if e.node == "panel")
    assert made.whole_turns(next(made.plan.trials()), uncut[: first + 1]) == 1
    assert made.whole_turns(next(made.plan.trials()), uncut[: first + 2]) == first + 2


class Twice(Step):
    """Looks at what was said twice, and flags it the second time."""

    kind: Literal["twice"]

    async def run(self, visit):
        span = Span(quote="a", start=0, end=1)
        mark = Mark(span=span, kind="calque", reason="r")
        fields = {"turn": visit.turn, "role": "critic", "revision": 0, "verdict": "neutral"}
        return [Critique(**fields), Critique(**fields, flags=(mark,))]

    def whole(self, events):
        return len(events) == 2


def test_half_a_visit_is_none_though_the_graph_could_go_on_from_it():
    """What an unfinished visit leads to is not what the whole one led to."""
    onward = [{"to": "therapist", "limit": "turns"}, "end"]
    graph = {
        "start": "therapist",
        "nodes": {
            "therapist": {"kind": "speak", "role": "therapist"},
            "twice": {"kind": "twice"},
            "patient": {"kind": "speak", "role": "patient"},
        },
        "edges": {
            "therapist": "twice",
            "twice": [{"to": "patient", "when": "flagged"}, *onward],
            "patient": onward,
        },
    }
    NODES.add("twice")(Twice)
    try:
        made = plan(Graph.model_validate(graph), {"turns": 1})
        cut = Stage(made, dict(seats(made, {})))
        happened = go_on(cut)
        assert [node for node, _ in visits(happened)] == ["", "therapist", "twice", "patient", ""]
        assert brought_back(cut, happened[:3]) == happened[:2]
        assert len(happened[:3]) == 3
        assert happened[2].node == happened[3].node == "twice"
    finally:
        NODES.remove("twice")


def test_a_speaker_that_failed_is_asked_again():
    """A session cut between a failure and its closing was not closed: the turn is played again."""
    uncut = play("interview", patient=[ANSWER, fails("provider")])
    cut = [e for e in uncut if not isinstance(e, Closing)]
    made = stage("interview")
    assert isinstance(cut[-1], Failure)
    assert ended(go_on(made, brought_back(made, cut))) == "limit"


def test_only_what_is_not_finished_is_asked_for_again():
    """Players are called for the answers that are missing, never for those that are there."""
    uncut = play("interview")
    patient = Recorder(Script([ANSWER] * 3))
    made = stage("interview", patient=patient)
    go_on(made, brought_back(made, uncut[:7]))
    assert [ask.turn for ask in patient.asks] == [3]


def test_what_is_no_session_has_no_whole_turns():
    """Nothing, or something that does not open, begins anew."""
    made = stage("interview")
    trial = next(made.plan.trials())
    stray = Utterance(seq=0, node="nowhere", turn=1, role="patient", text="a")
    assert made.whole_turns(trial, []) == 0
    assert made.whole_turns(trial, [stray]) == 0
    opening = play("interview")[0]
    assert made.whole_turns(trial, [opening, stray]) == 1


def test_a_session_that_has_ended_is_left_as_it_is():
    """Going on from its closing plays nothing and writes nothing."""
    uncut = play("interview")
    made = stage("interview", patient=[])
    assert go_on(made, uncut) == uncut


def test_an_opening_says_what_was_fixed():
    """The trial, the plan, the models and a digest of each prompt."""
    made = stage("interview")
    opening = go_on(made)[0]
    assert isinstance(opening, Opening)
    assert opening.trial == next(made.plan.trials())
    assert opening.plan == made.plan.hash
    assert opening.models == dict.fromkeys(made.plan.scenario.cast, "code:here")
    assert set(opening.prompts) == set(made.plan.scenario.cast)
    assert opening.mhsim == mhsim.__version__


@pytest.mark.parametrize("lowering", ["node", "session"])
async def test_a_stopped_session_leaves_whole_visits_and_can_be_gone_on_with(lowering):
    """Cancelling in the middle of a turn closes nothing and loses no finished turn."""
    uncut = await asyncio.to_thread(play, "panel")
    made = stage("panel", None, lowering)
    stuck = Stuck(Script([filled()] * 9), turns=1)
    made.casting.players["judge_b"] = stuck
    kept: list[AnyEvent] = []
    trial = next(made.plan.trials())
    task = asyncio.create_task(made.play(trial, made.casting.table(trial, emit=kept.extend)))
    await stuck.waiting.wait()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert timeless(kept) == timeless(uncut[: len(kept)])
    assert kept[-1].node == "screen"
    past = brought_back(made, kept)
    assert (past, Log(past).turn) == (kept, 2)
    assert timeless(await asyncio.to_thread(go_on, stage("panel"), past)) == timeless(uncut)


async def test_a_turn_is_made_durable_before_the_next_begins():
    """Whoever writes is waited for: after the opening, between turns, and at the end."""
    made = stage("interview", {"turns": 2})
    order: list[str] = []

    async def settle() -> None:
        order.append("settled")

    trial = next(made.plan.trials())
    table = made.casting.table(
        trial, emit=lambda events: order.append(events[0].event), settle=settle
    )
    await made.play(trial, table)
    turn = ["settled", "utterance", "utterance", "risk", "rating"]
    assert order == ["opening", *turn, *turn, "closing", "settled"]


def test_graphs_are_compiled_once_per_set_of_limits():
    """Arms that share their limits share a runnable."""
    arms = {
        "a": {"locales": ["en-US"]},
        "b": {"locales": ["en-US"]},
        "c": {"locales": ["en-US"], "limits": {"turns": 1}},
    }
    made = Stage(plan("interview", arms=arms))
    assert made.compiled("a") is made.compiled("b")
    assert made.compiled("a") is not made.compiled("c")
    assert made.compiled("c").walk.limits == {"turns": 1}


def test_a_runnable_can_be_had_from_code():
    """`mhsim.compile` is what a notebook calls."""
    graph: Graph = LIBRARY.load("graph", "interview")
    assert mhsim.compile is compile_graph
    assert mhsim.compile(graph, {"turns": 2}).walk.graph is graph


async def test_simulate_yields_events_as_they_happen():
    """What it yields is what a batch would have written."""
    made = plan("interview", {"turns": 2})
    heard: list[str] = []
    arrived: list[str] = []
    players = dict(seats(made, {}))
    seen = [
        event
        async for event in simulate(
            made, players=players, hear=lambda role, _: heard.append(role), arrive=arrived.append
        )
    ]
    assert timeless(seen) == timeless(await asyncio.to_thread(go_on, Stage(made, players)))
    assert heard == ["therapist", "patient"] * 2
    assert arrived == [node for node, _ in visits(seen) if node]


async def test_simulate_can_be_left_early():
    """The session behind it is stopped, not left running."""
    made = plan("interview")
    patient = Recorder(Script([ANSWER] * 99))
    session = simulate(made, players=dict(seats(made, {"patient": patient})))
    async for event in session:
        if event.node == "patient":
            break
    await session.aclose()
    before = len(patient.asks)
    await asyncio.sleep(0.02)
    assert len(patient.asks) == before


async def test_simulate_finds_trials_by_name():
    """By a trial, by its id, or the first; a wrong id says how ids look."""
    made = plan("interview", {"turns": 1}, replicates=2)
    players = dict(seats(made, {}))
    for wanted in ("plain.en-US.patient.002", made.trial("plain.en-US.patient.002")):
        async with aclosing(simulate(made, wanted, players=players)) as session:
            opening = await anext(session)
        assert opening.trial.replicate == 2
    with pytest.raises(InputError, match=r"ids look like plain\.en-US\.patient\.001"):
        await anext(aiter(simulate(made, "nobody", players=players)))


async def test_simulate_plays_a_shipped_scenario_by_its_name():
    """No key, no network: the embedded experiment talks at once."""
    async with aclosing(simulate("persona-trap")) as session:
        first = [await anext(session) for _ in range(3)]
    assert [event.node for event in first] == ["", "therapist", "patient"]
    assert first[2].text.strip()


async def test_a_player_for_a_role_nobody_is_cast_as_is_refused():
    """Before anything is played: it is a slip of the pen."""
    made = plan("interview", {"turns": 1})
    with pytest.raises(InputError, match="nobody is cast"):
        await anext(aiter(simulate(made, players={"ghost": Script([])})))


def test_every_failure_of_the_engine_closes_the_trial_with_its_words():
    """A judge's seat without a judge is named in the closing event."""
    made = stage("interview")
    trial = next(made.plan.trials())
    kept: list[AnyEvent] = []
    table = made.casting.table(trial, emit=kept.extend)
    seats_ = {**table.seats, "judge": table.seats["patient"]}
    broken = type(table)(trial, seats_, table.instruments, table.lexicons, emit=kept.extend)
    closing = asyncio.run(made.play(trial, broken))
    assert closing.reason == "failure"
    assert "'judge' rate, who is no judge" in str(closing.detail)
    assert of(Closing, kept) == [closing]
