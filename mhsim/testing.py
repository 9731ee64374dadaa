"""Conformance checks for third parties: node kinds, guards, players and content packs.

    from mhsim.testing import check_guard

    def test_quiet():
        check_guard(Quiet, {"words": 3})

Each raises an AssertionError that says in one sentence what the engine relies on and did not find.
"""

from __future__ import annotations

import asyncio
import inspect
from collections.abc import Awaitable, Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, Literal, TypeVar, get_args, get_origin

from pydantic import BaseModel, ValidationError

from mhsim.casting import Casting
from mhsim.errors import FailureKind, InputError, PlayerError
from mhsim.forms import Findings, rating_form
from mhsim.guards import LogGuard
from mhsim.library import AGENTS, BUILT_IN, FOLDERS, Library
from mhsim.nodes import Step, Visit
from mhsim.planning import check_paths, make_plan
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
from mhsim.spec.instrument import Instrument
from mhsim.state import Log
from mhsim.table import Ask, Filled, Form, Line, Player, Seat, Table

S = TypeVar("S", bound=Spec)
T = TypeVar("T")

_TRIAL = TrialId(id="check", arm="check", locale="en-US", cast={}, replicate=1, seed=1)


def check_node(
    cls: type[Step], fields: Mapping[str, Any] | None = None, player: Player | None = None
) -> None:
    """Check that a node kind does what the engine relies on, by one visit after one exchange.

    Args:
        cls: the node kind.
        fields: what an author would write, without `kind`.
        player: who answers for its roles; one that says yes to everything, without it.

    Raises:
        AssertionError: it does not; the message says what.
    """
    assert issubclass(cls, Step), f"{cls.__name__} is no mhsim.nodes.Step"
    kind = cls.model_fields["kind"].annotation
    names = get_args(kind) if get_origin(kind) is Literal else ()
    assert len(names) == 1, f"{cls.__name__}.kind is not Literal with the one name it goes by"
    node = _built(cls, {"kind": names[0], **(fields or {})})
    for role, kinds in node.cast().items():
        fits = bool(kinds) and set(kinds) <= set(AGENTS)
        assert fits, f"{cls.__name__}.cast() gives {role!r} {kinds!r}, not some of {AGENTS}"
    log = _exchange(node.about())
    before = list(log)
    visit = Visit("checked", log.turn, log, _table(node, player or _Yes()))
    events = _run(node.run(visit), f"{cls.__name__}.run")
    assert list(log) == before, f"{cls.__name__}.run changed the log; it only returns new events"
    _check_events(cls, node, events, log.turn)


def _check_events(cls: type[Step], node: Step, events: Sequence[AnyEvent], turn: int) -> None:
    assert events, f"{cls.__name__}.run left no event; every visit leaves one"
    for event in events:
        assert isinstance(event, get_args(AnyEvent)), f"{cls.__name__}.run left {event!r}, no event"
        assert parse(dump(event)) == event, f"{event!r} is not read back as it was written"
        belongs = getattr(event, "turn", turn) in (turn, None)
        assert belongs, f"{cls.__name__}.run left an event of another turn than visit.turn"
    assert node.whole(events), f"{cls.__name__}.whole denies what a visit left"
    assert not node.whole(()), f"{cls.__name__}.whole takes no event at all for a visit"


def check_guard(cls: type[LogGuard], fields: Mapping[str, Any] | None = None) -> None:
    """Check that a guard answers yes or no whatever is missing, and reads the log alone.

    Args:
        cls: the guard.
        fields: its parameters.

    Raises:
        AssertionError: it does not; the message says what.
    """
    assert issubclass(cls, LogGuard), f"{cls.__name__} is no mhsim.guards.LogGuard"
    reasons = get_args(ClosingReason)
    assert cls.reason in reasons, f"{cls.__name__}.reason is {cls.reason!r}, not one of {reasons}"
    guard = _built(cls, fields or {})
    for method in (guard.judges, guard.items):
        named = method()
        assert isinstance(named, tuple), f"{cls.__name__}.{method.__name__}() is no tuple"
    for log in (Log(), _exchange(guard.judges()), _exchange(()), _exchange((), "failure")):
        before = list(log)
        held = guard.holds(log)
        assert type(held) is bool, f"{cls.__name__}.holds returned {held!r}, neither True nor False"
        assert list(log) == before, f"{cls.__name__}.holds changed the log"
        again = (guard.holds(log), guard.holds(Log(before)))
        assert again == (held, held), f"{cls.__name__}.holds reads something that is not in the log"


def check_player(player: Player, role: str = "patient") -> None:
    """Check that a player answers what it is asked, or raises PlayerError.

    Args:
        player: the player.
        role: the role it answers for.

    Raises:
        AssertionError: it does neither; the message says what.
    """
    instrument: Instrument = Library((BUILT_IN,)).load("instrument", "phq9")
    answers = [_said(player, ask) for ask in _asks(role)]
    for form in (Findings, rating_form(instrument)):
        ask = next(ask for ask in _asks(role) if ask.draft)
        filled = _answer(player.fill(ask, form), "fill")
        fits = filled is None or isinstance(filled.form, form)
        assert fits, f"the player filled another form than {form.__name__}"
        answers.append(filled)
    assert any(answers), "the player neither says anything nor fills any form"


def _said(player: Player, ask: Ask) -> Line | None:
    before, heard = list(ask.transcript), list[str]()
    line = _answer(player.say(_hearing(ask, heard.append)), "say")
    assert list(ask.transcript) == before, "the player changed the transcript"
    if line is None:
        return None
    assert line.text.strip(), "the player said nothing; one that cannot answer raises PlayerError"
    same = not heard or "".join(heard).strip() == line.text.strip()
    assert same, "the pieces the player let be heard are not what it said"
    return line


