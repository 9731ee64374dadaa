"""Review: a critic flags pieces of a draft, or cannot look at it."""

from __future__ import annotations

import asyncio

import pytest
from support import FINE, Recorder, fails, flagged, of, path, play, stage

from mhsim.errors import EngineError
from mhsim.nodes.review import Review
from mhsim.players.script import Script
from mhsim.record import Critique, Failure, Mark, Span
from mhsim.state import Log
from mhsim.table import Visit

REVIEW = Review(kind="review", role="critic", of="patient")


def test_a_critic_is_shown_the_draft_and_its_number():
    """It looks at one draft, and knows whether it has seen one before."""
    critic = Recorder(Script([[flagged("by"), FINE]]))
    play("culture-loop", {"turns": 1, "revisions": 1}, critic=critic)
    assert [ask.revision for ask in critic.asks] == [0, 1]
    assert [ask.draft.text for ask in critic.asks if ask.draft] == ["I get by."] * 2
    assert {ask.task for ask in critic.asks} == {"review"}


def test_a_flag_keeps_all_the_critic_says_of_it():
    """Kind, reason, suggestion, and which idiom or marker it is."""
    flag = {"quote": "by", "kind": "calque", "reason": "r", "suggestion": "s", "marker": "m"}
    (critique,) = of(
        Critique,
        play("culture-loop", {"turns": 1}, critic=[{"flags": [flag], "verdict": "flattened"}]),
    )
    span = Span(quote="by", start=6, end=8)
    marked = Mark(span=span, kind="calque", reason="r", suggestion="s", marker="m")
    assert critique.flags == (marked,)
    assert (critique.role, critique.revision, critique.turn) == ("critic", 0, 1)


def test_words_flagged_that_nobody_said_are_kept_and_send_nobody_back():
    """Invented evidence is a result of its own; there is nothing to mend in the draft."""
    critic = [{"flags": [{"quote": "my soul", "kind": "calque", "reason": "r"}],
               "verdict": "flattened"}]  # fmt: skip
    happened = play("culture-loop", {"turns": 1, "revisions": 2}, critic=critic)
    (critique,) = of(Critique, happened)
    assert critique.flags == ()
    assert [(q.quote, q.unsupported) for q in critique.unsupported] == [("my soul", True)]
    assert path(happened).count("patient") == 1


def test_a_critic_that_cannot_answer_leaves_a_failure_and_no_flags():
    """The session goes on: the draft passes unlooked at, and the file says so."""
    happened = play("culture-loop", {"turns": 1, "revisions": 2}, critic=[fails("timeout")])
    (failed,) = of(Failure, happened)
    assert (failed.kind, failed.role, failed.turn) == ("timeout", "critic", 1)
    assert path(happened) == ["therapist", "patient", "screen", "critic", "judges"]


def test_a_critic_that_fails_at_the_second_draft_does_not_flag_it_by_the_first():
    """What was found in an earlier draft sends nobody back a second time."""
    critic = [[flagged("by"), fails()]]
    happened = play("culture-loop", {"turns": 1, "revisions": 5}, critic=critic)
    assert path(happened).count("patient") == 2


def test_an_unknown_verdict_is_a_failure():
    """A form that does not fit is unparsable, not neutral."""
    happened = play("culture-loop", {"turns": 1}, critic=[{"verdict": "charming"}])
    assert of(Failure, happened)[0].kind == "unparsable"
    assert of(Critique, happened) == []


def test_a_graph_that_reviews_before_anybody_spoke_is_told_so():
    """The node names itself and whom it waits for."""
    made = stage("culture-loop")
    table = made.casting.table(next(made.plan.trials()))
    with pytest.raises(EngineError, match=r"'critic' reviews 'patient', who has not spoken"):
        asyncio.run(REVIEW.run(Visit("critic", 1, Log(), table)))


def test_a_node_names_whom_it_needs():
    """A critic, and whose words it looks at; a visit leaves at least one event."""
    assert REVIEW.cast() == {"critic": ("critic",)}
    assert REVIEW.about() == ("patient",)
    assert REVIEW.whole([]) is False
