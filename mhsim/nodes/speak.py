"""Speak: a role says something; coming back within a turn, it mends what was flagged."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Literal

from mhsim.errors import PlayerError
from mhsim.nodes.step import Step
from mhsim.record import AnyEvent, Utterance
from mhsim.spec.base import Name
from mhsim.table import Visit

_HALF = re.compile("[\ud800-\udfff]")
"""Halves of surrogate pairs: no file can hold them, and no speaker means them."""


class Speak(Step):
    """The role says something.

    Args:
        role: who speaks.
        task: `speak`, or `safety`: ask directly and calmly about the wish to die.
    """

    kind: Literal["speak"]
    role: Name
    task: Literal["speak", "safety"] = "speak"

    def cast(self) -> Mapping[str, tuple[str, ...]]:
        """Name the role."""
        return {self.role: ("patient", "therapist")}

    def whole(self, events: Sequence[AnyEvent]) -> bool:
        """Something was said; a failure to speak is tried again."""
        return bool(events) and all(isinstance(event, Utterance) for event in events)

    async def run(self, visit: Visit) -> Sequence[Utterance]:
        """Append one utterance: a first draft, or the next revision of a flagged one."""
        revision = visit.log.drafts(self.role) if visit.log.turn == visit.turn else 0
        critique = visit.log.critique() if revision else None
        ask = visit.ask(
            self.role,
            self.task,
            revision=revision,
            draft=visit.log.spoken(self.role) if revision else None,
            flags=critique.flags if critique else (),
        )
        line = await visit.table.seats[self.role].player.say(ask)
        if not line.text.strip():
            raise PlayerError("unparsable", "the reply was empty")
        if not line.text.isascii() and _HALF.search(line.text):
            raise PlayerError("unparsable", "the reply holds half a character, as if it were cut")
        return [
            Utterance(
                turn=visit.turn,
                role=self.role,
                text=line.text,
                revision=revision,
                closes=True if line.closes else None,
                usage=line.usage,
            )
        ]
