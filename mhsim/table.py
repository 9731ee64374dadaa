"""What is fixed during a trial: who sits where, and what answers for them."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Generic, Protocol, TypeVar

from pydantic import BaseModel

from mhsim.chat import Pool
from mhsim.lexicon import Lexicon
from mhsim.record import AnyEvent, Mark, Rating, TrialId, Usage, Utterance
from mhsim.spec.agent import AnyAgent, Patient, Persona
from mhsim.spec.formulation import Formulation
from mhsim.spec.instrument import Instrument
from mhsim.spec.judging import PLAIN_FRAME, PLAIN_JUDGING, Frame, Judging
from mhsim.spec.scenario import Assumptions, Model
from mhsim.state import Log

Form = TypeVar("Form", bound=BaseModel)


@dataclass(frozen=True, slots=True)
class Ask:
    """What a player is asked.

    Args:
        role: the role it answers for.
        task: what for: `speak`, `safety` (ask about the wish to die), `review`, `rate`, `compare`.
        turn: one-based.
        revision: 0 for a first draft.
        transcript: what was finally said before, all that this role may know of the session.
        versus: the other conversation where two are compared: `transcript` is A, this is B.
        of: whose words are to be looked at.
        draft: the draft to mend or look at.
        flags: what a critic found in that draft.
        rated: a judge's own last rating.
        hear: called with pieces of an answer as they come, where somebody listens.
    """

    role: str
    task: str
    turn: int
    revision: int
    transcript: Sequence[Utterance]
    versus: Sequence[Utterance] = ()
    of: str | None = None
    draft: Utterance | None = None
    flags: Sequence[Mark] = ()
    rated: Rating | None = None
    hear: Callable[[str], None] | None = None


@dataclass(frozen=True, slots=True)
class Line:
    """What a player says. `closes` ends the conversation: a field, never a magic word."""

    text: str
    closes: bool = False
    usage: Usage | None = None


@dataclass(frozen=True, slots=True)
class Filled(Generic[Form]):
    """A form a player filled in."""

    form: Form
    usage: Usage | None = None


class Player(Protocol):
    """What answers for a seat: a model, the reference simulator, a script, a person."""

    async def say(self, ask: Ask) -> Line:
        """Say something.

        Raises:
            PlayerError: it could not.
        """
        ...

    async def fill(self, ask: Ask, form: type[Form]) -> Filled[Form]:
        """Fill in a form.

        Raises:
            PlayerError: it could not.
        """
        ...


@dataclass(frozen=True, slots=True)
class Brief:
    """What a player is told before a trial about the seat it takes.

    Not all of it is for every player: a judge's uses the instrument, the seed and nothing else.

    Args:
        model: what the scenario says should answer.
        localize: what of the patient is brought into the locale.
        layers: the layers of cultural adaptation in force.
        patient: the patient of this trial.
        persona: the patient's biography in this arm.
        formulation: the patient's cultural formulation, where the arm uses it.
        lexicon: the locale's pack, searchable.
        lexicons: those of every locale of the plan.
        assumptions: what the reference simulator assumes.
        pool: the connections to chat models.
        prompt: what a chat model in the seat is told; rendered once per trial.
        judging: how much a judge or critic reads each time.
        frame: the words around what it reads.
    """

    role: str
    agent: AnyAgent
    model: Model
    trial: TrialId
    localize: str | None
    layers: frozenset[str]
    patient: Patient | None
    persona: Persona | None
    formulation: Formulation | None
    lexicon: Lexicon | None
    lexicons: Mapping[str, Lexicon]
    instruments: Mapping[str, Instrument]
    assumptions: Assumptions
    pool: Pool
    prompt: str = ""
    judging: Judging = PLAIN_JUDGING
    frame: Frame = PLAIN_FRAME


@dataclass(frozen=True, slots=True)
class Seat:
    """A role in one trial: the agent, what answers for it, and the prompt it was given."""

    role: str
    agent: AnyAgent
    player: Player
    prompt: str


Hear = Callable[[str, str], None]
"""Called with a role and a piece of what it is saying."""


def _nobody(events: Sequence[AnyEvent]) -> None:
    """Listen to nothing."""


async def _at_once() -> None:
    """Take everything as durable."""


@dataclass(frozen=True, slots=True)
class Table:
    """Everything fixed during a trial.

    Args:
        seats: role to seat.
        instruments: name to instrument.
        lexicons: locale to what the risk screen reads with; every one of the plan.
        emit: called with every event as soon as it is stamped.
        settle: awaited before a next turn begins: what is finished is then durable.
        hear: called with pieces of utterances as they come.
        arrive: called with the name of each node as it becomes active.
    """

    trial: TrialId
    seats: Mapping[str, Seat]
    instruments: Mapping[str, Instrument]
    lexicons: Mapping[str, Lexicon]
    emit: Callable[[Sequence[AnyEvent]], None] = _nobody
    settle: Callable[[], Any] = _at_once
    hear: Hear | None = None
    arrive: Callable[[str], None] | None = None


@dataclass(frozen=True, slots=True)
class Visit:
    """One visit to a node: what it may read, and the turn its events belong to."""

    node: str
    turn: int
    log: Log
    table: Table

    def ask(self, role: str, task: str, **more: Any) -> Ask:
        """Put together what `role` is asked."""
        hear = self.table.hear
        return Ask(
            role=role,
            task=task,
            turn=self.turn,
            revision=more.pop("revision", 0),
            transcript=self.log.transcript,
            hear=(lambda piece: hear(role, piece)) if hear else None,
            **more,
        )
