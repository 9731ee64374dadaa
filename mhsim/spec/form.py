"""What a human reviewer reads on a rating form, in one language."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, StrictInt, StrictStr

from mhsim.spec.base import Name, Spec, Text


class FormWords(Spec):
    """The fixed words of a rating form. `{n}` and `{of}` are filled in where they stand.

    Args:
        title: the form's heading.
        research: that this is a simulation, and what the ratings are for.
        warning: that distress and the wish to die come up, that one may stop at any time, and
            where to find help.
        consent: what is consented to; ticked before rating.
        position: which conversation this is, with `{n}` and `{of}`.
        therapist: what the therapist's utterances are headed with.
        patient: what the patient's are.
        items: asks how often each problem troubled the person.
        not_assessed: the conversation does not tell.
        severity: asks for an overall impression, 0 none to 4 extreme.
        confidence: asks how sure the reviewer is, 1 to 5.
        naturalness: asks how natural the language is, 1 to 5.
        authenticity: asks how much the patient sounds like somebody from there, 1 to 5.
        verdict: asks how distress is voiced on the whole.
        mark: asks to mark single utterances of the patient.
        comment: asks for anything else.
        minutes: asks how many minutes it took.
        translated: asks whether it reads like a machine's translation.
        answer_yes: the answer yes to `translated`.
        answer_no: the answer no to it.
        save: the button that saves the answers to a file.
        next: the button to the next conversation.
        back: the button to the one before.
        missing: what is said where an answer is missing, with `{n}`.
        saved: what is said when the file has been saved.
    """

    title: Text
    research: Text
    warning: Text
    consent: Text
    position: Text
    therapist: Text
    patient: Text
    items: Text
    not_assessed: Text
    severity: Text
    confidence: Text
    naturalness: Text
    authenticity: Text
    verdict: Text
    mark: Text
    comment: Text
    minutes: Text
    translated: Text
    answer_yes: Text
    answer_no: Text
    save: Text
    next: Text
    back: Text
    missing: Text
    saved: Text


class ScaleWords(Spec):
    """An instrument in the reviewer's language, in our own words.

    Args:
        items: item to its topic.
        anchors: value to what it means.
    """

    items: dict[Name, Text] = Field(min_length=1)
    anchors: dict[StrictInt, Text] = Field(min_length=1)


class ReviewForm(Spec):
    """A rating form for local reviewers, in one language.

    Args:
        kind: `form`.
        about: one line for lists.
        language: language code, such as `bn`; the form serves every locale of it.
        status: `unreviewed`, or who read it and when.
        words: the fixed words.
        verdicts: what each of the culture critic's verdicts means.
        scales: instrument to its items and anchors.
    """

    kind: Literal["form"]
    about: Text
    language: Annotated[StrictStr, Field(pattern=r"^[a-z]{2,3}$")]
    status: Text
    words: FormWords
    verdicts: dict[Literal["grounded", "flattened", "caricature", "neutral"], Text] = Field(
        min_length=4
    )
    scales: dict[Name, ScaleWords] = Field(default_factory=dict)
