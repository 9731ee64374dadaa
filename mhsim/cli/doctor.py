"""mhsim doctor"""

from __future__ import annotations

import platform
import sys
from importlib.metadata import PackageNotFoundError, version
from typing import Annotated

from cyclopts import Parameter

from mhsim.cli.output import document, say, table

_PACKAGES = (
    "langgraph", "langchain-core", "pydantic", "networkx", "rich", "cyclopts", "pyyaml", "yamlcore",
    "jinja2", "wcwidth", "pyahocorasick",
)  # fmt: skip


def doctor(
    *, json: Annotated[bool, Parameter(negative="", help="Print as JSON.")] = False
) -> int:
    """What is installed and what can be used.

    Example: mhsim doctor
    """
    from mhsim.casting import PLAYERS
    from mhsim.library import BUILT_IN, Library
    from mhsim.planning import check_paths

    packages = {name: _version(name) for name in _PACKAGES}
    files, problems = check_paths([])
    players = list(PLAYERS)
    if json:
        document(python=platform.python_version(), packages=packages, players=players,
                 files=files, problems=len(problems))  # fmt: skip
    else:
        say(f"Python {platform.python_version()} on {sys.platform}")
        say(table(["package", "version"], [[k, v or "missing"] for k, v in packages.items()]))
        say(f"players: {', '.join(players)}")
        say(f"content: {BUILT_IN}; locales {', '.join(Library().names('locale'))}")
        say(f"{files} files, {len(problems)} problems" + (": mhsim check" if problems else ""))
    return 2 if problems or None in packages.values() else 0


def _version(package: str) -> str | None:
    try:
        return version(package)
    except PackageNotFoundError:
        return None
