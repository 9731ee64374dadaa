"""Rules about a group, recited in place of what happened to one person.

Who explains their people in the words of a textbook is an outsider to them and flattens; who says
what all of them do, feel or endure makes a caricature of them.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from mhsim.critic.finding import Flag
from mhsim.critic.place import around, distinct, sentences_with

if TYPE_CHECKING:
    from mhsim.critic.view import View


def recited(view: View) -> Iterator[Flag]:
    """Yield what all of a group do, feel or say, told as the speaker's own story."""
    if _learned(view):
        return
    rules = view.of("rule")
    others = [*view.of("exposition"), *view.of("props"), *view.of("group")]
    if rules and (others or len(rules) > 1):
        reason = "states what all of a group do instead of what happened to this person"
        yield around([*rules, *others], "recited culture", reason)
    for start, end in sentences_with(view.text, view.of("group")):
        if view.within("universal", start, end) and not view.style.get("ordinary"):
            reason = "says of everybody of a kind what could be said of one evening"
            yield Flag(start, end, "recited culture", reason)


def explained(view: View) -> Iterator[Flag]:
    """Yield what a speaker explains of their own people in words of a textbook."""
    if not view.of("abstract") or view.speaker.treated:
        return
    for hit in view.of("group"):
        yield Flag(
            hit.start, hit.end, "outsider-exposition",
            "explains the culture to an outsider instead of living in it",
        )  # fmt: skip


def _learned(view: View) -> bool:
    """Say whether it is told in words of a textbook: two, or one and no rule or props with it."""
    words = distinct(view.text, view.of("abstract"))
    folk = view.of("rule") or view.of("props") or view.of("universal")
    return len(words) >= 2 or bool(words and not folk)
