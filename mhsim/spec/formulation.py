"""A person's own cultural formulation: how they name, explain, voice and hide their trouble.

Every field belongs to the person, never to the locale; None means unknown, not absent. The domains
follow the Cultural Formulation Interview (Lewis-Fernández et al. 2014,
doi:10.1177/1363461514535081), Kleinman, Eisenberg and Good (1978,
doi:10.7326/0003-4819-88-2-251) and the EMIC (Weiss 1997, doi:10.1177/136346159703400204); no
question text of theirs is reproduced.
"""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BeforeValidator, Field, StrictStr

from mhsim.spec.base import Share, Spec, Text, Texts, as_tuple

Weight = Annotated[int, Field(ge=0, le=3, strict=True)]
"""How much it matters to the person: 0 (not) to 3 (most)."""


class Language(Spec):
    """A language the person speaks, and with whom."""

    code: Text
    dialect: Text | None = None
    proficiency: Text | None = None
    used_with: Text | None = None


class Identity(Spec):
    """Who the person is among others (CFI 8-10). `salience` 0-3: how much it matters here."""

    communities: Texts | None = None
    languages: Annotated[tuple[Language, ...], BeforeValidator(as_tuple)] | None = None
    literacy: Literal["none", "basic", "secondary", "tertiary"] | None = None
    religion: Text | None = None
    migration: Text | None = None
    salience: Weight | None = None


class Trouble(Spec):
    """What the trouble is to the person (CFI 1-3; Kleinman's name, course and fear)."""

    own_name: Text | None = None
    name_for_others: Text | None = None
    most_troubling: Text | None = None
    onset_story: Text | None = None
    mechanism: Text | None = None
    severity_course_view: Text | None = None
    feared_outcome: Text | None = None


class Cause(Spec):
    """One cause, as the person or somebody close sees it (CFI 4-5)."""

    cause: Text
    kind: Literal["social", "bodily", "mental", "moral", "spiritual", "other"]
    weight: Weight | None = None
    by: Text | None = None


class Causes(Spec):
    """Causes in the person's own view and in that of people close to them."""

    person: Annotated[tuple[Cause, ...], BeforeValidator(as_tuple)] | None = None
    close_others: Annotated[tuple[Cause, ...], BeforeValidator(as_tuple)] | None = None


class Support(Spec):
    """Who helps, and how."""

    who: Text
    how: Text | None = None


class Stressors(Spec):
    """What makes it worse or better, and who stands by (CFI 6-7)."""

    worse: Texts | None = None
    better: Texts | None = None
    supports: Annotated[tuple[Support, ...], BeforeValidator(as_tuple)] | None = None


class Registers(Spec):
    """How much of the trouble is voiced in each register; weights, not probabilities."""

    somatic: Share = 0.0
    emotional: Share = 0.0
    social_relational: Share = 0.0
    spiritual_religious: Share = 0.0
    cognitive: Share = 0.0


class Idioms(Spec):
    """Which idioms of the locale pack this person would use, by id.

    `therapy_vocabulary` is what makes flattening decidable: `uses` licenses the soft markers.
    """

    licensed: Annotated[tuple[StrictStr, ...], BeforeValidator(as_tuple)] = ()
    preferred: Annotated[tuple[StrictStr, ...], BeforeValidator(as_tuple)] = ()
    avoided: Annotated[tuple[StrictStr, ...], BeforeValidator(as_tuple)] | None = None
    register_prior: Registers | None = None
    therapy_vocabulary: Literal["none", "heard", "uses"] | None = None


class PastHelp(Spec):
    """Help sought before (CFI 12)."""

    kind: Text
    provider: Text | None = None
    outcome: Text | None = None


class Coping(Spec):
    """What the person does about it and wants now (CFI 11-15)."""

    self_coping: Texts | None = None
    past_help: Annotated[tuple[PastHelp, ...], BeforeValidator(as_tuple)] | None = None
    barriers: Texts | None = None
    now_wanted: Texts | None = None
    expected_result: Text | None = None
    role_of_family: Literal["accompanies", "decides", "informed", "excluded"] | None = None


class Stigma(Spec):
    """What the person fears to be called, by whom, and what it would cost (EMIC topics)."""

    labels_feared: Texts | None = None
    concealed_from: Texts | None = None
    anticipated_costs: Texts | None = None


class Disclosure(Spec):
    """When and how things are told. Turns are one-based."""

    opens_with: Literal["somatic", "event", "family-report", "emotion", "minimisation"] | None = (
        None
    )
    emotion_earliest_turn: Annotated[int, Field(ge=1, strict=True)] | None = None
    trust_conditions: Texts | None = None
    taboo_topics: Texts | None = None
    risk_disclosure: Literal["never", "if_asked_directly", "spontaneous_passive"] | None = None


class Relationship(Spec):
    """How the person sees the clinician (CFI 16)."""

    address_to_clinician: Text | None = None
    expected_role: Literal["expert", "kin-like", "equal", "official"] | None = None
    concerns: Texts | None = None


class Words(Spec):
    """The formulation in the person's own mouth: whole first-person sentences, no symptoms."""

    name_for_it: Texts = ()
    cause: Texts = ()
    help: Texts = ()
    worry: Texts = ()
    coping: Texts = ()


class Provenance(Spec):
    """Who filled this in, who reviewed it, and when."""

    filled_by: Literal["clinician", "patient-advisor", "researcher", "model"]
    reviewed_by: Texts = ()
    date: Text


class Formulation(Spec):
    """One person's cultural formulation in one locale."""

    identity: Identity | None = None
    problem: Trouble | None = None
    causes: Causes | None = None
    stressors_supports: Stressors | None = None
    idioms: Idioms = Idioms()
    coping_help: Coping | None = None
    stigma: Stigma | None = None
    disclosure_plan: Disclosure | None = None
    relationship: Relationship | None = None
    words: Words = Words()
    provenance: Provenance
