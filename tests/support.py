"""What tests share: scripted seats, small scenarios, sessions played and taken apart."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from functools import lru_cache
from itertools import groupby, pairwise
from pathlib import Path
from typing import Any

from mhsim.errors import PlayerError
from mhsim.library import Library
from mhsim.lowering import Lowering
from mhsim.planning import Plan, make_plan
from mhsim.players.script import Script
from mhsim.record import AnyEvent, Closing, Interval, ItemRating, Rating
from mhsim.session import Stage
from mhsim.spec.agent import Critic, Judge, Patient, Persona, Presentation, Therapist
from mhsim.spec.graph import END, Graph
from mhsim.spec.scenario import Arm, Scenario
from mhsim.table import Ask, Filled, Form, Line, Player

ROOT = Path(__file__).parent.parent
LIBRARY = Library((ROOT,))
GRAPHS = ("culture-loop", "interview", "panel", "risk-route", "supervision")

PHQ9 = LIBRARY.load("instrument", "phq9")
ITEMS = tuple(PHQ9.items)
NOTHING = "?" * 9
"""A rating in which nothing has come up."""

QUESTION, ANSWER, WISH = "How have you been?", "I get by.", "Some days I wish I was dead."

PATIENT = Patient(
    kind="patient",
    about="Somebody who gets by.",
    presentation=Presentation(
        instrument="phq9", items=dict.fromkeys(ITEMS, 1), since="3 months", leads_with=("sleep",)
    ),
    persona={
        "en-US": Persona(
            name="Ida Quist", age=40, gender="woman", home="Duluth", work="baker", family="a son"
        )
    },
)
THERAPIST = Therapist(kind="therapist", about="Asks.", style="open")
CRITIC = Critic(kind="critic", about="Looks.")
JUDGE = Judge(kind="judge", about="Rates.", instrument="phq9")


def filled(strip: str = NOTHING, *quotes: str, rationale: str = "read") -> dict[str, Any]:
    """Return a judge's reply, one sign per item: `?` not assessed, `0` denied, `+` present, 1-3.

    Quotes go to the first item that has come up.
    """
    states = {"?": "not_assessed", "0": "denied", "+": "present"}
    reply: dict[str, Any] = {"rationale": rationale}
    for name, sign in zip(ITEMS, strip, strict=True):
        item: dict[str, Any] = {"state": states.get(sign, "scaled")}
        if sign.isdigit() and sign != "0":
            item["value"] = int(sign)
        if sign != "?":
            item["quotes"], quotes = quotes, ()
        reply[f"item_{name}"] = item
    return reply


def rating(strip: str, turn: int = 1, role: str = "judge", **more: Any) -> Rating:
    """Return the rating a strip stands for, unstamped."""
    bounds = {"?": (0, 3, "not_assessed"), "0": (0, 0, "denied"), "+": (1, 3, "present")}
    items: dict[str, ItemRating] = {}
    for name, sign in zip(ITEMS, strip, strict=True):
        low, high, state = bounds.get(sign) or (int(sign), int(sign), "scaled")
        items[name] = ItemRating(low=low, high=high, state=state)
    low, high = (sum(getattr(i, end) for i in items.values()) for end in ("low", "high"))
    given = {"turn": turn, "role": role, "items": items, "total": Interval(low=low, high=high)}
    return Rating.model_validate({"instrument": "phq9", "rationale": "", **given, **more})


def flagged(*quotes: str, verdict: str = "flattened") -> dict[str, Any]:
    """Return a critic's reply that flags these words."""
    flags = [{"quote": quote, "kind": "calque", "reason": "not how she talks"} for quote in quotes]
    return {"flags": flags, "verdict": verdict}


FINE = flagged(verdict="grounded")


def fails(kind: str = "refusal") -> dict[str, str]:
    """Return a reply that makes a scripted player fail."""
    return {"fail": kind, "detail": "as written"}


class Recorder:
    """Keeps what it is asked, and passes it on to another player."""

    def __init__(self, player: Player) -> None:
        self.player = player
        self.asks: list[Ask] = []

    async def say(self, ask: Ask) -> Line:
        """Keep and pass on."""
        self._keep(ask)
        return await self.player.say(ask)

    async def fill(self, ask: Ask, form: type[Form]) -> Filled[Form]:
        """Keep and pass on."""
        self._keep(ask)
        return await self.player.fill(ask, form)

    def _keep(self, ask: Ask) -> None:
        self.asks.append(replace(ask, transcript=tuple(ask.transcript), hear=None))


class Stuck:
    """Answers so many turns like another player, then waits for ever."""

    def __init__(self, player: Player, turns: int) -> None:
        self.player = player
        self.turns = turns
        self.waiting = asyncio.Event()
        self.stopped = False

    async def say(self, ask: Ask) -> Line:
        """Say something, or wait."""
        await self._wait(ask)
        return await self.player.say(ask)

    async def fill(self, ask: Ask, form: type[Form]) -> Filled[Form]:
        """Fill the form, or wait."""
        await self._wait(ask)
        return await self.player.fill(ask, form)

    async def _wait(self, ask: Ask) -> None:
        if ask.turn > self.turns:
            self.waiting.set()
            try:
                await asyncio.Event().wait()
            finally:
                self.stopped = True


