"""Who takes part: patients, therapists, critics and judges."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BeforeValidator, Field, PlainSerializer

from mhsim.errors import InputError
from mhsim.spec.base import Locale, Name, Names, Spec, Text, Texts, Told, Value
from mhsim.spec.formulation import Formulation
from mhsim.spec.origin import Origin
from mhsim.spec.questions import Questions

Tag = Literal[
    "men", "women", "rural", "urban", "youth", "older", "educated", "working-class", "online",
    "muslim", "hindu", "christian", "buddhist", "treated", "parent", "married", "working",
]  # fmt: skip
"""What a person is, as far as it decides how (s)he may plausibly talk."""


Tags = Annotated[frozenset[Tag], PlainSerializer(sorted)]

Topic = Literal["work", "family", "home", "day", "past", "likes"]
TOPICS: tuple[Topic, ...] = ("work", "family", "home", "day", "past", "likes")


def _none_known(value: object) -> object:
    return {} if value is None else value


class Presentation(Told):
    """The clinical truth: identical in every locale, never shown to a judge.

    Null means unknown; instrument and items may be so for imported patients only.

    Args:
        instrument: the scale the items belong to.
        items: value of every item.
        since: how long it has lasted, in plain words.
        leads_with: items offered unasked.
        holds_back: items told only once trust is earned.
        directions: which way items go that have two: `less` (sleeps or eats too little, slowed) or
            `more` (too much, restless); what it leaves out the first words about it decide.
        disclosure: how soon trust comes.
    """

    instrument: Name | None
    items: Annotated[
        dict[Name, Value],
        BeforeValidator(_none_known, json_schema_input_type=dict[Name, Value] | None),
    ]
    since: Text | None
    leads_with: Names = ()
    holds_back: Names = ()
    directions: dict[Name, Literal["less", "more"]] = Field(default_factory=dict)
    disclosure: Literal["guarded", "even", "open"] = "even"

    @property
    def total(self) -> int | None:
        """The sum of all items; None where none is known."""
        return sum(self.items.values()) if self.items else None


class Persona(Told):
    """A biography in one locale, in its language. No symptoms. Null means unknown.

    Args:
        name: as the person is called.
        age: years, 12 to 110.
        gender: in the language of the locale.
        home: where (s)he lives.
        work: what (s)he does or did for a living.
        family: who there is.
        faith: null where there is none, or none that matters.
        schooling: how far, or null.
        tags: how this person may plausibly talk; `men` or `women` decides verb endings.
        story: by topic, whole first-person sentences the person would say about their life.
    """

    name: Text | None
    age: Annotated[int, Field(ge=12, le=110, strict=True)] | None
    gender: Text | None
    home: Text | None
    work: Text | None
    family: Text | None
    faith: Text | None = None
    schooling: Text | None = None
    tags: Tags = frozenset()
    story: dict[Topic, Texts] = Field(default_factory=dict)


class Patient(Spec):
    """A presentation lived by a persona, one persona per locale.

    Args:
        kind: `patient`.
        about: one line for lists.
        presentation: the clinical truth, the same in every locale.
        persona: locale to biography; the first is the source.
        formulation: locale to the person's own cultural formulation.
        prompt: a Jinja2 template to use instead of `agents/prompts/patient.yaml`.
        origin: what another project says of the person, for a patient that was imported.
    """

    kind: Literal["patient"]
    about: Text
    presentation: Presentation
    persona: dict[Locale, Persona] = Field(min_length=1)
    formulation: dict[Locale, Formulation] = Field(default_factory=dict)
    prompt: Text | None = None
    origin: Origin | None = None

    @property
    def source_locale(self) -> str:
        """The locale of the source biography: the first one written."""
        return next(iter(self.persona))


class Speech(Spec):
    """What a therapist says in one locale, for the reference simulator: whole sentences.

    Args:
        opening: greeting and first question.
        ground: questions about the person's life, by topic.
        items: questions about one item, in ordinary words.
        often: questions how often, naming the item's topic.
        invite: open invitations to go on.
        reflect: empathic acknowledgements without a question.
        safety: direct, calm questions about wishing to die.
        safety_follow: what keeps the person going, who is near, what help is wanted.
        closing: kind last words, no promise of cure.
    """

    opening: Texts
    ground: dict[Topic, Texts]
    items: dict[Name, Texts]
    often: dict[Name, Texts]
    invite: Texts
    reflect: Texts
    safety: Texts
    safety_follow: Texts
    closing: Texts


class Therapist(Spec):
    """The other half of the dyad.

    Args:
        kind: `therapist`.
        about: one line for lists.
        style: `staged` asks through the items in stages; `open` follows the person.
        speech: what it says in each locale when no language model sits in its seat.
        prompt: a Jinja2 template to use instead of `agents/prompts/therapist.yaml`.
    """

    kind: Literal["therapist"]
    about: Text
    style: Literal["staged", "open"]
    speech: dict[Locale, Speech] = Field(default_factory=dict)
    prompt: Text | None = None


class Critic(Spec):
    """Flags, never rates.

    Args:
        kind: `critic`.
        about: one line for lists.
        watches: `culture` flags flattened or overdone idioms of distress in a patient's words;
            `practice` looks over a therapist's draft and may return it.
        prompt: a Jinja2 template to use instead of the one in `agents/prompts/`.
    """

    kind: Literal["critic"]
    about: Text
    watches: Literal["culture", "practice"] = "culture"
    prompt: Text | None = None


class Judge(Told):
    """Fills an instrument from what was said, blind to everything else.

    Args:
        kind: `judge`.
        about: one line for lists.
        instrument: name of the scale it fills in, or null where it follows questions.
        questions: questions by their ids, each of which depends on the answer before.
        prompt: a Jinja2 template to use instead of `agents/prompts/judge.yaml`.
        origin: where its questions come from, if they were imported.
    """

    kind: Literal["judge"]
    about: Text
    scale: Name | None = Field(alias="instrument")
    questions: Questions | None = None
    prompt: Text | None = None
    origin: Origin | None = None

    @property
    def instrument(self) -> str:
        """The scale it fills in.

        Raises:
            InputError: it follows questions instead.
        """
        if self.scale is None:
            raise InputError("a judge that follows questions fills in no instrument")
        return self.scale


Agent = Annotated[Patient | Therapist | Critic | Judge, Field(discriminator="kind")]
AnyAgent = Patient | Therapist | Critic | Judge
