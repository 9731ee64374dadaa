"""A commented file to begin with, of every kind an author writes; each passes `mhsim check`.

The texts lie in `starters/`, one YAML file for each kind, with NAME where the name belongs.
"""

from __future__ import annotations

from pathlib import Path

from pydantic import TypeAdapter, ValidationError

from mhsim.errors import InputError, listed, suggestion
from mhsim.library import AGENTS, BUILT_IN, FOLDERS, MODELS, Library
from mhsim.spec.base import Locale, Name

SCHEMAS = "docs/schemas"
"""Where `mhsim check --schema` puts schemas so that starters find them."""

_TEXTS = Path(__file__).parent / "starters"


def starter(kind: str, name: str, schemas: str | None = None) -> str:
    """Return a commented YAML file.

    Args:
        kind: one of the kinds of `mhsim.library.MODELS`.
        name: what it is to be called; for a locale its tag.
        schemas: where the JSON Schemas lie, as seen from the file's folder, such as
            `../docs/schemas`; without it editors are told of none.

    Raises:
        InputError: there is no such kind, or the name cannot be one.
    """
    _check(kind, name)
    first, rest = (_TEXTS / f"{kind}.yaml").read_text(encoding="utf-8").split("\n", 1)
    modeline = f"# yaml-language-server: $schema={schemas}/{kind}.schema.json\n" if schemas else ""
    return f"{first}\n{modeline}{rest}".replace("NAME", name)


def create(kind: str, name: str, root: Path) -> Path:
    """Write a starter to its folder below `root`, and return where.

    Raises:
        InputError: the kind or name will not do, the file exists, or the name is taken.
    """
    _check(kind, name)
    text = starter(kind, name, _schemas(kind, root))
    path = root / FOLDERS[kind] / f"{name}.yaml"
    _free(kind, name, Library((root, BUILT_IN)))
    path.parent.mkdir(parents=True, exist_ok=True)
    try:
        with path.open("x", encoding="utf-8") as file:
            file.write(text)
    except FileExistsError as error:
        where = f"{FOLDERS[kind]}/{name}.yaml"
        raise InputError(f"{where} exists and stays as it is; choose another name") from error
    return path


def _free(kind: str, name: str, library: Library) -> None:
    """Refuse a name that another agent has, or that would take the place of what ships."""
    others = [other for other in AGENTS if kind in AGENTS and other != kind]
    taken = next((other for other in others if library.find(other, name)), None)
    if taken:
        raise InputError(f"there is a {taken} called {name!r}; a cast would not know who is meant")
    found = library.find(kind, name)
    # A prompt is called as what it replaces; anything else would change scenarios that ship.
    if kind != "prompt" and found and found.is_relative_to(BUILT_IN):
        raise InputError(f"a {kind} called {name!r} ships with mhsim; choose another name")


def _schemas(kind: str, root: Path) -> str | None:
    """Return the way from a kind's folder to the schemas, if there are any."""
    up = "../" * len(Path(FOLDERS[kind]).parts)
    return f"{up}{SCHEMAS}" if (root / SCHEMAS / f"{kind}.schema.json").is_file() else None


def _check(kind: str, name: str) -> None:
    if kind not in MODELS:
        known = f"one of {listed(MODELS)}{suggestion(kind, MODELS)}"
        raise InputError(f"there is no kind {kind!r}; {known}")
    try:
        TypeAdapter(Locale if kind == "locale" else Name).validate_python(name)
    except ValidationError as error:
        raise InputError(
            f"{name!r} cannot be the name of a {kind}; {_right(kind, name)}"
        ) from error


def _right(kind: str, name: str) -> str:
    """Say what name would do, and which one was probably meant."""
    parts = name.replace("_", "-").split("-")
    if kind == "locale":
        tag = "-".join([parts[0].lower(), *(p.title() for p in parts[1:-1]), parts[-1].upper()])
        meant = f" (did you mean {tag!r}?)" if len(parts) > 1 and tag != name else ""
        return f"write a tag of language and region, such as fr-FR{meant}"
    return "write small letters, digits, - and _, starting with a letter, at most 64"
