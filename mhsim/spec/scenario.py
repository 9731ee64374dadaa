"""What for: an experiment. A scenario names a graph and a cast; its arms say what they change."""

from __future__ import annotations

import re
from typing import Annotated, Literal, get_args

from pydantic import (
    BeforeValidator,
    Discriminator,
    Field,
    StrictBool,
    StrictInt,
    StrictStr,
    Tag,
    ValidationError,
)

from mhsim.spec.agent import Agent, Critic, Judge, Patient, Therapist
from mhsim.spec.assumption import Assumptions as Assumptions
from mhsim.spec.base import (
    NAME,
    Count,
    Finding,
    Flag,
    Locale,
    Meant,
    Name,
    Names,
    Nested,
    Spec,
    Text,
    as_tuple,
    told,
)
from mhsim.spec.graph import Graph
from mhsim.spec.judging import Judging, Judgings
from mhsim.spec.model import Model as Model
from mhsim.spec.model import ModelEntry, Models

Localize = Literal["nationality", "biography", "formulation"]
"""What of the patient is brought into another locale.

- `nationality`: only nationality and language, as in the paper (arXiv:2606.19640)
- `biography`: the persona written for that locale
- `formulation`: also the person's cultural formulation and the locale pack
"""

Layer = Literal[
    "language", "idiom", "metaphor", "explanatory_model", "stigma", "family", "disclosure",
    "clinician_style",
]  # fmt: skip
"""One layer of cultural adaptation beyond translation (Bernal, Bonilla and Bellido 1995,
doi:10.1007/BF01447045; Heim and Kohrt 2019, doi:10.32872/cpe.v1i4.37679).

- `language`: the locale's language and variety
- `idiom`: the idioms of distress the person's formulation licenses
- `metaphor`: no stock images
- `explanatory_model`: the person's own name for the trouble and its causes
- `stigma`: what is feared and hidden, and where help was sought
- `family`: what relatives say and how they take part
- `disclosure`: the person's own order and timing of telling
- `clinician_style`: a therapist who acknowledges before asking
"""

LAYERS: tuple[Layer, ...] = get_args(Layer)


def _one_or_more(value: object) -> object:
    return tuple(value) if isinstance(value, list | tuple) else (value,)


def _member(value: object) -> str:
    """Tell a name from an agent built in code or written out."""
    if isinstance(value, dict):
        return "agent"
    return "agent" if isinstance(value, Patient | Therapist | Critic | Judge) else "name"


Member = Annotated[
    Annotated[Name, Tag("name")] | Annotated[Agent, Tag("agent")],
    Discriminator(_member),
    Meant("the name of an agent"),
]
"""Who takes a role: the name of an agent, or an agent."""

Cast = dict[
    Name,
    Annotated[
        tuple[Member, ...],
        BeforeValidator(_one_or_more, json_schema_input_type=Name | list[Name]),
        Field(min_length=1),
        Meant("the name of an agent, or a list of names"),
    ],
]


def _graph(value: object) -> object:
    """Take a graph written out, or see to it that what stands there can be a name."""
    if isinstance(value, dict):
        try:
            return Graph.model_validate(value)
        except ValidationError as error:
            raise Nested((), error, Graph) from error
    if not isinstance(value, Graph) and not (isinstance(value, str) and re.match(NAME, value)):
        raise Finding((), f"found {told(value)}", "the name of a graph").error()
    return value


def _pair(value: object) -> object:
    if isinstance(value, list | tuple) and len(value) == 2:
        return tuple(value)
    listed = isinstance(value, list | tuple)
    found = f"{len(value)} arm{'s' * (len(value) != 1)}" if listed else told(value)
    raise Finding((), f"found {found}", "two arms, such as [revised, adapted]").error()


Locales = Annotated[
    tuple[Locale, ...],
    BeforeValidator(as_tuple),
    Field(min_length=1),
]


