"""mhsim new"""

from __future__ import annotations

from pathlib import Path

from mhsim.cli.output import note, say


def new(kind: str, name: str) -> int:
    """Write a commented starter file that passes `check`.

    Example: mhsim new patient tailor

    Parameters
    ----------
    kind
        patient, therapist, critic, judge, instrument, locale, graph or scenario.
    name
        What it is to be called; for a locale its tag, such as fr-FR.
    """
    from mhsim.starter import create

    path = create(kind, name, Path.cwd())
    say(str(path.relative_to(Path.cwd())))
    note(f"edit it, then: mhsim check {path.relative_to(Path.cwd())}")
    return 0
