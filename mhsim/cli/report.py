"""`mhsim report`: what a run measured."""

from __future__ import annotations

from mhsim.cli.output import document, say


def report(run: str, /, *, json: bool = False) -> int:
    """Tell what a run measured, and what is missing.

    Severity error and flags by arm and locale. A run that is still going on is reported as far as
    it has come.

    Examples:
        mhsim report persona-trap
        mhsim report runs/first --json

    Args:
        run: a run directory, or the name of one in runs/.
        json: print every number as JSON.
    """
    from mhsim.measure.summary import summary
    from mhsim.report.terminal import pages
    from mhsim.store import Run, find_run

    opened = Run(find_run(run))
    scenario = opened.plan.scenario
    numbers = summary(opened)
    if json:
        document(
            run=str(opened.path),
            plan=opened.plan.hash,
            models={role: scenario.model_for(role).model for role in scenario.cast},
            measures=[number.as_data() for number in numbers],
        )
        return 0
    say("\n\n".join(pages(opened, numbers)))
    return 0
