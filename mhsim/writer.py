"""The one writer of a run directory: holds its lock, writes its plan, hands out journals."""

from __future__ import annotations

import os
from contextlib import suppress
from pathlib import Path
from typing import Self

from mhsim.difference import differences
from mhsim.errors import RunError
from mhsim.journal import ELSEWHERE, Journal, Syncer, disk, read_closing
from mhsim.ledger import Ledger
from mhsim.lock import drop, take
from mhsim.planning import Plan
from mhsim.record import Closing
from mhsim.state import now
from mhsim.store import read_plan


class Writer:
    """The right to write in a run directory; a context manager.

    Args:
        path: the run directory; made where it does not exist.
        plan: what is run there.

    Raises:
        RunError: somebody else writes there, or the plan there is another one.
    """

    def __init__(self, path: Path, plan: Plan) -> None:
        self.path = path
        self.plan = plan
        self.trials = path / "trials"
        with disk(path):
            self.trials.mkdir(parents=True, exist_ok=True)
            self._lock = take(path / "lock")
            try:
                self._write_plan()
                self._folder = os.open(self.trials, os.O_RDONLY)
            except BaseException:
                drop(self._lock)
                raise
        self._syncer = Syncer()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._syncer.close()
        with suppress(OSError):
            os.fsync(self._folder)
        os.close(self._folder)
        drop(self._lock)

    def closings(self) -> dict[str, Closing]:
        """Return how the trials that have ended did so, by their ids.

        Raises:
            RunError: one of their files is damaged.
        """
        return {
            path.name.removesuffix(".jsonl"): read_closing(path)
            for path in sorted(self.trials.glob("*.jsonl"))
        }

    def begun(self) -> set[str]:
        """Return the ids of the trials that have begun and not ended."""
        return {path.name.removesuffix(".jsonl.part") for path in self.trials.glob("*.part")}

    def part(self, trial: str) -> Path:
        """Return where a trial in progress is written."""
        return self.trials / f"{trial}.jsonl.part"

    def closed(self, trial: str) -> Path:
        """Return where a closed trial lies."""
        return self.trials / f"{trial}.jsonl"

    def journal(self, trial: str, keep: int = 0) -> Journal:
        """Open a trial's file, keeping its first `keep` bytes."""
        return Journal(self.part(trial), self._syncer, self._folder, keep)

    def ledger(self) -> Ledger:
        """Open the run's comparisons.

        Raises:
            RunError: the disk refused, or a line of them is damaged.
        """
        return Ledger(self.path, self._syncer)

    def note(self, text: str) -> None:
        """Write a line to the run's own log.

        Raises:
            RunError: the disk refused.
        """
        file = self.path / "run.log"
        with disk(file), file.open("a", encoding="utf-8") as log:
            log.write(f"{now().isoformat(timespec='seconds')} {text}\n")

    def _write_plan(self) -> None:
        file = self.path / "plan.json"
        if not file.exists():
            draft = file.with_suffix(".json.part")
            with draft.open("wb") as out:
                out.write(self.plan.model_dump_json(by_alias=True, exclude_none=True).encode())
                out.flush()
                os.fsync(out.fileno())
            draft.rename(file)
            _sync(self.path)
            return
        stored = read_plan(self.path)
        if stored.hash != self.plan.hash:
            changes = "\n".join(f"  {line}" for line in differences(stored, self.plan))
            raise RunError(
                f"{self.path} holds a run of another plan:\n{changes}\n"
                f"{ELSEWHERE}, or bring back what was changed"
            )


def _sync(folder: Path) -> None:
    """Make the names in a folder durable."""
    file = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(file)
    finally:
        os.close(file)
