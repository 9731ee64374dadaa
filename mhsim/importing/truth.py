"""A file of true totals: a name and a number on each line."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from mhsim.importing.haul import Finding, Haul, Unusable
from mhsim.importing.reading import read_text

_LINE = re.compile(r"\s*(\S.*?)[\s:,;=]+(-?\d+)\s*")


@dataclass(frozen=True)
class Truth:
    """True totals by name.

    Args:
        file: where they stand.
        totals: name to total and line.
    """

    file: str
    totals: dict[str, tuple[int, int]]

    def total(self, name: str) -> int | None:
        """Return somebody's total, or None."""
        found = self.totals.get(name.casefold())
        return found[0] if found else None

    def held(
        self, name: str, total: int | None, haul: Haul, file: str, line: int | None
    ) -> int | None:
        """Hold a total against the truth and report what differs; a missing one is filled in."""
        true = self.total(name)
        if true is None:
            haul.say(file, f"{name!r} is not in the truth file {self.file}", line)
        elif total is None:
            haul.say(file, f"the total {true} of the truth file is taken", line)
        elif total != true:
            haul.say(file, f"the total {total} is {true} in the truth file {self.file}", line)
        return true if total is None else total

    def unused(self, names: Sequence[str], haul: Haul) -> None:
        """Report who has a true total and is not there."""
        known = {name.casefold() for name in names}
        for name, (_, line) in self.totals.items():
            if name not in known:
                haul.say(self.file, f"{name!r} has a total and no profile", line)


def read_truth(path: Path, haul: Haul) -> Truth:
    """Read a file of true totals.

    Raises:
        Unusable: no line of it is a name and a number.
    """
    source = read_text(path, haul)
    totals: dict[str, tuple[int, int]] = {}
    for number, line in enumerate(source.lines(), 1):
        found = _LINE.fullmatch(line)
        if found is None:
            if line.strip():
                haul.say(source.file, f"no name and number: {line.strip()[:60]!r}", number)
            continue
        name, total = found[1].casefold(), int(found[2][:9])
        if name in totals:
            haul.say(source.file, f"{found[1]!r} stands here again; the first is kept", number)
        totals.setdefault(name, (total, number))
    if not totals:
        raise Unusable(Finding(source.file, "no line is a name and a number"))
    return Truth(source.file, totals)
