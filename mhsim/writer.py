"""The one writer of a run directory: holds its lock, writes its plan, hands out journals."""

from __future__ import annotations

import os
from collections.abc import Iterable, Sequence
from contextlib import suppress
from functools import partial
from pathlib import Path
from typing import Self

from mhsim.difference import differences
from mhsim.disk import ELSEWHERE, NoRoom, Room, disk
from mhsim.drift import Drift, compare
from mhsim.errors import RunError
from mhsim.journal import Journal, read_closing
from mhsim.ledger import Ledger
from mhsim.lock import drop, take
from mhsim.planning import Plan
from mhsim.record import Closing
from mhsim.shelf import Shelf, sync, write_whole
from mhsim.state import now
from mhsim.store import read_plan
from mhsim.syncer import Syncer
from mhsim.text import digest


class Writer:
    """The right to write in a run directory; a context manager.

    Args:
        path: the run directory; made where it does not exist.
        plan: what is run there.
        accept: whether trials whose inputs have changed may be played again.

    Raises:
        RunError: somebody else writes there, or the plan there is another one.
    """

    def __init__(self, path: Path, plan: Plan, *, accept: bool = False) -> None:
        self.path = path
        self.plan = plan
        self.trials = path / "trials"
        self.room = Room(path)
        self.shelf = Shelf(path, self.note)
        self.drift: Drift | None = None
        self._notes: list[str] = []
        with disk(path):
            self.trials.mkdir(parents=True, exist_ok=True)
            self._lock = take(path / "lock")
            try:
                self._write_plan(accept=accept)
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

        One whose last line is damaged has not ended: it is set aside and opened again.

        Raises:
            RunError: the disk refused.
        """
        found: dict[str, Closing] = {}
        for path in sorted(self.trials.glob("*.jsonl")):
            try:
                found[path.name.removesuffix(".jsonl")] = read_closing(path)
            except RunError as error:
                self.reopen(path, str(error).partition(": ")[2].partition(";")[0])
        return found

    def knows(self, plan: str) -> bool:
        """Say whether trials of the plan of that hash belong here: it is ours, or was before."""
        return plan == self.plan.hash or (self.path / "plans" / f"{plan}.json").exists()

    def begun(self) -> set[str]:
        """Return the ids of the trials that have begun and not ended."""
        return {path.name.removesuffix(".jsonl.part") for path in self.trials.glob("*.part")}

    def part(self, trial: str) -> Path:
        """Return where a trial in progress is written."""
        return self.trials / f"{trial}.jsonl.part"

    def closed(self, trial: str) -> Path:
        """Return where a closed trial lies."""
        return self.trials / f"{trial}.jsonl"

    async def journal(self, part: Path, keep: int = 0) -> Journal:
        """Open a trial's file, keeping its first `keep` bytes; waits where the disk is full.

        Raises:
            RunError: the disk refused.
        """
        return await self.room.insist(
            lambda: Journal(part, self._syncer, self._folder, keep, self.room)
        )

    async def prompts(self, texts: Iterable[str]) -> None:
        """Keep rendered prompts, each once, under the sha256 that openings name.

        Waits where the disk is full.

        Raises:
            RunError: the disk refused.
        """
        for text in filter(None, texts):
            file = self.path / "prompts" / f"{digest(text)}.txt"
            if not file.exists():
                await self.room.insist(partial(_keep, file, text))

    def reopen(self, closed: Path, damage: str) -> None:
        """Set a damaged closed trial aside, and open it again from what is whole of it.

        Raises:
            RunError: the disk refused.
        """
        self.shelf.quarantine(closed, damage)
        with disk(closed):
            closed.rename(closed.with_name(f"{closed.name}.part"))
            sync(closed.parent)

    def ledger(self) -> Ledger:
        """Open the run's comparisons.

        Raises:
            RunError: the disk refused, or a line of them is damaged.
        """
        return Ledger(self.path, self._syncer)

    def note(self, text: str) -> None:
        """Write a line to the run's own log; on a full disk it is written with the next one.

        Raises:
            RunError: the disk refused.
        """
        file = self.path / "run.log"
        self._notes.append(f"{now().isoformat(timespec='seconds')} {text}\n")
        with suppress(NoRoom), disk(file), file.open("ab") as log:
            start = log.tell()
            try:
                log.write("".join(self._notes).encode())
                log.flush()
                self._notes.clear()
            except OSError:
                os.ftruncate(log.fileno(), start)
                raise

    def _write_plan(self, *, accept: bool) -> None:
        """Write the plan; put it in the place of another one where that may be.

        Raises:
            RunError: stored trials would have to be played again, and nobody accepted that.
        """
        file = self.path / "plan.json"
        if not file.exists():
            write_whole(file, _text(self.plan))
            return
        stored = read_plan(self.path)
        if stored.hash == self.plan.hash:
            return
        there = {p.name.partition(".jsonl")[0] for p in self.trials.iterdir()}
        drift = compare(stored, self.plan, there)
        if not drift.harmless and not accept:
            raise RunError(_refusal(self.path, differences(stored, self.plan), drift))
        history = self.path / "plans"
        history.mkdir(exist_ok=True)
        # First what changed makes way, then the plan changes: so a plan is never wrong about
        # what lies beside it, wherever in between the process dies.
        write_whole(history / f"{stored.hash}.json", file.read_bytes())
        for trial in sorted(drift.again):
            for path in (self.closed(trial), self.part(trial)):
                if path.exists():
                    self.shelf.earlier(path)
        write_whole(file, _text(self.plan))
        lack = f"; what was there is not rated by: {', '.join(drift.lacking)}" * bool(drift.lacking)
        self.note(f"the plan is another one now, before it was plans/{stored.hash}.json{lack}")
        self.drift = drift


def _text(plan: Plan) -> bytes:
    return plan.model_dump_json(by_alias=True, exclude_none=True).encode()


def _refusal(path: Path, changes: Sequence[str], drift: Drift) -> str:
    lines = [
        f"{path} holds a run of another plan:",
        *(f"  {line}" for line in changes),
        "what that means for its conversations:",
        *(f"  {line}" for line in drift.lines()),
        "--accept-changes plays those of `again` once more and keeps their files in attempts/; or "
        f"{ELSEWHERE}, or bring back what was changed",
    ]
    return "\n".join(lines)


def _keep(file: Path, text: str) -> None:
    with disk(file):
        file.parent.mkdir(exist_ok=True)
        write_whole(file, text.encode())
