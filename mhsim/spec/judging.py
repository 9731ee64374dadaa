"""How a judge or critic reads a conversation: how much of it each time, and in which words."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BeforeValidator, Field, StrictInt, model_validator

from mhsim.spec.base import Finding, Meant, Name, Spec, Text

Reading = Literal["incremental", "full", "window"]
"""How much of a conversation is read each turn.

- `incremental`: the reader's own last rating, and what was said since; linear in turns
- `full`: everything again; quadratic in turns
- `window`: the reader's own last rating, and the last turns
"""

PromptLanguage = Literal["original", "english", "glossed"]
"""In which language a reader is told what to do; the conversation itself is never translated.

- `original`: the conversation's, where the prompt has a translation; English where it has none
- `english`: English
- `glossed`: English, with what the locale pack says of the idioms that are used
"""

WINDOW = 4
"""Turns in a window where none are named."""


class Judging(Spec):
    """How a judge or critic reads.

    Args:
        mode: how much of the conversation is read each turn.
        window: with `mode: window`, how many turns, 1 or more.
        language: in which language the reader is told what to do.
    """

    shorthand = "incremental, full, window, or a mapping"

    mode: Reading = "incremental"
    window: Annotated[StrictInt, Field(ge=1)] | None = None
    language: PromptLanguage = "english"

    @model_validator(mode="after")
    def _windowed(self) -> Judging:
        if self.window is not None and self.mode != "window":
            right = "leave it out, or write mode: window"
            raise Finding(("window",), f"there is no window in mode {self.mode}", right).error()
        return self

    @property
    def turns(self) -> int:
        """The turns of a window."""
        return self.window or WINDOW


def _judging(value: object) -> object:
    return {"mode": value} if isinstance(value, str) else value


Judgings = Annotated[
    dict[
        Name,
        Annotated[Judging, BeforeValidator(_judging, json_schema_input_type=Reading | Judging)],
    ],
    Meant("role to how it reads, such as {default: {mode: incremental}}"),
]
"""Role to how it reads; `default` is for roles not named."""


class Frame(Spec):
    """The words around what a reader is given each turn.

    Args:
        begin: before the conversation from its beginning.
        before: before the reader's own last rating; `{turn}` is the turn it was made after.
        since: before what was said after that.
        recent: before the last turns only.
        draft: before the draft a critic is to look at.
        glosses: before what the locale pack says of idioms.
        rate: what a judge is to do now.
        review: what a critic is to do now.
        versus: before each of two conversations; `{name}` is A or B.
        compare: what a judge is to do who has read two.
    """

    begin: Text = "The conversation so far:"
    before: Text = "Your own rating after turn {turn}:"
    since: Text = "What was said since:"
    recent: Text = "The last turns:"
    draft: Text = "The draft to look at:"
    glosses: Text = "Idioms in these words:"
    rate: Text = (
        "Fill in the form for everything known by now. Keep what you had unless new words change "
        "it; at most two quotes for an item."
    )
    review: Text = "Look at the draft and fill in the form. Flag exact words of the draft."
    versus: Text = "Conversation {name}:"
    compare: Text = "Fill in the form: which of the two patients is more depressed?"


PLAIN_JUDGING = Judging()
"""How everybody reads of whom a scenario says nothing."""

PLAIN_FRAME = Frame()
"""The words in English."""
