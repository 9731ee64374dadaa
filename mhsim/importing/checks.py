"""What is wrong between conversations whatever their format: twins, gaps, another's name."""

from __future__ import annotations

import re
from functools import lru_cache
from pathlib import Path

from mhsim.errors import InputError
from mhsim.importing.haul import Haul, Talk
from mhsim.library import Library
from mhsim.text import same_script, script

_LETTERS = re.compile(r"[\W_]+")
_FILLERS = {"...", "…", "foo", "null", "none", "n/a"}
_ERRORS = re.compile(r"^(error generating response|traceback|\[error|api error)", re.IGNORECASE)


def check(haul: Haul) -> None:
    """Report what is wrong with the conversations of a haul."""
    _twins(haul)
    for talk in haul.talks:
        _messages(haul, talk)
        _one_sided(haul, talk)
    _script(haul)


def _twins(haul: Haul) -> None:
    """Report transcripts that are the same but for punctuation and case."""
    seen: dict[str, Talk] = {}
    for talk in haul.talks:
        said = "\n".join(_LETTERS.sub("", m.text.casefold()) for m in talk.messages)
        if not said.strip():
            continue
        first = seen.setdefault(said, talk)
        if first is not talk:
            whose = "" if first.patient == talk.patient else f", who is {first.patient!r}"
            where = f"{first.file}:{first.line}" if first.line else first.file
            haul.say(talk.file, f"the same transcript as {where}{whose}", talk.line)


def _messages(haul: Haul, talk: Talk) -> None:
    for message in talk.messages:
        line = message.line or talk.line
        said = message.text.strip()
        if not said:
            haul.say(talk.file, f"an empty message of {message.speaker!r}", line)
        elif said.lower() in _FILLERS:
            haul.say(talk.file, f"the message {said!r} stands where an answer is missing", line)
        elif _ERRORS.match(said):
            haul.say(talk.file, "the text of an error stands in the conversation", line)


def _one_sided(haul: Haul, talk: Talk) -> None:
    roles = {message.role for message in talk.messages}
    if not talk.messages:
        haul.say(talk.file, "a conversation without a message", talk.line)
    for role in ("patient", "therapist"):
        if talk.messages and role not in roles:
            haul.say(talk.file, f"a conversation in which no {role} speaks", talk.line)


def _script(haul: Haul) -> None:
    """Report a conversation in another script than its locale's."""
    wanted = _pack_script(haul.options.locale, Path.cwd())
    for talk in haul.talks if wanted else ():
        found = script("\n".join(message.text for message in talk.messages))
        if found is not None and found != wanted:
            right = f"{haul.options.locale} is written in {wanted}: say --locale"
            haul.say(talk.file, f"the conversation is written in {found}; {right}", talk.line)


@lru_cache(maxsize=64)
def _pack_script(locale: str, _: Path) -> str | None:
    try:
        pack = Library().entry("locale", locale).model
    except InputError:
        return None
    return same_script(pack.language.script) if pack else None
