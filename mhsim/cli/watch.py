"""`mhsim watch`: one conversation."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import AsyncIterator, Callable, Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from mhsim.cli.output import note
from mhsim.errors import InputError, listed, suggestion

if TYPE_CHECKING:
    from mhsim.planning import Plan
    from mhsim.record import AnyEvent, TrialId
    from mhsim.store import Run

_PACE = 0.015
"""Seconds between two heard pieces on a terminal, so that a simulated speaker can be followed."""

_BREATH = 0.4
"""Seconds after an event on a terminal."""

_LOOK = 0.3
"""Seconds between two looks at a file that somebody writes."""

Step = tuple[str, tuple[Any, ...]]
"""A method of the trace, and what it is told."""

Wanted = tuple[str | None, str | None, str | None]
"""Arm, locale and patient, as far as they matter."""


def watch(
    what: str,
    trial: str | None = None,
    /,
    *,
    arm: str | None = None,
    locale: str | None = None,
    patient: str | None = None,
    pace: float | None = None,
) -> int:
    """Play one conversation live, or follow or replay a stored one.

    What is played live is not stored. A stored conversation that somebody is writing is followed
    to its end.

    Examples:
        mhsim watch persona-trap
        mhsim watch persona-trap --arm adapted --locale bn-BD --patient shopkeeper
        mhsim watch runs/first adapted.bn-BD.shopkeeper.001

    Args:
        what: a scenario to play, or a run directory to replay from.
        trial: which conversation, by its id; the first that matches, without it.
        arm: which arm.
        locale: which locale.
        patient: which patient, or anybody else who is cast.
        pace: seconds between pieces; 0 is at once.
    """
    if pace is not None and pace < 0:
        raise InputError(f"mhsim watch: --pace: found {pace}; 0 or more seconds")
    wanted = (arm, locale, patient)
    stored = _stored(what)
    if stored is None:
        return asyncio.run(_live(what, trial, wanted, pace))
    return asyncio.run(_replay(stored, trial, wanted, pace))


def _stored(what: str) -> Path | None:
    """Return the run directory that is meant, or None where a scenario is."""
    from mhsim.library import Library
    from mhsim.store import find_run

    if (Path(what) / "plan.json").is_file():
        return Path(what)
    if what.endswith((".yaml", ".yml")) or Library().find("scenario", what):
        return None
    there = Path(what).is_dir() or (Path("runs") / what / "plan.json").is_file()
    return find_run(what) if there else None


async def _live(name: str, trial_name: str | None, wanted: Wanted, pace: float | None) -> int:
    from mhsim.planning import make_plan
    from mhsim.session import Stage

    plan = make_plan(name)
    trial = plan.trial(trial_name) if trial_name else _first(plan, plan.trials(), wanted)
    stage = Stage(plan, lowering="node")
    queue: asyncio.Queue[Step | None] = asyncio.Queue()

    def emit(events: Sequence[AnyEvent]) -> None:
        for event in events:
            queue.put_nowait(("event", (event,)))

    def tell(method: str) -> Callable[..., None]:
        return lambda *told: queue.put_nowait((method, told))

    table = stage.casting.table(trial, emit=emit, hear=tell("hear"), arrive=tell("arrive"))
    task = asyncio.create_task(stage.play(trial, table))
    task.add_done_callback(lambda _: queue.put_nowait(None))
    try:
        await _show(plan, trial, _drained(queue), pace)
        closing = await task
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
    return 1 if closing.reason == "failure" else 0


async def _replay(path: Path, trial_name: str | None, wanted: Wanted, pace: float | None) -> int:
    from mhsim.store import Run

    run = Run(path)
    if trial_name is None:
        there = run.closed() or run.begun()
        if not there:
            raise InputError(f"{path}: no conversation has begun there yet")
        trial_name = _first(run.plan, (t for t in run.plan.trials() if t.id in there), wanted).id
        note(f"this is {trial_name}, one of {len(there)}")
    session = run.session(trial_name)
    await _show(run.plan, session.opening.trial, _told(run, trial_name), pace)
    return 0


async def _told(run: Run, trial: str) -> AsyncIterator[Step]:
    """Yield what happened in a stored conversation; while somebody writes it, wait for more."""
    from mhsim.lock import writer_of

    seen = 0
    while True:
        written = writer_of(run.path) is not None  # asked first: what it left last is then read
        session = run.session(trial)
        for event in session.events[seen:]:
            yield "event", (event,)
        seen = len(session.events)
        if session.closing or not written:
            return
        await asyncio.sleep(_LOOK)


async def _drained(queue: asyncio.Queue[Step | None]) -> AsyncIterator[Step]:
    while (step := await queue.get()) is not None:
        yield step


async def _show(plan: Plan, trial: TrialId, steps: AsyncIterator[Step], pace: float | None) -> None:
    from mhsim.spec.agent import Judge, Patient
    from mhsim.trace import Trace

    agents = {role: plan.agents[name] for role, name in trial.cast.items()}
    patient = next((a for a in agents.values() if isinstance(a, Patient)), None)
    steady = pace if pace is not None else (_PACE if sys.stdout.isatty() else 0.0)
    trace = Trace(
        instruments=plan.instruments,
        graph=plan.graph,
        judges={r: a.instrument for r, a in agents.items() if isinstance(a, Judge)},
        turns=plan.limits(trial.arm).get("turns"),
        locale=trial.locale,
        title=trial.id,
        truth=patient.presentation.items if patient else None,
    )
    with trace:
        async for method, told in steps:
            getattr(trace, method)(*told)
            if steady:
                await asyncio.sleep(steady if method == "hear" else min(_BREATH, steady * 25))


def _first(plan: Plan, trials: Iterable[TrialId], wanted: Wanted) -> TrialId:
    """Return the first trial of the arm, locale and patient asked for.

    Raises:
        InputError: there is none; the message names the option that nothing matches.
    """
    for trial in trials:
        if _matches(trial, wanted):
            return trial
    conditions = list(plan.conditions())
    known = (
        dict.fromkeys(arm for arm, _ in conditions),
        dict.fromkeys(locale for _, locale in conditions),
        dict.fromkeys(name for cast in plan.casts() for name in cast.values()),
    )
    for option, name, names in zip(("arm", "locale", "patient"), wanted, known, strict=True):
        if name is not None and name not in names:
            raise InputError(
                f"mhsim watch: --{option}: there is no {name!r}; there is: {listed(names, 30)}"
                f"{suggestion(name, names)}"
            )
    asked = " ".join(filter(None, wanted))
    there = [f"{arm} {locale}" for arm, locale in conditions]
    raise InputError(f"mhsim watch: nothing matches {asked}; there is: {listed(there, 30)}")


def _matches(trial: TrialId, wanted: Wanted) -> bool:
    arm, locale, patient = wanted
    return (
        arm in (None, trial.arm)
        and locale in (None, trial.locale)
        and (patient is None or patient in trial.cast.values())
    )
