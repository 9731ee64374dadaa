"""Review: a critic looks at a draft and flags pieces of it. It never rates."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Literal

from mhsim.errors import EngineError, PlayerError
from mhsim.forms import Findings, FlagReply
from mhsim.nodes.step import Step
from mhsim.record import AnyEvent, Critique, Failure, Mark, Quote, Span
from mhsim.spec.base import Name
from mhsim.table import Visit
from mhsim.text import locate, nfc


class Review(Step):
    """The role looks at the last draft of another.

    Args:
        role: the critic or supervisor.
        of: whose draft.
    """

    kind: Literal["review"]
    role: Name
    of: Name

    def cast(self) -> Mapping[str, tuple[str, ...]]:
        """Name the role."""
        return {self.role: ("critic",)}

    def about(self) -> tuple[str, ...]:
        """Name whose words it looks at."""
        return (self.of,)

    def awaits(self) -> tuple[str, ...]:
        """Name who must have spoken: there has to be a draft."""
        return (self.of,)

    def says(self) -> tuple[str, ...]:
        """Name nobody: a critic leaves no words of its own in the conversation."""
        return ()

    async def run(self, visit: Visit) -> Sequence[AnyEvent]:
        """Append one critique; a critic that cannot answer leaves a failure and no flags."""
        draft = visit.log.spoken(self.of)
        if draft is None:
            raise EngineError(f"node {visit.node!r} reviews {self.of!r}, who has not spoken yet")
        ask = visit.ask(self.role, "review", draft=draft, revision=draft.revision)
        try:
            filled = await visit.table.seats[self.role].player.fill(ask, Findings)
        except PlayerError as error:
            return [Failure.because(error, visit.turn, self.role)]
        marks = [(flag, _mark(flag, nfc(draft.text))) for flag in filled.form.flags]
        invented = (flag.quote for flag, mark in marks if mark is None and flag.quote.strip())
        return [
            Critique(
                turn=visit.turn,
                role=self.role,
                revision=draft.revision,
                verdict=filled.form.verdict,
                flags=tuple(mark for _, mark in marks if mark is not None),
                unsupported=tuple(Quote(quote=nfc(q), unsupported=True) for q in invented),
                usage=filled.usage,
            )
        ]


def _mark(flag: FlagReply, text: str) -> Mark | None:
    """Locate a flag in the draft; words that were not said cannot be marked there."""
    place = locate(text, flag.quote)
    if place is None:
        return None
    start, end = place
    return Mark(
        span=Span(quote=text[start:end], start=start, end=end),
        kind=flag.kind,
        reason=flag.reason,
        suggestion=flag.suggestion,
        idiom=flag.idiom,
        marker=flag.marker,
    )
