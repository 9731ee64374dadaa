"""A form asked of a chat model: modes servers know, replies that do not fit, nothing made up."""

from __future__ import annotations

import json
from typing import Any

import pytest
from chat import Scripted, connection

from mhsim.chat import ChatError, Connection, Reply
from mhsim.errors import PlayerError
from mhsim.forms import Findings
from mhsim.players.model.enquiry import Enquiry

GOOD = '{"flags": [], "verdict": "neutral"}'
BAD = '{"flags": [], "verdict": "fine"}'
ASKED = [{"role": "system", "content": "Look."}, {"role": "user", "content": "Hello."}]
UNKNOWN = ChatError("request", "no such response_format", status=400)
BROKEN = ChatError("server", "literal_error", status=500)
DECLINED = "I'm sorry, but I can't help with that."


async def enquire(link: Connection) -> Any:
    enquiry = Enquiry(link, Findings)
    return await enquiry.ask(ASKED, 0), enquiry.tally


async def given_up(client: Scripted) -> PlayerError:
    with pytest.raises(PlayerError) as error:
        await enquire(connection(client))
    return error.value


async def test_a_form_that_fits_takes_one_call():
    form, tally = await enquire(connection(client := Scripted(GOOD)))
    assert form == Findings(verdict="neutral")
    assert (client.modes, tally.usage.tokens_in) == (["json_schema"], 7)
    assert tally.usage.attempts is tally.usage.retried is None


@pytest.mark.parametrize("no", [UNKNOWN, BROKEN, ChatError("request", "not here"), "", "Neutral."])
async def test_a_mode_that_does_not_work_gives_way_to_the_next(no: Any):
    form, _ = await enquire(connection(client := Scripted(no, no, GOOD)))
    assert form.verdict == "neutral"
    assert client.modes == ["json_schema", "tool", "json"]


async def test_the_mode_that_worked_is_remembered_for_the_connection():
    link = connection(client := Scripted(UNKNOWN, "", UNKNOWN, GOOD))
    await enquire(link)
    await enquire(link)
    assert client.modes == ["json_schema", "tool", "json", None, None]
    assert client.sent[-1].schema is None
    assert link.modes == {"Findings": "None"}


async def test_a_remembered_mode_that_the_server_forgets_gives_way_again():
    link = connection(client := Scripted(UNKNOWN, GOOD))
    link.modes["Findings"] = "tool"
    await enquire(link)
    assert (client.modes, link.modes) == (["tool", "json_schema"], {"Findings": "json_schema"})


@pytest.mark.parametrize("kind", ["key", "overloaded", "timeout", "network", "context"])
async def test_what_has_nothing_to_do_with_the_mode_changes_none(kind: Any):
    error = await given_up(client := Scripted(ChatError(kind, "no", attempts=3)))
    assert (client.modes, error.attempts) == (["json_schema"], 3)
    assert error.kind == ("timeout" if kind == "timeout" else "provider")


async def test_a_server_that_knows_no_mode_at_all_is_given_up():
    error = await given_up(client := Scripted(UNKNOWN))
    assert client.modes == ["json_schema", "tool", "json", None]
    assert (error.kind, error.attempts, error.usage) == ("provider", 4, None)


async def test_a_reply_that_does_not_fit_is_answered_with_its_error_in_the_same_mode():
    form, tally = await enquire(connection(client := Scripted(BAD, GOOD)))
    assert form.verdict == "neutral"
    assert client.modes == ["json_schema"] * 2
    assert client.sent[1].messages[2]["content"] == BAD
    assert "verdict: Input should be 'grounded'" in client.last
    assert (tally.usage.attempts, tally.usage.retried) == (2, ("unparsable",))


async def test_after_two_corrections_it_is_given_up_and_everything_is_paid_for():
    error = await given_up(client := Scripted(BAD))
    assert (error.kind, error.attempts, len(client.sent)) == ("unparsable", 3, 3)
    assert error.usage is not None
    assert (error.usage.tokens_in, error.usage.tokens_out, error.usage.seconds) == (21, 9, 1.5)


async def test_prose_for_ever_tries_every_mode_and_two_corrections():
    error = await given_up(client := Scripted("I would say it is neutral."))
    assert client.modes == ["json_schema", "tool", "json", None, None, None]
    assert (error.kind, error.detail) == ("unparsable", "there is no JSON object in the reply")


async def test_a_mode_known_to_work_is_not_blamed_for_one_bad_reply():
    link = connection(client := Scripted("Neutral.", GOOD))
    link.modes["Findings"] = "tool"
    await enquire(link)
    assert client.modes == ["tool", "tool"]


@pytest.mark.parametrize(
    "no",
    [
        Reply("", "stop", refusal="I cannot assess people."),
        Reply("", "filter"),
        Reply(DECLINED, "stop"),
    ],
)
async def test_a_refusal_is_asked_again_and_then_recorded_as_one(no: Reply):
    error = await given_up(client := Scripted(no))
    assert (error.kind, error.attempts, client.modes) == ("refusal", 3, ["json_schema"] * 3)
    assert "research simulation" in client.last


@pytest.mark.parametrize("no", [Reply(GOOD, "length"), '{"flags": [], "verd'])
async def test_a_reply_that_is_cut_off_is_not_read(no: Any):
    form, tally = await enquire(connection(client := Scripted(no, GOOD)))
    assert form.verdict == "neutral"
    assert "cut off" in client.last
    assert tally.usage.retried == ("unparsable",)


async def test_a_call_that_fails_after_paid_ones_keeps_what_they_took():
    error = await given_up(Scripted(BAD, ChatError("network", "gone", attempts=4)))
    assert (error.kind, error.attempts) == ("provider", 5)
    assert error.usage is not None
    assert error.usage.tokens_in == 7


async def test_a_reply_in_words_is_read_however_it_is_dressed():
    said = f"Here you are:\n```json\n{json.dumps(json.loads(GOOD))[:-1]}, // done\n}}\n```"
    form, _ = await enquire(connection(Scripted(said)))
    assert form.verdict == "neutral"