def check_content(folder: str | Path) -> None:
    """Check a folder of agents, graphs and scenarios: everything loads, agrees and renders.

    Raises:
        AssertionError: something is wrong; the message says what, where, and what would be right.
    """
    folder = Path(folder)
    code = [path.relative_to(folder) for path in sorted(folder.rglob("*.py"))]
    assert not code, f"there is Python among the content: {', '.join(map(str, code))}"
    files = [p for kind in FOLDERS.values() for p in sorted((folder / kind).rglob("*.yaml"))]
    assert files, f"{folder} holds no YAML in {', '.join(dict.fromkeys(FOLDERS.values()))}"
    for path in files:
        opens = path.read_text("utf-8").startswith("#")
        assert opens, (
            f"{path.relative_to(folder)} does not open with a comment that says what it is"
        )
    library = Library((folder, BUILT_IN))
    _, problems = check_paths([str(path) for path in files], library)
    assert not problems, "\n".join(map(str, problems))
    for path in sorted((folder / FOLDERS["scenario"]).rglob("*.yaml")):
        _render(path.stem, library)


def _render(scenario: str, library: Library) -> None:
    plan = make_plan(scenario, library)
    casting = Casting(plan, dict.fromkeys(plan.scenario.cast, _Yes()))
    first = {(trial.arm, trial.locale): trial for trial in reversed(list(plan.trials()))}
    for trial in first.values():
        try:
            casting.table(trial)
        except InputError as error:
            raise AssertionError(f"{scenario}, {trial.id}: {error}") from error


class _Yes:
    """Says yes, and fills a form with the least that is required."""

    async def say(self, ask: Ask) -> Line:
        return Line("Yes.")

    async def fill(self, ask: Ask, form: type[Form]) -> Filled[Form]:
        fields = form.model_fields.items()
        given = {name: _least(field.annotation) for name, field in fields if field.is_required()}
        return Filled(form.model_validate(given))


def _least(kind: Any) -> Any:
    return get_args(kind)[0] if get_origin(kind) is Literal else "yes" if kind is str else 0


def _built(cls: type[S], fields: Mapping[str, Any]) -> S:
    name = cls.__name__
    assert inspect.getdoc(cls) and cls.__doc__, (
        f"{name} has no docstring to tell authors what it is"
    )
    assert not inspect.isabstract(cls), f"{name} leaves something abstract"
    try:
        made = cls.model_validate(dict(fields))
    except ValidationError as error:
        raise AssertionError(f"{name} does not take {dict(fields)!r}: {error}") from error
    written = cls.model_validate_json(made.model_dump_json())
    assert written == made, f"{name} is not read back from JSON as it was written"
    strict = cls.model_config.get("extra") == "forbid" and cls.model_config.get("frozen")
    assert strict, f"{name} takes unknown keys or can be changed; keep Spec's model_config"
    return made


def _exchange(roles: Sequence[str], last: str = "patient") -> Log:
    """Return the log of one turn in which the dyad and these roles have spoken."""
    log = Log()
    for role in dict.fromkeys(("therapist", "patient", *roles)):
        log.record(role, [Utterance(turn=1, role=role, text="I get by.")])
    if last == "failure":
        log.record("judge", [Failure(turn=1, role="judge", kind="timeout", detail="late")])
    return log


def _table(node: Step, player: Player) -> Table:
    library = Library((BUILT_IN,))
    seats: dict[str, Seat] = {}
    for role, kinds in node.cast().items():
        agent = library.load(kinds[0], library.names(kinds[0])[0])
        seats[role] = Seat(role=role, agent=agent, player=player, prompt="")
    instruments = {name: library.load("instrument", name) for name in library.names("instrument")}
    return Table(trial=_TRIAL, seats=seats, instruments=instruments, lexicons={})


def _asks(role: str) -> Iterator[Ask]:
    """Yield a first ask, a safety enquiry and a draft to mend."""
    said = [Utterance(turn=1, role=r, text="I get by.") for r in ("therapist", "patient")]
    mark = Mark(span=Span(quote="get", start=2, end=5), kind="checked", reason="to be mended")
    yield Ask(role=role, task="speak", turn=1, revision=0, transcript=said[:1])
    yield Ask(role=role, task="safety", turn=2, revision=0, transcript=said)
    yield Ask(
        role=role,
        task="speak",
        turn=1,
        revision=1,
        transcript=said,
        of=role,
        draft=said[1],
        flags=(mark,),
    )


def _hearing(ask: Ask, hear: Callable[[str], None]) -> Ask:
    from dataclasses import replace

    return replace(ask, hear=hear)


def _answer(job: Awaitable[T], what: str) -> T | None:
    """Await an answer; None where the player says that it cannot give one."""
    try:
        return _run(job, f"the player's {what}")
    except PlayerError as error:
        known = get_args(FailureKind)
        assert error.kind in known, f"the failure {error.kind!r} is not one of {known}"
        return None


def _run(job: Awaitable[T], whose: str) -> T:
    async def awaited() -> T:
        return await job

    assert inspect.isawaitable(job), f"{whose} is not async"
    try:
        return asyncio.run(awaited())
    except (PlayerError, AssertionError):
        raise
    except Exception as error:
        reason = f"{type(error).__name__}: {error}"
        raise AssertionError(f"{whose} raised {reason}; only PlayerError may be raised") from error
