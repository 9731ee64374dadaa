"""Books: what one run knows of its calls: its tape, a cache, a recording, its purse."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Literal

from mhsim.chat.address import Place
from mhsim.chat.cache import Cache
from mhsim.chat.purse import Purse, Spending
from mhsim.chat.request import Reply
from mhsim.chat.tape import Tape
from mhsim.errors import Halt, InputError

Replies = Literal["cache", "record", "replay"]
"""Where replies come from, or go to, besides the models and the run itself."""


@dataclass(frozen=True, slots=True)
class Terms:
    """What a run may take and where its replies may come from.

    Args:
        budget: US dollars.
        budget_tokens: tokens read and written.
        deadline: seconds the calls of one conversation may take together, waits between tries
            included, standing in line not.
        cache: a folder of replies, read and filled.
        record: a file every reply is written to.
        replay: a file replies are taken from; nobody is called.
    """

    budget: float | None = None
    budget_tokens: int | None = None
    deadline: float | None = None
    cache: Path | None = None
    record: Path | None = None
    replay: Path | None = None

    @property
    def replies(self) -> Replies | None:
        """What is said of it in the opening of every conversation; None where models answer."""
        if self.replay:
            return "replay"
        return "cache" if self.cache else "record" if self.record else None


class Books:
    """Answers for calls that were made before, and writes down those that are made.

    Args:
        terms: what the run may take.
        tape: the run's own tape; None outside of a run.
        cut: ids of the trials to go on with.

    Raises:
        InputError: there is no recording of that name, or both cache and replay are asked for.
        RunError: a file cannot be used.
    """

    def __init__(
        self, terms: Terms | None = None, tape: Path | None = None, cut: Collection[str] = ()
    ) -> None:
        self.terms = terms = terms or Terms()
        if terms.replay and not terms.replay.is_file():
            raise InputError(f"{terms.replay}: there is no such recording")
        if terms.replay and (terms.cache or terms.record):
            raise InputError("a replay takes every reply from its recording: no cache, no record")
        self.in_run = tape is not None
        self.tape = Tape(tape, cut) if tape else None
        self.spent = self.tape.spent if self.tape else Spending()
        self.purse = Purse(terms.budget, terms.budget_tokens, self.spent)
        self.worked: defaultdict[str, float] = defaultdict(float)
        """Trial to the seconds its calls have taken."""
        self._record = Tape(terms.record, ()) if terms.record else None
        self._replay = Tape(terms.replay) if terms.replay else None
        self._cache = Cache(terms.cache) if terms.cache else None

    @property
    def kept(self) -> bool:
        """Whether anything is kept: otherwise no call needs a digest."""
        return any((self.tape, self._record, self._replay, self._cache))

    def known(self, place: Place, key: str, nth: int) -> Reply | None:
        """Return a reply that need not be paid for.

        Args:
            place: who asks.
            key: the digest of the call.
            nth: how often this seat has asked exactly this before.

        Raises:
            Halt: a recording is played, and this call is not on it.
        """
        if self.tape and (again := self.tape.play(place, key)):
            return again
        if self._replay:
            found = self._replay.play(place, key)
            if found is None:
                raise Halt("replay", self._missing(place, nth))
            return self._free(place, key, replace(found, source="replay"))
        found = self._cache.get(_nth(key, nth)) if self._cache else None
        return self._free(place, key, replace(found, source="cache")) if found else None

    def keep(self, place: Place, key: str, nth: int, reply: Reply, charge: float | None) -> None:
        """Write down a reply that was paid for.

        Raises:
            RunError: the disk refused.
        """
        for tape in (self.tape, self._record):
            if tape:
                tape.keep(place, key, reply, charge)
        if self._cache:
            self._cache.put(_nth(key, nth), reply)

    def close(self) -> None:
        """Close the files."""
        for file in (self.tape, self._record, self._replay, self._cache):
            if file:
                file.close()

    def _free(self, place: Place, key: str, reply: Reply) -> Reply:
        """Write down a reply that costs nothing now."""
        free = replace(reply, cost=0.0)
        for tape in (self.tape, self._record):
            if tape:
                tape.keep(place, key, free)
        return free

    def _missing(self, place: Place, nth: int) -> str:
        again = f", for the {nth + 1}th time" if nth else ""
        return (
            f"{self.terms.replay}: {place.role or 'somebody'} of {place.trial or 'no trial'} asks "
            f"something that is not on the recording{again}; it was made by another plan, or ended "
            "before this call"
        )


def _nth(key: str, nth: int) -> str:
    return f"{key}.{nth}" if nth else key
