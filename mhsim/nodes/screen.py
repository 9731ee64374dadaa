"""Screen: look for risk of self-harm in every utterance; never left to a language model alone."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

from mhsim.errors import EngineError
from mhsim.lexicon import screen
from mhsim.nodes.step import Step
from mhsim.record import Risk, Span
from mhsim.spec.base import Name
from mhsim.table import Visit
from mhsim.text import nfc


class Screen(Step):
    """Look for risk in what somebody just said, in the language it was said in.

    Args:
        of: whose words are screened.
    """

    kind: Literal["screen"]
    of: Name

    def about(self) -> tuple[str, ...]:
        """Name whose words it looks at."""
        return (self.of,)

    def awaits(self) -> tuple[str, ...]:
        """Name who must have spoken."""
        return (self.of,)

    async def run(self, visit: Visit) -> Sequence[Risk]:
        """Append what the lexicon of every pack at the table finds; `none` is said too."""
        said = visit.log.spoken(self.of)
        if said is None:
            raise EngineError(f"node {visit.node!r} screens {self.of!r}, who has not spoken yet")
        text = nfc(said.text)
        level, found = screen(text, visit.table.lexicons.values())
        spans = tuple(Span(quote=text[a:b], start=a, end=b) for a, b in found)
        return [Risk(turn=visit.turn, role=self.of, level=level, spans=spans, source="lexicon")]
