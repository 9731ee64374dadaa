"""How distress is put into words in one language, and how words are recognised as such.

Sentences for the reference simulator to say, and cues for readers of any text of the language.
"""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BeforeValidator, Field, StrictStr

from mhsim.spec.agent import Tags, Topic
from mhsim.spec.base import Name, Spec, Text, Texts, Value, as_tuple

Register = Literal["somatic", "emotional", "social_relational", "spiritual_religious", "cognitive"]


Direction = Literal["less", "more", "both"]
"""Which way an item goes that has two: too little sleep or too much, slowed or restless."""


def _expression(value: object) -> object:
    return {"text": value} if isinstance(value, str) else value


class Expression(Spec):
    """One or two whole sentences a speaker may say; `{a|b}` is masculine|feminine.

    Args:
        text: one or two whole sentences, first person.
        tags: only a person with all of these says it; empty means anybody.
        register: which register it belongs to.
        idiom: id of the idiom it carries.
        at: item values it suits, 1 to the item's highest.
        direction: which way it goes, of an item that has two: `less` (too little, slowed), `more`
            (too much, restless) or `both`; as the item's own, without it.
        source: ids of sources that have it.
    """

    shorthand = "text"

    text: Text
    tags: Tags = frozenset()
    register_: Register | None = Field(default=None, alias="register")
    idiom: StrictStr | None = None
    at: Annotated[tuple[Value, ...], BeforeValidator(as_tuple)] = (1, 2, 3)
    direction: Direction | None = None
    source: Texts = ()


Expressions = Annotated[
    tuple[
        Annotated[
            Expression, BeforeValidator(_expression, json_schema_input_type=Text | Expression)
        ],
        ...,
    ],
    BeforeValidator(as_tuple),
]


class Voice(Spec):
    """How one item is put into words.

    Args:
        voice: that it is there, without how often.
        often: how often, by item value.
        denied: that it is not there.
        flat: the same, flattened: as a language model would write.
        direction: which way sentences go that do not say it themselves; without it both.
    """

    direction: Direction | None = None
    voice: Expressions
    often: dict[Value, Expressions]
    denied: Expressions
    flat: Expressions


class Glue(Spec):
    """What people say around the matter; no symptoms.

    Args:
        greet: first reply to a greeting.
        minimise: first answers while trust is low.
        hesitate: before a hard thing.
        unsure: to an unclear question.
        nothing_more: asked for more than there is.
        small_talk: weather, the way here.
        generic_life: bland sentences on life, without local colour.
        agree: to a reflection.
        trust: once trust is there.
        thanks: at the end.
        family_says: what relatives say about me.
        safety_no: a calm no, asked about wanting to die.
        safety_yes: a passive yes with the reason to stay; never a method, plan, means or place.
    """

    greet: Expressions
    minimise: Expressions
    hesitate: Expressions
    unsure: Expressions
    nothing_more: Expressions
    small_talk: Expressions
    generic_life: Expressions
    agree: Expressions
    trust: Expressions
    thanks: Expressions
    family_says: Expressions
    safety_no: Expressions
    safety_yes: Expressions


class RiskCues(Spec):
    """Cues of the risk screen; `exclude` cancels (hyperbole, idiomatic use).

    Args:
        passive: wishing to be dead.
        active: meaning to do something.
        ambiguous: may be either, or neither.
        exclude: cancels a cue that overlaps it.
    """

    passive: Texts = ()
    active: Texts = ()
    ambiguous: Texts = ()
    exclude: Texts = ()


class Reading(Spec):
    """How a reader recognises things in any text of the language.

    A cue is a string, matched after `mhsim.text.fold` (ASCII cues at a word start), or a regular
    expression after `re:`.

    Args:
        items: item to cues that it is spoken of.
        often: item value to words of frequency.
        denied: cues that something is absent.
        topics: topic to cues that a therapist asks about it.
        asks_often: cues of asking how often.
        asks_more: cues of an open invitation.
        reflects: cues of an empathic reflection.
        asks_safety: cues of a direct question about dying.
        risk: cues of the risk screen.
    """

    items: dict[Name, Texts]
    often: dict[Value, Texts]
    denied: Texts
    topics: dict[Topic, Texts] = Field(default_factory=dict)
    asks_often: Texts = ()
    asks_more: Texts = ()
    reflects: Texts = ()
    asks_safety: Texts = ()
    risk: RiskCues = RiskCues()
