"""Conformance checks for third parties: node kinds, guards, players and content packs.

    from mhsim.testing import check_guard

    def test_quiet():
        check_guard(Quiet, {"words": 3})

Each raises an AssertionError that says in one sentence what the engine relies on and did not find.
"""

from __future__ import annotations

import asyncio
import inspect
from collections.abc import Awaitable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, Literal, TypeVar, get_args, get_origin

from pydantic import ValidationError

from mhsim.casting import Casting
from mhsim.checking import check_paths
from mhsim.errors import FailureKind, InputError, PlayerError, listed
from mhsim.forms import Findings, rating_form
from mhsim.guards import LogGuard
from mhsim.library import AGENTS, BUILT_IN, FOLDERS, Library
from mhsim.nodes import Step, Visit
from mhsim.planning import make_plan
from mhsim.record import (
    AnyEvent,
    ClosingReason,
    Failure,
    Mark,
    Span,
    TrialId,
    Utterance,
    dump,
    parse,
)
from mhsim.spec.base import Spec
from mhsim.state import Log
from mhsim.table import Ask, Filled, Form, Line, Player, Seat, Table

S = TypeVar("S", bound=Spec)
T = TypeVar("T")


def check_node(
    cls: type[Spec], fields: Mapping[str, Any] | None = None, player: Player | None = None
) -> None:
    """Check that a node kind does what the engine relies on, by one visit after one exchange.

    Args:
        cls: the node kind.
        fields: what an author would write, without `kind`.
        player: who answers for its roles; one that says yes to everything, without it.
    """
    step = _subclass(cls, Step)
    kind = step.model_fields["kind"].annotation
    names: list[str] = [*get_args(kind)] if get_origin(kind) is Literal else []
    _must(len(names) == 1, f"{cls.__name__}.kind is not Literal with the one name it goes by")
    node = _built(step, {"kind": names[0], **(fields or {})})
    for role, kinds in node.cast().items():
        fits = bool(kinds) and set(kinds) <= set(AGENTS)
        _must(fits, f"{cls.__name__}.cast() gives {role!r} {kinds!r}, not some of {AGENTS}")
    log = _exchange(node.about())
    before = list(log)
    visit = Visit("checked", log.turn, log, _table(node, player or _Yes()))
    events = _run(node.run(visit), f"{cls.__name__}.run")
    _must(list(log) == before, f"{cls.__name__}.run changed the log; it only returns new events")
    _check_events(node, events, log.turn)


def check_guard(cls: type[Spec], fields: Mapping[str, Any] | None = None) -> None:
    """Check that a guard answers yes or no whatever is missing, and reads the log alone.

    Args:
        cls: the guard.
        fields: its parameters.
    """
    name, reasons = cls.__name__, get_args(ClosingReason)
    guard = _built(_subclass(cls, LogGuard), fields or {})
    _must(guard.reason in reasons, f"{name}.reason is {guard.reason!r}, not one of {reasons}")
    for log in (Log(), _exchange(guard.judges()), _exchange(guard.items()), _exchange((), "judge")):
        before = list(log)
        held = guard.holds(log)
        _must(type(held) is bool, f"{name}.holds returned {held!r}, neither True nor False")
        _must(list(log) == before, f"{name}.holds changed the log")
        same = (guard.holds(log), guard.holds(Log(before))) == (held, held)
        _must(same, f"{name}.holds reads something that is not in the log")


def check_player(
    player: Player, role: str = "patient", task: Literal["speak", "review", "rate"] = "speak"
) -> None:
    """Check that a player answers what its seat is asked, or raises PlayerError.

    Args:
        player: the player.
        role: the role it answers for.
        task: what that role does.
    """
    said = [Utterance(turn=1, role=each, text="I get by.") for each in ("therapist", "patient")]
    ask = Ask(role=role, task=task, turn=1, revision=0, transcript=said[:1])
    if task == "speak":
        words = _says(player, ask) or "I get by."
        _says(player, replace(ask, task="safety", turn=2, transcript=said))
        mark = Mark(span=Span(quote=words, start=0, end=len(words)), kind="checked", reason="mend")
        draft = Utterance(turn=1, role=role, text=words)
        _says(player, replace(ask, revision=1, draft=draft, flags=(mark,)))
        return
    ask = replace(ask, transcript=said, of="patient", draft=said[1] if task == "review" else None)
    library = Library((BUILT_IN,))
    form = Findings if task == "review" else rating_form(library.load("instrument", "phq9"))
    filled = _answer(player.fill(ask, form), "the player's fill")
    if filled is not None:
        _must(isinstance(filled.form, form), f"the player filled no {form.__name__}")


