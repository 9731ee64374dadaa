"""Thread: a conversation as a speaker's model sees it, appended to once and never rebuilt.

What stands at the beginning stays the same from call to call, so that a provider's cache has it.
"""

from __future__ import annotations

from collections.abc import Sequence

from mhsim.chat import Message
from mhsim.record import Utterance

OPENER = "(The conversation begins. You speak first.)"
TURN = "(It is your turn to speak.)"


class Thread:
    """The messages of one speaker: its own words, and everybody else's.

    Args:
        role: whose.
        prompt: what it is told before the conversation.
    """

    def __init__(self, role: str, prompt: str) -> None:
        self._role = role
        self._system: Message = {"role": "system", "content": prompt}
        self._begin()

    def _begin(self) -> None:
        self._messages: list[Message] = [self._system]
        self._taken: list[Utterance] = []

    def follow(self, transcript: Sequence[Utterance], turn: int) -> list[Message]:
        """Return the messages up to now; turns before `turn` are settled and kept.

        What is said in the turn itself may still be said again in other words: it is shown, and
        not kept.
        """
        if self._taken and (
            len(transcript) < len(self._taken)
            or transcript[len(self._taken) - 1].text != self._taken[-1].text
        ):
            self._begin()  # another conversation
        place = len(self._taken)
        while place < len(transcript) and transcript[place].turn < turn:
            self._put(self._messages, transcript[place])
            self._taken.append(transcript[place])
            place += 1
        shown = self._messages.copy()
        for utterance in transcript[place:]:
            self._put(shown, utterance)
        return shown

    def _put(self, messages: list[Message], utterance: Utterance) -> None:
        own = utterance.role == self._role
        if own and len(messages) == 1:
            put(messages, "user", OPENER)
        put(messages, "assistant" if own else "user", utterance.text)


def put(messages: list[Message], role: str, content: str) -> None:
    """Append a message; two of one role become one, for servers that want them to alternate."""
    last = messages[-1] if messages else None
    if last is not None and last["role"] == role:
        messages[-1] = {"role": role, "content": f"{last['content']}\n\n{content}"}
    else:
        messages.append({"role": role, "content": content})
