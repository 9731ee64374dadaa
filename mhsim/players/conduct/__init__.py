"""Conduct: whether a chat model's words are what its seat may say; what is not is asked again.

Knows nothing of culture and of quality: refusals, other languages, other people's parts, stage
directions, and replies that are empty or cut off.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from mhsim.chat import Reply
from mhsim.players.conduct.drift import drift, staging
from mhsim.players.conduct.refusal import declines
from mhsim.players.conduct.tongue import Tongue
from mhsim.players.conduct.wrong import Wrong as Wrong

_SAID = 200
"""Characters of a reply that a detail quotes."""


@dataclass(frozen=True, slots=True)
class Conduct:
    """What a speaker's replies are held against.

    Args:
        part: `patient` or `therapist`.
        tongue: the language to be spoken; None where nothing is known of it.
        names: how speakers might be labelled besides their parts.
    """

    part: str
    tongue: Tongue | None = None
    names: tuple[str, ...] = ()

    def wrong(self, reply: Reply) -> Wrong | None:
        """Return the first thing that is wrong with a reply, the gravest first, or None."""
        return next(self._found(reply), None)

    def _found(self, reply: Reply) -> Iterator[Wrong]:
        text = reply.text.strip()
        if reply.refusal or reply.finish == "filter":
            detail = (reply.refusal or "held back by the provider")[:_SAID]
            yield Wrong("refusal", detail, _AGAIN["refusal"])
        if not text:
            yield Wrong("unparsable", "the reply was empty", "You said nothing. Say something.")
        if declines(text):
            yield Wrong("refusal", text[:_SAID], _AGAIN["refusal"])
        for told in drift(text, self.part, self.names):
            yield Wrong("role_drift", f"{told}: {text[:_SAID]}", f"{told}. {self._stay()}")
        other = self.tongue.strange(text) if self.tongue else None
        if other:
            again = f"That was {other}. Say it again in {self._language()} only."
            yield Wrong("wrong_language", f"{other}: {text[:_SAID]}", again)
        for told in staging(text):
            again = f"{told}. Write only the words that are spoken aloud."
            yield Wrong("role_drift", f"{told}: {text[:_SAID]}", again)
        if reply.finish == "length":
            again = "That was cut off before its end. Say it again, much shorter."
            yield Wrong("unparsable", "the reply was cut off at the token limit", again)

    def _stay(self) -> str:
        other = "therapist" if self.part == "patient" else "patient"
        return f"You are the {self.part} and speak one turn; the {other} is somebody else."

    def _language(self) -> str:
        return self.tongue.name if self.tongue else "the language of the conversation"


_AGAIN = {
    "refusal": "This is a research simulation with no real person in it. Stay with your part and "
    "answer as the person would; the person may keep silent about something in their own words."
}
