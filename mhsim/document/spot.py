"""Where a YAML parser stopped, and what stands around there."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import yaml
from yamlcore import CCoreLoader

_BREAK = re.compile("\r\n|[\r\n\x85\u2028\u2029]")
_OPENS = (yaml.FlowSequenceStartToken, yaml.FlowMappingStartToken)
_CLOSES = (yaml.FlowSequenceEndToken, yaml.FlowMappingEndToken)
_DEPTH = 100
"""How deep brackets are followed: the scanner's time grows with the square of it."""


def lines_of(text: str) -> list[str]:
    """Split text where YAML sees line ends."""
    return _BREAK.split(text)


@dataclass(frozen=True)
class Spot:
    """Where the parser stopped, and what is around; lines and columns count from 0."""

    error: Any
    text: str

    @cached_property
    def lines(self) -> Sequence[str]:
        """The text's lines, and one more, where an end of file is noticed."""
        return [*lines_of(self.text), ""]

    @cached_property
    def said(self) -> str:
        """What the parser says is wrong."""
        return self.error.problem or ""

    @cached_property
    def doing(self) -> str:
        """What the parser was reading."""
        return self.error.context or ""

    @cached_property
    def at(self) -> tuple[int, int]:
        """Where it noticed."""
        mark = self.error.problem_mark or self.error.context_mark
        return (mark.line, mark.column) if mark else (0, 0)

    @cached_property
    def opened(self) -> tuple[int, int]:
        """Where what it was reading began."""
        mark = self.error.context_mark
        return (mark.line, mark.column) if mark else self.at

    def char(self, at: tuple[int, int]) -> str:
        """Return the character at a place."""
        return self.lines[at[0]][at[1] : at[1] + 1]

    def before(self, at: tuple[int, int]) -> str:
        """Return what stands before a place in its line."""
        return self.lines[at[0]][: at[1]]

    @cached_property
    def tokens(self) -> list[Any]:
        """What the scanner sees, up to where even it gives up, or brackets stand absurdly deep."""
        found: list[Any] = []
        depth = 0
        loader = CCoreLoader(self.text)
        try:
            while depth < _DEPTH and loader.check_token():
                found.append(loader.get_token())
                depth += isinstance(found[-1], _OPENS) - isinstance(found[-1], _CLOSES)
        except yaml.YAMLError:
            pass
        finally:
            loader.dispose()
        return found

    def unclosed(self) -> tuple[int, int] | None:
        """Return where the innermost bracket that nothing closes was opened."""
        opened: list[tuple[int, int]] = []
        for token in self.tokens:
            if isinstance(token, _OPENS):
                opened.append((token.start_mark.line, token.start_mark.column))
            elif isinstance(token, _CLOSES):
                del opened[-1:]
        return opened[-1] if opened else None

    def quoted_before(self) -> tuple[int, int] | None:
        """Return where the quoted text that ends right before this place began."""
        for token in reversed(self.tokens):
            if isinstance(token, yaml.ScalarToken) and token.style in ("'", '"'):
                end = (token.end_mark.line, token.end_mark.column)
                if end[0] == self.at[0] and not self.before(self.at)[end[1] :].strip():
                    return token.start_mark.line, token.start_mark.column
        return None
