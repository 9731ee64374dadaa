"""The sources that content may cite: those of every `agents/sources.yaml`."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path as File

from pydantic import ValidationError

from mhsim.complaint import complaints
from mhsim.document import read
from mhsim.errors import Problem
from mhsim.library import Library
from mhsim.spec.source import Sources

FILE = "agents/sources.yaml"


def source_ids(library: Library) -> frozenset[str] | None:
    """Return the ids of every source; None where one of the files cannot be read."""
    read_ones = [_read(*path)[0] for path in _files(library)]
    return None if None in read_ones else frozenset().union(*filter(None, read_ones))


def source_problems(library: Library) -> list[Problem]:
    """Return what is wrong with the files of sources themselves."""
    return [problem for path in _files(library) for problem in _read(*path)[1]]


def _files(library: Library) -> list[tuple[File, str, int]]:
    """Return each file, how it is shown, and when it was last written."""
    paths = dict.fromkeys((root / FILE).absolute() for root in library.roots)
    return [(p, library.shown(p), p.stat().st_mtime_ns) for p in paths if p.is_file()]


@lru_cache(maxsize=8)
def _read(
    path: File, shown: str, _written: int
) -> tuple[frozenset[str] | None, tuple[Problem, ...]]:
    document = read(path, shown)
    if document.data is None:
        return None, tuple(document.problems)
    try:
        Sources.model_validate(document.data)
        wrong = tuple(document.problems)
    except ValidationError as error:
        wrong = (*document.problems, *complaints(document, error, Sources))
    told = document.data.get("sources") if isinstance(document.data, dict) else None
    # A source with a slip in it is a source all the same: one mistake, one message.
    return frozenset(told if isinstance(told, dict) else ()), wrong
