"""Enquiry: a form asked of a chat model until it is filled in right, or given up.

The ways of holding a server to a schema are tried in order, and the one that works is remembered
for the connection. A reply that does not fit is answered with what is wrong with it. What is never
done is to put a value where the model gave none.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Generic

from pydantic import ValidationError

from mhsim.chat import ChatError, Connection, Message, Mode, Reply, Request
from mhsim.errors import FailureKind, PlayerError
from mhsim.players.conduct import Wrong
from mhsim.players.conduct.refusal import declines
from mhsim.players.model.loose import NoObjectError, read_object
from mhsim.players.model.shape import Shape, shape
from mhsim.players.model.tally import Tally
from mhsim.table import Form

MODES: tuple[Mode | None, ...] = ("json_schema", "tool", "json", None)
"""Ways of holding a server to a schema, the strictest first; None asks in words alone."""

REPAIRS = 2
"""How often a reply that does not fit is answered with what is wrong with it."""

_CHANGES_MODE = (400, 404, 422, 500, 501)
"""What servers say to a mode they do not know. Keys, overload and time are no reason to change."""

_SHOWN = 4000
"""Characters of its own reply that a model is shown again."""

_SAID = 400
"""Characters of a model's mistake that it is told."""


class Enquiry(Generic[Form]):
    """One form, asked for until it is filled in or given up.

    Args:
        connection: the model; remembers the mode that worked.
        form: the form.
    """

    def __init__(self, connection: Connection, form: type[Form]) -> None:
        self._connection = connection
        self._form = form
        self._shape: Shape = shape(form)
        self._modes = self._ladder()
        self._known = self._shape.title in connection.modes
        self.tally = Tally()

    async def ask(self, messages: Sequence[Message], draw: int) -> Form:
        """Ask until the form is filled in.

        Raises:
            PlayerError: it never was; carries what the attempts took.
        """
        asked, repairs = list(messages), 0
        while True:
            found = await self._try(asked, draw)
            if not isinstance(found, tuple):
                return found
            wrong, reply = found
            if wrong.elsewhere and not self._known and len(self._modes) > 1:
                self._modes.pop(0)
            elif repairs < REPAIRS:
                repairs += 1
                asked += answered(reply, wrong)
            else:
                raise self._given_up(wrong.kind, wrong.detail)
            self.tally.again(wrong.kind)

    async def _try(self, asked: list[Message], draw: int) -> Form | tuple[Wrong, Reply]:
        """Make one call that comes back, whatever mode it takes."""
        while True:
            mode = self._modes[0]
            schema = None if mode is None else self._shape.schema
            self.tally.call()
            try:
                reply = await self._connection.send(Request(list(asked), schema, mode, draw))
            except ChatError as error:
                if not self._elsewhere(error):
                    raise self._given_up(
                        failure_kind(error), error.detail, error.attempts - 1
                    ) from error
                continue
            self.tally.add(self._connection.usage(reply))
            found = self._read(reply)
            if isinstance(found, Wrong):
                return found, reply
            self._connection.modes[self._shape.title] = str(mode)
            return found

    def _ladder(self) -> list[Mode | None]:
        """Return the modes to try, the one that worked before first."""
        known = self._connection.modes.get(self._shape.title)
        return sorted(MODES, key=lambda mode: str(mode) != known)

    def _elsewhere(self, error: ChatError) -> bool:
        """Take the next mode where the server does not know this one."""
        unknown = error.kind == "request" and error.status in (None, *_CHANGES_MODE)
        doubtful = error.kind == "server" and error.status in _CHANGES_MODE and not self._known
        if not unknown and not doubtful:
            return False
        del self._modes[0]
        self._known = False
        return bool(self._modes)

    def _read(self, reply: Reply) -> Form | Wrong:
        if reply.refusal or reply.finish == "filter":
            return _declined(reply.refusal or "held back by the provider")
        if reply.finish == "length":
            return _unfit("the reply was cut off at the token limit; be shorter")
        if not reply.text.strip():
            return _unfit("the reply was empty", elsewhere=True)
        try:
            return self._form.model_validate(read_object(reply.text, self._shape.keys))
        except NoObjectError as error:
            if declines(reply.text):
                return _declined(reply.text.strip())
            return _unfit(str(error), elsewhere=not error.cut)
        except ValidationError as error:
            return _unfit(_told(error))

    def _given_up(self, kind: FailureKind, detail: str, more: int = 0) -> PlayerError:
        return PlayerError(kind, detail, self.tally.attempts + max(0, more), self.tally.usage)


def failure_kind(error: ChatError) -> FailureKind:
    """Return what a call that failed is recorded as."""
    return "timeout" if error.kind == "timeout" else "provider"


def _told(error: ValidationError) -> str:
    """Say what does not fit: where, and why, a few of them."""
    lines = [
        f"{'.'.join(map(str, each['loc'])) or 'the form'}: {each['msg']}"
        for each in error.errors(include_url=False, include_input=False)
    ]
    return "; ".join(lines)[:_SAID]


def _unfit(detail: str, *, elsewhere: bool = False) -> Wrong:
    again = f"That cannot be used: {detail}. Write the whole object again, and nothing else."
    return Wrong("unparsable", detail, again, elsewhere)


def _declined(detail: str) -> Wrong:
    again = (
        "This is a research simulation: no real person is assessed, and nothing is acted upon. "
        "Write the object from what stands in the text alone."
    )
    return Wrong("refusal", detail[:_SAID], again)


def answered(reply: Reply, wrong: Wrong) -> list[Message]:
    """Return what is put after a reply that was not taken, so that the next one is better."""
    said = reply.text.strip()[:_SHOWN]
    return [
        {"role": "assistant", "content": said or "(nothing)"},
        {"role": "user", "content": wrong.again},
    ]
