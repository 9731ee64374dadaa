"""One trial brought to its end on disk, from whatever an earlier call left of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from mhsim.errors import RunError
from mhsim.journal import Journal, read_whole
from mhsim.outcome import Watcher
from mhsim.record import AnyEvent, Closing, Failure, Opening, TrialId
from mhsim.session import Stage
from mhsim.state import Log
from mhsim.steering import Going, Steering
from mhsim.writer import Writer


@dataclass
class Attempt:
    """One trial, and the file it is written to.

    Args:
        stage: plays it.
        writer: the run's.
        trial: which it is.
        part: where it is written until it is closed.
        steering: asked before every turn.
        watcher: told how it gets on.
    """

    stage: Stage
    writer: Writer
    trial: TrialId
    part: Path
    steering: Steering
    watcher: Watcher | None = None

    def __post_init__(self) -> None:
        self.failures: list[Failure] = []
        self.closing: Closing | None = None
        self.resumed = False

    def past(self, *, turns: bool = False) -> tuple[list[AnyEvent], int]:
        """Return what there is of the trial already, and its length in bytes.

        A damaged file is set aside; visits that are not whole are cut off.

        Args:
            turns: whether to go back to the last whole turn, not only the last whole visit.

        Raises:
            RunError: the file is another trial's.
        """
        if not self.part.exists():
            return [], 0
        found = read_whole(self.part)
        if found.damage:
            self.writer.shelf.quarantine(self.part, found.damage)
        events, ends = found.events, found.ends
        if not events:
            return [], 0
        first = events[0]
        if not isinstance(first, Opening) or not self._ours(first):
            raise RunError(
                f"{self.part}: line 1 does not open this trial of this plan; move the file away to "
                "play the trial again"
            )
        if isinstance(events[-1], Closing):
            return events, ends[-1]
        whole = self.stage.whole_turns if turns else self.stage.whole_visits
        count = whole(self.trial, events)
        if not turns and count <= 1:
            return [], 0
        if count < len(events):
            self.writer.shelf.cut(self.trial.id, events[count:])
        return events[:count], ends[count - 1]

    async def play(self, going: Going) -> None:
        """Play the trial from its past to its closing; what came of it is then here to be read.

        Raises:
            InputError: nothing answers for a seat.
            RunError: the disk refused, or the file is another trial's.
        """
        past, keep = self.past()
        journal = await self.writer.journal(self.part, keep)
        try:
            self.closing = await self._play(journal, past, going)
        finally:
            if self.closing is None:
                journal.close(finished=False)
        await self.writer.room.insist(lambda: journal.close(finished=True))

    async def stop(self) -> Closing | None:
        """Close the trial as stopped after its last whole turn; None where it had not begun.

        Raises:
            RunError: the disk refused.
        """
        past, keep = self.past(turns=True)
        if not past:
            return None
        journal = await self.writer.journal(self.part, keep)
        last = past[-1]
        if not isinstance(last, Closing):
            log = Log(past)
            stopped = Closing(turn=log.turn, reason="stopped", detail="cancelled while it went on")
            (last,) = log.record("", [stopped])
            journal.append([last])
        await journal.settle()
        await self.writer.room.insist(lambda: journal.close(finished=True))
        assert isinstance(last, Closing)
        return last

    async def _play(self, journal: Journal, past: list[AnyEvent], going: Going) -> Closing:
        self.failures = [e for e in past if isinstance(e, Failure)]
        ended = False

        def emit(events: Sequence[AnyEvent]) -> None:
            nonlocal ended
            journal.append(events)
            self.failures.extend(e for e in events if isinstance(e, Failure))
            ended = isinstance(events[-1], Closing)
            if self.watcher:
                _tell(self.watcher, self.trial, events)

        async def settle() -> None:
            going.at("the disk")
            await journal.settle()
            if not ended:
                await self.steering.gate(going)
                going.turn += 1

        def arrive(node: str) -> None:
            going.at("", node)

        table = self.stage.casting.table(self.trial, emit=emit, settle=settle, arrive=arrive)
        await self.writer.prompts(seat.prompt for seat in table.seats.values())
        going.turn = Log(past).turn
        self.resumed = len(past) > 1
        if self.watcher:
            self.watcher.started(self.trial, going.turn)
        if past and isinstance(past[-1], Closing):
            # The writer of its last line was killed before it gave the file its name.
            await journal.settle()
            return past[-1]
        return await self.stage.play(self.trial, table, past)

    def _ours(self, opening: Opening) -> bool:
        """Say whether a session is this trial's; an earlier plan may have had fewer judges."""
        was, now = opening.trial, self.trial
        same = (was.id, was.seed) == (now.id, now.seed) and was.cast.items() <= now.cast.items()
        return same and self.writer.knows(opening.plan)


def _tell(watcher: Watcher, trial: TrialId, events: Sequence[AnyEvent]) -> None:
    """Tell a watcher; what goes wrong in it must not be taken for the trial's own failure."""
    try:
        watcher.happened(trial, events)
    except Exception as error:
        raise RunError(
            f"the watcher of the batch failed: {type(error).__name__}: {error}"
        ) from error
