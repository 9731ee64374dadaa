"""What single entries of a pack lack: sources, letters others can read, words of their own."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from pydantic import BaseModel

from mhsim.crosscheck.sources import source_ids
from mhsim.errors import suggestion
from mhsim.lexicon import Lexicon
from mhsim.library import Library
from mhsim.spec.base import Finding, Path, told
from mhsim.spec.culture import LocalePack
from mhsim.text import fold, script

_CITES = ("source", "theme_source")
NEVER_SAID = "leave it out; it is in the pack to be detected, never to be said"


def check_entries(library: Library, pack: LocalePack) -> Iterator[Finding]:
    """Yield unknown sources, missing transliterations, overlaps, and what is never to be said."""
    yield from _sources(library, pack)
    yield from _letters(pack)
    yield from _overlaps(pack)
    barred = Barred(pack)
    for key in ("expressions", "speech"):
        for path, text in texts((key,), getattr(pack, key)):
            if path[-1] == "text":
                yield from barred.said(path, text)
            elif path[-1] == "idiom":
                yield from barred.named(path, text)


def texts(path: Path, value: Any) -> Iterator[tuple[Path, str]]:
    """Yield every text below a value, with its place as a file has it."""
    match value:
        case str():
            yield path, value
        case BaseModel():
            for name, each in value:
                alias = type(value).model_fields[name].alias
                yield from texts((*path, alias or name), each)
        case dict():
            for key, each in value.items():
                yield from texts((*path, key), each)
        case tuple() | list():
            for place, each in enumerate(value):
                yield from texts((*path, place), each)
        case _:
            return


class Barred:
    """What a pack has to be detected and never to be said.

    Args:
        pack: the locale pack.
    """

    def __init__(self, pack: LocalePack) -> None:
        first = {idiom.id: idiom for idiom in reversed(pack.idioms)}
        self._idioms = {n: i for n, i in first.items() if i.generation == "detect-only"}
        bare = {"flattened_markers": (), "reading": None, "style": None}
        never = {"idioms": tuple(self._idioms.values())}
        self._lexicon = Lexicon(pack.model_copy(update=bare | never)) if self._idioms else None

    def said(self, path: Path, text: str) -> Iterator[Finding]:
        """Complain about a sentence that holds such words."""
        hits = self._lexicon.hits(text) if self._lexicon else ()
        for name in dict.fromkeys(hit.name for hit in hits if hit.kind == "idiom"):
            found = f"{told(text)} holds {told(name)} ({told(self._idioms[name].text)})"
            yield Finding(path, f"{found}, which is detect-only", NEVER_SAID)

    def named(self, path: Path, name: str) -> Iterator[Finding]:
        """Complain about the id of such an idiom."""
        if name in self._idioms:
            found = f"{told(name)} ({told(self._idioms[name].text)}) is detect-only"
            yield Finding(path, found, NEVER_SAID)


def _sources(library: Library, pack: LocalePack) -> Iterator[Finding]:
    known = source_ids(library)
    if known is None:
        return
    for path, name in texts((), pack):
        if name in known or not any(part in _CITES for part in path):
            continue
        right = f"an id from agents/sources.yaml{suggestion(name, known)}"
        yield Finding(path, f"there is no source {told(name)}", right)


def _letters(pack: LocalePack) -> Iterator[Finding]:
    """Complain where who cannot read the script is left without help."""
    for place, idiom in enumerate(pack.idioms):
        if idiom.translit is None and script(idiom.text) not in ("Latn", None):
            right = "write translit: … (the text in Latin letters, for who cannot read it)"
            yield Finding(("idioms", place, "translit"), "missing", right)
    for place, marker in enumerate(pack.flattened_markers):
        helped = marker.translit or marker.english_origin
        if not helped and script(marker.text) not in ("Latn", None):
            right = "write translit: … or english_origin: …, for who cannot read the script"
            yield Finding(("flattened_markers", place, "translit"), "missing", right)


def _overlaps(pack: LocalePack) -> Iterator[Finding]:
    """Complain about the same wording in two entries: a hit would count as both."""
    first: dict[str, str] = {}
    for key in ("idioms", "flattened_markers"):
        for place, entry in enumerate(getattr(pack, key)):
            cues: list[tuple[Path, str]] = [(("text",), entry.text)]
            cues += [(("variants", n), cue) for n, cue in enumerate(entry.variants)]
            for where, cue in cues:
                other = first.setdefault(_same(cue), entry.id)
                if other != entry.id:
                    found = f"{told(cue)} stands in {other} too"
                    yield Finding((key, place, *where), found, "the words in one of the two")


def _same(cue: str) -> str:
    return cue if cue.startswith("re:") else fold(cue)
