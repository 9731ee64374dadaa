"""A supervisor that looks over a therapist's draft and may hand it back. Reads the text alone."""

from __future__ import annotations

from collections.abc import Iterator

from mhsim.errors import PlayerError
from mhsim.forms import FlagReply
from mhsim.lexicon import Lexicon
from mhsim.players.reference.reading import question
from mhsim.table import Ask, Brief, Filled, Form, Line
from mhsim.text import nfc, sentences

_ENDS = "?？"


class ReferenceSupervisor:
    """Hands a draft back that asks before it has acknowledged, asks too much, or misses risk."""

    def __init__(self, brief: Brief) -> None:
        self._lexicon: Lexicon | None = brief.lexicon

    async def say(self, ask: Ask) -> Line:
        """Refuse: a supervisor fills forms."""
        raise PlayerError("role_drift", "a supervisor does not speak")

    async def fill(self, ask: Ask, form: type[Form]) -> Filled[Form]:
        """Look at the draft."""
        flags = list(self._flags(ask)) if self._lexicon else []
        verdict = "returned" if flags else "approved"
        return Filled(form.model_validate({"flags": flags, "verdict": verdict}))

    def _flags(self, ask: Ask) -> Iterator[FlagReply]:
        assert ask.draft is not None
        assert self._lexicon is not None
        text = nfc(ask.draft.text)
        asked = [s for s in sentences(text) if s.rstrip("\"'”’」 ").endswith(tuple(_ENDS))]
        if len(asked) > 2:
            yield FlagReply(
                quote=asked[-1], kind="too many questions", reason="one or two at a time are enough"
            )
        said = next((u for u in reversed(ask.transcript) if u.role != ask.draft.role), None)
        if said is None:
            return
        told = self._lexicon.hits(said.text)
        heavy = any(hit.kind in ("item", "risk", "idiom") for hit in told)
        draft = question(text, self._lexicon)
        if heavy and not draft.reflects and asked:
            yield FlagReply(
                quote=asked[0],
                kind="no acknowledgement",
                reason="something hard was said; acknowledge it before the next question",
            )
        if any(hit.kind == "risk" for hit in told) and not draft.safety:
            yield FlagReply(
                quote=sentences(text)[0],
                kind="risk missed",
                reason="a wish to be dead was hinted at; ask about it directly and calmly",
            )
