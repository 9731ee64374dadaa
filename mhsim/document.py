"""YAML 1.2 text as plain data that knows where everything stands. Knows nothing of models."""

from __future__ import annotations

from collections.abc import Hashable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml
from yamlcore import CCoreLoader

from mhsim.errors import Problem

Place = tuple[str | int, ...]
Mark = tuple[int, int]
"""One-based line and column."""

_DEPTH = 60


@dataclass(slots=True)
class Document:
    """One file's data, and the marks of every key and value in it.

    Args:
        name: the file as the author knows it, for messages.
        data: plain data; None where the file could not be read.
        problems: what is wrong with the file as YAML: syntax, duplicate keys, aliases.
    """

    name: str
    data: Any
    keys: dict[Place, Mark]
    values: dict[Place, Mark]
    problems: list[Problem]

    def problem(self, path: Place, found: str, right: str, *, on_key: bool = False) -> Problem:
        """Say what is wrong at a place; parts of `path` the file does not have are dropped."""
        known: Place = ()
        for part in path:
            if (*known, part) in self.values:
                known = (*known, part)
        missing = bool(path) and known[-1:] != path[-1:]
        marks = self.keys if (on_key or missing) and known in self.keys else self.values
        line, column = marks.get(known, (1, 1))
        return Problem(self.name, line, column, dotted(path) or "file", found, right)


def dotted(path: Place) -> str:
    """Write a place as an author would say it: `edges.critic[0].to`."""
    return "".join(f"[{p}]" if isinstance(p, int) else f".{p}" for p in path).lstrip(".")


def read(path: Path, name: str | None = None) -> Document:
    """Read a YAML file; what is wrong with it comes with it, nothing is raised."""
    shown = name or str(path)
    try:
        raw = path.read_bytes()
    except OSError as error:
        return _unread(shown, f"cannot be read: {error.strerror}", "a file that can be read")
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = raw[: error.start].count(b"\n") + 1
        return _unread(shown, "is not UTF-8 here", "save the file as UTF-8", (line, 1))
    return parse(text, shown)


def parse(text: str, name: str) -> Document:
    """Read YAML text."""
    document = Document(name, None, {}, {}, [])
    loader = CCoreLoader(text)
    try:
        root = loader.get_single_node()
        if root is None:
            return _unread(name, "the file is empty", "write its keys, or start from `mhsim new`")
        document.data = _Walk(document, loader).value(root, ())
    except (yaml.MarkedYAMLError, yaml.reader.ReaderError) as error:
        found, right, mark = _syntax(error, text)
        return _unread(name, found, right, mark)
    except RecursionError:
        return _unread(name, "is nested too deeply", f"at most {_DEPTH} levels")
    finally:
        loader.dispose()
    return document


class _Walk:
    """Turn composed nodes into data, noting marks, duplicate keys and aliases."""

    def __init__(self, document: Document, loader: Any) -> None:
        self.document = document
        self.loader = loader
        self.seen: set[int] = set()

    def value(self, node: Any, path: Place) -> Any:
        mark = (node.start_mark.line + 1, node.start_mark.column + 1)
        self.document.values.setdefault(path, mark)
        if id(node) in self.seen:
            self._problem(mark, path, "an alias (*name) stands here", "write the value out")
            return None
        if len(path) > _DEPTH:
            raise RecursionError
        self.seen.add(id(node))
        match node:
            case yaml.MappingNode():
                return self._mapping(node, path)
            case yaml.SequenceNode():
                return [self.value(each, (*path, n)) for n, each in enumerate(node.value)]
            case _:
                return self._scalar(node, path, mark)

    def _scalar(self, node: Any, path: Place, mark: Mark) -> Any:
        try:
            return self.loader.construct_object(node, deep=True)
        except (yaml.MarkedYAMLError, ValueError):
            found = f"the tag {node.tag} is not allowed"
            self._problem(mark, path, found, "a plain value; tags have no meaning here")
            return None

    def _mapping(self, node: Any, path: Place) -> dict[Any, Any]:
        out: dict[Any, Any] = {}
        for key_node, value_node in node.value:
            mark = (key_node.start_mark.line + 1, key_node.start_mark.column + 1)
            key = self._key(key_node, path, mark)
            if key is None:
                continue
            here = (*path, key)
            if key in out:
                line = self.document.keys[here][0]
                self._problem(mark, here, f"the key stands here again (first on line {line})", "keep one")
                continue
            self.document.keys[here] = mark
            out[key] = self.value(value_node, here)
        return out

    def _key(self, node: Any, path: Place, mark: Mark) -> Any:
        key = self.loader.construct_object(node, deep=True) if node.id == "scalar" else node
        if not isinstance(key, Hashable) or not isinstance(key, str | int) or isinstance(key, bool):
            found = "a key that is neither a word nor a number"
            self._problem(mark, path, found, "a plain word; quote it where needed")
            return None
        return key

    def _problem(self, mark: Mark, path: Place, found: str, right: str) -> None:
        self.document.problems.append(
            Problem(self.document.name, *mark, dotted(path) or "file", found, right)
        )


def _unread(name: str, found: str, right: str, mark: Mark = (1, 1)) -> Document:
    return Document(name, None, {}, {}, [Problem(name, *mark, "file", found, right)])


def _syntax(error: Exception, text: str) -> tuple[str, str, Mark]:
    """Put a YAML syntax error in words, with the place it was noticed at."""
    if isinstance(error, yaml.reader.ReaderError):
        line = text[: error.position].count("\n") + 1
        found = "a control character stands here"
        return found, "remove it", (line, 1)
    assert isinstance(error, yaml.MarkedYAMLError)
    mark = error.problem_mark or error.context_mark
    place = (mark.line + 1, mark.column + 1) if mark else (1, 1)
    said = error.problem or "it cannot be read"
    if "anchor" in said or "alias" in said:
        return f"not YAML: {said}", "write the value out; aliases are not used here", place
    if "\\t" in said or "tab" in said:
        return f"not YAML: {said}", "indent with spaces", place
    if "another document" in str(error) or "single document" in str(error):
        return "a second document starts here (---)", "one document per file", place
    right = "check colons, quotes, brackets and indentation here and on the line above"
    return f"not YAML: {said}", right, place
