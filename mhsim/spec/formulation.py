"""A person's own cultural formulation: how they name, explain, voice and hide their trouble.

Every field belongs to the person, never to the locale; None means unknown, not absent. The domains
follow the Cultural Formulation Interview (Lewis-Fernández et al. 2014), Kleinman, Eisenberg and
Good (1978, doi:10.7326/0003-4819-88-2-251) and the EMIC (Weiss 1997,
doi:10.1177/136346159703400204); no question text of theirs is reproduced.
"""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BeforeValidator, Field, StrictStr

from mhsim.spec.base import Share, Spec, Text, Texts, as_tuple
from mhsim.spec.illness import Causes, Coping, Identity, Stigma, Stressors, Trouble


class Registers(Spec):
    """How much of the trouble is voiced in each register; weights, not probabilities.

    Args:
        somatic: of the body.
        emotional: of feeling.
        social_relational: of people and duties.
        spiritual_religious: of faith, fate and spirits.
        cognitive: of thinking.
    """

    somatic: Share = 0.0
    emotional: Share = 0.0
    social_relational: Share = 0.0
    spiritual_religious: Share = 0.0
    cognitive: Share = 0.0


class Idioms(Spec):
    """Which idioms of the locale pack this person would use, by id.

    `therapy_vocabulary` is what makes flattening decidable: `uses` licenses the soft markers.

    Args:
        licensed: ids this person would use.
        preferred: those of them used most.
        avoided: ids this person would not use.
        register_prior: how much is voiced in each register.
        therapy_vocabulary: whether psychological words are unknown, heard, or used.
    """

    licensed: Annotated[tuple[StrictStr, ...], BeforeValidator(as_tuple)] = ()
    preferred: Annotated[tuple[StrictStr, ...], BeforeValidator(as_tuple)] = ()
    avoided: Annotated[tuple[StrictStr, ...], BeforeValidator(as_tuple)] | None = None
    register_prior: Registers | None = None
    therapy_vocabulary: Literal["none", "heard", "uses"] | None = None


class Disclosure(Spec):
    """When and how things are told. Turns are one-based.

    Args:
        opens_with: what is told first.
        emotion_earliest_turn: the first turn in which feelings may be named, 1 or more.
        trust_conditions: what must happen before more is told.
        taboo_topics: what is not spoken of.
        risk_disclosure: when thoughts of death are told.
    """

    opens_with: Literal["somatic", "event", "family-report", "emotion", "minimisation"] | None = (
        None
    )
    emotion_earliest_turn: Annotated[int, Field(ge=1, strict=True)] | None = None
    trust_conditions: Texts | None = None
    taboo_topics: Texts | None = None
    risk_disclosure: Literal["never", "if_asked_directly", "spontaneous_passive"] | None = None


class Relationship(Spec):
    """How the person sees the clinician (CFI 16).

    Args:
        address_to_clinician: how the clinician is addressed.
        expected_role: what the clinician is taken for.
        concerns: what they fear of the clinician.
    """

    address_to_clinician: Text | None = None
    expected_role: Literal["expert", "kin-like", "equal", "official"] | None = None
    concerns: Texts | None = None


class Words(Spec):
    """The formulation in the person's own mouth: whole first-person sentences, no symptoms.

    Args:
        name_for_it: sentences that name the trouble.
        cause: sentences that explain it.
        help: sentences on what was tried, and who was asked.
        worry: sentences on what is feared.
        coping: sentences on getting by.
    """

    name_for_it: Texts = ()
    cause: Texts = ()
    help: Texts = ()
    worry: Texts = ()
    coping: Texts = ()


class Provenance(Spec):
    """Who filled this in, who reviewed it, and when.

    Args:
        filled_by: who wrote it.
        reviewed_by: who has looked it over.
        date: when, such as 2026-11-20.
    """

    filled_by: Literal["clinician", "patient-advisor", "researcher", "model"]
    reviewed_by: Texts = ()
    date: Text


class Formulation(Spec):
    """One person's cultural formulation in one locale.

    Args:
        identity: who the person is among others.
        problem: what the trouble is to them.
        causes: where it comes from.
        stressors_supports: what makes it worse or better.
        idioms: which idioms of the locale pack they would use.
        coping_help: what they do about it, and want.
        stigma: what they fear to be called.
        disclosure_plan: when and how things are told.
        relationship: how they see the clinician.
        words: the formulation in their own mouth.
        provenance: who filled this in.
    """

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
