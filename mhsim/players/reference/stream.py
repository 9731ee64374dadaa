"""Let a listener hear a simulated utterance as it comes, a few characters at a time."""

from __future__ import annotations

from collections.abc import Sequence

from mhsim.players.reference.words import join
from mhsim.table import Ask

_PIECE = 4
"""Characters per piece, about what a model's token is."""


def stream(ask: Ask, sentences: Sequence[str], language: str) -> None:
    """Hand the utterance to the listener in pieces; does nothing where nobody listens."""
    if ask.hear is None:
        return
    text = join(sentences, language)
    for start in range(0, len(text), _PIECE):
        ask.hear(text[start : start + _PIECE])
