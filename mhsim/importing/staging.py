"""Imported conversations as a run: a plan that lists them, and a trial file for each."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import mhsim
from mhsim.errors import InputError
from mhsim.imported import Heard, Kept, write_imported
from mhsim.importing.haul import Haul, Talk
from mhsim.importing.people import sketch
from mhsim.importing.rating import JUDGE, judge_of, told
from mhsim.library import Library
from mhsim.planning import Plan
from mhsim.record import Opening, TrialId, dump
from mhsim.spec.agent import Patient, Therapist
from mhsim.spec.culture import LocalePack
from mhsim.spec.graph import Graph
from mhsim.spec.instrument import Instrument
from mhsim.spec.scenario import Scenario
from mhsim.writer import Writer

ARM = "imported"
"""The arm of everything imported."""

_CLINICIAN = "clinician"


def stage(haul: Haul, out: Path) -> Path:
    """Write the conversations and judgements of a haul as a run directory.

    Raises:
        RunError: something else lies there, or the disk refused.
    """
    people = _people(haul)
    trials = list(_trials(haul, people))
    plan = _plan(haul, people, [trial for trial, _ in trials])
    with Writer(out, plan) as writer:
        opened = [(trial, talk, _opening(trial, plan)) for trial, talk in trials]
        for trial, events in told(plan, opened):
            file = writer.closed(trial.id)
            draft = file.with_name(f"{file.name}.draft")
            draft.write_bytes(b"".join(map(dump, events)))
            draft.rename(file)
        heard = [_heard(haul, trial, talk) for trial, talk in trials]
        kept = [Kept(format=haul.format, file=f, data=data) for f, data in haul.kept.items()]
        write_imported(out, [*heard, *haul.judged, *kept])
        writer.note(f"mhsim {mhsim.__version__} imported {len(trials)} from {haul.format}")
    return out


def _people(haul: Haul) -> dict[str, Patient]:
    """Return the patients of the conversations: as imported before, where their file is there."""
    library = Library()
    found: dict[str, Patient] = {}
    if not haul.patients:
        sketch(haul, None, haul.format)
    for name in dict.fromkeys(talk.patient for talk in haul.talks) or haul.patients:
        found[name] = haul.patients[name]
        if library.find("patient", name):
            known: Patient | None = library.entry("patient", name).model
            if known and known.origin and haul.options.locale in known.persona:
                found[name] = known
    return found


def _judged(haul: Haul) -> dict[str, str]:
    """Return the judge's role and name, where one is asked for."""
    return {JUDGE: haul.options.judge} if haul.options.judge else {}


def _trials(haul: Haul, people: dict[str, Patient]) -> Iterator[tuple[TrialId, Talk]]:
    counted: Counter[str] = Counter()
    for talk in haul.talks:
        counted[talk.patient] += 1
        number = counted[talk.patient]
        key = f"{haul.format}/{talk.patient}/{number}"
        seed = hashlib.blake2b(key.encode(), digest_size=7).digest()
        assert talk.patient in people
        trial = TrialId(
            id=".".join([ARM, haul.options.locale, talk.patient, f"{number:03d}"]),
            arm=ARM,
            locale=haul.options.locale,
            cast={"patient": talk.patient, "therapist": _CLINICIAN, **_judged(haul)},
            replicate=number,
            seed=int.from_bytes(seed, "big"),
        )
        yield trial, talk


def _plan(haul: Haul, people: dict[str, Patient], trials: list[TrialId]) -> Plan:
    library = Library()
    clinician = Therapist(kind="therapist", about=f"As found in {haul.format}.", style="open")
    turns = max((1, *(len(talk.messages) for talk in haul.talks)))
    judge, models = judge_of(haul.options), {"default": f"imported:{haul.format}"}
    data: dict[str, Any] = {
        "about": f"Imported from {haul.format}; nothing of it was played here.",
        "graph": _graph(judged=judge is not None),
        "cast": {"patient": list(people), "therapist": _CLINICIAN, **_judged(haul)},
        "models": {**models, JUDGE: haul.options.model} if judge else models,
        "limits": {"turns": turns},
        "replicates": max((trial.replicate for trial in trials), default=1),
        "arms": {ARM: {"locales": [haul.options.locale]}},
    }
    named = {each.presentation.instrument for each in people.values()}
    named |= {judge.scale} if judge else set()
    agents: dict[str, Any] = {**people, _CLINICIAN: clinician}
    agents |= {haul.options.judge: judge} if judge and haul.options.judge else {}
    instruments: dict[str, Instrument] = {
        name: library.load("instrument", name) for name in sorted(filter(None, named))
    }
    scenario = Scenario.model_validate(data)
    assert isinstance(scenario.graph, Graph)
    return Plan(
        name=f"imported-{haul.format}",
        scenario=scenario,
        graph=scenario.graph,
        agents=agents,
        instruments=instruments,
        packs=_packs(library, haul.options.locale),
        prompts={JUDGE: library.load("prompt", "judge")} if judge else {},
        files=(),
        mhsim=mhsim.__version__,
        listed=tuple(trials),
    )


def _packs(library: Library, locale: str) -> dict[str, LocalePack]:
    try:
        return {locale: library.load("locale", locale)}
    except InputError:
        return {}


def _graph(*, judged: bool) -> Graph:
    again: list[Any] = [{"to": "therapist", "limit": "turns"}, "end"]
    graph: dict[str, Any] = {
        "about": "A conversation that took place elsewhere.",
        "start": "therapist",
        "nodes": {
            "therapist": {"kind": "speak", "role": "therapist"},
            "patient": {"kind": "speak", "role": "patient"},
        },
        "edges": {"therapist": "patient", "patient": JUDGE if judged else again},
    }
    if judged:
        graph["nodes"][JUDGE] = {"kind": "rate", "roles": [JUDGE], "of": "patient"}
        graph["edges"][JUDGE] = again
    return Graph.model_validate(graph)


def _opening(trial: TrialId, plan: Plan) -> Opening:
    return Opening(
        trial=trial,
        plan=plan.hash,
        models={role: plan.scenario.model_for(role).model for role in trial.cast},
        prompts={},
        mhsim=mhsim.__version__,
    )


def _heard(haul: Haul, trial: TrialId, talk: Talk) -> Heard:
    return Heard(
        trial=trial.id,
        format=haul.format,
        file=haul.named(talk.file),
        line=talk.line,
        key=talk.key,
        speakers=tuple(message.speaker for message in talk.messages),
        messages={n: dict(m.extra) for n, m in enumerate(talk.messages) if m.extra},
        extra=dict(talk.extra),
    )
