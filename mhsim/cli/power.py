"""`mhsim power`: how many patients and replicates find a shift."""

from __future__ import annotations

from mhsim.cli.output import document, say


def power(
    scenario: str,
    /,
    *,
    shift: float | None = None,
    chance: float = 0.8,
    pilot: str | None = None,
    json: bool = False,
) -> int:
    """Tell how many patients and replicates find a shift.

    For every contrast of the scenario, from the spread of a pilot run or an assumed one.

    Examples:
        mhsim power persona-trap
        mhsim power persona-trap --shift 1.5 --chance 0.9
        mhsim power persona-trap --pilot runs/pilot --json

    Args:
        scenario: a scenario's name or file.
        shift: to be found, in points; what matters for means on the judges' scale, without it.
        chance: with which it is to be found, 0 to 1.
        pilot: a run, whose spread is taken instead of an assumed one.
        json: print it as JSON.
    """
    from mhsim.measure.design import designs
    from mhsim.planning import make_plan
    from mhsim.report.power import power as pages
    from mhsim.store import Run, find_run

    made = make_plan(scenario)
    found = designs(made, shift, chance, Run(find_run(pilot)) if pilot else None)
    if json:
        document(scenario=made.name, plan=made.hash, designs=[d.as_data() for d in found])
        return 0
    say("\n\n".join(pages(found)))
    return 0
