"""Graphs at work: every way of every shipped graph, and two lowerings that leave the same."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support import (
    ANSWER,
    FINE,
    GRAPHS,
    LIBRARY,
    QUESTION,
    WISH,
    Broken,
    ended,
    fails,
    filled,
    flagged,
    go_on,
    of,
    path,
    plan,
    play,
    said,
    seats,
    stage,
    timeless,
    ways,
)

from mhsim.errors import EngineError, InputError, RunError
from mhsim.guards import COUNTS, LogGuard
from mhsim.lowering import Walk, compile_graph
from mhsim.nodes import Step
from mhsim.record import Failure, Rating, Risk, Utterance
from mhsim.session import Stage
from mhsim.spec.graph import END, NODES, Edge, Graph, Guard, Node
from mhsim.state import Log

BYE = {"text": "Go well.", "closes": True}
SURE, HARM = filled("1" * 9), filled("?" * 8 + "1")
FLAG = flagged("by")

SCRIPTS: Mapping[str, Sequence[Mapping[str, Any]]] = {
    "interview": [{"therapist": [QUESTION, BYE]}, {}],
    "culture-loop": [{"therapist": [BYE], "critic": [[FLAG, FINE]]}, {"judge_a": [SURE] * 3}, {}],
    "panel": [
        {"judge_a": [SURE, filled()], "therapist": [QUESTION, BYE]},
        {"judge_a": [filled(), SURE], "therapist": [QUESTION, BYE]},
        {"judge_a": [filled(), filled(), SURE]},
        {},
    ],
    "risk-route": [{"patient": [WISH, ANSWER, ANSWER], "therapist": [QUESTION, QUESTION, BYE]}, {}],
    "supervision": [
        {"supervisor": [[flagged("How"), FINE]], "therapist": [QUESTION, BYE]},
        {"supervisor": [FINE] * 3},
    ],
}
"""Per graph, scripts that together lead along each of its ways."""


def every_way(graph: Graph) -> set[tuple[str, str, str]]:
    """Return every edge: source, target, and at the end why a session ends by it."""
    found: set[tuple[str, str, str]] = set()
    for source, _, edge in graph.ways():
        reason = edge.when.reason if isinstance(edge.when, LogGuard) else "limit"
        found.add((source, edge.to, reason if edge.to == END else ""))
    return found


@pytest.mark.parametrize("name", GRAPHS)
def test_every_way_of_every_shipped_graph_can_be_taken(name: str):
    """Scripted seats lead a session along each edge at least once, and along no other."""
    graph: Graph = LIBRARY.load("graph", name)
    limits = {limit: 3 if limit == "turns" else 1 for limit in graph.limits()}
    taken = set[tuple[str, str, str]]().union(
        *(ways(play(name, limits, **script)) for script in SCRIPTS[name])
    )
    assert taken == every_way(graph)


@pytest.mark.parametrize("revisions", [0, 1, 2])
@pytest.mark.parametrize(
    ("critic", "flags"),
    [([FINE], 0), ([[FLAG, FINE]], 1), ([FLAG], 99)],
    ids=["never", "once", "always"],
)
def test_a_flagged_answer_is_handed_back_as_often_as_allowed(revisions, critic, flags):
    """Then the judges rate it as it is; the turn goes on either way."""
    happened = play("culture-loop", {"turns": 1, "revisions": revisions}, critic=critic)
    back = min(revisions, flags)
    once = ["patient", "screen", "critic"]
    assert path(happened) == ["therapist", *once * (1 + back), "judges"]
    drafts = [e.revision for e in of(Utterance, happened) if e.role == "patient"]
    assert drafts == list(range(1 + back))


def test_revisions_are_counted_within_a_turn():
    """Every turn begins with as many as the scenario allows."""
    happened = play("culture-loop", {"turns": 3, "revisions": 1}, critic=[FLAG] * 3)
    assert path(happened).count("patient") == 6


@pytest.mark.parametrize(
    "raised",
    [{"patient": [WISH, ANSWER, ANSWER]}, {"judge": [HARM, HARM, HARM]}],
    ids=["screen", "judge"],
)
def test_raised_risk_leads_to_one_safety_enquiry_in_the_next_turn(raised):
    """By the screen or by a judge's item; the turn after that is an ordinary one again."""
    happened = play("risk-route", **raised)
    begun = [node for node in path(happened) if node in ("therapist", "enquiry")]
    assert begun == ["therapist", "enquiry", "therapist"]


def test_no_enquiry_is_begun_when_the_turns_are_used_up():
    """Risk in the last turn ends the session by its limit; the file still says what was found."""
    happened = play("risk-route", {"turns": 1}, patient=[WISH])
    assert ended(happened) == "limit"
    assert of(Risk, happened)[0].level == "passive"


@pytest.mark.parametrize(("a", "b", "heard"), [(SURE, SURE, False), (SURE, filled(), True)])
def test_the_adjudicator_speaks_only_when_judges_disagree(a, b, heard):
    """And not when one of them could not rate."""
    happened = play("panel", {"turns": 1}, judge_a=[a], judge_b=[b])
    assert ("adjudicator" in path(happened)) is heard
    failing = play("panel", {"turns": 1}, judge_a=[a], judge_b=[fails()])
    assert "adjudicator" not in path(failing)


