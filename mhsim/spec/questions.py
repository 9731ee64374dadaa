"""Questions of which each depends on the answer before: another way to judge a conversation."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Annotated

from pydantic import BeforeValidator, Field

from mhsim.spec.base import Finding, Flag, Spec, Text, as_tuple, unknown
from mhsim.spec.origin import Extra

END = "end"
"""Where the questions end."""


class Reply(Spec):
    """One answer a question may get, and what follows.

    Args:
        answer: the answer in words.
        to: the question asked next, or `end`; null where the source does not say.
        severity: how bad this answer is, in the source's word; the question's own, without it.
        assigns: whether this answer gives the severity to all that is still open.
        not_relevant: whether this answer makes the dimension not relevant.
        extra: other fields of the source.
    """

    answer: Text
    to: Text | None
    severity: Text | None = None
    assigns: Flag = False
    not_relevant: Flag = False
    extra: Extra = Field(default_factory=dict)


class Question(Spec):
    """One question.

    Args:
        asks: the question in words.
        dimension: what it belongs to.
        severity: how bad a yes is, in the source's word.
        risk: for whom it is asked, in the source's word.
        examples: what helps to answer it.
        replies: the answers there are, and what follows each.
        extra: other fields of the source.
    """

    asks: Text
    dimension: Text | None = None
    severity: Text | None = None
    risk: Text | None = None
    examples: Text | None = None
    replies: Annotated[tuple[Reply, ...], BeforeValidator(as_tuple), Field(min_length=1)]
    extra: Extra = Field(default_factory=dict)


Questions = Annotated[dict[Text, Question], Field(min_length=1)]
"""Questions by their ids; the first is asked first."""


def flow_findings(questions: Mapping[str, Question]) -> Iterator[Finding]:
    """Yield what keeps questions from leading to an end: unknown ids, and going in circles."""
    known = [END, *questions]
    for name, question in questions.items():
        for place, reply in enumerate(question.replies):
            path = ("questions", name, "replies", place, "to")
            if reply.to is not None:
                yield from unknown(path, reply.to, known, "there is no question")
    circle = circular(questions)
    if circle:
        found = f"the questions go in a circle: {' > '.join(circle)}"
        yield Finding(("questions", circle[0]), found, "an answer that leads on or to the end")


def circular(questions: Mapping[str, Question]) -> list[str]:
    """Return the ids of a circle, its first at both ends; nothing where there is none."""
    import networkx

    drawn: networkx.DiGraph[str] = networkx.DiGraph(
        (name, to) for name, question in questions.items() for to in _next(question)
    )
    try:
        circle = networkx.find_cycle(drawn)
    except networkx.NetworkXNoCycle:
        return []
    return [circle[0][0], *(to for _, to, *_ in circle)]


def reachable(questions: Mapping[str, Question], start: str) -> set[str]:
    """Return the ids that can come up once `start` has, itself included."""
    found: set[str] = set()
    todo = [start]
    while todo:
        name = todo.pop()
        if name in questions and name not in found:
            found.add(name)
            todo += _next(questions[name])
    return found


def _next(question: Question) -> list[str]:
    return [reply.to for reply in question.replies if reply.to is not None and reply.to != END]
