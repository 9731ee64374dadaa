"""Where somebody came from that was not written here: another project's file, and what it says.

What another project calls severity stays in its own words, apart from our presentation.
"""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import BeforeValidator, Field, StrictInt

from mhsim.spec.base import Name, Spec, Text, Texts, as_tuple

Extra = dict[str, Any]
"""Fields of the source that have no word here, as they were found."""


class Symptom(Spec):
    """One symptom as the source tells it.

    Args:
        name: what the source calls it.
        said: how the person puts it, where the source says.
        value: how bad it is on the source's own scale, which is not ours.
        extra: other fields of the source.
    """

    name: Text
    said: Text | None = None
    value: StrictInt | None = None
    extra: Extra = Field(default_factory=dict)


class Severity(Spec):
    """How ill the source says the person is, on its own scale and in its own label.

    Args:
        instrument: the scale the source names, such as BDI-II; not one of ours.
        total: its total there.
        label: the source's word for it.
        cutoffs: the table of cut-offs the label was held against.
        symptoms: those the source lists.
    """

    instrument: Text | None = None
    total: StrictInt | None = None
    label: Text | None = None
    cutoffs: Name | None = None
    symptoms: Annotated[tuple[Symptom, ...], BeforeValidator(as_tuple)] = ()


class Origin(Spec):
    """Another project's account of a person, kept as it was found.

    Args:
        format: whose format it is, as `mhsim import` names it.
        file: the file it was read from.
        key: which record of that file, where it holds several.
        severity: what the source says of severity.
        told: what the source tells of the person, by its own headings; a chat model is given it.
        extra: fields that have no word here.
    """

    format: Name
    file: Text
    key: Text | None = None
    severity: Severity | None = None
    told: dict[Text, Texts] = Field(default_factory=dict)
    extra: Extra = Field(default_factory=dict)
