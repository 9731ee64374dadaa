"""Tables of cut-offs that sources label their totals by; a label is held against one of them."""

from __future__ import annotations

import re
from collections.abc import Mapping

from mhsim.errors import listed

CUTOFFS: Mapping[str, tuple[int, Mapping[str, int]]] = {
    "bdi2_manual": (63, {"minimal": 0, "mild": 14, "moderate": 20, "severe": 29}),
    "erisk": (63, {"minimal": 0, "mild": 10, "moderate": 19, "severe": 30}),
    "talkdep": (63, {"minimal": 0, "mild": 14, "moderate": 20, "severe": 29}),
}
"""Name to the highest total and each label's lowest; `talkdep` is what its own screening prompt
says, which its profiles do not always follow."""


def band(total: int, cutoffs: str) -> str:
    """Return the label a total (0 to the highest) has by a table."""
    _, lows = CUTOFFS[cutoffs]
    return [name for name, low in lows.items() if low <= total][-1]


def words(label: str) -> list[str]:
    """Return the labels that a source's own words name, in order."""
    known = "|".join(CUTOFFS["bdi2_manual"][1])
    return re.findall(known, label.lower())


def label_findings(total: int | None, label: str | None, cutoffs: str) -> list[str]:
    """Say what is wrong with a total and its label; nothing where one of them is missing."""
    highest, lows = CUTOFFS[cutoffs]
    if total is not None and not 0 <= total <= highest:
        return [f"the total {total} is off the scale of 0 to {highest}"]
    if label is None:
        return []
    named = words(label)
    if not named:
        return [f"the label {label!r} is none of {', '.join(lows)}"]
    found: list[str] = []
    if len(set(named)) > 1:
        found.append(f"the label {label!r} names more than one band")
    right = band(total, cutoffs) if total is not None else named[0]
    if right not in named or len(set(named)) > 1:
        others = [name for name in CUTOFFS if total is not None and band(total, name) in named]
        fits = f", though it fits {listed(others)}" if others and len(set(named)) == 1 else ""
        said = f"the label {label!r} against the total {total}: {right!r} by {cutoffs}{fits}"
        found.append(said)
    return found
