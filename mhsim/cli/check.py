"""mhsim check"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

from cyclopts import Parameter

from mhsim.cli.output import document, note, say


def check(
    *paths: str,
    schema: Annotated[Path | None, Parameter(help="Write JSON Schemas for editors here.")] = None,
    json: Annotated[bool, Parameter(negative="", help="Print the problems as JSON.")] = False,
) -> int:
    """Validate files; every problem with file, line, column and remedy.

    Without a path everything that can be found is checked: what stands in the working directory
    and what ships with mhsim.

    Example: mhsim check scenarios/mine.yaml agents/patients

    Parameters
    ----------
    paths
        Files, folders or names.
    """
    from mhsim.planning import check_paths

    if schema is not None:
        from mhsim.schema import write

        for path in write(schema):
            say(str(path))
        return 0
    files, problems = check_paths(list(paths))
    if json:
        rows = [
            {
                "file": p.file, "line": p.line, "column": p.column,
                "key": p.key, "found": p.found, "right": p.right,
            }
            for p in problems
        ]  # fmt: skip
        document(files=files, problems=rows)
    else:
        for problem in problems:
            say(str(problem))
        counted = "no problems" if not problems else f"{len(problems)} problems"
        note(f"{files} files checked: {counted}")
    return 2 if problems else 0
