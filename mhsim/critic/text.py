"""The text critic: a locale's pack, rules, and weighed pieces of words; no model to call."""

from __future__ import annotations

from mhsim.critic.finding import CultureVerdict, Finding, Flag
from mhsim.critic.pieces import VERDICTS, Pieces
from mhsim.critic.place import masked
from mhsim.critic.speaker import Speaker
from mhsim.critic.view import View
from mhsim.lexicon import Lexicon
from mhsim.text import nfc

SHARPNESS = 1.5
"""By how much the weights of pieces count against what the rules say. Fitted on other files."""

AGREED: dict[CultureVerdict, float] = {
    "grounded": 0.4,
    "flattened": 0.7,
    "caricature": 0.9,
    "neutral": 0.6,
}
"""What the rules' own verdict adds to it."""

TILT: dict[CultureVerdict, float] = {
    "grounded": 0.0,
    "flattened": 0.15,
    "caricature": 0.25,
    "neutral": -0.15,
}
"""What every verdict starts with; chosen so that few are flagged who should not be."""

LICENCE = 1.0
"""What textbook wording counts less from somebody who has psychological words around them."""

_SOUNDS: dict[CultureVerdict, tuple[str, str]] = {
    "flattened": ("register", "sounds like a translated textbook rather than this person"),
    "caricature": ("recited culture", "sounds like a type rather than one person"),
}
"""What a flag is called that rests on the sound of the words alone."""


class TextCritic:
    """Judges utterances of one locale.

    Args:
        lexicon: the locale's pack, searchable.
    """

    def __init__(self, lexicon: Lexicon) -> None:
        self._lexicon = lexicon
        self._pieces = Pieces.of(lexicon.pack.locale)

    def look(self, text: str, speaker: Speaker) -> Finding:
        """Return the verdict on one utterance of this speaker, with what it rests on."""
        view = View(nfc(text), self._lexicon, speaker)
        found = _ruled(view)
        plain = found.verdict == "caricature" or any(flag.marker for flag in found.flags)
        if self._pieces is None or plain:
            return found
        return self._weighed(view, found, self._pieces)

    def _weighed(self, view: View, found: Finding, pieces: Pieces) -> Finding:
        """Weigh what the rules found against the sound of the words."""
        words = masked(view.text)
        sums = {
            verdict: SHARPNESS * weight
            + TILT[verdict]
            + (verdict == found.verdict) * AGREED[verdict]
            for verdict, weight in zip(VERDICTS, pieces.weigh(words), strict=True)
        }
        sums["flattened"] -= LICENCE * view.speaker.modern
        verdict = max(VERDICTS, key=lambda each: sums[each])
        if verdict == found.verdict:
            return found
        if verdict in _SOUNDS and _licensed(view):
            return found
        if verdict not in _SOUNDS:
            return Finding(verdict)
        return Finding(verdict, (Flag(*pieces.plainest(words, verdict), *_SOUNDS[verdict]),))


def _ruled(view: View) -> Finding:
    """Return what the rules alone find."""
    if flags := view.caricature():
        return Finding("caricature", flags)
    if flags := view.flattened():
        return Finding("flattened", flags)
    return Finding("grounded" if view.distressed() else "neutral")


def _licensed(view: View) -> bool:
    """Say whether this person may sound like this: in treatment, or with a marker of their own."""
    return view.speaker.treated or (view.speaker.modern and bool(view.markers))
