"""The options of verbs that call chat models: what calls may cost, where replies come from."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from mhsim.errors import InputError

if TYPE_CHECKING:
    from mhsim.chat import Terms


@dataclass(frozen=True)
class Options:
    """Options.

    Args:
        budget: US dollars this run may cost in all; it stops before a call could exceed them.
        budget_tokens: tokens it may read and write in all, likewise.
        deadline: seconds the calls of one conversation may take together.
        cache: a folder of replies to take from and add to; MHSIM_CACHE names it, too.
        record: a file to write every reply to.
        replay: a file to take every reply from; no model is called.
    """

    budget: float | None = None
    budget_tokens: int | None = None
    deadline: float | None = None
    cache: Path | None = None
    record: Path | None = None
    replay: Path | None = None

    def terms(self) -> Terms:
        """Return them as a batch takes them.

        Raises:
            InputError: one of them makes no sense.
        """
        from mhsim.chat import Terms

        sensible(self.words())
        given = asdict(self)
        if not self.cache and not self.replay and (shared := os.environ.get("MHSIM_CACHE")):
            given["cache"] = Path(shared)
        return Terms(**given)

    def words(self) -> dict[str, Any]:
        """Return each option as it is typed, with its value."""
        return {f"--{name.replace('_', '-')}": value for name, value in asdict(self).items()}


def sensible(options: Mapping[str, Any]) -> None:
    """See to it that numbers are above nothing.

    Raises:
        InputError: one is not.
    """
    for option, value in options.items():
        if isinstance(value, int) and value < 1:
            raise InputError(f"mhsim run: {option}: found {value}; 1 or more")
        if isinstance(value, float) and not 0 < value < float("inf"):
            raise InputError(f"mhsim run: {option}: found {value:g}; more than 0")
