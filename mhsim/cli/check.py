"""`mhsim check`: what is wrong in files."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path

from mhsim.cli.output import document, note, say


def check(*paths: str, schema: Path | None = None, json: bool = False) -> int:
    """Validate files: every problem with place and remedy.

    Without a path everything is checked: what lies in the working directory and what ships with
    mhsim. One problem is one line, `file:line:column: key: what was found; what would be right`.

    Examples:
        mhsim check
        mhsim check scenarios/mine.yaml agents/patients
        mhsim check --schema docs/schemas

    Args:
        paths: files, folders or names.
        schema: write JSON Schemas for editors into this folder, and check nothing.
        json: print the problems as JSON.
    """
    from mhsim.checking import check_paths

    if schema is not None:
        from mhsim.schema import write

        for path in write(schema):
            say(str(path))
        return 0
    files, problems = check_paths(list(paths))
    if json:
        document(files=files, problems=[asdict(problem) for problem in problems])
    else:
        for problem in problems:
            say(str(problem))
        counted = "1 file" if files == 1 else f"{files} files"
        note(f"{counted} checked: {_problems(len(problems))}")
    return 2 if problems else 0


def _problems(count: int) -> str:
    return {0: "no problems", 1: "1 problem"}.get(count, f"{count} problems")
