"""What one session comes to: a few numbers, so that the summary of a big run stays small."""

from __future__ import annotations

from dataclasses import dataclass

from mhsim.record import Critique, Failure, Rating, Utterance
from mhsim.spec.agent import Judge, Patient
from mhsim.spec.instrument import Instrument
from mhsim.store import Run, Session


@dataclass(frozen=True, slots=True)
class Error:
    """How far a final total lies from the presentation's: the ends of the judge's interval."""

    low: int
    high: int
    assessed: int

    @property
    def middle(self) -> float:
        """The middle of the interval."""
        return (self.low + self.high) / 2


@dataclass(frozen=True, slots=True)
class Played:
    """What one session comes to.

    Args:
        patient: the patient's name.
        failed: whether it could not go on.
        finals: judge to how far its last total lies from the truth; none if that turn is unrated.
        unrated: judge to how many turns it could not rate.
        drafts: flagged and critiqued, of first drafts.
        finally_said: flagged and critiqued, of what was finally said.
        revisions: drafts after a first.
    """

    patient: str
    failed: bool
    finals: dict[str, Error]
    unrated: dict[str, int]
    drafts: tuple[int, int]
    finally_said: tuple[int, int]
    revisions: int


def judges(run: Run) -> list[str]:
    """Return the roles that rate."""
    return [role for role, kinds in run.plan.graph.roles().items() if kinds == ("judge",)]


def played(run: Run, session: Session) -> Played:
    """Return what a session comes to."""
    cast = session.opening.trial.cast
    name, patient = _patient(run, session)
    closing = session.closing
    finals: dict[str, Error] = {}
    unrated: dict[str, int] = {}
    for role in judges(run):
        judge = run.plan.agents[cast[role]]
        ratings = session.ratings(role)
        unrated[role] = sum(isinstance(e, Failure) and e.role == role for e in session.events)
        if patient and isinstance(judge, Judge) and ratings and ratings[-1].turn == session.turns:
            error = _error(run, ratings[-1], judge, patient)
            finals |= {role: error} if error else {}
    critiques = [c for c in session.critiques if c.verdict not in ("approved", "returned")]
    last: dict[int, Critique] = {c.turn: c for c in critiques}
    first = [c for c in critiques if c.revision == 0]
    said = (e for e in session.events if isinstance(e, Utterance))
    return Played(
        patient=name,
        failed=closing is None or closing.reason == "failure",
        finals=finals,
        unrated=unrated,
        drafts=(sum(bool(c.flags) for c in first), len(first)),
        finally_said=(sum(bool(c.flags) for c in last.values()), len(last)),
        revisions=sum(e.revision > 0 for e in said),
    )


def _patient(run: Run, session: Session) -> tuple[str, Patient | None]:
    for name in session.opening.trial.cast.values():
        agent = run.plan.agents[name]
        if isinstance(agent, Patient):
            return name, agent
    return "", None


def _error(run: Run, rating: Rating, judge: Judge, patient: Patient) -> Error | None:
    """Return how far a total lies from the presentation's, on the items both ask alike."""
    asked = run.plan.instruments[judge.instrument]
    truth, scale = patient.presentation.items, patient.presentation.instrument
    if scale is None:
        return None
    same = alike(asked, run.plan.instruments[scale])
    items = {name: item for name, item in rating.items.items() if name in truth and name in same}
    if not items:
        return None
    total = sum(truth[name] for name in items)
    return Error(
        low=sum(item.low for item in items.values()) - total,
        high=sum(item.high for item in items.values()) - total,
        assessed=sum(item.state != "not_assessed" for item in items.values()),
    )


def alike(one: Instrument, other: Instrument) -> set[str]:
    """Return the items two instruments share: same question, same values. PHQ-8's of PHQ-9."""
    if one.anchors != other.anchors:
        return set()
    return {name for name, item in one.items.items() if other.items.get(name) == item}
