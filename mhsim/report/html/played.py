"""What was run: conversations planned, played, failed and missing, and by which models."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from mhsim.lexicon import Lexicon
from mhsim.record import Failure, Rating
from mhsim.report.html.found import label, link
from mhsim.report.html.sheet import Cell, Section, Sheet
from mhsim.report.html.talk import Talk, packed
from mhsim.spec.agent import Patient
from mhsim.store import Run, Session


@dataclass
class Told:
    """All conversations of a run, as the page keeps them.

    Args:
        index: what the list shows, one row each.
        talks: the same conversations, each packed by itself.
        flow: arm and locale to what became of its planned conversations.
        failures: what failed: where, who, kind and how often.
        models: role to the models that answered.
    """

    index: list[list[Any]] = field(default_factory=list[list[Any]])
    talks: list[str] = field(default_factory=list[str])
    flow: dict[tuple[str, str], Counter[str]] = field(default_factory=dict)
    failures: Counter[tuple[str, str, str, str]] = field(default_factory=Counter)
    models: dict[str, set[str]] = field(default_factory=dict)


def told(run: Run, with_risk: bool) -> Told:
    """Read every conversation that has ended, once."""
    talk = Talk({n: Lexicon(pack) for n, pack in run.plan.packs.items()}, with_risk)
    kept = Told()
    closed, begun = run.closed(), run.begun()
    for trial in run.plan.trials():
        flow = kept.flow.setdefault((trial.arm, trial.locale), Counter())
        flow["planned"] += 1
        if trial.id in closed:
            session = run.session(trial.id)
            kept.index.append(_entry(run, session))
            kept.talks.append(packed(talk.data(session)))
            _count(kept, session, flow)
        else:
            flow["in progress" if trial.id in begun else "not begun"] += 1
    return kept


def _count(kept: Told, session: Session, flow: Counter[str]) -> None:
    closing = session.closing
    failed = closing is None or closing.reason == "failure"
    flow["failed" if failed else "played"] += 1
    flow["turns"] += session.turns
    for role, model in session.opening.models.items():
        kept.models.setdefault(role, set()).add(model)
    for event in session.events:
        if isinstance(event, Failure):
            where = session.arm, session.locale, event.role or "session", event.kind
            kept.failures[where] += 1


def _entry(run: Run, session: Session) -> list[Any]:
    """Return a row of the list: id, arm, locale, patient, repetition, end, turns, flags, totals."""
    trial = session.opening.trial
    patient = next((n for n in trial.cast.values() if isinstance(run.plan.agents[n], Patient)), "")
    agent = run.plan.agents.get(patient)
    truth = agent.presentation.total if isinstance(agent, Patient) else None
    flags = sum(len(critique.flags) for critique in session.critiques)
    finals = {
        e.role: [e.total.low, e.total.high]
        for e in session.events
        if isinstance(e, Rating) and e.turn == session.turns
    }
    reason = session.closing.reason if session.closing else ""
    return [trial.id, trial.arm, trial.locale, patient, trial.replicate, reason, session.turns,
            flags, truth, finals]  # fmt: skip


def overview(run: Run, kept: Told) -> Section:
    """Return the section on what was run, what failed and what is missing."""
    plan = run.plan
    words = [
        f"Scenario {plan.name}, plan {plan.hash[:12]}, mhsim {plan.mhsim}: "
        f"{plan.size} conversations planned, {len(kept.index)} ended, "
        f"{sum(flow['failed'] for flow in kept.flow.values())} of these by a failure. "
        "Conversations that failed or were not played, and unrated turns, are in no mean; tables "
        "count them as missing."
    ]
    return Section("run", "What was run, and what is missing", words, (), list(_sheets(run, kept)))


_STEPS = ("planned", "played", "failed", "in progress", "not begun", "turns")


def _sheets(run: Run, kept: Told) -> Iterator[Sheet]:
    rows: list[list[str | Cell]] = []
    for (arm, locale), flow in kept.flow.items():
        where = {"arm": arm, "locale": locale}
        cells = [Cell(str(flow[step]), "", link(where)) for step in _STEPS]
        rows.append([label(where), *cells])
    yield Sheet("flow", "Conversations by arm and locale", ["condition", *_STEPS], rows)
    rows = [
        [role, ", ".join(run.plan.scenario.names(role)), run.plan.scenario.model_for(role).model,
         ", ".join(sorted(kept.models.get(role, ()))) or "–"]
        for role in run.plan.scenario.cast
    ]  # fmt: skip
    head = ["role", "agents", "model planned", "model that answered"]
    yield Sheet("models", "Who played", head, rows)
    if kept.failures:
        rows = [
            [label({"arm": arm, "locale": locale}), role, kind,
             Cell(str(count), "", link({"arm": arm, "locale": locale}))]
            for (arm, locale, role, kind), count in kept.failures.items()
        ]  # fmt: skip
        head = ["condition", "role", "kind", "times"]
        yield Sheet("failures", "What could not be answered", head, rows)
