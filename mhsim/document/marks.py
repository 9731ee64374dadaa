"""Plain data that knows where everything stands. Knows nothing of how it was read."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from mhsim.document.spot import lines_of
from mhsim.errors import Problem

if TYPE_CHECKING:
    from mhsim.spec.base import Finding

Place = tuple[str | int, ...]
"""Keys and list positions from the top of a file."""

Mark = tuple[int, int]
"""One-based line and column."""


def plain(text: str) -> str:
    """Return text as it stands if a line of a message can hold it, and escaped otherwise."""
    return text if text.isprintable() and text.strip() == text != "" else repr(text)


@dataclass(slots=True)
class Document:
    """One file's data, and the marks of every key and value in it.

    Args:
        name: the file as the author knows it, for messages.
        data: plain data; None where the file could not be read.
        problems: what is wrong with the file as YAML: syntax, duplicate keys, aliases.
        text: the file's text.
        lists: where lists stand.
        blocks: where text stands on lines of its own, after `|`.
        broken: where a problem of the YAML was found, so that the value there means nothing.
    """

    name: str
    data: Any = None
    keys: dict[Place, Mark] = field(default_factory=dict)
    values: dict[Place, Mark] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)
    text: str = ""
    lists: set[Place] = field(default_factory=set)
    blocks: set[Place] = field(default_factory=set)
    broken: set[Place] = field(default_factory=set)

    def problem(
        self,
        path: Place,
        found: str,
        right: str,
        *,
        on_key: bool = False,
        within: tuple[int, str] | None = None,
    ) -> Problem:
        """Say what is wrong at a place; parts of `path` the file does not have are dropped.

        Args:
            path: keys and list positions; a last key that is not there is missing.
            found: what was found.
            right: what would be right.
            on_key: whether the key is wrong, not its value.
            within: one-based line of the text that stands there, and the word meant.
        """
        known = self.known(path)
        missing = path[-1:] if known != path and isinstance(self.at(known), dict) else ()
        marks = self.keys if (on_key or missing) and known in self.keys else self.values
        line, column = marks.get(known, (1, 1))
        if within is not None and known in self.blocks:
            line, column = self._within(line, *within)
        return Problem(self.name, line, column, self.dotted((*known, *missing)), found, right)

    def finding(self, finding: Finding, base: Place = ()) -> Problem:
        """Say what a model finds wrong with itself, where its data begins at `base`."""
        return self.problem(
            (*base, *finding.path),
            finding.found,
            finding.right,
            on_key=finding.on_key,
            within=finding.within,
        )

    def known(self, path: Place) -> Place:
        """Return `path` without the parts the file does not have: validators' names, [0] of one."""
        known: Place = ()
        for part in path:
            if (*known, part) in self.values:
                known = (*known, part)
        return known

    def at(self, place: Place) -> Any:
        """Return the data at a place the file has."""
        data = self.data
        for part in place:
            data = data[part]
        return data

    def dotted(self, path: Place) -> str:
        """Write a place as an author would say it: `edges.critic[0].to`."""
        said = ""
        for n, part in enumerate(path):
            said += f"[{part}]" if path[:n] in self.lists else f".{plain(str(part))}"
        return said.lstrip(".") or "file"

    def _within(self, header: int, line: int, word: str) -> Mark:
        lines = lines_of(self.text)
        place = min(header + line, len(lines))
        return place, max(lines[place - 1].find(word), 0) + 1

    def refuse(self, found: str, right: str, mark: Mark, place: Place = ()) -> None:
        """Note that something is wrong with the file as YAML."""
        self.problems.append(Problem(self.name, *mark, self.dotted(place), found, right))
