"""A culture critic that reads the text alone, by the pack's markers and idioms."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from mhsim.errors import PlayerError
from mhsim.forms import FlagReply
from mhsim.lexicon import Hit, Lexicon
from mhsim.record import Verdict
from mhsim.spec.culture import Marker
from mhsim.table import Ask, Brief, Filled, Form, Line
from mhsim.text import nfc

STACKED = 4
"""This many different idioms in one utterance are too many. A placeholder, not calibrated."""

_QUOTES = (("“", "”"), ("‘", "’"), ('"', '"'), ("「", "」"), ("«", "»"))


class ReferenceCritic:
    """Flags the pack's flattened wordings, unless quoted or licensed, and idioms piled up."""

    def __init__(self, brief: Brief) -> None:
        self._lexicon: Lexicon | None = brief.lexicon
        spoken = brief.formulation.idioms.therapy_vocabulary if brief.formulation else None
        tags = brief.persona.tags if brief.persona else frozenset[str]()
        self._licensed = spoken == "uses" or bool(tags & {"treated", "online"})

    async def say(self, ask: Ask) -> Line:
        """Refuse: a critic fills forms."""
        raise PlayerError("role_drift", "a critic does not speak")

    async def fill(self, ask: Ask, form: type[Form]) -> Filled[Form]:
        """Look at the draft."""
        assert ask.draft is not None
        text = nfc(ask.draft.text)
        hits = self._lexicon.hits(text) if self._lexicon else []
        flags = list(self._flags(text, hits))
        verdict, more = self._verdict(text, hits, flags)
        return Filled(form.model_validate({"flags": [*flags, *more], "verdict": verdict}))

    def _flags(self, text: str, hits: Sequence[Hit]) -> Iterator[FlagReply]:
        assert self._lexicon is not None or not hits
        last = -1
        for hit in hits:
            if hit.kind != "marker" or self._lexicon is None or hit.start < last:
                continue
            marker = self._lexicon.markers[hit.name]
            if _quoted(text, hit) or (marker.strength == "soft" and self._licensed):
                continue
            last = hit.end
            yield _flag(text[hit.start : hit.end], marker)

    def _verdict(
        self, text: str, hits: Sequence[Hit], flags: Sequence[FlagReply]
    ) -> tuple[Verdict, list[FlagReply]]:
        idioms = {hit.name: hit for hit in hits if hit.kind == "idiom"}
        if len(idioms) >= STACKED:
            first, last = min(h.start for h in idioms.values()), max(h.end for h in idioms.values())
            reason = f"{len(idioms)} idioms in one breath; most people use one or two"
            flag = FlagReply(quote=text[first:last], kind="stacked idioms", reason=reason)
            return "caricature", [flag]
        if flags:
            return "flattened", []
        told = any(hit.kind in ("idiom", "item") for hit in hits)
        return ("grounded" if told else "neutral"), []


def _flag(quote: str, marker: Marker) -> FlagReply:
    reason = marker.note or (
        f"reads like English “{marker.english_origin}”" if marker.english_origin else marker.kind
    )
    return FlagReply(
        quote=quote,
        kind=marker.kind,
        reason=reason,
        suggestion=" / ".join(marker.alternatives[:2]) or None,
        marker=marker.id,
    )


def _quoted(text: str, hit: Hit) -> bool:
    """Say whether the words stand inside quotation marks: then somebody else's words are told."""
    for left, right in _QUOTES:
        before = text[: hit.start].rfind(left)
        after = text.find(right, hit.end)
        if before >= 0 and after >= 0 and right not in text[before + 1 : hit.start]:
            return True
    return False