@pytest.mark.parametrize("drafts", [0, 1, 2])
def test_a_supervisor_returns_a_draft_at_most_as_often_as_allowed(drafts):
    """Then the patient hears it, and only the last draft."""
    therapist = [["Why?", "Why not?", "Well?"]]
    returned = flagged(verdict="returned")
    limits = {"turns": 1, "drafts": drafts}
    happened = play("supervision", limits, therapist=therapist, supervisor=[returned])
    assert path(happened).count("redraft") == drafts
    assert said(happened, "therapist") == therapist[0][: drafts + 1]
    assert Log(happened).said("therapist")[0].text == therapist[0][drafts]


def test_a_patient_that_fails_closes_the_session_with_that_reason():
    """Nobody speaks for it; what was said before stays."""
    happened = play("interview", patient=[ANSWER, fails("refusal")])
    assert ended(happened) == "failure"
    failed, closing = happened[-2:]
    assert (failed.kind, failed.role, failed.turn) == ("refusal", "patient", 2)
    assert closing.turn == 2
    assert said(happened) == [ANSWER]


def test_a_bug_in_a_player_ends_the_trial_not_the_process():
    """The closing event says what it was; no failure kind fits, so none is made up."""
    happened = play("interview", patient=Broken())
    assert ended(happened) == "failure"
    assert happened[-1].detail == "ZeroDivisionError: a bug"
    assert of(Failure, happened) == []


SPOKEN = st.sampled_from(
    [ANSWER, WISH, QUESTION, "", BYE, fails(), {"say": "what"}, [ANSWER, WISH], [WISH, fails()]]
)
REVIEWED = st.sampled_from(
    [FINE, FLAG, [FLAG, FINE], [FLAG, FLAG, FINE], fails(), flagged(verdict="returned"), [FLAG, ""]]
)
FILLED = st.sampled_from(
    [SURE, HARM, filled(), filled("0" * 9), filled("3" * 9, "get by", "invented"), fails(), "no"]
)


def lists(replies: st.SearchStrategy[Any]) -> st.SearchStrategy[list[Any]]:
    """Return replies for up to three turns; then there are none left."""
    return st.lists(replies, min_size=1, max_size=3)


@st.composite
def sessions(draw: st.DrawFn) -> tuple[str, dict[str, int], dict[str, list[Any]]]:
    """Return a shipped graph, limits and scripts for every seat."""
    name = draw(st.sampled_from(GRAPHS))
    graph: Graph = LIBRARY.load("graph", name)
    kinds = {"critic": REVIEWED, "judge": FILLED}
    scripts = {r: draw(lists(kinds.get(k[0], SPOKEN))) for r, k in graph.roles().items()}
    return name, {limit: draw(st.integers(0, 3)) for limit in graph.limits()}, scripts


@given(sessions())
def test_both_lowerings_leave_equal_events_but_for_times(drawn):
    """A LangGraph node per node, or one for the whole session: nobody can tell from the file."""
    name, limits, scripts = drawn
    by_node = play(name, limits, "node", **scripts)
    assert timeless(by_node) == timeless(play(name, limits, "session", **scripts))
    assert [e.seq for e in by_node] == list(range(len(by_node)))


@given(sessions())
def test_no_session_makes_more_visits_than_the_limit_that_would_stop_it(drawn):
    """LangGraph's recursion limit is a net that nothing falls into."""
    name, limits, scripts = drawn
    happened = play(name, limits, "node", **scripts)
    made = stage(name, limits, "node").compiled("plain")
    assert len(path(happened)) < made.walk.recursion_limit
    assert "Recursion" not in str(happened[-1].detail)


SPEAK = {"kind": "speak", "role": "patient"}
LOOK = {"kind": "review", "role": "critic", "of": "patient"}


def test_two_limits_on_the_ways_to_one_node_leave_room_for_the_larger():
    """The net is sized by what can happen, in whatever order the edges stand."""
    back = [{"to": "patient", "when": "flagged", "limit": limit} for limit in ("many", "few")]
    graph = {
        "start": "opens",
        "nodes": {"opens": SPEAK, "patient": SPEAK, "first": LOOK, "second": LOOK},
        "edges": {
            "opens": "patient",
            "patient": "first",
            "first": [back[0], "second"],
            "second": [back[1], "end"],
        },
    }
    made = plan(Graph.model_validate(graph), {"many": 60, "few": 0})
    happened = go_on(Stage(made, dict(seats(made, {"critic": [FLAG]})), "node"))
    assert ended(happened) == "limit"
    assert path(happened).count("patient") == 61


@pytest.fixture
def alarms() -> Iterator[None]:
    """Count from outside: nothing, until there is risk."""
    COUNTS.add("alarms")(lambda log, target: 9 if log.risk().level != "none" else 0)
    yield
    COUNTS.remove("alarms")


