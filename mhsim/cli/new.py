"""`mhsim new`: a file to begin with."""

from __future__ import annotations

from pathlib import Path

from mhsim.cli.output import note, say


def new(kind: str, name: str, /) -> int:
    """Write a commented starter file that passes `check`.

    It lands in the folder of its kind below the working directory.

    Examples:
        mhsim new patient seamstress
        mhsim new locale fr-FR

    Args:
        kind: patient, therapist, critic, judge, prompt, instrument, locale, graph or scenario.
        name: what it is to be called; for a locale its tag, such as fr-FR.
    """
    from mhsim.starter import create

    path = create(kind, name, Path.cwd()).relative_to(Path.cwd())
    say(str(path))
    note(f"edit it, then: mhsim check {path}")
    return 0
