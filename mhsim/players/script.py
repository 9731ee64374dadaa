"""Script: replies from a file, one per turn; for tests and lessons.

    models: {patient: script:replies/patient.yaml}

The file is a YAML list, one reply per turn; a list in it gives one reply per revision. A string is
said as it is; a mapping may add `closes: true`, or hold the fields of a form. `{fail: refusal,
detail: …}` makes the player fail. The reply is picked by turn, so a cut conversation goes on right.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any, get_args

from pydantic import ValidationError

from mhsim.document import read
from mhsim.errors import FailureKind, InputError, PlayerError
from mhsim.table import Ask, Brief, Filled, Form, Line


class Script:
    """One reply per turn; past the last one it fails.

    Args:
        replies: what to say, or the fields of forms.
        name: where they come from, for messages.
    """

    def __init__(self, replies: Sequence[Any], name: str = "script") -> None:
        self._replies = replies
        self._name = name

    async def say(self, ask: Ask) -> Line:
        """Say the next line."""
        match self._next(ask):
            case str(text):
                line = Line(text)
            case {"text": str(text), "closes": bool(closes), **rest} if not rest:
                line = Line(text, closes=closes)
            case {"text": str(text), **rest} if not rest:
                line = Line(text)
            case other:
                raise PlayerError("unparsable", f"{self._name}: {other!r} is nothing to say")
        if ask.hear:
            ask.hear(line.text)
        return line

    async def fill(self, ask: Ask, form: type[Form]) -> Filled[Form]:
        """Fill the form with the next reply's fields."""
        try:
            return Filled(form.model_validate(self._next(ask)))
        except ValidationError as error:
            first = error.errors()[0]
            reason = f"{'.'.join(map(str, first['loc'])) or 'reply'}: {first['msg']}"
            raise PlayerError("unparsable", f"{self._name}: {reason}") from error

    def _next(self, ask: Ask) -> Any:
        reply = next(iter(self._replies[ask.turn - 1 : ask.turn]), None)
        if reply is None or reply == []:
            raise PlayerError("provider", f"{self._name}: no reply left for turn {ask.turn}")
        if isinstance(reply, list):
            reply = reply[min(ask.revision, len(reply) - 1)]
        if isinstance(reply, dict) and reply.get("fail") in get_args(FailureKind):
            raise PlayerError(reply["fail"], str(reply.get("detail", "scripted")))
        return reply


def seat(brief: Brief) -> Script:
    """Read the script a model entry names.

    Raises:
        InputError: the file cannot be read or holds no list.
    """
    path = Path(brief.model.model.partition(":")[2])
    document = read(path)
    if document.problems:
        raise InputError(problems=document.problems)
    if not isinstance(document.data, list):
        raise InputError(f"{path}: a script is a YAML list of replies, one per turn")
    return Script(document.data, str(path))
