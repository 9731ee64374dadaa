"""Which cut-offs say what band a total is in: the instrument's own, or a table by its name."""

from __future__ import annotations

from mhsim.errors import InputError, listed, suggestion
from mhsim.measure.estimators.bands import BANDS, Scheme
from mhsim.planning import Plan
from mhsim.spec.agent import Judge
from mhsim.spec.instrument import Instrument


def own(instrument: Instrument) -> Scheme:
    """Return an instrument's own cut-offs."""
    names, lows = list(instrument.bands), list(instrument.bands.values())
    return instrument.maximum, lows[1:], names


def chosen(plan: Plan, name: str | None) -> Scheme | None:
    """Return the table of that name; None without a name, when every scale has its own.

    Args:
        plan: the plan whose scales it must fit.
        name: a name of `BANDS`, or of an instrument of the plan.

    Raises:
        InputError: there is no such table, or it is of a scale with another highest total.
    """
    if name is None:
        return None
    scales = _scales(plan)
    known = {**BANDS, **{scale: own(instrument) for scale, instrument in scales.items()}}
    if name not in known:
        raise InputError(
            f"mhsim report: --cutoffs: there is no table {name!r}; there is: "
            f"{listed(sorted(known), 20)}{suggestion(name, known)}"
        )
    scheme = known[name]
    highest = {instrument.maximum for instrument in scales.values()} | _imported(plan)
    if scheme[0] not in highest:
        fitting = [n for n, (top, _, _) in known.items() if top in highest]
        scale = ", ".join(f"{n} (0 to {i.maximum})" for n, i in scales.items())
        raise InputError(
            f"mhsim report: --cutoffs: {name} is for totals of 0 to {scheme[0]}, and this run has "
            f"{scale or 'no scale'}; one of {listed(sorted(fitting), 20)} would be right"
        )
    return scheme


def _scales(plan: Plan) -> dict[str, Instrument]:
    """Return the scales judges fill and patients are described by."""
    names = {a.instrument for a in plan.agents.values() if isinstance(a, Judge)}
    return {n: i for n, i in plan.instruments.items() if n in names} or dict(plan.instruments)


def _imported(plan: Plan) -> set[int]:
    """Return the highest totals of scales that imported patients were described by elsewhere."""
    found: set[int] = set()
    for agent in plan.agents.values():
        origin = getattr(agent, "origin", None)
        severity = origin.severity if origin is not None else None
        if severity is not None and severity.cutoffs in BANDS:
            found.add(BANDS[severity.cutoffs][0])
        if severity is not None and "BDI" in (severity.instrument or "").upper():
            found.add(BANDS["bdi2_manual"][0])
    return found
