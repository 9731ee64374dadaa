"""Speak: first drafts, drafts that are mended, and players that say nothing."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support import ANSWER, QUESTION, Recorder, ended, fails, flagged, of, play, said

from mhsim.nodes.speak import Speak
from mhsim.players.script import Script
from mhsim.record import Failure, Usage, Utterance
from mhsim.table import Ask, Line

MENDING = {"turns": 1, "revisions": 2}


@given(st.text(" \t\n\r\u3000\u2003", max_size=5))
def test_an_empty_reply_is_a_failure_never_a_stand_in(text: str):
    """Whatever white space it is made of: nothing is put in the transcript."""
    happened = play("interview", patient=[text])
    (failed,) = of(Failure, happened)
    assert (failed.kind, failed.role, failed.turn) == ("unparsable", "patient", 1)
    assert ended(happened) == "failure"
    assert said(happened) == []


def test_half_a_character_is_a_failure():
    """A reply cut inside a surrogate pair cannot be kept byte for byte."""
    happened = play("interview", patient=["I get by \ud83d"])
    assert of(Failure, happened)[0].kind == "unparsable"
    assert said(happened) == []


def test_a_flagged_draft_is_given_back_with_its_flags():
    """The second draft is asked for with the first one and what was found in it."""
    patient = Recorder(Script([[ANSWER, "Not so well."]]))
    play("culture-loop", MENDING, patient=patient, critic=[[flagged("get by"), flagged()]])
    first, second = patient.asks
    assert (first.revision, first.draft, first.flags) == (0, None, ())
    assert second.revision == 1
    assert second.draft is not None
    assert second.draft.text == ANSWER
    assert [mark.span.quote for mark in second.flags] == ["get by"]


def test_every_draft_is_an_event_and_the_last_one_is_heard():
    """Revisions are numbered from 0; the judges read what was finally said."""
    judge = Recorder(Script([{"rationale": ""}]))
    happened = play(
        "culture-loop",
        MENDING,
        patient=[["a", "b", "c"]],
        critic=[flagged("a", "b", "c")],
        judge_a=judge,
    )
    drafts = [e for e in of(Utterance, happened) if e.role == "patient"]
    assert [(draft.text, draft.revision) for draft in drafts] == [("a", 0), ("b", 1), ("c", 2)]
    assert [u.text for u in judge.asks[0].transcript] == [QUESTION, "c"]


def test_a_draft_nobody_looked_at_is_asked_for_without_flags():
    """A role may come back for other reasons than a critic's; then there is nothing to mend."""
    patient = Recorder(Script([["a", "b"]]))
    play("supervision", {"turns": 1, "drafts": 1}, patient=patient, supervisor=[fails()])
    assert [ask.flags for ask in patient.asks] == [()]


def test_a_speaker_closes_by_a_field_never_by_a_word():
    """Saying goodbye is not leaving."""
    happened = play("interview", therapist=["Goodbye. END.", {"text": "Go well.", "closes": True}])
    assert ended(happened) == "closed"
    closes = [e.closes for e in of(Utterance, happened) if e.role == "therapist"]
    assert closes == [None, True]


def test_what_an_answer_took_is_kept_with_it():
    """Tokens and cost belong to the utterance they were spent on."""
    usage = Usage(model="m", tokens_in=3)

    class Costly(Script):
        async def say(self, ask: Ask) -> Line:
            return Line("I get by.", usage=usage)

    happened = play("interview", {"turns": 1}, patient=Costly([]))
    assert [e.usage for e in of(Utterance, happened)] == [None, usage]


@pytest.mark.parametrize("task", ["speak", "safety"])
def test_a_node_names_whom_it_needs(task: str):
    """A speaker is a patient or a therapist."""
    node = Speak.model_validate({"kind": "speak", "role": "therapist", "task": task})
    assert node.cast() == {"therapist": ("patient", "therapist")}
    assert node.about() == ()
    assert node.whole([Failure(kind="refusal", detail="d")]) is False
