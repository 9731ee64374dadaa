"""What can go wrong, and whose turn it is to act.

MhsimError
├── InputError      something a person wrote is wrong: files, names, options (exit code 2)
├── RunError        a run directory cannot be used as asked: another plan, another writer, damage
│   └── Halt        a run cannot go on now; nothing is wrong with its trials, which stay resumable
├── EngineError     a graph, node or guard broke its own promise while a session was running
└── PlayerError     a player could not answer; becomes a `failure` event, never a made-up value
"""

from __future__ import annotations

import bisect
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from mhsim.record import Usage

FailureKind = Literal[
    "refusal", "unparsable", "wrong_language", "role_drift", "provider", "timeout", "budget"
]
"""Why a player could not answer.

- `refusal`: it declined the task
- `unparsable`: its reply did not fit the form, after retries
- `wrong_language`: it answered in another language
- `role_drift`: it spoke as somebody else
- `provider`: the service behind it failed
- `timeout`: no answer in time
- `budget`: the next call would have exceeded the budget
"""


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing that is wrong in what a person wrote: where, what was found, what would be right.

    Args:
        file: path as the author knows it.
        line: one-based line, or None where no line can be named.
        column: one-based column.
        key: dotted path of the key, or `file` for the whole file.
        found: what was found there.
        right: what would be right, with a suggestion where there is one.
    """

    file: str
    line: int | None
    column: int | None
    key: str
    found: str
    right: str

    def __str__(self) -> str:
        place = ":".join(str(part) for part in (self.file, self.line, self.column) if part)
        return f"{place}: {self.key}: {self.found}; {self.right}"


class MhsimError(Exception):
    """Everything this package raises on purpose."""


class InputError(MhsimError):
    """Something a person wrote is wrong.

    Args:
        message: one sentence, or empty when `problems` say it all.
        problems: each wrong place; all of them, not the first.
    """

    def __init__(self, message: str = "", problems: Sequence[Problem] = ()) -> None:
        self.problems = tuple(problems)
        super().__init__("\n".join(filter(None, [message, *map(str, self.problems)])))


class RunError(MhsimError):
    """A run directory cannot be used as asked. The message says what to do instead."""


HaltReason = Literal["budget", "outage", "key", "replay"]
"""Why a run stops before its end.

- `budget`: the next call could exceed it
- `outage`: nothing has answered for too long
- `key`: the provider does not let us in
- `replay`: a call is not on the recording
"""


class Halt(RunError):
    """A run cannot go on now. Its trials stay as they are: the same command goes on with them.

    Args:
        reason: one of `HaltReason`.
        detail: what happened, and what to do.
    """

    def __init__(self, reason: HaltReason, detail: str) -> None:
        self.reason: HaltReason = reason
        self.detail = detail
        super().__init__(detail)


class EngineError(MhsimError):
    """A graph, node or guard broke its own promise while a session was running."""


class PlayerError(MhsimError):
    """A player could not answer.

    Args:
        kind: one of `FailureKind`.
        detail: what happened, for the log; never shown inside a transcript.
        attempts: how often it was tried, 1 or more.
        usage: what the attempts took, where that is known.
    """

    def __init__(
        self, kind: FailureKind, detail: str, attempts: int = 1, usage: Usage | None = None
    ) -> None:
        self.kind: FailureKind = kind
        self.detail = detail
        self.attempts = attempts
        self.usage = usage
        super().__init__(f"{kind}: {detail}")


def suggestion(word: object, known: Iterable[str]) -> str:
    """Say which known word was probably meant: ` (did you mean 'therapist'?)`, or nothing."""
    near = nearest(str(word), known)
    return f" (did you mean {near!r}?)" if near else ""


def nearest(word: str, known: Iterable[str]) -> str | None:
    """Return the known word that was probably meant, or None if none is near.

    Near is a slip or two away, whatever the case and the separators, or some of the other's words
    (`judge` for `judge_a`). Numbers and letters that number are no slips: `phq8` is not nearly
    `phq9`, nor `judge_c` `judge_a`.
    """
    given = _folded(word)
    best: tuple[int, str] | None = None
    for each in known:
        other = _folded(each)
        if _numbers(given) and _numbers(given) != _numbers(other):
            continue
        away = _slips(given, other)
        if away > bisect.bisect((3, 6, 10), max(len(given), len(other))):
            shared = set(given.split("_")) & set(other.split("_"))
            away = 9 if set(given.split("_")) == shared or set(other.split("_")) == shared else 99
        if away < (best[0] if best else 99):
            best = (away, each)
    return best[1] if best else None


def _folded(word: str) -> str:
    return re.sub(r"[-_ ]+", "_", word.casefold())


def _numbers(word: str) -> list[int]:
    return [int(d, 36) for d in re.findall("[0-9]{1,9}|(?<=_)[a-z](?=_|$)", word)]


def _slips(one: str, other: str) -> int:
    """Count insertions, deletions, replacements and swaps of neighbours between two words."""
    if abs(len(one) - len(other)) > 3:
        return 99
    before: list[int] = []
    row = list(range(len(other) + 1))
    for i, a in enumerate(one, 1):
        before, above, row = row, before, [i]
        for j, b in enumerate(other, 1):
            row.append(min(before[j] + 1, row[-1] + 1, before[j - 1] + (a != b)))
            if i > 1 and j > 1 and a == other[j - 2] and one[i - 2] == b:
                row[-1] = min(row[-1], above[j - 2] + 1)
    return row[-1]


def listed(names: Iterable[str], most: int = 12) -> str:
    """Join names for a message, shortened past `most`."""
    every = list(names)
    rest = len(every) - most
    return ", ".join(every[:most]) + (f" and {rest} more" if rest > 0 else "")
