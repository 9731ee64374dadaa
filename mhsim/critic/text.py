"""The text critic: a locale's pack and rules, no model."""

from __future__ import annotations

from mhsim.critic.finding import Finding
from mhsim.critic.speaker import Speaker
from mhsim.critic.view import View
from mhsim.lexicon import Lexicon
from mhsim.text import nfc


class TextCritic:
    """Judges utterances of one locale.

    Args:
        lexicon: the locale's pack, searchable.
    """

    def __init__(self, lexicon: Lexicon) -> None:
        self._lexicon = lexicon

    def look(self, text: str, speaker: Speaker) -> Finding:
        """Return the verdict on one utterance of this speaker, with what it rests on."""
        view = View(nfc(text), self._lexicon, speaker)
        if flags := view.caricature():
            return Finding("caricature", flags)
        if flags := view.flattened():
            return Finding("flattened", flags)
        return Finding("grounded" if view.distressed() else "neutral")
