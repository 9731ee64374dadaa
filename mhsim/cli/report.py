"""mhsim report"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

from cyclopts import Parameter

from mhsim.cli.output import document, say, table


def report(
    run: Path,
    *,
    json: Annotated[bool, Parameter(negative="", help="Print every number as JSON.")] = False,
) -> int:
    """Severity error and flags by arm and locale, with what is missing.

    Example: mhsim report runs/persona-trap

    Parameters
    ----------
    run
        A run directory.
    """
    from mhsim.measure.summary import summary
    from mhsim.report.terminal import pages
    from mhsim.store import Run

    opened = Run(run)
    numbers = summary(opened)
    if json:
        document(
            run=str(run),
            plan=opened.plan.hash,
            models={r: opened.plan.scenario.model_for(r).model for r in opened.plan.scenario.cast},
            numbers=[number.as_data() for number in numbers],
        )
        return 0
    say("\n\n".join(pages(opened, numbers, table)))
    return 0
