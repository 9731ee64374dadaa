"""Name to file to model. Looks in the working directory first, then in what ships with mhsim."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

from pydantic import BaseModel, ValidationError

from mhsim.complaint import complaints
from mhsim.document import Document, read
from mhsim.errors import InputError, Problem, listed, suggestion
from mhsim.spec.agent import Critic, Judge, Patient, Prompt, Therapist
from mhsim.spec.culture import LocalePack
from mhsim.spec.graph import Graph
from mhsim.spec.instrument import Instrument
from mhsim.spec.scenario import Scenario

_HERE = Path(__file__).parent
BUILT_IN = _HERE / "_content" if (_HERE / "_content" / "agents").is_dir() else _HERE.parent
"""Where shipped content lies: inside the wheel, or at the top of a checkout."""

Kind = Literal[
    "patient", "therapist", "critic", "judge", "prompt", "instrument", "locale", "graph", "scenario"
]

MODELS: dict[str, type[BaseModel]] = {
    "patient": Patient,
    "therapist": Therapist,
    "critic": Critic,
    "judge": Judge,
    "prompt": Prompt,
    "instrument": Instrument,
    "locale": LocalePack,
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
    "graph": "graphs",
    "scenario": "scenarios",
}

AGENTS = ("patient", "therapist", "critic", "judge")


@dataclass(frozen=True, slots=True)
class Entry:
    """One file of content that was read.

    Args:
        kind: what it is.
        name: what it is called: the file's name without `.yaml`.
        path: where it lies.
        shown: the path as the author knows it.
        sha256: of its bytes.
        model: what it says; None when it has problems.
        document: its data with marks.
        problems: everything wrong inside this one file.
    """

    kind: str
    name: str
    path: Path
    shown: str
    sha256: str
    model: Any
    document: Document
    problems: tuple[Problem, ...]


@dataclass(slots=True)
class Library:
    """Where names are looked up.

    Args:
        roots: folders that hold agents/, graphs/ and scenarios/; the first hit wins.
    """

    roots: tuple[Path, ...] = field(default_factory=lambda: (Path.cwd(), BUILT_IN))
    _read: dict[Path, Entry] = field(default_factory=dict)

    def names(self, kind: str) -> list[str]:
        """Return every name of a kind, sorted."""
        return sorted({path.stem for path in self._paths(kind)})

    def find(self, kind: str, name: str) -> Path | None:
        """Return the file that holds `name`, or None."""
        return next((path for path in self._paths(kind) if path.stem == name), None)

    def entry(self, kind: str, name: str) -> Entry:
        """Read what is called `name`; a path to a YAML file does too.

        Raises:
            InputError: there is no such thing; the message says what there is.
        """
        path = Path(name) if name.endswith((".yaml", ".yml")) else self.find(kind, name)
        if (path is None and kind == "file") or (path is not None and not path.is_file()):
            raise InputError(f"{name}: there is no such file")
        if path is None:
            known = self.names(kind)
            raise InputError(
                f"there is no {kind} {name!r}; there is: {listed(known)}{suggestion(name, known)}"
            )
        return self.read(path, None if kind == "file" else kind)

    def load(self, kind: str, name: str) -> Any:
        """Return the model called `name`.

        Raises:
            InputError: there is no such thing, or its file has problems.
        """
        entry = self.entry(kind, name)
        if entry.problems:
            raise InputError(problems=entry.problems)
        return entry.model

    def read(self, path: Path, kind: str | None = None) -> Entry:
        """Read one file as what its place, its `kind` or its keys say it is."""
        path = path.absolute()
        if path not in self._read:
            self._read[path] = self._open(path, kind)
        return self._read[path]

    def everything(self) -> Iterator[Entry]:
        """Read every file of every kind; a name shadowed by an earlier root is left out."""
        for kind in MODELS:
            for name in self.names(kind):
                path = self.find(kind, name)
                assert path is not None
                yield self.read(path, kind)

    def shown(self, path: Path) -> str:
        """Return a path as the author knows it: relative to where they stand, if below."""
        for root in (Path.cwd(), *self.roots):
            if path.is_relative_to(root):
                return path.relative_to(root).as_posix()
        return str(path)

    def _paths(self, kind: str) -> Iterator[Path]:
        for root in self.roots:
            folder = root / FOLDERS[kind]
            if folder.is_dir():
                yield from sorted(p for p in folder.rglob("*.yaml") if p.is_file())

    def _open(self, path: Path, kind: str | None) -> Entry:
        document = read(path, self.shown(path))
        sha = hashlib.sha256(path.read_bytes()).hexdigest() if path.is_file() else ""
        problems = list(document.problems)
        model = None
        if document.data is not None:
            found = _kind(path, document.data) or kind
            kind = found
            model, more = _model(document, kind)
            problems += more
            problems += _misplaced(document, path, kind)
        entry_model = None if problems else model
        return Entry(
            kind or "?", path.stem, path, document.name, sha, entry_model, document, tuple(problems)
        )


def _kind(path: Path, data: Any) -> str | None:
    """Say what a file is: by its `kind`, its folder, or the keys only one kind has."""
    if isinstance(data, dict) and data.get("kind") in MODELS:
        return data["kind"]
    for kind in ("graph", "scenario"):
        if FOLDERS[kind] in path.parts:
            return kind
    keys = set(data) if isinstance(data, dict) else set()
    if keys & {"arms", "cast"}:
        return "scenario"
    return "graph" if keys & {"nodes", "edges", "start"} else None


def _model(document: Document, kind: str | None) -> tuple[Any, list[Problem]]:
    data = document.data
    if not isinstance(data, dict):
        return None, [document.problem((), "the file holds no mapping", "keys and values")]
    if kind is None:
        given = data.get("kind")
        right = f"write kind: one of {listed(MODELS)}{suggestion(given, MODELS)}"
        found = "missing" if given is None else f"there is no kind {given!r}"
        return None, [document.problem(("kind",), found, right)]
    if kind in ("patient", "therapist", "critic", "judge") and data.get("kind") not in AGENTS:
        given = data.get("kind")
        found = "missing" if given is None else f"there is no kind {given!r}"
        right = f"one of {listed(AGENTS)}{suggestion(given, AGENTS)}"
        return None, [document.problem(("kind",), found, right)]
    try:
        model = MODELS[kind].model_validate(data)
    except ValidationError as error:
        return None, list(complaints(document, error, MODELS[kind]))
    if isinstance(model, Graph):
        return model, [
            document.problem(f.path, f.found, f.right, on_key=f.on_key) for f in model.problems()
        ]
    return model, []


def _misplaced(document: Document, path: Path, kind: str | None) -> Iterator[Problem]:
    """Complain about a file whose `kind` and folder disagree, or whose name cannot be one."""
    folder = next((k for k, f in FOLDERS.items() if path.parent.as_posix().endswith(f)), None)
    if kind and folder and folder != kind:
        right = f"move it to {FOLDERS[kind]}/, or write kind: {folder}"
        yield document.problem(("kind",), f"a {kind} lies in {FOLDERS[folder]}/", right)
    if kind == "locale" and isinstance(document.data, dict):
        tag = document.data.get("locale")
        if tag != path.stem:
            right = f"name the file {tag}.yaml"
            yield document.problem(("locale",), f"the file is called {path.name}", right)
