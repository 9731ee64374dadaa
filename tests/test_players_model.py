"""A chat model in a seat: what it is told, what it may answer, and what counts as a failure."""

from __future__ import annotations

import pytest
from langchain_core.language_models import GenericFakeChatModel
from langchain_core.messages import AIMessage
from langchain_core.runnables import RunnableLambda
from pydantic import Field

from mhsim.errors import InputError, PlayerError
from mhsim.forms import Findings
from mhsim.players.model import ModelPlayer, chat_model
from mhsim.record import Mark, Span, Utterance
from mhsim.spec.model import Model
from mhsim.table import Ask


class Chat(GenericFakeChatModel):
    """A fake model that remembers what it was sent; forms come from a list."""

    sent: list = Field(default_factory=list)
    forms: list = Field(default_factory=list)

    def _generate(self, messages, *more, **options):
        self.sent.append(messages)
        return super()._generate(messages, *more, **options)

    def with_structured_output(self, schema, **options):
        async def answer(messages):
            self.sent.append(list(messages))
            reply = self.forms.pop(0)
            if isinstance(reply, Exception):
                raise reply
            return {"parsed": reply, "raw": AIMessage("x"), "parsing_error": "wrong"}

        return RunnableLambda(answer)


def chat(*replies: str, forms: tuple = ()) -> Chat:
    return Chat(messages=iter([AIMessage(r) for r in replies]), sent=[], forms=list(forms))


def ask(**more) -> Ask:
    said = [Utterance(turn=1, role="therapist", text="How are you?")]
    return Ask(
        **{"role": "patient", "task": "speak", "turn": 1, "revision": 0, "transcript": said, **more}
    )


async def test_a_model_hears_the_conversation_from_its_own_seat():
    model = chat("Tired.")
    line = await ModelPlayer(model, "patient", "You are Ann.", "fake").say(ask())
    assert line.text == "Tired."
    assert [m.type for m in model.sent[0]] == ["system", "human"]
    assert line.usage.model == "fake"


async def test_pieces_are_heard_where_somebody_listens():
    heard: list[str] = []
    await ModelPlayer(chat("Tired."), "patient", "", "fake").say(ask(hear=heard.append))
    assert "".join(heard) == "Tired."


async def test_an_empty_reply_is_a_failure():
    with pytest.raises(PlayerError, match="empty"):
        await ModelPlayer(chat(" "), "patient", "", "fake").say(ask())


async def test_a_flagged_draft_is_handed_back_with_its_flags():
    draft = Utterance(turn=1, role="patient", text="I set boundaries.")
    mark = Mark(span=Span(quote="set boundaries", start=2, end=16), kind="x", reason="jargon")
    model = chat("I keep away from them.")
    await ModelPlayer(model, "patient", "", "fake").say(ask(draft=draft, flags=[mark], revision=1))
    assert "set boundaries" in model.sent[0][-1].content


async def test_a_safety_task_asks_for_a_direct_question():
    model = chat("Do you think of dying?")
    await ModelPlayer(model, "therapist", "", "fake").say(ask(role="therapist", task="safety"))
    assert "directly and calmly" in model.sent[0][-1].content


async def test_a_form_is_filled_in_at_the_second_try():
    good = Findings(verdict="neutral")
    draft = Utterance(turn=1, role="patient", text="Hello.")
    model = chat(forms=(None, good))
    filled = await ModelPlayer(model, "critic", "Look.", "fake").fill(
        ask(task="review", draft=draft), Findings
    )
    assert filled.form == good
    assert "did not fit" in model.sent[1][-1].content


async def test_a_form_that_never_fits_is_unparsable():
    model = chat(forms=(None, None, None))
    with pytest.raises(PlayerError) as error:
        await ModelPlayer(model, "judge", "", "fake").fill(ask(task="rate"), Findings)
    assert (error.value.kind, error.value.attempts) == ("unparsable", 3)


async def test_what_a_provider_raises_is_a_provider_failure():
    model = chat(forms=(OSError("down"),))
    with pytest.raises(PlayerError) as error:
        await ModelPlayer(model, "judge", "", "fake").fill(ask(task="rate"), Findings)
    assert error.value.kind == "provider"


async def test_a_model_that_runs_dry_is_a_provider_failure():
    with pytest.raises(PlayerError, match="provider"):
        await ModelPlayer(chat(), "patient", "", "fake").say(ask())


def test_a_missing_extra_says_what_to_install():
    with pytest.raises(InputError, match=r"pip install 'mhsim\[openai\]'"):
        chat_model(Model(model="openai:gpt"))


def test_an_unknown_provider_is_named():
    with pytest.raises(InputError, match="there is no provider 'nobody'"):
        chat_model(Model(model="nobody:x"))
