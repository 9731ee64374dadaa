"""What we know about one locale: idioms of distress, flattened markers, context, expressions.

A pack says what may be said, never what a person of the locale says: that is the person's
formulation. Every entry keeps its source, confidence and review status.
"""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field, StrictInt, StrictStr

from mhsim.spec.base import Flag, Locale, Name, Spec, Text, Texts, as_tuple
from mhsim.spec.style import Style
from mhsim.spec.voice import Expression as Expression
from mhsim.spec.voice import Glue, Reading, Register, Voice

Confidence = Literal["literature", "common-usage"]
"""`literature`: the source names this term or its direct theme; `common-usage`: no source."""


class Tongue(Spec):
    """The language of a locale; `script` is an ISO 15924 code.

    Args:
        name: in English.
        endonym: in the language itself.
        script: ISO 15924 code, such as `Deva`.
    """

    name: Text
    endonym: Text
    script: Text


class Review(Spec):
    """Whether local reviewers have seen the pack.

    Args:
        required: whether the pack needs local review before use.
        done: whether it has had one.
        by: who reviewed it.
    """

    required: Flag = True
    done: Flag
    by: Texts = ()


class Idiom(Spec):
    """A culturally shared way to voice suffering (Nichter 1981).

    Args:
        id: locale and number, such as `bn-BD-001`; formulations refer to it.
        text: in its own script.
        variants: other spellings and forms that are matched too.
        match_exclude: strings that cancel a match.
        translit: in Latin letters.
        gloss: word for word, in English.
        meaning: what it says of the person, in English.
        phq9: the one-based PHQ-9 items it may support, never scores.
        constructs: what it may be about, such as `low-mood`.
        register: which register it belongs to.
        tags: who plausibly says it; empty means broad.
        region: where it is said, if not everywhere.
        severity_hint: only where a study supports one.
        risk: whether it speaks of death or self-harm.
        generation: `ok`, `rare` (needs a reason in the person), `detect-only` (never generated).
        confidence: how well the wording is attested.
        source: ids of sources that name this term.
        theme_source: ids of sources on the theme, not on these words.
        attestation: where it was seen in use.
        note: anything else a reviewer should know.
    """

    id: StrictStr
    text: Text
    variants: Texts = ()
    match_exclude: Texts = ()
    translit: Text | None = None
    gloss: Text | None = None
    meaning: Text
    phq9: Annotated[
        tuple[Annotated[StrictInt, Field(ge=1, le=9)], ...], BeforeValidator(as_tuple)
    ] = ()
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
        id: locale, `F` and number, such as `bn-BD-F01`.
        text: the wording, in its own script.
        variants: other forms that are matched too.
        match_exclude: strings that cancel a match.
        translit: in Latin letters.
        english_origin: the English it was carried over from.
        kind: in which way it is flat.
        strength: `hard` is flagged, `soft` unless the person is licensed to talk so.
        licensed_when: who may say it.
        alternatives: what a local speaker might say.
        confidence: how well it is attested.
        source: ids of sources that name this wording or its kind.
        note: anything else a reviewer should know.
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
    source: Texts = ()
    note: Text | None = None


class Claim(Spec):
    """One sourced sentence about the setting.

    Args:
        claim: one sentence, in English.
        confidence: `literature` needs a source.
        source: ids of sources.
    """

    claim: Text
    confidence: Confidence
    source: Texts = ()


class CrisisLine(Spec):
    """A crisis resource. Never shown before a person has re-verified it.

    Args:
        name: what it is called.
        number: shown only once `verified`.
        status: how far it was checked by the author of the pack.
        verified: the day a person last called or looked it up, such as 2026-11-20.
        hours: when it answers.
        evidence: where it was seen.
        source: ids of sources that name it.
        note: anything else.
    """

    name: Text
    number: Text | None = None
    status: Literal["confirmed-in-text", "known-unverified", "uncertain"]
    verified: Annotated[StrictStr, Field(pattern=r"^\d{4}-\d{2}-\d{2}$")] | None = None
    hours: Text | None = None
    evidence: Text | None = None
    source: Texts = ()
    note: Text | None = None


_Claims = Annotated[tuple[Claim, ...], BeforeValidator(as_tuple)]


class Context(Spec):
    """What surrounds suffering in this locale, each claim with its source.

    Args:
        stigma: what is thought of such trouble.
        explanatory_models: what it is put down to.
        help_seeking: to whom people turn, in which order.
        family_involvement: what the family has to do with it.
        disclosure_style: how such things are told.
        religious_coping: what faith offers.
        care_pathways: which services there are.
        crisis: whom to call.
    """

    stigma: _Claims = ()
    explanatory_models: _Claims = ()
    help_seeking: _Claims = ()
    family_involvement: _Claims = ()
    disclosure_style: _Claims = ()
    religious_coping: _Claims = ()
    care_pathways: _Claims = ()
    crisis: Annotated[tuple[CrisisLine, ...], BeforeValidator(as_tuple)] = ()


class LocalePack(Spec):
    """What we know about one locale.

    Args:
        kind: `locale`.
        about: one line for lists.
        locale: its tag; also the file's name.
        baseline: whether others are compared with it.
        language: the language spoken.
        status: such as `draft, unreviewed`.
        author_language_confidence: how well the author knows the language.
        review: whether local reviewers have seen it.
        scope_note: what it covers, and what not.
        idioms: culturally shared ways to voice suffering.
        flattened_markers: wordings that flatten it.
        context: what surrounds suffering, claim by claim.
        instruments: what is known of scales here, for readers only.
        priors: expectations about its idioms, for readers only.
        expressions: item to how it is put into words, for the reference simulator.
        speech: what people say around the matter, for the reference simulator.
        reading: how a reader recognises things in the language.
        style: how flattening and caricature show in its text, for the text critic.
    """

    kind: Literal["locale"]
    about: Text
    locale: Locale
    baseline: Flag = False
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
    style: Style | None = None
