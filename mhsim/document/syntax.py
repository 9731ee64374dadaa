"""What a YAML parser could not read, in an author's words. Knows nothing of what the text means."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import yaml

from mhsim.document.marks import plain
from mhsim.document.spot import Spot, lines_of

_KEY = re.compile(r"\s*(?:- +)*(?P<key>[^\s'\"#\[{][^:#]*?|'[^']*'|\"[^\"]*\")\s*:(?= |$)")
_TIGHT = re.compile(r"\s*(?:- +)*(?P<key>[\w-]+):(?P<value>\S.*)$")
_CLOSES = {"[": "]", "{": "}"}

Said = tuple[str, str, tuple[int, int]]
"""What was found, what would be right, and the zero-based line and column."""


def explain(error: yaml.YAMLError, text: str) -> tuple[str, str, tuple[int, int]]:
    """Say what was found, what would be right, and the one-based line and column."""
    if isinstance(error, yaml.reader.ReaderError):
        found, right, (line, column) = _unreadable(error, text)
    else:
        spot = Spot(error, text)
        said = (rule(spot) for rule in _RULES)
        found, right, (line, column) = next(s for s in said if s is not None)
    return found, right, (line + 1, column + 1)


def _unreadable(error: Any, text: str) -> Said:
    before = text.encode()[: error.position].decode(errors="ignore")
    lines = lines_of(before)
    return (
        f"a control character (U+{error.character:04X}) stands here",
        "remove it",
        (len(lines) - 1, len(lines[-1])),
    )


def _tab(spot: Spot) -> Said | None:
    stands = "tab" in spot.said or ("token" in spot.said and spot.char(spot.at) == "\t")
    if not stands:
        return None
    line, column = spot.at
    start = spot.lines[line].find("\t")
    return "a tab indents this line", "indent with spaces", (line, max(start, 0) or column)


def _first(spot: Spot) -> Said | None:
    if "cannot start any token" not in spot.said:
        return None
    (line, column), char = spot.at, spot.char(spot.at)
    if char == "%" and spot.before(spot.at).endswith("{"):
        right = "put the text in quotes, or on lines of its own after |"
        return "a template ({% … %}) stands here without quotes", right, (line, column - 1)
    return f"text starts with {char}", "put the text in quotes", spot.at


def _quote(spot: Spot) -> Said | None:
    if "quoted scalar" not in spot.doing:
        return None
    quote = spot.char(spot.opened)
    if "escape" in spot.said or "hexdecimal" in spot.said:
        line, column = spot.at
        wrong = spot.lines[line][column : column + 2]
        wrong = wrong if wrong.startswith("\\") else "\\" + wrong
        right = "use single quotes, or write \\\\ for a backslash"
        return f"{wrong} means nothing in double quotes", right, spot.at
    return f"the {quote} opened here is never closed", f"close it with {quote}", spot.opened


def _after_quote(spot: Spot) -> Said | None:
    start = spot.quoted_before() if "did not find" in spot.said else None
    if start is None or spot.char(spot.at) in ("]", "}", ""):
        return None
    quote = spot.char(start)
    if start[0] != spot.at[0]:
        found = f"the {quote} opened here is closed only on line {spot.at[0] + 1}"
        return found, f"close it with {quote} where the text ends", start
    if "flow" in spot.doing:
        right = "put a comma between, or all of it in one pair of quotes"
        return "text goes on after the closing quote", right, spot.at
    twice = "''" if quote == "'" else '\\"'
    right = f"put all of it in one pair of quotes; inside them write {twice} for {quote}"
    return "text goes on after the closing quote", right, spot.at


def _bracket(spot: Spot) -> Said | None:
    if "while parsing a flow" not in spot.doing:
        return None
    char, opened = spot.char(spot.at), spot.unclosed()
    if opened is not None:
        bracket = spot.char(opened)
        close = _CLOSES.get(bracket, "]")
        if char in "]}" and char and char != close:
            return f"{char} closes what {bracket} opened", f"close it with {close}", spot.at
        return f"the {bracket} opened here is never closed", f"close it with {close}", opened
    if "node content" in spot.said and char == ",":
        return "a comma follows nothing", "remove it, or write what is missing", spot.at
    if char == ":":
        right = "put a comma between the entries, or the text in quotes"
        return "a second colon stands in one entry", right, spot.at
    if char in "]}" and char:
        bracket = spot.char(spot.opened)
        right = f"close it with {_CLOSES.get(bracket, ']')}"
        return f"{char} closes what {bracket} opened", right, spot.at
    right = "put a comma before it; quote text that holds , [ ] { or }"
    return "no comma parts this from what stands before", right, spot.at


def _colon(spot: Spot) -> Said | None:
    if "mapping values are not allowed" not in spot.said:
        return None
    head = spot.before(spot.at)
    key = _KEY.match(head)
    if key:
        right = f"put the text in quotes: {key['key']}: '…'"
        return "a second colon stands in the text", right, spot.at
    return _keyless(spot, _line_above(spot)) or _under_a_value(spot, head)


def _under_a_value(spot: Spot, head: str) -> Said:
    start = (spot.at[0], len(head) - len(head.lstrip()))
    above = _KEY.match(spot.lines[_line_above(spot)])
    if above is None or not head.strip():
        right = "check the indentation, or put the text in quotes"
        return "a colon stands where no key can", right, spot.at
    found = f"{head.strip()!r} stands deeper than {above['key']!r}, which has a value already"
    right = f"indent it like {above['key']!r}, or drop that value"
    return found, right, start


def _no_colon(spot: Spot) -> Said | None:
    if "could not find expected ':'" not in spot.said:
        return None
    return _keyless(spot, spot.opened[0]) or (
        "a key has no colon",
        "write key: value",
        spot.opened,
    )


def _keyless(spot: Spot, line: int) -> Said | None:
    """Complain about a line that should hold a key and lacks its colon, or the space after it."""
    text = spot.lines[line]
    start = len(text) - len(text.lstrip())
    tight = _TIGHT.match(text)
    if tight:
        right = f"write {tight['key']}: {_short(tight['value'])}"
        return f"no space after the colon of {tight['key']!r}", right, (line, tight.end("key"))
    if _KEY.match(text) or not text.strip():
        return None
    said = _short(text.strip())
    right = f"write {said}: …" if re.fullmatch(r"\w+", said) else "write key: value"
    return f"{said} has no colon", right, (line, start)


def _line_above(spot: Spot) -> int:
    """Return the line before the spot's that holds something."""
    for line in range(spot.at[0] - 1, -1, -1):
        if spot.lines[line].strip() and not spot.lines[line].lstrip().startswith("#"):
            return line
    return spot.at[0]


