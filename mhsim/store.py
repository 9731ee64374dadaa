"""The run directory: a frozen plan, one file of events per trial. The files are the truth.

    runs/<name>/plan.json                  the plan, written first
    runs/<name>/trials/<trial id>.jsonl    a closed trial, one event per line
    runs/<name>/trials/<trial id>.jsonl.part   one in progress
    runs/<name>/run.log                    what happened to the run itself
    runs/<name>/lock                       who writes
"""

from __future__ import annotations

import asyncio
import fcntl
import json
import os
import socket
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any, Self

from pydantic import ValidationError

from mhsim.errors import InputError, RunError, listed
from mhsim.planning import Plan
from mhsim.record import AnyEvent, Closing, Critique, Opening, Rating, Risk, Utterance, dump, parse
from mhsim.state import Log, now

_PARALLEL_SYNCS = 8


class Syncer:
    """Makes files durable, grouped across trials: one round of fsyncs serves all who wait."""

    def __init__(self) -> None:
        self._waiting: dict[int, list[asyncio.Future[None]]] = {}
        self._pool = ThreadPoolExecutor(_PARALLEL_SYNCS, thread_name_prefix="mhsim-sync")
        self._round: asyncio.Task[None] | None = None

    async def sync(self, file: int) -> None:
        """Wait until what was written to this file descriptor is on disk.

        Raises:
            OSError: the disk refused.
        """
        future = asyncio.get_running_loop().create_future()
        self._waiting.setdefault(file, []).append(future)
        if self._round is None:
            self._round = asyncio.create_task(self._rounds())
        await future

    def close(self) -> None:
        """Let the threads go."""
        self._pool.shutdown(wait=True)

    async def _rounds(self) -> None:
        loop = asyncio.get_running_loop()
        while self._waiting:
            batch, self._waiting = self._waiting, {}
            files = list(batch)
            shares = [files[n::_PARALLEL_SYNCS] for n in range(min(_PARALLEL_SYNCS, len(files)))]
            jobs = [loop.run_in_executor(self._pool, _sync_all, share) for share in shares]
            for share, job in zip(shares, jobs, strict=True):
                errors = await job
                for file in share:
                    for future in batch[file]:
                        _settle(future, errors.get(file))
        self._round = None


def _sync_all(files: Sequence[int]) -> dict[int, OSError]:
    errors: dict[int, OSError] = {}
    for file in files:
        try:
            os.fdatasync(file)
        except OSError as error:
            errors[file] = error
    return errors


def _settle(future: asyncio.Future[None], error: OSError | None) -> None:
    if future.done():
        return
    if error is None:
        future.set_result(None)
    else:
        future.set_exception(error)


class Journal:
    """One trial's file while it is being played: appended to, made durable turn by turn.

    Args:
        path: the `.part` file.
        syncer: who makes it durable.
        keep: bytes of the existing file to keep; the rest is cut off.
    """

    def __init__(self, path: Path, syncer: Syncer, keep: int = 0) -> None:
        self.path = path
        self._syncer = syncer
        self._file = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o644)
        self._written = keep
        os.ftruncate(self._file, keep)

    def append(self, events: Sequence[AnyEvent]) -> None:
        """Append the events of one visit in one write.

        Raises:
            OSError: the disk refused; nothing of them is kept.
        """
        data = b"".join(map(dump, events))
        try:
            written = os.write(self._file, data)
            if written != len(data):
                os.write(self._file, data[written:])
        except OSError:
            os.ftruncate(self._file, self._written)
            raise
        self._written += len(data)

    async def settle(self) -> None:
        """Wait until all that was appended is on disk."""
        await self._syncer.sync(self._file)

    def close(self, *, finished: bool) -> None:
        """Close the file; a finished one gets its final name."""
        os.close(self._file)
        if finished:
            self.path.rename(self.path.with_suffix(""))


def read_lines(path: Path) -> tuple[list[AnyEvent], list[int]]:
    """Read the events of a file that may be cut anywhere.

    Returns:
        The events of its whole lines up to the first torn one, and where each line ends, in bytes.

    Raises:
        RunError: a line that is not the last is damaged.
    """
    data = path.read_bytes()
    events: list[AnyEvent] = []
    ends: list[int] = []
    start = 0
    while (end := data.find(b"\n", start)) >= 0:
        try:
            event = parse(data[start:end])
        except ValidationError as error:
            if data.find(b"\n", end + 1) < 0:
                break
            raise RunError(
                f"{path}: line {len(events) + 1} is damaged; mend it, or delete the file to play "
                "the trial again"
            ) from error
        if event.seq != len(events):
            raise RunError(f"{path}: line {len(events) + 1} has seq {event.seq}; a line is missing")
        events.append(event)
        start = end + 1
        ends.append(start)
    return events, ends


@dataclass(frozen=True)
class Session:
    """One stored conversation, planned and happened.

    Args:
        id: the trial's.
        events: everything that happened, in order.
    """

    id: str
    events: tuple[AnyEvent, ...]

    @cached_property
    def _log(self) -> Log:
        return Log(self.events)

    @property
    def opening(self) -> Opening:
        """How it began: trial, models, prompts."""
        first = self.events[0]
        assert isinstance(first, Opening)
        return first

    @property
    def arm(self) -> str:
        """The treatment."""
        return self.opening.trial.arm

    @property
    def locale(self) -> str:
        """Where it was played."""
        return self.opening.trial.locale

    @property
    def closing(self) -> Closing | None:
        """How it ended; None while it is in progress."""
        return self._log.closing

    @property
    def turns(self) -> int:
        """How many turns it has."""
        return self._log.turn

    @property
    def transcript(self) -> Sequence[Utterance]:
        """What was finally said, in order."""
        return self._log.transcript

    def ratings(self, judge: str) -> Sequence[Rating]:
        """Return a judge's ratings, a turn after the other; unrated turns are missing."""
        return self._log.ratings(judge)

    @property
    def judges(self) -> list[str]:
        """The roles that rated at least once."""
        return sorted({e.role for e in self.events if isinstance(e, Rating)})

    @property
    def critiques(self) -> list[Critique]:
        """Every critique, drafts included."""
        return [e for e in self.events if isinstance(e, Critique)]

    @property
    def risks(self) -> list[Risk]:
        """Every screening."""
        return [e for e in self.events if isinstance(e, Risk)]


