"""Imported people and judges as files of the working directory; nothing of one's own is touched."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import yaml
from yamlcore import CCoreDumper

from mhsim.checking import located
from mhsim.importing.haul import Haul
from mhsim.library import FOLDERS, Library
from mhsim.spec.agent import Judge, Patient


class _Dumper(CCoreDumper):
    """Writes no aliases: our files have none."""

    def ignore_aliases(self, data: Any) -> bool:
        """Write everything out."""
        return True


def written(agent: Patient | Judge) -> str:
    """Return an agent as the text of its file."""
    data = agent.model_dump(mode="json", by_alias=True, exclude_defaults=True)
    if isinstance(agent, Patient) and not agent.presentation.items:
        data["presentation"]["items"] = None
    origin = agent.origin
    where = f": {origin.file}" if origin else ""
    head = re.sub(r"[^\x20-\x7e]", "?", f"# Imported{where}; what it does not say is null.")
    body = yaml.dump(data, Dumper=_Dumper, allow_unicode=True, sort_keys=False, width=100)
    return f"{head}\n{body}"


def land(haul: Haul, root: Path) -> list[Path]:
    """Write the patients and judges of a haul below `root`; rename them where a name is taken.

    A file written by an earlier import of the same format is written anew; any other keeps its
    name, and what was imported takes another.

    Returns:
        The files written, as named from `root`.
    """
    library = Library()
    names: dict[str, str] = {}
    paths: list[Path] = []
    for kind, agents in (("patient", haul.landing), ("judge", haul.judges)):
        for name, agent in list(agents.items()):
            free = _free(name, kind, haul.format, library, names)
            names[name] = free
            path = root / FOLDERS[kind] / f"{free}.yaml"
            if _write(path, kind, agent, haul):
                paths.append(path.relative_to(root))
    return paths


def _write(path: Path, kind: str, agent: Patient | Judge, haul: Haul) -> bool:
    """Write one file; one our own reader would refuse is taken back, and reported."""
    path.parent.mkdir(parents=True, exist_ok=True)
    before = path.read_bytes() if path.is_file() else None
    path.write_text(written(agent), encoding="utf-8")
    library = Library()
    entry = library.read(path, kind)
    problems = [*entry.problems, *(located(library, entry) if entry.model else ())]
    if not problems and entry.model == agent:
        return True
    if before is None:
        path.unlink()
    else:
        path.write_bytes(before)
    file = agent.origin.file if agent.origin else str(path)
    reason = problems[0] if problems else "it would be read otherwise than it was written"
    haul.say(file, f"{path.stem} could not be written as a file of ours: {reason}")
    return False


def _free(name: str, kind: str, format_: str, library: Library, taken: dict[str, str]) -> str:
    """Return a name nobody has but an earlier import of the same format."""
    number, wanted = 1, name
    while wanted in taken.values() or not _ours(wanted, kind, format_, library):
        wanted = f"{format_}-{name}" if number == 1 else f"{format_}-{name}-{number}"
        number += 1
    return wanted


def _ours(name: str, kind: str, format_: str, library: Library) -> bool:
    """Say whether a name is free, or an earlier import's."""
    for each in ("patient", "therapist", "critic", "judge"):
        path = library.find(each, name)
        if path is None:
            continue
        model = library.entry(each, name).model
        origin = getattr(model, "origin", None)
        if each != kind or origin is None or not _akin(origin.format, format_):
            return False
    return True


def _akin(one: str, other: str) -> bool:
    return one.partition("-")[0] == other.partition("-")[0]
