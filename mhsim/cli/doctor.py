"""`mhsim doctor`: what is installed."""

from __future__ import annotations

import platform
import sys
from importlib.metadata import PackageNotFoundError, requires, version

from mhsim.cli.output import document, say, table


def doctor(*, json: bool = False) -> int:
    """Tell what is installed and what can be used.

    Examples:
        mhsim doctor

    Args:
        json: print it as JSON.
    """
    from mhsim.casting import PLAYERS
    from mhsim.checking import check_paths
    from mhsim.library import BUILT_IN, Library

    packages = {name: _version(name) for name in _needed()}
    files, problems = check_paths([])
    players = list(PLAYERS)
    if json:
        document(
            python=platform.python_version(),
            packages=packages,
            players=players,
            files=files,
            problems=len(problems),
        )
    else:
        say(f"Python {platform.python_version()} on {sys.platform}")
        say()
        say(table(["package", "version"], [[k, v or "missing"] for k, v in packages.items()]))
        say()
        say(f"players: {', '.join(players)}")
        say(f"content: {BUILT_IN}; locales {', '.join(Library().names('locale'))}")
        say(f"{files} files, {len(problems)} problems" + (": mhsim check" if problems else ""))
    return 2 if problems or None in packages.values() else 0


def _needed() -> list[str]:
    """Return the packages mhsim cannot do without, by its own metadata."""
    every = (line.partition(";") for line in requires("mhsim") or ())
    return [_bare(name) for name, _, condition in every if "extra" not in condition]


def _bare(requirement: str) -> str:
    end = next((n for n, c in enumerate(requirement) if c in "<>=!~[ ("), len(requirement))
    return requirement[:end]


def _version(package: str) -> str | None:
    try:
        return version(package)
    except PackageNotFoundError:
        return None