@dataclass(frozen=True)
class Run:
    """One execution of a plan, read from its directory; needs no lock.

    Args:
        path: the run directory.

    Raises:
        InputError: there is no run there.
    """

    path: Path
    plan: Plan = field(init=False, repr=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "path", Path(self.path))
        object.__setattr__(self, "plan", read_plan(self.path))

    @property
    def trials(self) -> Path:
        """The folder of trial files."""
        return self.path / "trials"

    def closed(self) -> set[str]:
        """Return the ids of the trials that have ended."""
        return {path.name.removesuffix(".jsonl") for path in self.trials.glob("*.jsonl")}

    def sessions(self, arm: str | None = None, locale: str | None = None) -> Iterator[Session]:
        """Yield the closed sessions in planned order, one at a time."""
        closed = self.closed()
        for trial in self.plan.trials():
            wanted = arm in (None, trial.arm) and locale in (None, trial.locale)
            if wanted and trial.id in closed:
                yield self.session(trial.id)

    def session(self, trial: str) -> Session:
        """Return one session, closed or in progress.

        Raises:
            InputError: there is none of that id.
        """
        for name in (f"{trial}.jsonl", f"{trial}.jsonl.part"):
            path = self.trials / name
            if path.is_file():
                return Session(trial, tuple(read_lines(path)[0]))
        some = listed(sorted(self.closed()), 5)
        raise InputError(f"{self.path}: there is no session {trial!r}; there is: {some or 'none yet'}")


def read_plan(path: Path) -> Plan:
    """Read the plan of a run directory.

    Raises:
        InputError: there is none, or it cannot be read.
    """
    file = path / "plan.json"
    if not file.is_file():
        raise InputError(f"{path}: this is no run directory; it has no plan.json")
    try:
        return Plan.model_validate_json(file.read_bytes())
    except (ValidationError, OSError) as error:
        reason = str(error).splitlines()[0]
        raise InputError(f"{file}: the plan cannot be read: {reason}") from error


class Writer:
    """The one writer of a run directory: holds its lock, writes its plan, hands out journals.

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
        try:
            self.trials.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise RunError(f"{path}: cannot be made a run directory: {error.strerror}") from error
        self._lock = _lock(path / "lock")
        try:
            self._write_plan()
        except BaseException:
            os.close(self._lock)
            raise
        self.syncer = Syncer()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.syncer.close()
        os.close(self._lock)

    def closed(self) -> set[str]:
        """Return the ids of the trials that have ended."""
        return {path.name.removesuffix(".jsonl") for path in self.trials.glob("*.jsonl")}

    def part(self, trial: str) -> Path:
        """Return where a trial in progress is written."""
        return self.trials / f"{trial}.jsonl.part"

    def journal(self, trial: str, keep: int = 0) -> Journal:
        """Open a trial's file, keeping its first `keep` bytes."""
        return Journal(self.part(trial), self.syncer, keep)

    def note(self, text: str) -> None:
        """Write a line to the run's own log."""
        with (self.path / "run.log").open("a", encoding="utf-8") as log:
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
            return
        stored = read_plan(self.path)
        if stored.hash != self.plan.hash:
            changes = "\n".join(f"  {line}" for line in differences(stored, self.plan))
            raise RunError(
                f"{self.path} holds a run of another plan:\n{changes}\n"
                "take another directory with --out, or bring back what was changed"
            )


def _lock(path: Path) -> int:
    """Take the lock, naming ourselves in it; it falls when the process ends, however it ends."""
    file = os.open(path, os.O_RDWR | os.O_CREAT, 0o644)
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        holder = os.read(file, 1000).decode(errors="replace").strip() or "somebody"
        os.close(file)
        raise RunError(
            f"{path.parent}: {holder} is writing there; wait for it, or take another --out"
        ) from None
    os.ftruncate(file, 0)
    who = f"process {os.getpid()} on {socket.gethostname()} since {now().isoformat(timespec='seconds')}"
    os.pwrite(file, who.encode(), 0)
    return file


def differences(old: Plan, new: Plan, most: int = 20) -> list[str]:
    """Say in what two plans differ: `scenario.replicates: 5 in the run, 3 now`."""
    found = list(_differ(old.content(), new.content(), ""))
    rest = len(found) - most
    return found[:most] + ([f"and {rest} more"] if rest > 0 else [])


def _differ(old: Any, new: Any, path: str) -> Iterator[str]:
    if isinstance(old, Mapping) and isinstance(new, Mapping):
        for key in dict.fromkeys([*old, *new]):
            yield from _differ(old.get(key), new.get(key), f"{path}.{key}" if path else str(key))
    elif isinstance(old, list) and isinstance(new, list) and len(old) == len(new):
        for n, (before, after) in enumerate(zip(old, new, strict=True)):
            yield from _differ(before, after, f"{path}[{n}]")
    elif old != new:
        yield f"{path}: {_short(old)} in the run, {_short(new)} now"


def _short(value: Any) -> str:
    if value is None:
        return "nothing"
    text = json.dumps(value, ensure_ascii=False)
    return text if len(text) <= 60 else text[:57] + "..."
