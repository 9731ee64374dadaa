"""Other files, as far as they can be read: what cannot has problems of its own."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from typing import Any

from mhsim.errors import InputError, suggestion
from mhsim.library import AGENTS, Library
from mhsim.spec.agent import AnyAgent
from mhsim.spec.base import Finding, Path, unknown
from mhsim.spec.instrument import Instrument


def known(library: Library, kind: str, name: str, path: Path) -> Iterator[Finding]:
    """Complain about the name of a file that is not there."""
    if library.find(kind, name) is None:
        yield from unknown(path, name, library.names(kind), f"there is no {kind}")


def load(library: Library, kind: str, name: str) -> Any:
    """Return a model, or None where it is missing or has problems of its own."""
    try:
        return library.entry(kind, name).model
    except InputError:
        return None


def resolve_agent(library: Library, name: str) -> AnyAgent | None:
    """Return the agent called `name`, whatever its kind; None where it cannot be read."""
    kind = next((k for k in AGENTS if library.find(k, name)), None)
    return library.entry(kind, name).model if kind else None


def items(library: Library) -> list[str]:
    """Return the items of every instrument there is; nothing where one cannot be read."""
    found: dict[str, None] = {}
    for name in library.names("instrument"):
        instrument: Instrument | None = load(library, "instrument", name)
        if instrument is None:
            return []
        found |= dict.fromkeys(instrument.items)
    return list(found)


def known_idiom(path: Path, name: str, ids: Collection[str], locale: str) -> Iterator[Finding]:
    """Complain about the id of an idiom that a locale's pack does not have."""
    if name not in ids:
        right = f"an id from its pack{suggestion(name, ids)}"
        yield Finding(path, f"{locale} has no idiom {name!r}", right)


def known_items(path: Path, names: Collection[str], every: list[str]) -> Iterator[Finding]:
    """Complain about items that no instrument has."""
    for name in names if every else ():
        yield from unknown((*path, name), name, every, "no instrument has an item", on_key=True)
