"""What a batch tells while it goes on, and what it came to."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from mhsim.chat import Spending
from mhsim.errors import Halt
from mhsim.record import AnyEvent, Closing, TrialId
from mhsim.store import Run


class Watcher(Protocol):
    """Somebody who is told how a batch gets on."""

    def kept(self, trial: TrialId, closing: Closing) -> None:
        """Say that a trial was closed by an earlier call; said of all of them before any starts."""
        ...

    def started(self, trial: TrialId, turns: int) -> None:
        """Say that a trial begins, or goes on after some whole turns."""
        ...

    def happened(self, trial: TrialId, events: Sequence[AnyEvent]) -> None:
        """Say what one visit to a node left."""
        ...

    def finished(self, trial: TrialId, closing: Closing) -> None:
        """Say that a trial has ended."""
        ...


@dataclass(frozen=True)
class Outcome:
    """What a batch came to.

    Args:
        run: the run directory, readable.
        played: trials closed by this call.
        kept: trials that were closed before.
        resumed: trials that went on from whole turns of an earlier call.
        failed: ids of trials that could not go on, earlier calls' included, with the reason.
        failures: failures by kind in the trials closed by this call, unrated turns included.
        spent: what chat models have cost, earlier calls' included.
        stopped: why it stopped before its end; None where it did not.
        left: trials that are still to be played, because the batch was asked to stop.
    """

    run: Run
    played: int
    kept: int
    resumed: int
    failed: Mapping[str, str]
    failures: Mapping[str, int]
    spent: Spending
    stopped: Halt | None = None
    left: int = 0
