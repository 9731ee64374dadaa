"""Kept: the tables of a run, read one conversation at a time, so that a big run stays small."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from mhsim.ledger import read
from mhsim.measure.tables.rows import (
    Call,
    Comparison,
    Conversation,
    Flag,
    Item,
    Judgement,
    RiskFound,
    Row,
    Turn,
    row_id,
)
from mhsim.measure.tables.taken import Known, taken
from mhsim.record import TrialId
from mhsim.spec.agent import Judge, Patient, Therapist
from mhsim.store import Run, Session

NAMES: Mapping[type[Row], str] = {
    Conversation: "conversations",
    Turn: "turns",
    Judgement: "ratings",
    Item: "items",
    Flag: "flags",
    RiskFound: "risks",
    Comparison: "comparisons",
    Call: "calls",
}
"""Kind of row to the name of its table."""


@dataclass(frozen=True)
class Tables:
    """Every row of a run, by table; for runs that fit into memory.

    Args:
        conversations: one per planned conversation.
        turns: one per draft.
        ratings: one per judge and turn, rated or not.
        items: one per item of a rating.
        flags: one per mark of a critic.
        risks: one per look of the screen.
        comparisons: one per judge and ordered pair of conversations.
        calls: one per answer of a player.
    """

    conversations: list[Conversation] = field(default_factory=list)
    turns: list[Turn] = field(default_factory=list)
    ratings: list[Judgement] = field(default_factory=list)
    items: list[Item] = field(default_factory=list)
    flags: list[Flag] = field(default_factory=list)
    risks: list[RiskFound] = field(default_factory=list)
    comparisons: list[Comparison] = field(default_factory=list)
    calls: list[Call] = field(default_factory=list)


def tables(run: Run) -> Tables:
    """Return every row of a run."""
    found = Tables()
    for row in rows(run):
        getattr(found, NAMES[type(row)]).append(row)
    return found


def rows(run: Run) -> Iterator[Row]:
    """Yield every row of a run, a conversation after the other, then comparisons."""
    closed, begun = run.closed(), run.begun()
    judges = {
        role: agent.instrument
        for role in run.plan.scenario.cast
        for name in run.plan.scenario.names(role)
        if isinstance(agent := run.plan.agents[name], Judge)
    }
    for trial in run.plan.trials():
        session = run.session(trial.id) if trial.id in closed | begun else None
        row = _conversation(run, trial, session)
        yield row
        if session is not None:
            patient = run.plan.agents.get(row.patient)
            intended = patient.presentation.items if isinstance(patient, Patient) else {}
            yield from taken(session, Known(row.conversation_id, judges, intended))
    yield from _comparisons(run)


def conversation_id(plan: str, trial: str) -> str:
    """Return the id of a conversation: of the plan's sha256 and the trial's id."""
    return row_id(plan, trial)


def _conversation(run: Run, trial: TrialId, session: Session | None) -> Conversation:
    plan, scenario = run.plan, run.plan.scenario
    roles = {type(plan.agents[name]): role for role, name in reversed(trial.cast.items())}
    name = trial.cast[roles[Patient]] if Patient in roles else ""
    patient = plan.agents.get(name)
    truth = patient.presentation if isinstance(patient, Patient) else None
    scale = plan.instruments.get(truth.instrument or "") if truth else None
    total = truth.total if truth else None
    models = session.opening.models if session else {}
    closing = session.closing if session else None
    return Conversation(
        conversation_id=conversation_id(plan.hash, trial.id),
        trial=trial.id,
        plan=plan.hash,
        scenario=plan.name,
        arm=trial.arm,
        locale=trial.locale,
        localize=scenario.arms[trial.arm].localize,
        patient=name,
        therapist=trial.cast.get(roles.get(Therapist, "")),
        replicate=trial.replicate,
        seed=trial.seed,
        instrument=truth.instrument if truth else None,
        intended_total=total,
        intended_band=scale.band(total) if scale and total is not None else None,
        status=_status(session),
        reason=closing.reason if closing else None,
        turns=session.turns if session else None,
        patient_model=models.get(roles.get(Patient, "")),
        therapist_model=models.get(roles.get(Therapist, "")),
        simulated="reference" in {scenario.model_for(role).model for role in scenario.cast},
        mhsim=session.opening.mhsim if session else None,
    )


def _status(session: Session | None) -> str:
    if session is None:
        return "planned"
    if session.closing is None:
        return "in_progress"
    return "failed" if session.closing.reason == "failure" else "closed"


def _comparisons(run: Run) -> Iterator[Comparison]:
    """Yield what judges made of pairs."""
    patients = {t.id: _conversation(run, t, None).patient for t in run.plan.trials()}
    for said in read(run.path).values():
        yield Comparison(
            comparison_id=row_id(run.plan.hash, *said.key),
            judge=said.judge,
            arm=said.arm,
            locale=said.locale,
            replicate=said.replicate,
            first=conversation_id(run.plan.hash, said.first),
            second=conversation_id(run.plan.hash, said.second),
            first_patient=patients.get(said.first),
            second_patient=patients.get(said.second),
            choice=said.choice,
            reason=said.reason,
            failure=said.failure,
        )
