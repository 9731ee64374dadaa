"""Check files: what is wrong inside each, and between it and others."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from mhsim.complaint import complaints
from mhsim.crosscheck import check_entry, source_problems, twins
from mhsim.document import parse
from mhsim.errors import InputError, Problem, suggestion
from mhsim.library import AGENTS, MODELS, Entry, Library
from mhsim.spec.scenario import Scenario


def located(library: Library, entry: Entry) -> Iterator[Problem]:
    """Yield what one readable file contradicts in others, with its places in the file."""
    for finding in (*twins(library, entry), *check_entry(library, entry.model)):
        yield entry.document.finding(finding)


def unique(problems: Iterable[Problem]) -> list[Problem]:
    """Return each problem once, in the order of files, lines and columns."""
    return sorted(dict.fromkeys(problems), key=lambda p: (p.file, p.line or 0, p.column or 0))


def check_paths(paths: list[str], library: Library | None = None) -> tuple[int, list[Problem]]:
    """Check files, folders, or everything; return how many files were read, and what is wrong.

    Raises:
        InputError: a path does not exist.
    """
    library = library or Library()
    entries = list(_entries(paths, library)) if paths else list(library.everything())
    problems = [p for e in entries for p in e.problems]
    problems += [] if paths else [*library.unread(), *source_problems(library)]
    # What ships must agree with what ships, not with what somebody puts before it.
    problems += [
        p for e in entries if e.model is not None for p in located(library.behind(e.path), e)
    ]
    return len(entries), unique(problems)


def changed(scenario: Scenario, changes: Mapping[str, Any]) -> Scenario:
    """Return a scenario with some fields replaced.

    Raises:
        InputError: what they are replaced with will not do.
    """
    data = {**scenario.model_dump(mode="json", by_alias=True), **changes}
    try:
        return Scenario.model_validate(data)
    except ValidationError as error:
        document = parse(json.dumps(data, ensure_ascii=False), "changes")
        found = complaints(document, error, Scenario)
        problems = [replace(problem, line=None, column=None) for problem in found]
        raise InputError(problems=problems) from error


def _entries(paths: list[str], library: Library) -> Iterator[Entry]:
    for given in paths:
        path = Path(given)
        if path.is_dir():
            read = (library.read(each) for each in sorted(path.rglob("*.yaml")))
            # Directly in agents/ lies what agents refer to, such as sources; it is none of them.
            yield from (e for e in read if e.kind != "?" or e.path.parent.name != "agents")
        elif path.is_file():
            yield library.read(path)
        elif re.fullmatch(r"[A-Za-z0-9_-]+", given):
            yield find_entry(given, library)
        else:
            raise InputError(f"{given}: there is no such file or folder")


def find_entry(name: str, library: Library) -> Entry:
    """Return what is called `name`, whatever its kind; a path to a file does too.

    Raises:
        InputError: there is no such thing.
    """
    if name.endswith((".yaml", ".yml")):
        return library.entry("file", name)
    for kind in ("scenario", "graph", *AGENTS, "instrument", "locale", "prompt", "form"):
        if library.find(kind, name):
            return library.entry(kind, name)
    known = [n for kind in MODELS for n in library.names(kind)]
    raise InputError(f"there is nothing called {name!r}{suggestion(name, known)}; see `mhsim list`")