def _indent(spot: Spot) -> Said | None:
    keys, entries = "expected key" in spot.said, "'-' indicator" in spot.said
    if not keys and not entries:
        return None
    line, column = spot.at
    if spot.char(spot.at) in "]}" and spot.char(spot.at):
        return f"a {spot.char(spot.at)} too many", "remove it, or open it before", spot.at
    if spot.char(spot.at) == ":":
        return "a colon follows no key", "write key: value", spot.at
    levels = _levels(spot)
    if not spot.before(spot.at).strip() and column not in levels:
        right = f"{' or '.join(map(str, levels))} spaces, as above"
        return f"this line is indented by {column}, which no line above is", right, spot.at
    if keys and spot.lines[line].lstrip().startswith("- "):
        return "a list entry (-) stands among keys", "indent it under its key", spot.at
    if entries:
        return "a key stands among list entries (-)", "start it with -, or indent it", spot.at
    return "this fits nothing before it", "check indentation, quotes and brackets above", spot.at


def _levels(spot: Spot) -> list[int]:
    """Return the indentations that are still open above the spot, ascending."""
    levels: list[int] = []
    for line in range(spot.at[0] - 1, -1, -1):
        text = spot.lines[line]
        width = len(text) - len(text.lstrip(" "))
        if text.strip() and not text.lstrip().startswith("#") and width < min(levels, default=999):
            levels.append(width)
    return sorted(levels)


def _entry(spot: Spot) -> Said | None:
    if "block sequence entries" not in spot.said:
        return None
    right = "put it on a line of its own, write [x, y], or put the text in quotes"
    return "a list entry (-) starts behind a key", right, spot.at


def _sign(spot: Spot) -> Said | None:
    """Complain about text that YAML takes for an alias, an anchor, a tag or a block."""
    said = f"{spot.said} {spot.doing}"
    if "block scalar" in said:
        right = "put it in quotes; text after | or > stands on lines of its own"
        return f"text starts with {spot.char(spot.opened)}", right, spot.opened
    if any(word in said for word in ("alias", "anchor", "tag")):
        return f"text starts with {spot.char(spot.opened)}", "put the text in quotes", spot.opened
    if "directive" in said:
        return "a line starts with %", "put the text in quotes, or # before a comment", spot.opened
    return None


def _other(spot: Spot) -> Said:
    if "document start" in spot.said:
        first = next((len(t) - len(t.lstrip()) for t in spot.lines if t.strip(" #")), 0)
        if first <= spot.at[1]:
            return "the document has ended above (...)", "remove that line", spot.at
        found = f"this line is indented by {spot.at[1]}, the first one by {first}"
        return found, "indent all keys of the file alike", spot.at
    if spot.char(spot.at) in list(",]}"):
        return f"a {spot.char(spot.at)} too many", "remove it, or open it before", spot.at
    if spot.before((spot.at[0], 3)) in ("...", "---"):
        return f"{spot.before((spot.at[0], 3))} parts documents", "remove the line", spot.at
    right = "check colons, quotes, brackets and indentation here and on the line above"
    return f"not YAML: {spot.said or 'it cannot be read'}", right, spot.at


def _short(text: str) -> str:
    return plain(text if len(text) <= 40 else text[:39] + "…")


_RULES: tuple[Callable[[Spot], Said | None], ...] = (
    _tab, _first, _quote, _after_quote, _bracket, _colon, _no_colon, _indent, _entry, _sign, _other,
)  # fmt: skip
