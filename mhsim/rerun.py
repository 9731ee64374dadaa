"""Another attempt at trials of a run that failed, or whose files were damaged."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from mhsim.disk import disk
from mhsim.errors import RunError
from mhsim.journal import read_closed, read_closing
from mhsim.outcome import Outcome
from mhsim.record import Closing, TrialId
from mhsim.shift import Hands, Shift, ready
from mhsim.store import Run
from mhsim.writer import Writer


async def rerun(run: Run, hands: Hands, *, failed: bool = True, damaged: bool = False) -> Outcome:
    """Play trials of a run again.

    A failed one gets another attempt, written beside; the old one stays until the new one has
    succeeded, and is kept in `attempts/` then. Of a damaged one a copy is kept in `quarantine/`,
    and it goes on before the first damaged line.

    Args:
        run: the run.
        hands: who answers, watches, steers and pays.
        failed: whether trials that failed get another attempt.
        damaged: whether every closed file is read, and damaged ones are gone on with.

    Raises:
        InputError: nothing answers for a seat.
        RunError: the directory has another writer, or cannot be written.
    """
    with Writer(run.path, run.plan) as writer:
        async with ready(Again, writer, hands) as batch:
            broken = list(_damaged(writer)) if damaged else []
            chosen = batch.chosen(set(broken), failed=failed)
            await batch.play(iter(chosen), f"{len(chosen)} are played again")
    return batch.outcome()


class Again(Shift):
    """A shift of further attempts."""

    def chosen(self, broken: set[str], *, failed: bool) -> list[TrialId]:
        """Return the trials to be played again."""
        closings = self.writer.closings() if failed else {}
        again = broken | {name for name, c in closings.items() if c.reason == "failure"}
        trials = [trial for trial in self.writer.plan.trials() if trial.id in again]
        self.tally.kept = len(list(self.writer.trials.glob("*.jsonl"))) - len(trials)
        for trial in trials:
            # An attempt that was closed before the process died only has to find its place.
            done = self.part(trial).with_suffix("")
            if done.exists() and done.parent.name == "attempts":
                self.ended(trial, read_closing(done))
        return [t for t in trials if t.id in broken or not self._mended(t)]

    def part(self, trial: TrialId) -> Path:
        """Return where the new attempt is written: beside, while the old one stands."""
        closed = self.writer.closed(trial.id)
        return self.writer.shelf.attempt(trial.id) if closed.exists() else super().part(trial)

    def ended(self, trial: TrialId, closing: Closing) -> None:
        """Put an attempt that succeeded in the old one's place; keep both whatever happens."""
        new = self.writer.shelf.attempt(trial.id).with_suffix("")
        if not new.exists():
            return
        old = self.writer.closed(trial.id)
        if closing.reason in ("failure", "stopped"):
            self.writer.shelf.earlier(new)
            return
        self.writer.shelf.earlier(old, leave=True)
        with disk(old):
            new.rename(old)

    def _mended(self, trial: TrialId) -> bool:
        return read_closing(self.writer.closed(trial.id)).reason != "failure"


def _damaged(writer: Writer) -> Iterator[str]:
    """Open every damaged closed file again, and yield its trial."""
    writer.closings()
    for path in sorted(writer.trials.glob("*.jsonl")):
        try:
            read_closed(path)
        except RunError as error:
            writer.reopen(path, str(error).partition(": ")[2].partition(";")[0])
    yield from writer.begun()
