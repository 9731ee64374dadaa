"""A chat model in a seat: what it is told, what it may answer, and what counts as a failure."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from chat import Scripted, connection
from support import LIBRARY, PHQ9, filled, rating

from mhsim.chat import ChatError, Reply
from mhsim.errors import PlayerError
from mhsim.forms import Findings, rating_form
from mhsim.lexicon import Lexicon
from mhsim.players.conduct import Conduct
from mhsim.players.model import ModelPlayer
from mhsim.players.model.player import Part
from mhsim.players.model.sheet import Sheet
from mhsim.record import ItemRating, Mark, Quote, Span, Utterance
from mhsim.spec.judging import Judging
from mhsim.table import Ask

FORM = rating_form(PHQ9)


def player(client: Scripted, role: str = "patient", **more: Any) -> ModelPlayer:
    part = Part(role, "You are Ann.", conduct=Conduct(role), **more)
    return ModelPlayer(connection(client), part)


def said(*texts: str) -> list[Utterance]:
    """Return a transcript: therapist and patient by turns."""
    roles = ("therapist", "patient")
    return [Utterance(turn=n // 2 + 1, role=roles[n % 2], text=t) for n, t in enumerate(texts)]


def ask(*texts: str, **more: Any) -> Ask:
    words = said(*(texts or ("How are you?",)))
    given = {"role": "patient", "task": "speak", "turn": words[-1].turn, "revision": 0, **more}
    return Ask(transcript=words, **given)


def roles(client: Scripted) -> list[str]:
    return [message["role"] for message in client.sent[-1].messages]


async def test_a_model_hears_the_conversation_from_its_own_seat():
    client = Scripted("Tired.")
    line = await player(client).say(ask("How are you?", "Fine.", "And at night?"))
    assert line.text == "Tired."
    assert roles(client) == ["system", "user", "assistant", "user"]
    assert line.usage is not None
    assert (line.usage.model, line.usage.tokens_in) == ("fake:model", 7)


async def test_who_speaks_first_is_told_so_and_the_beginning_stays_the_same():
    client = Scripted("Hello.", "And at night?")
    therapist = player(client, "therapist")
    await therapist.say(Ask("therapist", "speak", 1, 0, ()))
    await therapist.say(ask("Hello.", "Fine.", role="therapist", turn=2))
    first, second = (request.messages for request in client.sent)
    assert roles(client) == ["system", "user", "assistant", "user"]
    assert list(second[:2]) == list(first)


async def test_messages_are_appended_once_and_never_made_again():
    client = Scripted("Tired.")
    patient = player(client)
    await patient.say(ask("a1"))
    await patient.say(ask("a1", "b1", "a2"))
    await patient.say(ask("a1", "b1", "a2", "b2", "a3"))
    before, now = client.sent[-2].messages, client.sent[-1].messages
    assert all(one is other for one, other in zip(before[:3], now[:3], strict=True))
    assert [m["content"] for m in now] == ["You are Ann.", "a1", "b1", "a2", "b2", "a3"]


async def test_after_a_cut_the_same_messages_come_from_the_transcript_alone():
    whole, cut = Scripted("Tired."), Scripted("Tired.")
    patient = player(whole)
    for texts in (["a1"], ["a1", "b1", "a2"], ["a1", "b1", "a2", "b2", "a3"]):
        await patient.say(ask(*texts))
    await player(cut).say(ask("a1", "b1", "a2", "b2", "a3"))
    assert cut.sent[-1].messages == whole.sent[-1].messages


async def test_a_player_taken_to_another_conversation_forgets_the_first():
    client = Scripted("Tired.")
    patient = player(client)
    await patient.say(ask("a1", "b1", "a2"))
    await patient.say(ask("x1", "y1", "x2"))
    assert [m["content"] for m in client.sent[-1].messages[1:]] == ["x1", "y1", "x2"]


async def test_two_messages_of_one_side_become_one():
    words = [*said("Hello."), Utterance(turn=1, role="guest", text="Hi.")]
    client = Scripted("Tired.")
    await player(client).say(Ask("patient", "speak", 1, 0, words))
    assert client.last == "Hello.\n\nHi."


async def test_pieces_are_heard_where_somebody_listens():
    heard: list[str] = []
    hear: Callable[[str], None] = heard.append
    await player(Scripted("Tired.")).say(ask(hear=hear))
    assert "".join(heard) == "Tired."


async def test_a_flagged_draft_is_handed_back_with_its_flags():
    mark = Mark(span=Span(quote="set boundaries", start=2, end=16), kind="x", reason="jargon")
    client = Scripted("I keep away from them.")
    words = said("How?", "I set boundaries.")
    await player(client).say(ask("How?", words[1].text, draft=words[1], flags=[mark], revision=1))
    assert roles(client) == ["system", "user", "assistant", "user"]
    assert "“set boundaries”: jargon" in client.last
    assert "never what is said about dying" in client.last


async def test_a_safety_task_asks_for_a_direct_question():
    client = Scripted("Do you think of dying?")
    more = {"role": "therapist", "task": "safety", "turn": 2}
    await player(client, "therapist").say(ask("Hello.", "It is no use.", **more))
    assert client.last.startswith("It is no use.")
    assert "directly and calmly" in client.last


async def test_a_reply_out_of_the_part_is_asked_again_and_counted():
    client = Scripted("As an AI, I do not sleep.", "I lie awake.")
    line = await player(client).say(ask())
    assert line.text == "I lie awake."
    assert roles(client) == ["system", "user", "assistant", "user"]
    assert "You are the patient" in client.last
    assert line.usage is not None
    assert (line.usage.tokens_in, line.usage.attempts) == (14, 2)
    assert line.usage.retried == ("role_drift",)


async def test_what_was_heard_once_is_not_said_twice():
    heard: list[str] = []
    await player(Scripted("Patient: no.", "No.")).say(ask(hear=heard.append))
    assert heard == ["Patient: no."]


@pytest.mark.parametrize(
    ("reply", "kind"),
    [
        (" ", "unparsable"),
        (Reply("I was", "length"), "unparsable"),
        (Reply("", refusal="No."), "refusal"),
        ("I'm sorry, but I can't assist with that.", "refusal"),
        ("Therapist: how are you?", "role_drift"),
    ],
)
async def test_after_two_more_tries_it_is_a_failure_of_its_kind(reply: Any, kind: str):
    client = Scripted(reply)
    with pytest.raises(PlayerError) as error:
        await player(client).say(ask())
    assert (error.value.kind, error.value.attempts, len(client.sent)) == (kind, 3, 3)
    assert error.value.usage is not None
    assert error.value.usage.attempts == 3


@pytest.mark.parametrize(("kind", "told"), [("network", "provider"), ("timeout", "timeout")])
async def test_what_a_connection_cannot_mend_is_a_failure(kind: Any, told: str):
    with pytest.raises(PlayerError) as error:
        await player(Scripted(ChatError(kind, "down", attempts=4))).say(ask())
    assert (error.value.kind, error.value.attempts) == (told, 4)


BEFORE = rating("2+0??????", turn=2, role="judge", rationale="r" * 700).model_copy(
    update={
        "items": {
            **rating("2+0??????").items,
            "mood": ItemRating(
                low=1,
                high=3,
                state="present",
                quotes=(Quote(quote="first"), Quote(quote="low", turn=1), Quote(quote="q" * 300)),
            ),
        }
    }
)
TALK = [f"{who}{turn}" for turn in (1, 2, 3, 4) for who in ("ask", "say")]


async def sheet(judging: Judging, rated: Any = BEFORE, **more: Any) -> str:
    client = Scripted(FORM.model_validate(filled()).model_dump_json())
    judge = player(client, "judge", sheet=Sheet(judging, **more))
    await judge.fill(ask(*TALK, role="judge", task="rate", of="patient", rated=rated), FORM)
    assert roles(client) == ["system", "user"]
    assert client.sent[0].messages[0]["content"].startswith("You are Ann.\n\nAnswer with one JSON")
    return client.last


async def test_an_incremental_judge_reads_its_last_rating_and_what_is_new():
    read = await sheet(Judging())
    assert "say2" not in read
    assert "What was said since:\n[turn 3] therapist: ask3\n[turn 3] patient: say3" in read
    assert "- anhedonia: scaled 2\n- mood: present; “low” (turn 1), “qqq" in read
    assert "(not found)" in read
    assert "- not_assessed: fatigue, appetite" in read
    assert len(read) < 2000


async def test_a_judge_that_has_rated_nothing_yet_reads_everything():
    for mode in ("incremental", "full"):
        read = await sheet(Judging(mode=mode), rated=None)
        assert read.startswith("The conversation so far:\n[turn 1] therapist: ask1")
        assert read.endswith("at most two quotes for an item.")


async def test_a_full_judge_reads_everything_and_not_its_last_rating():
    read = await sheet(Judging(mode="full"))
    assert "say1" in read
    assert "scaled 2" not in read


async def test_a_judge_with_a_window_reads_the_last_turns():
    read = await sheet(Judging(mode="window", window=2))
    assert "say2" not in read
    assert "The last turns:\n[turn 3]" in read
    assert "scaled 2" in read
    assert "The conversation so far" in await sheet(Judging(mode="window"))


async def test_a_gloss_explains_the_idioms_that_are_used_and_names_no_place():
    lexicon = Lexicon(LIBRARY.load("locale", "bn-BD"))
    words = said("কেমন আছেন?", "টেনশন লাগে।", "আর?", "টেনশন লাগে।")
    asked = Ask("judge", "rate", 2, 0, words, of="patient")
    read = Sheet(Judging(language="glossed"), lexicon=lexicon).write(asked)
    assert read.count("word for word: tension") == 1
    assert "Idioms in these words:\n- “টেনশন" in read
    assert "bn-BD" not in read
    assert "Idioms" not in Sheet(Judging(), lexicon=lexicon).write(ask("Hello.", "Fine."))


async def review(judging: Judging, of: str = "patient") -> str:
    words = said(*TALK)
    draft = words[-1] if of == "patient" else Utterance(turn=5, role=of, text="new")
    client = Scripted('{"flags": [], "verdict": "neutral"}')
    critic = player(client, "critic", sheet=Sheet(judging))
    asked = Ask("critic", "review", draft.turn, 0, words, draft=draft)
    assert (await critic.fill(asked, Findings)).form.verdict == "neutral"
    return client.last


async def test_a_critic_reads_the_draft_once_and_what_led_to_it():
    read = await review(Judging())
    assert read.startswith("The last turns:\n[turn 3] patient: say3\n[turn 4] therapist: ask4")
    assert read.count("say4") == 1
    assert "The draft to look at:\npatient: say4" in read


async def test_a_critic_may_read_more():
    assert "say1" in await review(Judging(mode="full"))
    read = await review(Judging(mode="window", window=2))
    assert "ask3" in read
    assert "say2" not in read


async def test_a_supervisor_reads_what_the_patient_answered_last():
    read = await review(Judging(), "therapist")
    assert "[turn 4] therapist: ask4\n[turn 4] patient: say4" in read
    assert "say3" not in read
