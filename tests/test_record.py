"""Events as the lines of a file."""

from __future__ import annotations

import json
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError
from support import ANSWER, WISH, fails, filled, flagged, play

from mhsim.record import (
    AnyEvent,
    Closing,
    Critique,
    Failure,
    Opening,
    Rating,
    Risk,
    Usage,
    Utterance,
    dump,
    parse,
)

amounts = st.none() | st.floats(0, 1e6)
st.register_type_strategy(
    Usage, st.builds(Usage, model=st.text(), seconds=amounts, cost=amounts, tokens_in=st.integers())
)
KINDS = (Opening, Utterance, Critique, Risk, Rating, Failure, Closing)
events = st.one_of(*(st.from_type(kind) for kind in KINDS))


@given(events)
def test_an_event_is_read_back_as_it_was_written(event: AnyEvent):
    """One line each, whatever it holds."""
    line = dump(event)
    assert line.count(b"\n") == 1
    assert parse(line) == event


def test_every_event_of_a_session_is_read_back():
    """Flags, risk, quotes, failures: a whole session survives its file."""
    critic = [[flagged("by"), flagged()], fails(), flagged("nobody said this")]
    happened = play(
        "culture-loop",
        {"revisions": 1},
        patient=[ANSWER, WISH, WISH],
        critic=critic,
        judge_a=[filled("+" * 9, "get by", "invented"), fails("timeout"), filled("2" * 9)],
    )
    assert [parse(dump(event)) for event in happened] == happened
    assert {type(event) for event in happened} == set(KINDS)


def test_what_is_missing_is_not_written():
    """Absent is absent: no null stands in a line."""
    line = dump(Utterance(turn=1, role="patient", text="a", at=datetime(2026, 1, 1, tzinfo=UTC)))
    written = json.loads(line)
    assert None not in written.values()
    assert not {"usage", "closes"} & set(written)
    assert written["at"] == "2026-01-01T00:00:00Z"


def test_words_are_kept_byte_for_byte():
    """No normal form is forced on what somebody said; the file is readable UTF-8."""
    text = "ক\u09c7\u09be é e\u0301\r\n\u200d“…”"
    line = dump(Utterance(turn=1, role="patient", text=text))
    assert "ক".encode() in line
    assert parse(line).text == text


def test_half_a_character_does_not_keep_an_event_from_being_written():
    """A cut reply may hold half a surrogate pair; it has no bytes, so a question mark stands."""
    failed = Failure(turn=1, role="judge", kind="unparsable", detail="cut \ud83d")
    assert parse(dump(failed)) == failed.model_copy(update={"detail": "cut ?"})


@pytest.mark.parametrize(
    "line",
    [
        b"",
        b"{}",
        b'{"event": "gossip"}',
        b'{"event": "closing", "turn": 1, "reason": "tired"}',
        b'{"event": "closing", "turn": 1, "reason": "limit", "mood": 3}',
        b'{"event": "utterance", "turn": 1, "role": "patient"}',
    ],
)
def test_a_line_that_is_no_event_is_refused(line: bytes):
    """Unknown events, keys and reasons are not read as something else."""
    with pytest.raises(ValidationError):
        parse(line)


def test_an_event_does_not_change():
    """What happened has happened."""
    event = Closing(turn=1, reason="limit")
    with pytest.raises(ValidationError):
        event.turn = 2  # type: ignore[misc]
