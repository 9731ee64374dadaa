"""YAML 1.2 text as plain data that knows where everything stands. Knows nothing of models."""

from __future__ import annotations

from pathlib import Path

import yaml
from yamlcore import CCoreLoader

from mhsim.document.marks import Document as Document
from mhsim.document.marks import Mark as Mark
from mhsim.document.marks import Place as Place
from mhsim.document.scan import DEPTH, Scan, TooDeepError
from mhsim.document.syntax import explain


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
        return _undecoded(shown, raw, error.start)
    return parse(text, shown)


def parse(text: str, name: str) -> Document:
    """Read YAML text."""
    document = Document(name, text=text)
    loader = CCoreLoader(text)
    try:
        Scan(document, loader).whole()
    except TooDeepError as error:
        document.refuse(f"nested more than {DEPTH} levels deep", "fewer levels", error.mark)
    except yaml.YAMLError as error:
        found, right, mark = explain(error, text)
        # What starts with & or * and goes on is no second mistake.
        if mark[0] not in {problem.line for problem in document.problems}:
            document.refuse(found, right, mark)
    finally:
        loader.dispose()
    if document.data is None and not document.problems:
        document.refuse("the file is empty", "write its keys, or start from `mhsim new`", (1, 1))
    return document


def _unread(name: str, found: str, right: str, mark: Mark = (1, 1)) -> Document:
    document = Document(name)
    document.refuse(found, right, mark)
    return document


def _undecoded(name: str, raw: bytes, place: int) -> Document:
    if raw[:2] in (b"\xff\xfe", b"\xfe\xff"):
        return _unread(name, "the file is UTF-16", "save it as UTF-8")
    lines = raw[:place].decode(errors="replace").splitlines() or [""]
    found = f"a byte that is not UTF-8 (0x{raw[place]:02X}) stands here"
    return _unread(name, found, "save the file as UTF-8", (len(lines), len(lines[-1]) + 1))
