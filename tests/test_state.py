"""The log: whatever is read off it as it grows is what its events alone say."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from itertools import groupby
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support import filled, go_on, of, rating, stage

import mhsim.state
from mhsim.record import (
    AnyEvent,
    Closing,
    Critique,
    Failure,
    Mark,
    Opening,
    Rating,
    Risk,
    Span,
    TrialId,
    Utterance,
)
from mhsim.state import Log, Place
from mhsim.text import locate

ROLES = ("therapist", "patient")
WORDS = ("ঘুম", "घुम", "sleep", "I can’t sleep", "nothing", "ज़मीन", "জীবন\u09be")
TRIAL = TrialId(id="t", arm="plain", locale="en-US", cast={}, replicate=1, seed=1)
OPENING = Opening(trial=TRIAL, plan="p", models={}, prompts={}, mhsim="0")
MARK = Mark(span=Span(quote="x", start=0, end=1), kind="calque", reason="r")

texts = st.lists(st.sampled_from(WORDS), min_size=1, max_size=3).map(" ".join)


@st.composite
def happenings(draw: st.DrawFn) -> list[tuple[str, list[AnyEvent]]]:
    """Return visits to nodes as a session might make them: nodes, and what each left."""
    visits: list[tuple[str, list[AnyEvent]]] = [("", [OPENING])]
    for turn in range(1, draw(st.integers(1, 4)) + 1):
        for _ in range(draw(st.integers(1, 6))):
            visits.append(
                draw(st.sampled_from((_spoken, _reviewed, _screened, _rated)))(draw, turn)
            )
    if draw(st.booleans()):
        visits.append(("", [Closing(turn=turn, reason="limit")]))
    return visits


def _spoken(draw: st.DrawFn, turn: int) -> tuple[str, list[AnyEvent]]:
    role = draw(st.sampled_from(ROLES))
    closes = draw(st.sampled_from((None, True)))
    return role, [Utterance(turn=turn, role=role, text=draw(texts), closes=closes)]


def _reviewed(draw: st.DrawFn, turn: int) -> tuple[str, list[AnyEvent]]:
    if draw(st.booleans()):
        return "critic", [Failure(turn=turn, role="critic", kind="refusal", detail="d")]
    flags = draw(st.sampled_from(((), (MARK,))))
    return "critic", [
        Critique(turn=turn, role="critic", revision=0, verdict="neutral", flags=flags)
    ]


def _screened(draw: st.DrawFn, turn: int) -> tuple[str, list[AnyEvent]]:
    level = draw(st.sampled_from(("none", "ambiguous", "passive", "active")))
    role = draw(st.sampled_from(ROLES))
    return "screen", [Risk(turn=turn, role=role, level=level, source="lexicon")]


def _rated(draw: st.DrawFn, turn: int) -> tuple[str, list[AnyEvent]]:
    judges = draw(st.sampled_from((("a",), ("a", "b"))))
    return "judges", [rating(draw(st.sampled_from(("?" * 9, "+" * 9))), turn, j) for j in judges]


def grown(happened: Sequence[tuple[str, Sequence[AnyEvent]]]) -> Log:
    """Return the log of some visits."""
    log = Log()
    for node, events in happened:
        log.record(node, events)
    return log


def reading(log: Log) -> dict[str, Any]:
    """Return all that can be read off a log."""
    here: dict[str, Any] = {
        name: getattr(log, name)
        for name in ("turn", "transcript", "words", "this_turn", "closing", "visited")
    }
    for role in (*ROLES, "nobody"):
        here[f"said {role}"] = list(log.said(role))
        here[f"spoken {role}"] = log.spoken(role)
        here[f"drafts {role}"] = log.drafts(role)
        here |= {f"{role} {words}": log.find(role, words) for words in WORDS}
    here |= {f"returns {node}": log.returns(node) for node in ("patient", "critic")}
    here |= {f"ratings {judge}": list(log.ratings(judge)) for judge in "ab"}
    return {**here, "critique": log.critique(), "risk": log.risk()}


def transcript(events: Sequence[AnyEvent]) -> list[Utterance]:
    """Return what was finally said, found the slow way."""
    last = {(e.turn, e.role): e for e in events if isinstance(e, Utterance)}
    return list(last.values())


@given(happenings())
def test_a_log_read_as_it_grows_says_what_its_events_say_at_every_prefix(happened):
    """Reading it along the way leaves nothing behind that a file would not tell too."""
    log = Log()
    for node, events in happened:
        log.record(node, events)
        assert reading(log) == reading(Log(list(log)))


@given(happenings())
def test_the_transcript_is_the_last_draft_of_each_role_in_each_turn(happened):
    """A draft takes the place of the one before it; the judges get the same words bare."""
    log = grown(happened)
    assert list(log.transcript) == transcript(log)
    bare = [Utterance(turn=u.turn, role=u.role, text=u.text) for u in log.transcript]
    assert list(log.words) == bare
    for role in ROLES:
        assert list(log.said(role)) == [u for u in log.transcript if u.role == role]


@given(happenings(), st.sampled_from(ROLES), st.sampled_from(WORDS))
def test_find_is_the_search_anybody_would_write(happened, role, words):
    """The latest utterance that has the words counts, whenever one has asked before."""
    log = Log()
    for node, events in happened:
        log.record(node, events)
        assert log.find(role, words) == found(transcript(log), role, words)


def found(said: Sequence[Utterance], role: str, words: str) -> Place | None:
    """Search the latest utterance first."""
    for utterance in reversed(said):
        if utterance.role == role and (span := locate(utterance.text, words)):
            return utterance, *span
    return None


@given(happenings())
def test_visits_are_told_apart_by_node_and_time(happened):
    """What was visited in a turn can be counted in a file as well as in memory."""
    log = grown(happened)
    now = [e for e in log if getattr(e, "turn", 0) == log.turn]
    assert list(log.visited) == [node for (node, _), _ in groupby(now, lambda e: (e.node, e.at))]
    assert log.returns("judges") == max(0, list(log.visited).count("judges") - 1)


@given(happenings())
def test_seq_is_dense_and_time_never_stands_still_between_visits(happened):
    """Every visit is later than the one before, and its events share one time."""
    log = grown(happened)
    assert [event.seq for event in log] == list(range(len(log)))
    times = [at for at, _ in groupby(event.at for event in log)]
    assert len(times) == len(happened)
    assert times == sorted(set(times))


def test_a_clock_that_is_set_back_still_tells_visits_apart(monkeypatch: pytest.MonkeyPatch):
    """Two visits to one node are two, though the clock stood still or went back."""
    log = Log()
    for year in (2026, 2026, 2020):
        monkeypatch.setattr(mhsim.state, "now", lambda year=year: datetime(year, 1, 1, tzinfo=UTC))
        log.record("patient", [Utterance(turn=1, role="patient", text="again")])
    assert list(log.visited) == ["patient"] * 3
    assert Log(log).returns("patient") == 2


@given(happenings())
def test_drafts_and_risk_are_those_of_this_turn(happened):
    """A new turn begins with no drafts and no risk."""
    log = grown(happened)
    now = [e for e in log if getattr(e, "turn", 0) == log.turn and not isinstance(e, Closing)]
    for role in ROLES:
        drafts = [e for e in now if isinstance(e, Utterance) and e.role == role]
        assert log.drafts(role) == len(drafts)
        assert log.spoken(role) == (drafts[-1] if drafts else None)
    last = {e.role: e.level for e in now if isinstance(e, Risk)}.values()
    worst = max(last, key=("none", "ambiguous", "passive", "active").index, default=None)
    assert getattr(log.risk(), "level", None) == worst


def test_a_log_is_a_sequence():
    """It has a length, an order, single events and slices."""
    log = grown([("", [OPENING]), ("patient", [Utterance(turn=1, role="patient", text="a")])])
    assert len(log) == len(list(log)) == 2
    assert log[0].event == "opening"
    assert [event.event for event in log[1:]] == ["utterance"]
    assert isinstance(log[-1], Utterance)


def test_what_was_found_in_an_earlier_draft_does_not_count_for_the_next():
    """A critique speaks of the draft before it, not of the one that came after."""
    said = Utterance(turn=1, role="patient", text="a")
    looked = Critique(turn=1, role="critic", revision=0, verdict="flattened", flags=(MARK,))
    log = grown([("patient", [said]), ("critic", [looked])])
    assert log.critique() == log[-1]
    log.record("patient", [said.model_copy(update={"revision": 1})])
    assert log.critique() is None
    log.record("critic", [Failure(turn=1, role="critic", kind="timeout", detail="d")])
    assert log.critique() is None


def test_a_session_is_its_log():
    """What LangGraph carried through a whole session is what its events say."""
    events = go_on(stage("culture-loop", judge_a=[filled("+" * 9)] * 3))
    log = Log(events)
    assert log.closing == events[-1]
    assert log.turn == 3
    assert [r.turn for r in log.ratings("judge_a")] == [1, 2, 3]
    assert len(of(Rating, events)) == 6