class Arm(Spec):
    """One treatment: says only what it changes.

    Args:
        locales: where it is played.
        localize: what of the patient is brought there: `nationality` (and language, no more),
            `biography` (the persona of that locale), `formulation` (also the person's own
            formulation and the locale pack); nothing, without it.
        layers: with `localize: formulation`, which layers of adaptation; all, without it.
        limits: limits that differ from the scenario's.
    """

    locales: Locales
    localize: Localize | None = None
    layers: Annotated[tuple[Layer, ...], BeforeValidator(as_tuple)] | None = None
    limits: dict[Name, Count] = Field(default_factory=dict)

    @property
    def adapted(self) -> frozenset[str]:
        """The layers of adaptation in force: none unless the formulation is brought in."""
        if self.localize != "formulation":
            return frozenset()
        return frozenset(LAYERS if self.layers is None else self.layers)


class Pairwise(Spec):
    """Pairwise judging: who of two patients is more depressed, within arm and locale.

    Args:
        judges: roles of the judges that compare.
        orders: `both` shows every pair both ways round, which doubles the calls.
        blind: whether names, arm and locale are hidden from the judges.
    """

    judges: Names
    orders: Literal["both", "one"] = "both"
    blind: Flag = True


class Reporting(Spec):
    """Who looks at the finished conversations for the report.

    A critic that reports on its own work in the loop finds what it mended: so the two must be
    different makings or different models.

    Args:
        critic: `text`, `reference`, or `provider:name`.
        allow_same: let the critic of the loop report on itself.
    """

    critic: ModelEntry = Model(model="text")
    allow_same: StrictBool = False


class Scenario(Spec):
    """An experiment.

    Args:
        kind: `scenario`; may be left out.
        about: one line for lists.
        graph: name of a graph, or a graph built in code.
        cast: role to agent; a list is crossed with everything else.
        models: role to model; `default` is for roles not named.
        judging: judge's or critic's role to how it reads; `default` is for roles not named.
        limits: limit to number, for every limit the graph names.
        arms: treatments.
        pairwise: whether patients are compared two by two.
        contrasts: pairs of arms the report compares; fixed before the run.
        replicates: repetitions of every condition, 1 or more.
        seed: starts every stream of the experiment.
        reporting: who looks at the finished conversations for the report.
        reference: what the reference simulator assumes.
    """

    kind: Annotated[StrictStr, Field(pattern="^scenario$")] = "scenario"
    about: Text | None = None
    graph: Annotated[Name | Graph, BeforeValidator(_graph, json_schema_input_type=Name | Graph)]
    cast: Cast = Field(min_length=1)
    models: Models = Field(default_factory=lambda: {"default": Model(model="reference")})
    judging: Judgings = Field(default_factory=dict)
    limits: dict[Name, Count]
    arms: dict[Name, Arm] = Field(min_length=1)
    pairwise: Pairwise | None = None
    contrasts: dict[
        Name,
        Annotated[
            tuple[Name, Name],
            BeforeValidator(_pair, json_schema_input_type=tuple[Name, Name]),
        ],
    ] = Field(default_factory=dict)
    replicates: Annotated[StrictInt, Field(ge=1)] = 1
    seed: Annotated[StrictInt, Field(ge=0)] = 0
    reporting: Reporting = Reporting()
    reference: Assumptions = Assumptions()

    def model_for(self, role: str) -> Model:
        """Return the model that answers for a role."""
        return self.models.get(role) or self.models.get("default") or Model(model="reference")

    @property
    def transposes(self) -> bool:
        """Whether some arm changes nothing of a patient but nationality and language."""
        return any(arm.localize == "nationality" for arm in self.arms.values())

    def judging_for(self, role: str) -> Judging:
        """Return how a judge or critic reads."""
        return self.judging.get(role) or self.judging.get("default") or Judging()

    def names(self, role: str) -> list[str]:
        """Return the names of who is cast as `role`; an agent built in code is called by it."""
        agents = self.cast[role]
        return [
            agent if isinstance(agent, str) else role if len(agents) == 1 else f"{role}-{n}"
            for n, agent in enumerate(agents, 1)
        ]
