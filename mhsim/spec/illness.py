"""How a person sees their trouble: who they are, what it is, where it comes from, what helps.

Parts of a cultural formulation; the domains and their sources are named in
`mhsim.spec.formulation`. None means unknown, not absent.
"""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BeforeValidator, Field

from mhsim.spec.base import Spec, Text, Texts, as_tuple

Weight = Annotated[int, Field(ge=0, le=3, strict=True)]
"""How much it matters to the person: 0 (not) to 3 (most)."""


class Language(Spec):
    """A language the person speaks, and with whom.

    Args:
        code: its tag, such as `bn`.
        dialect: which variety.
        proficiency: how well.
        used_with: with whom it is spoken.
    """

    code: Text
    dialect: Text | None = None
    proficiency: Text | None = None
    used_with: Text | None = None


class Identity(Spec):
    """Who the person is among others (CFI 8-10). `salience` 0-3: how much it matters here.

    Args:
        communities: whom the person counts themselves among.
        languages: which are spoken, and with whom.
        literacy: reading and writing.
        religion: in the person's words.
        migration: from where, when, why.
        salience: how much all this matters here, 0 to 3.
    """

    communities: Texts | None = None
    languages: Annotated[tuple[Language, ...], BeforeValidator(as_tuple)] | None = None
    literacy: Literal["none", "basic", "secondary", "tertiary"] | None = None
    religion: Text | None = None
    migration: Text | None = None
    salience: Weight | None = None


class Trouble(Spec):
    """What the trouble is to the person (CFI 1-3; Kleinman's name, course and fear).

    Args:
        own_name: what the person calls it.
        name_for_others: what it is called before others.
        most_troubling: what about it is worst.
        onset_story: how it began, as they tell it.
        mechanism: how it works in body or mind, as they see it.
        severity_course_view: how bad they think it is, and where it is going.
        feared_outcome: what they fear may come of it.
    """

    own_name: Text | None = None
    name_for_others: Text | None = None
    most_troubling: Text | None = None
    onset_story: Text | None = None
    mechanism: Text | None = None
    severity_course_view: Text | None = None
    feared_outcome: Text | None = None


class Cause(Spec):
    """One cause, as the person or somebody close sees it (CFI 4-5).

    Args:
        cause: in the person's words.
        kind: which sort of cause.
        weight: how much it matters, 0 to 3.
        by: who says so, if not the person.
    """

    cause: Text
    kind: Literal["social", "bodily", "mental", "moral", "spiritual", "other"]
    weight: Weight | None = None
    by: Text | None = None


class Causes(Spec):
    """Causes in the person's own view and in that of people close to them.

    Args:
        person: as the person sees it.
        close_others: as people close to them see it.
    """

    person: Annotated[tuple[Cause, ...], BeforeValidator(as_tuple)] | None = None
    close_others: Annotated[tuple[Cause, ...], BeforeValidator(as_tuple)] | None = None


class Support(Spec):
    """Who helps, and how.

    Args:
        who: the person who helps.
        how: what they do.
    """

    who: Text
    how: Text | None = None


class Stressors(Spec):
    """What makes it worse or better, and who stands by (CFI 6-7).

    Args:
        worse: what makes it worse.
        better: what makes it better.
        supports: who stands by.
    """

    worse: Texts | None = None
    better: Texts | None = None
    supports: Annotated[tuple[Support, ...], BeforeValidator(as_tuple)] | None = None


class PastHelp(Spec):
    """Help sought before (CFI 12).

    Args:
        kind: what was tried.
        provider: with whom.
        outcome: what came of it.
    """

    kind: Text
    provider: Text | None = None
    outcome: Text | None = None


class Coping(Spec):
    """What the person does about it and wants now (CFI 11-15).

    Args:
        self_coping: what the person does about it.
        past_help: help sought before.
        barriers: what kept them from help.
        now_wanted: what help is wanted now.
        expected_result: what they hope it brings.
        role_of_family: what the family has to do with it.
    """

    self_coping: Texts | None = None
    past_help: Annotated[tuple[PastHelp, ...], BeforeValidator(as_tuple)] | None = None
    barriers: Texts | None = None
    now_wanted: Texts | None = None
    expected_result: Text | None = None
    role_of_family: Literal["accompanies", "decides", "informed", "excluded"] | None = None


class Stigma(Spec):
    """What the person fears to be called, by whom, and what it would cost (EMIC topics).

    Args:
        labels_feared: what they fear to be called.
        concealed_from: who must not know.
        anticipated_costs: what it would cost if it were known.
    """

    labels_feared: Texts | None = None
    concealed_from: Texts | None = None
    anticipated_costs: Texts | None = None
