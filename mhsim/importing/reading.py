"""Files of other people as text, rows and records: tolerant in reading, strict in saying so."""

from __future__ import annotations

import codecs
import csv
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from mhsim.importing.haul import Finding, Haul, Unusable

_MOJIBAKE = re.compile("Ã[\x80-\xbf¡-¿]|â€[\x80-\xff“”˜™œ¦]|Â[\xa0°»«]")
_CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")
_BOMS = ((codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"))


@dataclass(frozen=True, slots=True)
class Text:
    """A file's text with plain line ends.

    Args:
        file: the file as it was named.
        text: what stands in it.
    """

    file: str
    text: str

    def line(self, place: int) -> int:
        """Return the one-based line of a place in the text."""
        return self.text.count("\n", 0, place) + 1

    def lines(self) -> list[str]:
        """Return the lines, ends taken off."""
        return self.text.split("\n")


def read_text(path: Path, haul: Haul) -> Text:
    """Read a file whatever its encoding, and report what is not plain UTF-8.

    Raises:
        Unusable: it cannot be read at all.
    """
    file = str(path)
    try:
        raw = path.read_bytes()
    except OSError as error:
        raise Unusable(Finding(file, f"cannot be read: {error.strerror or error}")) from error
    text = _decoded(raw, file, haul)
    if "\r" in text:
        line = text[: text.index("\r")].count("\n") + 1
        haul.say(file, "lines end in CR LF, not LF; read as line ends", line)
        text = text.replace("\r\n", "\n").replace("\r", "\n")
    for pattern, what in ((_MOJIBAKE, "reads like UTF-8 taken for cp1252"), (_CONTROL, "")):
        found = pattern.search(text)
        if found:
            line = text.count("\n", 0, found.start()) + 1
            named = what or f"holds the control character U+{ord(found[0]):04X}"
            haul.say(file, f"{found[0]!r} {named}; kept as it is" if what else named, line)
    return Text(file, text)


def _decoded(raw: bytes, file: str, haul: Haul) -> str:
    for mark, name in _BOMS:
        if raw.startswith(mark):
            haul.say(file, "the file is UTF-16, not UTF-8", 1)
            return raw.decode(name, errors="replace")
    if raw.startswith(codecs.BOM_UTF8):
        haul.say(file, "a byte order mark stands at the beginning; left out", 1)
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = raw.count(b"\n", 0, error.start) + 1
        found = f"byte 0x{raw[error.start]:02X} is not UTF-8; the file is read as cp1252"
        haul.say(file, found, line)
        return raw.decode("cp1252", errors="replace")


def files(path: Path, *suffixes: str) -> list[Path]:
    """Return a file, or the files of a folder and those below it that end so, sorted.

    Raises:
        Unusable: there is no such path, or nothing in the folder ends so.
    """
    if path.is_file():
        return [path]
    if not path.is_dir():
        raise Unusable(Finding(str(path), "there is no such file or folder"))
    found = sorted(p for p in path.rglob("*") if p.suffix.lower() in suffixes and p.is_file())
    if not found:
        raise Unusable(Finding(str(path), f"no file here ends in {' or '.join(suffixes)}"))
    return found


def each(path: Path, haul: Haul, *suffixes: str) -> Iterator[Text]:
    """Read a file, or every file of a folder; one that cannot be read is reported and left out.

    Raises:
        Unusable: a file that stands alone cannot be read.
    """
    found = files(path, *suffixes)
    for one in found:
        try:
            yield read_text(one, haul)
        except Unusable as error:
            if path.is_file():
                raise
            haul.findings.append(error.finding)


@dataclass(frozen=True, slots=True)
class Row:
    """One row of a table: its one-based line, and its cells by column."""

    line: int
    cells: dict[str, str]

    def get(self, *columns: str) -> str:
        """Return the first of some columns that is there and not empty, or an empty text."""
        return next((self.cells[c].strip() for c in columns if self.cells.get(c, "").strip()), "")


def read_rows(source: Text, haul: Haul, delimiter: str) -> list[Row]:
    """Read a table with a header; columns are known by name, never by place.

    Raises:
        Unusable: it is no table.
    """
    reader = csv.reader(source.text.splitlines(keepends=True), delimiter=delimiter)
    rows: list[Row] = []
    names: list[str] = []
    line = 1
    try:
        for cells in reader:
            if not names:
                names = _columns(source, cells, haul)
            elif any(cell.strip() for cell in cells):
                rows.append(_row(source, line, cells, names, haul))
            line = reader.line_num + 1
    except csv.Error as error:
        raise Unusable(Finding(source.file, f"cannot be read as a table: {error}", line)) from error
    if not names:
        raise Unusable(Finding(source.file, "the file is empty"))
    return rows


def _columns(source: Text, cells: list[str], haul: Haul) -> list[str]:
    names: list[str] = []
    for place, cell in enumerate(cells, 1):
        name = cell.strip() or f"column {place}"
        if name in names:
            haul.say(source.file, f"the column {name!r} is there twice; both are kept", 1)
            name = f"{name} (column {place})"
        names.append(name)
    return names


def _row(source: Text, line: int, cells: list[str], names: list[str], haul: Haul) -> Row:
    if len(cells) != len(names):
        found = f"{len(cells)} cells where the header has {len(names)} columns"
        haul.say(source.file, found, line)
    more = {f"column {n}": c for n, c in enumerate(cells, 1) if n > len(names) and c}
    return Row(line, {**dict(zip(names, cells, strict=False)), **more})
