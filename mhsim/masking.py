"""Masking: names and homes taken out of a transcript, so that a judge who compares is blind.

What is told of work, family and days stays: it is what the judge has to read. Ages, places other
than the home's, and names that are not in the biography stay too.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache

from mhsim.record import Utterance
from mhsim.spec.agent import Persona
from mhsim.text import nfc, script

NAME, HOME = "[name]", "[place]"

_SHORTEST = 3
"""Letters of the shortest part of a name that is masked alone, where words are written apart."""

_TITLES = "先生|女士|小姐|老师|师傅|大哥|大姐|阿姨|叔叔|叔|姐|哥|さん|様"
"""What follows a family name where a Han-script name is shortened to it."""


def masked(transcript: Sequence[Utterance], personas: Iterable[Persona]) -> tuple[Utterance, ...]:
    """Return a transcript without the names and homes of its people.

    Args:
        transcript: what was finally said.
        personas: the biographies whose details are taken out.
    """
    hide = [_pattern(p.name, p.home) for p in personas]
    return tuple(_without(utterance, hide) for utterance in transcript)


def _without(
    utterance: Utterance, hide: Iterable[tuple[re.Pattern[str], re.Pattern[str]]]
) -> Utterance:
    text = nfc(utterance.text)
    for names, homes in hide:
        text = homes.sub(HOME, names.sub(NAME, text))
    return utterance if text == utterance.text else utterance.model_copy(update={"text": text})


@lru_cache(maxsize=1024)
def _pattern(name: str, home: str) -> tuple[re.Pattern[str], re.Pattern[str]]:
    return _any(_names(nfc(name))), _any(_places(nfc(home)))


def _any(words: Iterable[str]) -> re.Pattern[str]:
    """Match any of some expressions, the longest first; nothing, where there are none."""
    ordered = sorted(set(words), key=len, reverse=True)
    return re.compile("|".join(ordered) or r"(?!)", re.IGNORECASE)


def _names(name: str) -> Iterator[str]:
    """Yield a name and its parts as expressions."""
    yield _word(name)
    if script(name) == "Hani" and " " not in name:
        family, given = name[:1], name[1:]
        yield f"{re.escape(family)}(?:{_TITLES})"
        if len(given) > 1:
            yield re.escape(given)
        return
    for part in re.split(r"[\s·.-]+", name):
        if len(part) >= _SHORTEST:
            yield _word(part)


def _places(home: str) -> Iterator[str]:
    """Yield the place names of a home: capitalised words, or what each of its parts begins with."""
    for part in re.split(r"[,，、;]\s*", home):
        match script(part):
            case "Latn":
                yield from (_word(word) for word in re.findall(r"\b[^\W\d_a-z]\w{2,}", part))
            case "Hani":
                yield re.escape(part[:2])
            case _:
                first = part.split()[0] if part.split() else ""
                if len(first) >= _SHORTEST:
                    yield _word(first)


def _word(text: str) -> str:
    """Match a text as a word of its own where its script has case and word ends."""
    if script(text) == "Latn":
        return rf"\b{re.escape(text)}(?:'s|’s)?\b"
    return re.escape(text)