class Broken:
    """A player with a bug."""

    async def say(self, ask: Ask) -> Line:
        """Fall over."""
        raise ZeroDivisionError("a bug")

    async def fill(self, ask: Ask, form: type[Form]) -> Filled[Form]:
        """Fall over."""
        raise ZeroDivisionError("a bug")


def scenario(graph: str | Graph, limits: Mapping[str, int] | None = None, **more: Any) -> Scenario:
    """Return a small scenario on a graph: one patient, one arm, scripted seats."""
    read: Graph = LIBRARY.load("graph", graph) if isinstance(graph, str) else graph
    cast = {role: _agent(role, kinds) for role, kinds in read.roles().items()}
    wanted = {"turns": 3, **(limits or {})}
    given: dict[str, Any] = {
        "graph": graph,
        "cast": cast,
        "models": {"default": "code:here"},
        "limits": {name: wanted.get(name, 0) for name in read.limits()},
        "arms": {"plain": Arm(locales=("en-US",))},
    }
    return Scenario.model_validate({**given, **more})


def _agent(role: str, kinds: Sequence[str]) -> Any:
    known = {"critic": CRITIC, "judge": JUDGE}
    return known.get(kinds[0]) or (PATIENT if role == "patient" else THERAPIST)


def plan(graph: str | Graph, limits: Mapping[str, int] | None = None, **more: Any) -> Plan:
    """Return the plan of a small scenario."""
    return make_plan(scenario(graph, limits, **more), LIBRARY)


@lru_cache(maxsize=256)
def _stage(graph: str, limits: tuple[tuple[str, int], ...], lowering: Lowering) -> Stage:
    return Stage(plan(graph, dict(limits)), lowering=lowering)


def stage(
    graph: str,
    limits: Mapping[str, int] | None = None,
    lowering: Lowering = "session",
    **replies: Sequence[Any] | Player,
) -> Stage:
    """Return the stage of a small scenario, every seat scripted.

    Args:
        graph: a shipped graph's name.
        limits: the graph's limits; 3 turns and no returns, without them.
        lowering: what becomes one LangGraph node.
        replies: role to its replies, one per turn, or to a player.
    """
    made = _stage(graph, tuple(sorted((limits or {}).items())), lowering)
    made.casting.players = dict(seats(made.plan, replies))
    return made


def seats(
    plan: Plan, replies: Mapping[str, Sequence[Any] | Player]
) -> Iterator[tuple[str, Player]]:
    """Yield a player for every role: with these replies, or with a plain one to every turn."""
    plain = {"critic": FINE, "judge": filled(), "patient": ANSWER, "therapist": QUESTION}
    for role, (agent, *_) in plan.scenario.cast.items():
        kind = plan.agents[agent if isinstance(agent, str) else role].kind
        given = replies.get(role, (plain[kind],) * 99)
        yield role, Script(given, role) if isinstance(given, Sequence) else given


def play(
    graph: str,
    limits: Mapping[str, int] | None = None,
    lowering: Lowering = "session",
    past: Sequence[AnyEvent] = (),
    **replies: Sequence[Any] | Player,
) -> list[AnyEvent]:
    """Play a small scenario to its end; return every event, those it went on from included."""
    return go_on(stage(graph, limits, lowering, **replies), past)


def go_on(stage: Stage, past: Sequence[AnyEvent] = ()) -> list[AnyEvent]:
    """Play a stage's first trial to its end, from whole turns where there are some."""
    events = list(past)
    trial = next(stage.plan.trials())
    table = stage.casting.table(trial, emit=events.extend)
    asyncio.run(stage.play(trial, table, past))
    return events


def timeless(events: Sequence[AnyEvent]) -> list[AnyEvent]:
    """Return events without their times."""
    return [event.model_copy(update={"at": None}) for event in events]


def visits(events: Sequence[AnyEvent]) -> list[tuple[str, list[AnyEvent]]]:
    """Group events by visit: the node, and what it left."""
    return [(node, list(each)) for (node, _), each in groupby(events, key=lambda e: (e.node, e.at))]


def path(events: Sequence[AnyEvent]) -> list[str]:
    """Return the nodes in the order they were visited, without the session's own events."""
    return [node for node, _ in visits(events) if node]


def ways(events: Sequence[AnyEvent]) -> set[tuple[str, str, str]]:
    """Return every way that was taken: source, target, and at the end why."""
    steps = {(a, b, "") for a, b in pairwise(path(events))}
    return steps | {(path(events)[-1], END, ended(events))}


def ended(events: Sequence[AnyEvent]) -> str:
    """Return why a session ended."""
    assert isinstance(events[-1], Closing)
    return events[-1].reason


def of(kind: type[Any], events: Sequence[AnyEvent]) -> list[Any]:
    """Return the events of one kind."""
    return [event for event in events if isinstance(event, kind)]


def said(events: Sequence[AnyEvent], role: str = "patient") -> list[str]:
    """Return every draft of a role, in order."""
    return [e.text for e in events if e.event == "utterance" and e.role == role]


def ask(role: str, task: str = "speak", turn: int = 1, **more: Any) -> Ask:
    """Return what a player is asked, for tests of players alone."""
    return Ask(role=role, task=task, turn=turn, **{"revision": 0, "transcript": (), **more})


def failure(job: Any) -> PlayerError:
    """Await what must fail, and return how."""
    try:
        asyncio.run(job)
    except PlayerError as error:
        return error
    raise AssertionError("it did not fail")
