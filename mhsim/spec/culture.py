"""What we know about one locale: idioms of distress, flattened markers, context, expressions.

A pack says what may be said, never what a person of the locale says: that is the person's
formulation. Every entry keeps its source, confidence and review status.
"""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field, StrictStr

from mhsim.spec.agent import Tags, Topic
from mhsim.spec.base import Locale, Name, Spec, Text, Texts, as_tuple

Register = Literal["somatic", "emotional", "social_relational", "spiritual_religious", "cognitive"]
Confidence = Literal["literature", "common-usage"]
"""`literature`: the source names this term or its direct theme; `common-usage`: no source."""


def _expression(value: object) -> object:
    return {"text": value} if isinstance(value, str) else value


class Tongue(Spec):
    """The language of a locale; `script` is an ISO 15924 code."""

    name: Text
    endonym: Text
    script: Text


class Review(Spec):
    """Whether local reviewers have seen the pack."""

    required: bool = True
    done: bool
    by: Texts = ()


class Idiom(Spec):
    """A culturally shared way to voice suffering (Nichter 1981).

    Args:
        phq9: the one-based PHQ-9 items it may support, never scores.
        tags: who plausibly says it; empty means broad.
        risk: whether it speaks of death or self-harm.
        generation: `ok`, `rare` (needs a reason in the person), `detect-only` (never generated).
        match_exclude: strings that cancel a match.
    """

    id: StrictStr
    text: Text
    variants: Texts = ()
    match_exclude: Texts = ()
    translit: Text | None = None
    gloss: Text | None = None
    meaning: Text
    phq9: Annotated[tuple[int, ...], BeforeValidator(as_tuple)] = ()
    constructs: Texts = ()
    register_: Annotated[tuple[Register, ...], BeforeValidator(as_tuple)] = Field(
        default=(), alias="register"
    )
    tags: Texts = ()
    region: Text | None = None
    severity_hint: Text | None = None
    risk: Literal["none", "ambiguous", "passive", "active"]
    generation: Literal["ok", "rare", "detect-only"]
    confidence: Confidence
    source: Texts = ()
    theme_source: Texts = ()
    attestation: Text | None = None
    note: Text | None = None


MarkerKind = Literal[
    "calque", "therapy-speak", "checklist", "template", "generic-metaphor",
    "outsider-exposition", "diglossia", "variety-mix", "register",
]  # fmt: skip


class Marker(Spec):
    """A flattened wording: pan-cultural therapy-speak or a calque.

    Args:
        strength: `hard` is flagged, `soft` unless the person is licensed to talk so.
        licensed_when: who may say it.
        alternatives: what a local speaker might say.
    """

    id: StrictStr
    text: Text
    variants: Texts = ()
    match_exclude: Texts = ()
    translit: Text | None = None
    english_origin: Text | None = None
    kind: MarkerKind
    alternatives: Texts = ()
    strength: Literal["hard", "soft"]
    licensed_when: Text | None = None
    confidence: Confidence
    note: Text | None = None


class Claim(Spec):
    """One sourced sentence about the setting."""

    claim: Text
    confidence: Confidence
    source: Texts = ()


class CrisisLine(Spec):
    """A crisis resource. Never shown before a person has re-verified it."""

    name: Text
    number: Text | None = None
    status: Literal["confirmed-in-text", "known-unverified", "uncertain"]
    hours: Text | None = None
    evidence: Text | None = None
    note: Text | None = None


_Claims = Annotated[tuple[Claim, ...], BeforeValidator(as_tuple)]


class Context(Spec):
    """What surrounds suffering in this locale, each claim with its source."""

    stigma: _Claims = ()
    explanatory_models: _Claims = ()
    help_seeking: _Claims = ()
    family_involvement: _Claims = ()
    disclosure_style: _Claims = ()
    religious_coping: _Claims = ()
    care_pathways: _Claims = ()
    crisis: Annotated[tuple[CrisisLine, ...], BeforeValidator(as_tuple)] = ()


class Expression(Spec):
    """One or two whole sentences a speaker may say; `{a|b}` is masculine|feminine.

    Args:
        tags: only a person with all of these says it; empty means anybody.
        idiom: id of the idiom it carries.
        at: item values it suits, 1 to the item's highest.
    """

    text: Text
    tags: Tags = frozenset()
    register_: Register | None = Field(default=None, alias="register")
    idiom: StrictStr | None = None
    at: Annotated[tuple[int, ...], BeforeValidator(as_tuple)] = (1, 2, 3)


Expressions = Annotated[
    tuple[Annotated[Expression, BeforeValidator(_expression)], ...], BeforeValidator(as_tuple)
]


class Voice(Spec):
    """How one item is put into words.

    Args:
        voice: that it is there, without how often.
        often: how often, by item value.
        denied: that it is not there.
        flat: the same, flattened: as a language model would write.
    """

    voice: Expressions
    often: dict[int, Expressions]
    denied: Expressions
    flat: Expressions


class Glue(Spec):
    """What people say around the matter; no symptoms."""

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
    """Cues of the risk screen; `exclude` cancels (hyperbole, idiomatic use)."""

    passive: Texts = ()
    active: Texts = ()
    ambiguous: Texts = ()
    exclude: Texts = ()


class Reading(Spec):
    """How a reader recognises things in any text of the language.

    A cue is a string, matched after `mhsim.text.fold` (ASCII cues at a word start), or a regular
    expression after `re:`.
    """

    items: dict[Name, Texts]
    often: dict[int, Texts]
    denied: Texts
    topics: dict[Topic, Texts] = Field(default_factory=dict)
    asks_often: Texts = ()
    asks_more: Texts = ()
    reflects: Texts = ()
    asks_safety: Texts = ()
    risk: RiskCues = RiskCues()


class LocalePack(Spec):
    """What we know about one locale."""

    kind: Literal["locale"]
    about: Text
    locale: Locale
    baseline: bool = False
    language: Tongue
    status: Text
    author_language_confidence: Text
    review: Review
    scope_note: Text
    idioms: Annotated[tuple[Idiom, ...], BeforeValidator(as_tuple)] = ()
    flattened_markers: Annotated[tuple[Marker, ...], BeforeValidator(as_tuple)] = ()
    context: Context = Context()
    instruments: dict[str, Any] = Field(default_factory=dict)
    priors: dict[str, Any] = Field(default_factory=dict)
    expressions: dict[Name, Voice] = Field(default_factory=dict)
    speech: Glue | None = None
    reading: Reading | None = None
