"""What a locale pack says that contradicts itself or the instruments."""

from __future__ import annotations

import re
from collections.abc import Iterator

from mhsim.crosscheck.entries import check_entries, texts
from mhsim.crosscheck.lookup import items, known_idiom, known_items
from mhsim.library import Library
from mhsim.spec.base import Finding, Path, told
from mhsim.spec.culture import LocalePack


def check_pack(library: Library, pack: LocalePack) -> Iterator[Finding]:
    """Yield what is wrong with one pack."""
    yield from _entries(pack)
    yield from check_entries(library, pack)
    yield from _said(pack)
    every = items(library)
    yield from known_items(("expressions",), pack.expressions, every)
    if pack.reading is not None:
        yield from known_items(("reading", "items"), pack.reading.items, every)
    for key in ("reading", "style"):
        for path, cue in texts((key,), getattr(pack, key)):
            yield from _cue(path, cue)


def _said(pack: LocalePack) -> Iterator[Finding]:
    """Look through everything the reference simulator says."""
    ids = {idiom.id for idiom in pack.idioms}
    for key in ("expressions", "speech"):
        for path, said in texts((key,), getattr(pack, key)):
            if path[-1] == "idiom":
                yield from known_idiom(path, said, ids, pack.locale)
            elif path[-1] == "text":
                yield from _braces(path, said)


def _entries(pack: LocalePack) -> Iterator[Finding]:
    first: dict[str, str] = {}
    for key in ("idioms", "flattened_markers"):
        for place, entry in enumerate(getattr(pack, key)):
            here = f"{key}[{place}]"
            if first.setdefault(entry.id, here) != here:
                found = f"{told(entry.id)} is the id of {first[entry.id]} too"
                yield Finding((key, place, "id"), found, "an id of its own")
            if entry.confidence == "literature" and not getattr(entry, "source", True):
                right = "name the source, or write common-usage"
                yield Finding((key, place, "confidence"), "literature without a source", right)
    for key, claims in pack.context:
        for place, claim in enumerate(claims):
            if getattr(claim, "confidence", None) == "literature" and not claim.source:
                right = "name the source, or write common-usage"
                path = ("context", key, place, "confidence")
                yield Finding(path, "literature without a source", right)


def _braces(path: Path, text: str) -> Iterator[Finding]:
    rest = re.sub(r"\{[^|{}]*\|[^|{}]*\}", "", text)
    if "{" in rest or "}" in rest:
        found = f"{{ or }} without its pair and a | between: {told(text)}"
        yield Finding(path, found, "{masculine|feminine}, such as {थका|थकी}")


def _cue(path: Path, cue: str) -> Iterator[Finding]:
    if not cue.startswith("re:"):
        return
    try:
        empty = re.compile(f"(?:{cue[3:]})").search("")
    except re.error as error:
        said = str(error).partition(" at position")[0]
        right = "mend it, or drop re: to find the words as they stand"
        yield Finding(path, f"{told(cue)} is no regular expression: {said}", right)
        return
    if empty:
        yield Finding(
            path, f"{told(cue)} is found in empty text, so anywhere", "a cue of some words"
        )
