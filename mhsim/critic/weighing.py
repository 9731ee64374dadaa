"""Whether distress is told at all, or only its words in ordinary use."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import TYPE_CHECKING

from mhsim.critic.place import distinct, inside, sentences_with
from mhsim.text import sentences

if TYPE_CHECKING:
    from mhsim.critic.view import View

_BENGALI = "[\u0980-\u09ff]"
_INDIC = "[\u0900-\u0963\u0966-\u097f]"
FAILING = re.compile(
    rf"[没不]|忘[了记]|(?<!{_BENGALI})(?:না|নাই|নেই|নি|নয়|নয়)(?!{_BENGALI})"
    rf"|[িেুা]নি(?!{_BENGALI})|{_BENGALI}{{2}}[িেইয়]না(?!{_BENGALI})"
    rf"|(?<!{_INDIC})(?:नहीं|नही|ना|न|मत)(?!{_INDIC})"
    r"|\b(?:no|not|never|nothing|nobody|can't|won't|don't|didn't|couldn't|quit|stopped|forgot)\b|n't\b",
    re.IGNORECASE,
)
"""Words by which something fails or is missing, in the four main languages."""

_BUT = re.compile(
    r"\bbut\b|\bstill\b|\bexcept\b|但|可是|不过|就是还|还是|কিন্তু|তবু|তাও|लेकिन|मगर|फिर भी|(?<=, )पर ",
    re.IGNORECASE,
)
"""Where an utterance turns: what comes after is what matters to the speaker."""


def distressed(view: View) -> bool:
    """Say whether there is distress in it at all, and not only words for it in other use.

    What makes such words harmless does so in its own sentence, or up to the word for `but`. A
    scene in which something fails counts without any word of distress.
    """
    if view.risks:
        return True
    ordinary = view.style.get("ordinary", [])
    harmless = sentences_with(view.text, ordinary)
    signs = view.signs()
    if any(not inside(hit, harmless) for hit in signs):
        return True
    if harmless:
        more = len(distinct(view.text, signs)) > len(distinct(view.text, ordinary))
        return more or _turned(view)
    talk = [
        *view.style.get("therapy_speak", ()),
        *view.markers,
        *view.style.get("clinical", ()),
    ]
    if any(not inside(hit, view.told) for hit in talk):
        return True
    return FAILING.search(view.text) is not None or _told(view)


def _told(view: View) -> bool:
    """Say whether something is told at length, and not what a training or a poster says.

    Nobody needs two sentences to ask for a receipt; a scene without any word of distress does.
    """
    return not view.told and len(sentences(view.text)) > 1


def _turned(view: View) -> bool:
    """Say whether distress stands after a word for `but`, and nothing harmless with it."""
    turns = [match.end() for match in _BUT.finditer(view.text)]
    if not turns:
        return False
    rest = [(turns[-1], len(view.text))]
    signs: Sequence[object] = [hit for hit in view.signs() if inside(hit, rest)]
    return bool(signs) and not any(inside(hit, rest) for hit in view.style.get("ordinary", ()))
