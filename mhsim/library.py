"""Name to file to model. Looks in the working directory first, then in what ships with mhsim."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

from mhsim.document import Document, read
from mhsim.errors import InputError, Problem, listed, suggestion
from mhsim.filing import AGENTS as AGENTS
from mhsim.filing import FOLDERS as FOLDERS
from mhsim.filing import MODELS as MODELS
from mhsim.filing import understand, unreadable

_HERE = Path(__file__).parent
BUILT_IN = _HERE / "_content" if (_HERE / "_content" / "agents").is_dir() else _HERE.parent
"""Where shipped content lies: inside the wheel, or at the top of a checkout."""

Kind = Literal[
    "patient",
    "therapist",
    "critic",
    "judge",
    "prompt",
    "instrument",
    "locale",
    "form",
    "graph",
    "scenario",
]


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
        """Read every file of every kind but those whose name an earlier root has taken."""
        for kind in MODELS:
            taken: dict[str, Path] = {}
            for root in dict.fromkeys(self.roots):
                for path in self._below(root, kind):
                    if taken.setdefault(path.stem, root) == root:
                        yield self.read(path, kind)

    def behind(self, path: Path) -> Library:
        """Return the library as a file sees it: its own root and later ones, none before it."""
        for place, root in enumerate(self.roots):
            if path.is_relative_to(root.absolute()):
                return Library(self.roots[place:], self._read)
        return self

    def twins(self, entry: Entry) -> list[Path]:
        """Return other files that want the same name, those that get it first."""
        kinds = AGENTS if entry.kind in AGENTS else (entry.kind,)
        root = next((r for r in self.roots if entry.path.is_relative_to(r.absolute())), None)
        paths = [p.absolute() for kind in kinds if root for p in self._below(root, kind)]
        before = paths[: paths.index(entry.path)] if entry.path in paths else []
        return [path for path in before if path.stem == entry.name]

    def shown(self, path: Path) -> str:
        """Return a path as the author knows it: relative to where they stand, if below."""
        for root in (Path.cwd(), *self.roots):
            if path.is_relative_to(root):
                return path.relative_to(root).as_posix()
        return str(path)

    def _paths(self, kind: str) -> Iterator[Path]:
        for root in self.roots:
            yield from self._below(root, kind)

    def _below(self, root: Path, kind: str) -> Iterator[Path]:
        folder = root / FOLDERS[kind]
        if folder.is_dir():
            yield from sorted(p for p in folder.rglob("*.yaml") if p.is_file())

    def unread(self) -> list[Problem]:
        """Complain about YAML files that nothing reads: another suffix, an unknown folder."""
        paths = {p for root in self.roots for p in (root / "agents").glob("*/**/*.y*ml")}
        for root in self.roots:
            paths.update(p for folder in FOLDERS.values() for p in (root / folder).rglob("*.yml"))
        return [p for path in sorted(paths) for p in unreadable(path, self.shown(path))]

    def _open(self, path: Path, kind: str | None) -> Entry:
        document = read(path, self.shown(path))
        sha = hashlib.sha256(path.read_bytes()).hexdigest() if path.is_file() else ""
        kind, model, problems = understand(document, path, kind)
        problems = (*document.problems, *problems)
        model = None if problems else model
        return Entry(kind or "?", path.stem, path, document.name, sha, model, document, problems)
