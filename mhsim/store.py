"""The run directory: a frozen plan, one file of events per trial. The files are the truth.

runs/<name>/plan.json                  the plan, written first
runs/<name>/trials/<trial id>.jsonl    a closed trial, one event per line
runs/<name>/trials/<trial id>.jsonl.part   one in progress
runs/<name>/calls.jsonl                every reply of a chat model, with what it cost
runs/<name>/run.log                    what happened to the run itself
runs/<name>/lock                       who writes; empty when nobody does
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path

from pydantic import ValidationError

from mhsim.disk import ELSEWHERE, disk
from mhsim.errors import InputError, RunError, listed, suggestion
from mhsim.journal import read_closed, read_lines
from mhsim.planning import Plan
from mhsim.record import AnyEvent, Closing, Critique, Opening, Rating, Risk, Utterance
from mhsim.state import Log

OPINIONS = "opinions"
"""The folder of ratings that other judges have added, one folder per set."""

TAPE = "calls.jsonl"
"""The file of a run that holds every reply of a chat model."""


@dataclass(frozen=True)
class Session:
    """One stored conversation, planned and happened.

    Args:
        id: the trial's.
        events: everything that happened, in order.
        opinions: ratings that judges added later, by the name of their set.
    """

    id: str
    events: tuple[AnyEvent, ...]
    opinions: Mapping[str, tuple[Rating, ...]] = field(default_factory=dict)

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
        return self.opinions.get(judge) or self._log.ratings(judge)

    @property
    def judges(self) -> list[str]:
        """The roles that rated at least once."""
        return sorted({e.role for e in self.events if isinstance(e, Rating)} | {*self.opinions})

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

    def begun(self) -> set[str]:
        """Return the ids of the trials that have begun and not ended."""
        return {path.name.removesuffix(".jsonl.part") for path in self.trials.glob("*.part")}

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
        closed = self.trials / f"{trial}.jsonl"
        part = self.trials / f"{trial}.jsonl.part"
        # In between a writer may rename the one to the other.
        for path in (closed, part, closed):
            with suppress(FileNotFoundError):
                events = read_closed(path) if path is closed else read_lines(path)[0]
                if events:
                    session = Session(trial, tuple(events))
                    return replace(session, opinions=self._opinions(session))
        known = sorted(self.closed())
        raise InputError(
            f"{self.path}: there is no session {trial!r}; there is: "
            f"{listed(known, 5) or 'none yet'}{suggestion(trial, known)}"
        )

    def _opinions(self, session: Session) -> dict[str, tuple[Rating, ...]]:
        """Return what other judges made of this transcript, not of an earlier one."""
        folder = self.path / OPINIONS
        found: dict[str, tuple[Rating, ...]] = {}
        for place in sorted(folder.iterdir()) if folder.is_dir() else ():
            file = place / f"{session.id}.jsonl"
            if file.exists():
                opening, *events = read_closed(file)
                rated = opening.transcript if isinstance(opening, Opening) else None
                if rated == transcript_digest(session.transcript):
                    found[place.name] = tuple(e for e in events if isinstance(e, Rating))
        return found


def transcript_digest(transcript: Sequence[Utterance]) -> str:
    """Return a digest of what was finally said, and by whom."""
    said = "\n".join(f"{u.turn} {u.role} {u.text}" for u in transcript)
    return hashlib.sha256(said.encode(errors="surrogatepass")).hexdigest()


def read_plan(path: Path) -> Plan:
    """Read the plan of a run directory.

    Raises:
        InputError: there is none.
        RunError: it is damaged, or this version of mhsim cannot read it.
    """
    file = path / "plan.json"
    if not file.is_file():
        raise InputError(f"{path}: this is no run directory; it has no plan.json")
    with disk(file):
        data = file.read_bytes()
    try:
        return Plan.model_validate_json(data)
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        where = ".".join(map(str, first["loc"]))
        reason = f"{where}: {first['msg']}" if where else first["msg"]
        raise RunError(
            f"{file}: the plan cannot be read: {reason}; bring back the file that mhsim wrote, or "
            f"{ELSEWHERE}"
        ) from error


def find_run(name: str | Path) -> Path:
    """Return the run directory of that path, or of that name in `runs/`.

    Raises:
        InputError: there is none.
    """
    for path in (Path(name), Path("runs") / name):
        if (path / "plan.json").is_file():
            return path
    if Path(name).exists():
        raise InputError(f"{name}: this is no run directory; it has no plan.json")
    known = sorted(plan.parent.name for plan in Path("runs").glob("*/plan.json"))
    raise InputError(
        f"there is no run {str(name)!r}; in runs/ there is: {listed(known) or 'none yet'}"
        f"{suggestion(name, known)}"
    )
