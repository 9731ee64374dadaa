"""Ability: what a chat model turns out to be able to do, found by asking it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Literal, get_args

from pydantic import BaseModel, ConfigDict, StrictBool, ValidationError

from mhsim.chat.keys import hidden
from mhsim.chat.pool import client
from mhsim.chat.request import ChatError, Client, Mode, Reply, Request
from mhsim.errors import InputError
from mhsim.spec.model import Model

_COUNT = [{"role": "user", "content": "Count from one to ten in words, and say nothing else."}]

_FORM = [
    {
        "role": "user",
        "content": 'Fill in this form as JSON: {"done": true or false, "word": "one" or "two"}.',
    }
]

_SHOWN = 80


class _Form(BaseModel):
    model_config = ConfigDict(extra="forbid", title="Trial")

    done: StrictBool
    word: Literal["one", "two"]


@dataclass(slots=True)
class Ability:
    """What one model can do.

    Args:
        model: the model.
        seconds: wall time of its first reply; None where there was none.
        streams: whether its words come in pieces; None where it was not found out.
        modes: how it was held to a schema, and whether it kept to it.
        usage: whether it counts tokens; None where it was not found out.
        cached: whether it says how many it had cached.
        troubles: what went wrong, by what was tried.
    """

    model: Model
    seconds: float | None = None
    streams: bool | None = None
    modes: dict[Mode, bool] = field(default_factory=dict[Mode, bool])
    usage: bool | None = None
    cached: bool | None = None
    troubles: dict[str, str] = field(default_factory=dict[str, str])

    @property
    def answers(self) -> bool:
        """Whether it answers at all."""
        return self.seconds is not None


async def find_out(model: Model, make: Callable[[Model], Client] = client) -> Ability:
    """Ask a model five short questions, one attempt each, and return what came of it.

    Args:
        model: a chat model.
        make: what makes its client.
    """
    found = Ability(model)
    try:
        asked = make(model)
    except InputError as error:
        found.troubles["client"] = str(error)
        return found
    try:
        await _words(asked, found)
        if found.answers:
            await _pieces(asked, found)
            for mode in get_args(Mode):
                await _form(asked, found, mode)
    finally:
        await asked.close()
    return found


async def _words(asked: Client, found: Ability) -> None:
    reply = await _reply(asked, found, "reply", Request(_COUNT))
    if reply is None:
        return
    found.seconds = reply.seconds
    found.usage = reply.tokens_in is not None and reply.tokens_out is not None
    found.cached = reply.tokens_cached is not None
    if not reply.text.strip():
        found.troubles["reply"] = "the reply was empty"


async def _pieces(asked: Client, found: Ability) -> None:
    heard: list[str] = []
    reply = await _reply(asked, found, "stream", Request(_COUNT, hear=heard.append))
    found.streams = reply is not None and len([each for each in heard if each]) > 1


async def _form(asked: Client, found: Ability, mode: Mode) -> None:
    schema = _Form.model_json_schema()
    reply = await _reply(asked, found, mode, Request(_FORM, schema, mode))
    found.modes[mode] = False
    if reply is None:
        return
    try:
        _Form.model_validate_json(reply.text)
    except ValidationError:
        shown = repr(reply.text[:_SHOWN])
        cut = "cut off at the token limit: " if reply.finish == "length" else ""
        found.troubles[mode] = f"the reply does not fit the form: {cut}{shown}"
    else:
        found.modes[mode] = True


async def _reply(asked: Client, found: Ability, what: str, request: Request) -> Reply | None:
    try:
        return await asked.send(request)
    except ChatError as error:
        found.troubles[what] = hidden(str(error))
        return None