@pytest.mark.parametrize(("answer", "drafts"), [(ANSWER, 3), (WISH, 1)])
def test_a_count_from_outside_can_only_stop_a_loop_sooner(alarms, answer, drafts):
    """Returns always grow, so whatever a plug-in counts, the graph still ends."""
    graph: Graph = LIBRARY.load("graph", "culture-loop")
    edges = {**graph.edges, "critic": (_edge("patient", "alarms"), _edge("judges"))}
    made = plan(graph.model_copy(update={"edges": edges}), {"turns": 1, "alarms": 2})
    scripts = dict(seats(made, {"critic": [flagged("I")] * 3, "patient": [answer]}))
    happened = go_on(Stage(made, scripts, "node"))
    assert path(happened).count("patient") == drafts
    assert ended(happened) == "limit"


def _edge(to: str, limit: str | None = None) -> Edge:
    return Edge.model_validate({"to": to, "limit": limit, "when": "flagged" if limit else None})


def test_a_graph_is_not_run_with_a_limit_that_has_no_number():
    """The engine says which; a scenario that names it passes `check`."""
    with pytest.raises(EngineError, match="revisions"):
        compile_graph(LIBRARY.load("graph", "culture-loop"), {"turns": 3})


def test_a_graph_that_could_run_for_ever_is_not_compiled():
    """Even one that was built in code and never checked."""
    nodes = {"a": SPEAK, "b": SPEAK, "c": SPEAK}
    loop = {"start": "a", "nodes": nodes, "edges": {"a": "b", "b": "c", "c": "b"}}
    with pytest.raises(InputError, match="could run for ever"):
        Walk(Graph.model_validate(loop), {})


class Idle(Step):
    """A node that breaks its promise."""

    async def run(self, visit):
        return []


class Mute(Node):
    """A node kind that cannot act."""


class Vague(Guard):
    """A guard that cannot be asked."""


def one(node: Node, when: Guard | None = None) -> Walk:
    """Return the walk of a graph with one node."""
    edges = {"a": (Edge(to=END, when=when), Edge(to=END)) if when else (Edge(to=END),)}
    return Walk(Graph.model_construct(start=("a",), nodes={"a": node}, edges=edges), {})


def test_a_node_that_leaves_no_event_is_named():
    """A visit nobody can see in the file did not happen."""
    made = stage("interview")
    table = made.casting.table(next(made.plan.trials()))
    with pytest.raises(EngineError, match="'a' left no event"):
        asyncio.run(one(Idle(kind="idle")).visit("a", Log(), table))


def test_a_node_or_a_guard_that_cannot_act_is_named():
    """What comes from a plug-in is held to what it promised."""
    with pytest.raises(EngineError, match="Mute, which cannot act"):
        one(Mute(kind="mute"))
    with pytest.raises(EngineError, match="cannot be asked"):
        one(Idle(kind="idle"), Vague()).onward("a", Log())


def test_a_session_never_stands_where_no_way_leads_on():
    """The last edge always holds; a graph put together otherwise is named when it matters."""
    walk = one(Idle(kind="idle"))
    stuck = walk.graph.model_copy(update={"edges": {"a": ()}})
    walk.graph = stuck
    with pytest.raises(EngineError, match="no way leads on from 'a'"):
        walk.onward("a", Log())


@pytest.mark.parametrize("lowering", ["node", "session"])
def test_a_disk_that_refuses_stops_the_run_and_closes_no_trial(lowering):
    """It is the run's error, not the trial's: nothing of it may be called closed."""
    made = stage("interview", None, lowering)
    kept: list[Any] = []

    def refuse(events):
        if events[0].node == "judge":
            raise RunError("the disk is full")
        kept.extend(events)

    trial = next(made.plan.trials())
    table = made.casting.table(trial, emit=refuse)
    with pytest.raises(RunError, match="full"):
        asyncio.run(made.play(trial, table))
    assert [e.event for e in kept] == ["opening", "utterance", "utterance", "risk"]


@pytest.mark.parametrize("lowering", ["node", "session"])
def test_whoever_watches_is_told_of_each_node_before_it_acts(lowering):
    """Arrivals, pieces of what is said, and events come in the order they happen."""
    made = stage("interview", {"turns": 1}, lowering)
    told: list[str] = []
    trial = next(made.plan.trials())
    table = made.casting.table(
        trial,
        emit=lambda events: told.extend(e.event for e in events),
        arrive=lambda node: told.append(f"at {node}"),
        hear=lambda role, piece: told.append(f"{role}: {piece}"),
    )
    asyncio.run(made.play(trial, table))
    spoken = [f"therapist: {QUESTION}", f"patient: {ANSWER}"]
    assert told[1:4] == ["at therapist", spoken[0], "utterance"]
    assert told[4:7] == ["at patient", spoken[1], "utterance"]
    assert told[7:] == ["at screen", "risk", "at judge", "rating", "closing"]


def test_node_kinds_of_the_package_all_act():
    """Each registered kind is a step."""
    assert all(issubclass(NODES.get(name), Step) for name in NODES)
    assert {type(r) for r in of(Rating, play("interview"))} == {Rating}