def check_content(folder: str | Path) -> None:
    """Check a folder of agents, graphs and scenarios: everything loads, agrees and renders."""
    root = Path(folder)
    tops = sorted({Path(each).parts[0] for each in FOLDERS.values()})
    code = [str(path.relative_to(root)) for top in tops for path in (root / top).rglob("*.py")]
    _must(not code, f"there is Python among the content: {listed(sorted(code))}")
    files = [path for each in FOLDERS.values() for path in sorted((root / each).rglob("*.yaml"))]
    _must(bool(files), f"{root} holds no YAML in {listed(tops)}")
    bare = [str(p.relative_to(root)) for p in files if not p.read_text("utf-8").startswith("#")]
    _must(not bare, f"{listed(bare)}: open with a comment that says what it is")
    library = Library((root, BUILT_IN))
    _, problems = check_paths([str(path) for path in files], library)
    _must(not problems, "\n".join(map(str, problems)))
    for path in sorted((root / FOLDERS["scenario"]).rglob("*.yaml")):
        plan = make_plan(path.stem, library)
        casting = Casting(plan, dict.fromkeys(plan.scenario.cast, _Yes()))
        first = {(trial.arm, trial.locale): trial for trial in reversed(list(plan.trials()))}
        for trial in first.values():
            try:
                casting.table(trial)
            except InputError as error:
                raise AssertionError(f"{path.stem}, {trial.id}: {error}") from error


class _Yes:
    """Says yes, and fills a form with the least that is required."""

    async def say(self, ask: Ask) -> Line:
        return Line("Yes.")

    async def fill(self, ask: Ask, form: type[Form]) -> Filled[Form]:
        needed = {n: f.annotation for n, f in form.model_fields.items() if f.is_required()}
        return Filled(form.model_validate({n: (*get_args(k), "yes")[0] for n, k in needed.items()}))


def _must(holds: bool, sentence: str) -> None:
    """Raise unless it holds; `assert` would vanish under `python -O`."""
    if not holds:
        raise AssertionError(sentence)


def _subclass(cls: type[Spec], base: type[S]) -> type[S]:
    if issubclass(cls, base):
        return cls
    raise AssertionError(f"{cls.__name__} is no {base.__module__}.{base.__name__}")


def _built(cls: type[S], fields: Mapping[str, Any]) -> S:
    name = cls.__name__
    _must(bool(cls.__doc__), f"{name} has no docstring to tell authors what it is")
    _must(not inspect.isabstract(cls), f"{name} leaves something abstract")
    try:
        made = cls.model_validate(dict(fields))
    except ValidationError as error:
        raise AssertionError(f"{name} does not take {dict(fields)!r}: {error}") from error
    written = cls.model_validate_json(made.model_dump_json())
    _must(written == made, f"{name} is not read back from JSON as it was written")
    strict = cls.model_config.get("extra") == "forbid" and bool(cls.model_config.get("frozen"))
    _must(strict, f"{name} takes unknown keys or can be changed; keep Spec's model_config")
    return made


def _check_events(node: Step, events: Sequence[AnyEvent], turn: int) -> None:
    name = type(node).__name__
    _must(bool(events), f"{name}.run left no event; every visit leaves one")
    for event in events:
        _must(
            isinstance(event, get_args(AnyEvent)), f"{name}.run left {event!r}, which is no event"
        )
        _must(parse(dump(event)) == event, f"{event!r} is not read back as it was written")
        here = getattr(event, "turn", turn) in (turn, None)
        _must(here, f"{name}.run left an event of another turn than visit.turn")
    _must(node.whole(events), f"{name}.whole denies what a visit left")
    _must(not node.whole(()), f"{name}.whole takes no event at all for a visit")


def _exchange(roles: Sequence[str], failing: str | None = None) -> Log:
    """Return the log of one turn in which the dyad and these roles have spoken."""
    log = Log()
    for role in dict.fromkeys(("therapist", "patient", *roles)):
        log.record(role, [Utterance(turn=1, role=role, text="I get by.")])
    if failing:
        log.record(failing, [Failure(turn=1, role=failing, kind="timeout", detail="late")])
    return log


def _table(node: Step, player: Player) -> Table:
    library = Library((BUILT_IN,))
    trial = TrialId(id="check", arm="check", locale="en-US", cast={}, replicate=1, seed=1)
    cast = {role: (kinds[0], library.names(kinds[0])[0]) for role, kinds in node.cast().items()}
    seats = {role: Seat(role, library.load(*name), player, "") for role, name in cast.items()}
    instruments = {name: library.load("instrument", name) for name in library.names("instrument")}
    return Table(trial=trial, seats=seats, instruments=instruments, lexicons={})


def _says(player: Player, ask: Ask) -> str | None:
    """Ask for words; None where the player says that it has none."""
    before, heard = list(ask.transcript), list[str]()
    line = _answer(player.say(replace(ask, hear=heard.append)), "the player's say")
    _must(list(ask.transcript) == before, "the player changed the transcript")
    if line is None:
        return None
    _must(bool(line.text.strip()), "the player said nothing; who cannot answer raises PlayerError")
    same = not heard or "".join(heard).strip() == line.text.strip()
    _must(same, "the pieces the player let be heard are not what it said")
    return line.text


def _answer(job: Awaitable[T], whose: str) -> T | None:
    """Await an answer; None where the player says that it cannot give one."""
    try:
        return _run(job, whose)
    except PlayerError as error:
        known = get_args(FailureKind)
        _must(error.kind in known, f"the failure {error.kind!r} is not one of {known}")
        return None


def _run(job: Awaitable[T], whose: str) -> T:
    async def awaited() -> T:
        return await job

    _must(inspect.isawaitable(job), f"{whose} is not async")
    try:
        return asyncio.run(awaited())
    except (PlayerError, AssertionError):
        raise
    except Exception as error:
        reason = f"{type(error).__name__}: {error}"
        raise AssertionError(f"{whose} raised {reason}; only PlayerError may be raised") from error
