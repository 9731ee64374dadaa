"""The clinical gate: is severity as faithful as in English? The same patients, paired."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from statistics import fmean

from mhsim.measure.authenticity.gate import clinical_fidelity
from mhsim.measure.played import judges, played
from mhsim.measure.summary import Number
from mhsim.store import Run

Errors = Mapping[tuple[str, str, str], Mapping[str, float]]
"""Arm, locale and judge to patient to mean severity error, in points."""


def errors(run: Run) -> Errors:
    """Return every patient's mean severity error by arm, locale and judge."""
    found: dict[tuple[str, str, str], dict[str, list[float]]] = {}
    for session in run.sessions():
        one = played(run, session)
        for judge in () if one.failed else judges(run):
            if judge in one.finals:
                cell = found.setdefault((session.arm, session.locale, judge), {})
                cell.setdefault(one.patient, []).append(one.finals[judge].middle)
    return {
        cell: {name: fmean(values) for name, values in people.items()}
        for cell, people in found.items()
    }


def gates(run: Run, by: Errors) -> Iterator[Number]:
    """Yield the clinical gate: |error| in each arm and locale less that in the English arm."""
    english = [(a, loc) for a, loc in run.plan.conditions() if loc.startswith("en-")]
    if not english:
        return
    for arm, locale in run.plan.conditions():
        if (arm, locale) in english:
            continue
        for judge in judges(run):
            base = by.get((*english[0], judge), {})
            gate = clinical_fidelity(by.get((arm, locale, judge), {}), base)
            method = "mean |severity error| less the same patients' in English; above 0 is worse"
            where = {"arm": arm, "locale": locale, "judge": judge}
            value = gate.difference
            yield Number("clinical_gate", value, None, None, gate.n, gate.missing, method, where)
