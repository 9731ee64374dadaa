"""What a file is: what it says, where it lies, and whether the two agree."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ValidationError

from mhsim.complaint import complaints
from mhsim.document import Document
from mhsim.errors import Problem, listed, nearest, suggestion
from mhsim.spec.agent import Critic, Judge, Patient, Therapist
from mhsim.spec.base import LOCALE, NAME, told
from mhsim.spec.culture import LocalePack
from mhsim.spec.form import ReviewForm
from mhsim.spec.graph import Graph
from mhsim.spec.instrument import Instrument
from mhsim.spec.prompt import Prompt
from mhsim.spec.scenario import Scenario

MODELS: dict[str, type[BaseModel]] = {
    "patient": Patient,
    "therapist": Therapist,
    "critic": Critic,
    "judge": Judge,
    "prompt": Prompt,
    "instrument": Instrument,
    "locale": LocalePack,
    "form": ReviewForm,
    "graph": Graph,
    "scenario": Scenario,
}

FOLDERS: dict[str, str] = {
    "patient": "agents/patients",
    "therapist": "agents/therapists",
    "critic": "agents/critics",
    "judge": "agents/judges",
    "prompt": "agents/prompts",
    "instrument": "agents/instruments",
    "locale": "agents/locales",
    "form": "agents/forms",
    "graph": "graphs",
    "scenario": "scenarios",
}

AGENTS = ("patient", "therapist", "critic", "judge")


def understand(
    document: Document, path: Path, kind: str | None = None
) -> tuple[str | None, Any, list[Problem]]:
    """Take a document as what it says it is, or what its folder holds.

    Args:
        document: what was read.
        path: where it lies.
        kind: what it is taken for where neither tells.

    Returns:
        Its kind, its model, and what is wrong with it as such.
    """
    folder = folder_kind(Path(document.name))
    if document.data is None:
        return folder or kind, None, []
    kind = _kind(document.data) or folder or kind or _by_keys(document.data)
    model, problems = _model(document, kind)
    misplaced = list(_misplaced(document, path, kind, folder))
    # A file of one kind in the folder of another: which of the two is wrong, who knows.
    return kind, model, misplaced if folder not in (None, kind) else [*problems, *misplaced]


def unreadable(path: Path, name: str) -> Iterator[Problem]:
    """Complain about a YAML file that nothing reads: another suffix, an unknown folder."""
    if path.suffix == ".yml":
        yield Problem(name, 1, 1, "file", "nothing reads .yml", f"name it {path.stem}.yaml")
    elif folder_kind(Path(name)) is None:
        folder = Path(name).parent.as_posix()
        right = f"one of {listed(FOLDERS.values())}{suggestion(folder, FOLDERS.values())}"
        yield Problem(name, 1, 1, "file", f"nothing is looked for in {folder}/", right)


def folder_kind(path: Path) -> str | None:
    """Say what lies in a path's folder: the kind whose folder's name is the last in it.

    Folders may be divided further; those of a path from elsewhere may be called as they like.
    """
    parts = path.parent.parts
    for end in range(len(parts), len(parts) - 1 if path.is_absolute() else 0, -1):
        for kind, folder in FOLDERS.items():
            names = Path(folder).parts
            if parts[max(0, end - len(names)) : end] == names:
                return kind
    return None


def _kind(data: Any) -> str | None:
    """Say what a file says it is."""
    given = data.get("kind") if isinstance(data, dict) else None
    return given if isinstance(given, str) and given in MODELS else None


def _by_keys(data: Any) -> str | None:
    """Say what a file is by the keys only one kind has."""
    keys = set(data) if isinstance(data, dict) else set()
    if keys & {"arms", "cast"}:
        return "scenario"
    return "graph" if keys & {"nodes", "edges", "start"} else None


def _model(document: Document, kind: str | None) -> tuple[Any, list[Problem]]:
    data = document.data
    if not isinstance(data, dict):
        right = "a mapping of keys to values, such as kind: patient"
        return None, [document.problem((), f"the file holds {told(data)}", right)]
    if kind is None or (kind in AGENTS and data.get("kind") not in AGENTS):
        return None, [_no_kind(document, kind)]
    try:
        model = MODELS[kind].model_validate(data)
    except ValidationError as error:
        return None, list(complaints(document, error, MODELS[kind]))
    if isinstance(model, Graph) and not document.broken:
        return model, [document.finding(finding) for finding in model.problems()]
    return model, []


def _no_kind(document: Document, kind: str | None) -> Problem:
    """Complain about a file that does not say what it is, or says it wrong."""
    given, known = document.data.get("kind"), AGENTS if kind in AGENTS else MODELS
    misspelt = next((key for key in document.data if nearest(str(key), ["kind"])), "kind")
    if misspelt != "kind":
        right = f"kind{suggestion(misspelt, ['kind'])}"
        return document.problem((misspelt,), "unknown key", right, on_key=True)
    if given is None:
        right = f"write kind: {kind}" if kind else f"write kind: one of {listed(known)}"
        return document.problem(("kind",), "missing", right)
    near = suggestion(given, known) or (f" (did you mean {kind!r}?)" if kind else "")
    none = "there is no kind" if isinstance(given, str) else "found"
    right = f"one of {listed(known)}{near}"
    return document.problem(("kind",), f"{none} {told(given)}", right)


def _misplaced(
    document: Document, path: Path, kind: str | None, folder: str | None
) -> Iterator[Problem]:
    """Complain about a file whose `kind` and folder disagree, or whose name cannot be one."""
    if kind and folder and folder != kind:
        right = f"move it to {FOLDERS[kind]}/, or write kind: {folder}"
        yield document.problem(("kind",), f"a {kind} lies in {FOLDERS[folder]}/", right)
    elif kind == "locale" and isinstance(document.data, dict):
        tag = document.data.get("locale")
        if isinstance(tag, str) and tag != path.stem and re.fullmatch(LOCALE, tag):
            right = f"name the file {tag}.yaml"
            yield document.problem(("locale",), f"the file is called {path.name}", right)
    elif folder not in (None, "locale") and not re.fullmatch(NAME, path.stem):
        slug = re.sub(r"[^a-z0-9_-]+", "-", path.stem.lower()).strip("-")
        meant = f" (did you mean {slug}.yaml?)" if re.fullmatch(NAME, slug) else ""
        right = f"small letters, digits, - and _, first a letter{meant}"
        yield document.problem((), f"the file is called {path.name!r}", right)
