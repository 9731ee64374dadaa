"""mhsim watch"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from pathlib import Path
from typing import Annotated, Any

from cyclopts import Parameter

from mhsim.cli.output import note
from mhsim.errors import InputError, listed

_PACE = 0.015
"""Seconds between two heard pieces on a terminal, so that a simulated speaker can be followed."""

_BREATH = 0.4
"""Seconds after an event on a terminal."""

Step = tuple[str, tuple[Any, ...]]
"""A method of the trace, and what it is told."""


def watch(
    what: str,
    trial: str | None = None,
    *,
    arm: Annotated[str | None, Parameter(help="Which arm; the first, without it.")] = None,
    locale: Annotated[str | None, Parameter(help="Which locale.")] = None,
    patient: Annotated[str | None, Parameter(help="Which patient.")] = None,
    pace: Annotated[float | None, Parameter(help="Seconds between pieces; 0 is at once.")] = None,
) -> int:
    """Play one conversation live, or replay a stored one.

    Example: mhsim watch persona-trap --arm adapted --locale bn-BD --patient shopkeeper

    Parameters
    ----------
    what
        A scenario, or a run directory.
    trial
        Which conversation, by its id.
    """
    if pace is not None and pace < 0:
        raise InputError(f"--pace: found {pace}; 0 or more seconds")
    if (Path(what) / "plan.json").is_file():
        return asyncio.run(_replay(Path(what), trial, pace, (arm, locale, patient)))
    if Path(what).is_dir():
        raise InputError(f"{what}: this is no run directory; it has no plan.json")
    return asyncio.run(_live(what, trial, pace, (arm, locale, patient)))


async def _live(
    name: str, trial_name: str | None, pace: float | None, wanted: Sequence[str | None]
) -> int:
    from mhsim.planning import make_plan
    from mhsim.session import Stage

    plan = make_plan(name)
    trial = plan.trial(trial_name) if trial_name else _choose(plan, wanted)
    stage = Stage(plan, lowering="node")
    queue: asyncio.Queue[Step | None] = asyncio.Queue()

    def emit(events: Sequence[Any]) -> None:
        for event in events:
            queue.put_nowait(("event", (event,)))

    def tell(method: str) -> Callable[..., None]:
        return lambda *told: queue.put_nowait((method, told))

    table = stage.casting.table(trial, emit=emit, hear=tell("hear"), arrive=tell("arrive"))
    task = asyncio.create_task(stage.play(trial, table))
    task.add_done_callback(lambda _: queue.put_nowait(None))
    try:
        await _show(plan, trial, _drain(queue), pace)
        closing = await task
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
    return 1 if closing.reason == "failure" else 0


async def _replay(
    path: Path, trial_name: str | None, pace: float | None, wanted: Sequence[str | None]
) -> int:
    from mhsim.store import Run

    run = Run(path)
    if trial_name is None:
        closed = run.closed()
        matching = [t for t in run.plan.trials() if t.id in closed and _matches(t, wanted)]
        if not matching:
            raise InputError(f"{path}: no conversation of that kind is finished yet")
        trial_name = matching[0].id
        note(f"{len(matching)} conversations match; this is {trial_name}")
    session = run.session(trial_name)

    async def steps() -> AsyncIterator[Step]:
        for event in session.events:
            if event.node:
                yield "arrive", (event.node,)
            yield "event", (event,)

    await _show(run.plan, session.opening.trial, steps(), pace)
    return 0


async def _drain(queue: asyncio.Queue[Step | None]) -> AsyncIterator[Step]:
    while (step := await queue.get()) is not None:
        yield step


async def _show(plan: Any, trial: Any, steps: AsyncIterator[Step], pace: float | None) -> None:
    import sys

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


def _choose(plan: Any, wanted: Sequence[str | None]) -> Any:
    """Return the first trial of the arm, locale and patient asked for."""
    found = next((t for t in plan.trials() if _matches(t, wanted)), None)
    if found is None:
        arm, locale, patient = wanted
        asked = ", ".join(filter(None, [arm, locale, patient]))
        conditions = [f"{a} {loc}" for a, loc in plan.conditions()]
        patients = sorted({n for t in plan.casts() for n in t.values()})
        raise InputError(
            f"no trial matches {asked}; arms and locales: {listed(conditions, 30)}; "
            f"cast: {listed(patients, 30)}"
        )
    return found


def _matches(trial: Any, wanted: Sequence[str | None]) -> bool:
    arm, locale, patient = wanted
    return (
        arm in (None, trial.arm)
        and locale in (None, trial.locale)
        and (patient is None or patient in trial.cast.values())
    )
