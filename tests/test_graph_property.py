"""A graph that loads ends: whatever its guards and players do, and however it is lowered."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from random import Random
from typing import Any, Literal

import pytest
import yaml
from hypothesis import HealthCheck, given, settings, target
from hypothesis import strategies as st
from support import CRITIC, ITEMS, JUDGE, PATIENT, PHQ9, THERAPIST, timeless, visits

from mhsim.document import parse
from mhsim.errors import PlayerError
from mhsim.filing import understand
from mhsim.forms import Findings
from mhsim.guards import LogGuard
from mhsim.lowering import Walk, compile_graph
from mhsim.nodes import Step, Visit
from mhsim.record import AnyEvent, TrialId, Utterance
from mhsim.spec.graph import END, GUARDS, NODES, Graph
from mhsim.state import Log
from mhsim.table import Ask, Filled, Form, Line, Seat, Table

TRIAL = TrialId(id="t", arm="plain", locale="en-US", cast={}, replicate=1, seed=1)
AGENTS: Mapping[str, Any] = {
    "patient": PATIENT, "therapist": THERAPIST, "critic": CRITIC, "judge_a": JUDGE, "judge_b": JUDGE
}  # fmt: skip
LIMITS = ("turns", "revisions", "loops")
NAMES = ("ask", "answer", "log", "next", "ending", "session", "state", "judges")
"""Some of them are words LangGraph or our state use themselves."""


class Say(Step):
    """Leaves a plain utterance, asking nobody."""

    kind: Literal["say"]
    role: Literal["patient", "therapist"]

    def says(self) -> tuple[str, ...]:
        """Name who is quoted."""
        return (self.role,)

    async def run(self, visit: Visit) -> Sequence[AnyEvent]:
        """Say which visit it is."""
        said = f"{visit.node} {len(visit.log)}"
        revision = visit.log.drafts(self.role) if visit.log.turn == visit.turn else 0
        return [Utterance(turn=visit.turn, role=self.role, text=said, revision=revision)]


class Toss(LogGuard):
    """Holds by the toss of a coin, the same one for the same log; always with a share of 1."""

    seed: int
    share: float

    def holds(self, log: Log) -> bool:
        """Toss it."""
        return Random(f"{self.seed}/{len(log)}").random() < self.share


class Plain(yaml.SafeDumper):
    """Writes everything out: the same guard twice is no alias."""

    def ignore_aliases(self, data: Any) -> bool:
        """Leave them out."""
        return True


@pytest.fixture(autouse=True, scope="module")
def _kinds_of_ours() -> Iterator[None]:
    NODES.add("say")(Say)
    GUARDS.add("toss")(Toss)
    yield
    NODES.remove("say")
    GUARDS.remove("toss")


class Whim:
    """A player that answers as a seed will have it, and at times cannot."""

    def __init__(self, seed: str) -> None:
        self.random = Random(seed)

    async def say(self, ask: Ask) -> Line:
        """Say something."""
        self._perhaps_fail()
        return Line(f"{ask.role} {ask.turn}.{ask.revision}", closes=self.random.random() < 0.1)

    async def fill(self, ask: Ask, form: type[Form]) -> Filled[Form]:
        """Fill the form."""
        self._perhaps_fail()
        if form is Findings:
            quote = ask.draft.text if ask.draft else ""
            flag = {"quote": quote, "kind": "calque", "reason": "so"}
            flags = [flag] * (self.random.random() < 0.7)
            return Filled(form.model_validate({"flags": flags, "verdict": "flattened"}))
        states = self.random.choices(["denied", "not_assessed", "present"], [6, 1, 2], k=len(ITEMS))
        items = {f"item_{name}": {"state": s} for name, s in zip(ITEMS, states, strict=True)}
        return Filled(form.model_validate({"rationale": "", **items}))

    def _perhaps_fail(self) -> None:
        if self.random.random() < 0.03:
            raise PlayerError("refusal", "as the seed will have it")


TOSSED = st.builds(
    lambda seed, share: {"toss": {"seed": seed, "share": share}},
    st.integers(0, 9),
    st.sampled_from([0.0, 0.5, 0.9, 1.0, 1.0]),
)
GUARD = st.one_of(
    TOSSED,
    TOSSED,
    st.sampled_from(["flagged", "closed", "risk", {"turn": {"at_least": 2}}]),
    st.sampled_from([
        {"stable": {"judge": "judge_a", "turns": 2, "within": 0}},
        {"disagree": {"between": ["judge_a", "judge_b"], "by": 1}},
    ]),
)  # fmt: skip


@st.composite
def node(draw: st.DrawFn, first: bool) -> dict[str, Any]:
    """Draw a node; the first ones mostly speak, as those after them want to hear something."""
    speaker = st.sampled_from(["patient", "patient", "therapist"])
    kinds = ["speak", "say", *([] if first else ["review", "rate", "screen"])]
    match draw(st.sampled_from(kinds)):
        case "review":
            return {"kind": "review", "role": "critic", "of": draw(speaker)}
        case "rate":
            some = st.lists(st.sampled_from(["judge_a", "judge_b"]), min_size=1, unique=True)
            return {"kind": "rate", "roles": draw(some), "of": draw(speaker)}
        case "screen":
            return {"kind": "screen", "of": draw(speaker)}
        case kind:
            return {"kind": kind, "role": draw(speaker)}


@st.composite
def edge(draw: st.DrawFn, to: str, limit: str | None = None) -> dict[str, Any]:
    """Draw an edge with a guard or a limit, or both."""
    when = draw(GUARD | TOSSED | st.none()) if limit else draw(GUARD)
    return {"to": to, **({"when": when} if when else {}), **({"limit": limit} if limit else {})}


@st.composite
def graphs(draw: st.DrawFn) -> dict[str, Any]:
    """Draw a graph as a file has it: mostly one that ends, sometimes with an edge gone astray."""
    count = draw(st.integers(1, 7))
    names = list(draw(st.permutations(NAMES)))[:count]
    starts = names[: 2 if count > 2 and draw(st.integers(0, 2)) == 0 else 1]
    edges: dict[str, Any] = {}
    for place, name in enumerate(names):
        later = [*names[place + 1 :], END]
        later = [n for n in later if n not in starts]
        ways = [draw(edge(draw(st.sampled_from(later)))) for _ in range(draw(st.integers(0, 2)))]
        for _ in range(draw(st.integers(0, 2))):
            to = draw(st.sampled_from(names))
            limit = draw(st.sampled_from(LIMITS))
            ways.append(draw(edge(to, "turns" if to in starts else limit)))
        plain = names[place + 1] if place + 1 < count and names[place + 1] in later else END
        edges[name] = [*draw(st.permutations(ways)), plain]
    if len(starts) > 1:
        edges[names[-1]].insert(0, draw(edge(starts[1], "turns")))
    _spoil(draw, names, edges)
    nodes = {name: draw(node(first=place < 2)) for place, name in enumerate(names)}
    if "judge" in str(edges) and count > 2:
        nodes[names[-1]] = {"kind": "rate", "roles": ["judge_a", "judge_b"], "of": "patient"}
    return {"start": starts, "nodes": nodes, "edges": edges}


def _spoil(draw: st.DrawFn, names: list[str], edges: dict[str, Any]) -> None:
    """Let edges go astray: elsewhere, without limit, without what follows, twice."""
    for _ in range(draw(st.sampled_from([0, 0, 1]))):
        ways = edges[draw(st.sampled_from(names))]
        place = draw(st.integers(0, len(ways) - 1))
        match draw(st.sampled_from(["elsewhere", "unlimited", "gone", "loop"])):
            case "elsewhere":
                to = draw(st.sampled_from([*names, END, "nowhere"]))
                ways[place] = to if isinstance(ways[place], str) else {**ways[place], "to": to}
            case "unlimited" if isinstance(ways[place], dict):
                ways[place].pop("limit", None)
            case "gone" if len(ways) > 1:
                del ways[place]
            case _:
                ways.insert(0, draw(edge(draw(st.sampled_from(names)))))


def table(seed: int, emitted: list[AnyEvent]) -> Table:
    """Lay a table at which everybody answers as a seed will have it."""
    seats = {
        role: Seat(role=role, agent=agent, player=Whim(f"{seed}/{role}"), prompt="")
        for role, agent in AGENTS.items()
    }
    return Table(
        trial=TRIAL, seats=seats, instruments={"phq9": PHQ9}, lexicons={}, emit=emitted.extend
    )


def played(graph: Graph, limits: Mapping[str, int], lowering: Any, seed: int) -> list[AnyEvent]:
    """Play a graph to its end."""
    events: list[AnyEvent] = []
    log = Log()
    asyncio.run(compile_graph(graph, limits, lowering).run(log, table(seed, events)))
    assert list(log) == events
    return events


def test_every_graph_is_refused_with_reasons_or_ends():
    """Refused at a place in its file, or both lowerings leave the same and stop in time."""
    seen: Counter[str] = Counter()

    @settings(max_examples=600, suppress_health_check=[HealthCheck.too_slow])
    @given(
        written=graphs(),
        limits=st.fixed_dictionaries({name: st.integers(0, 4) for name in LIMITS}),
        seed=st.integers(0, 2**16),
    )
    def tried(written: dict[str, Any], limits: dict[str, int], seed: int) -> None:
        document = parse(yaml.dump(written, Dumper=Plain, sort_keys=False), "graphs/x.yaml")
        _, graph, problems = understand(document, Path("graphs/x.yaml"))
        if problems:
            seen["refused"] += 1
            assert all(p.line and p.column and p.found and p.right for p in problems)
            return
        most = Walk(graph, limits).recursion_limit
        one, other = (played(graph, limits, way, seed) for way in ("node", "session"))
        assert timeless(one) == timeless(other)
        assert 1 <= len(visits(one)) <= most
        target(len(visits(one)) / most)
        seen["played"] += 1
        seen["long"] += len(visits(one)) > 2 * len(graph.nodes)
        seen["two starts"] += len(graph.start) > 1
        seen["failed"] += one[-1].event == "failure"

    tried()
    assert seen["played"] >= 300, seen
    assert seen["refused"] >= 50, seen
    assert min(seen["long"], seen["two starts"], seen["failed"]) >= 5, seen


def test_nodes_may_be_called_what_the_engine_calls_its_own():
    """The names of our state and of LangGraph's nodes are an author's to use."""
    for name in NAMES:
        graph = Graph.model_validate(
            {
                "start": name,
                "nodes": {name: {"kind": "say", "role": "patient"}},
                "edges": {name: END},
            }
        )
        assert [len(played(graph, {}, way, 1)) for way in ("node", "session")] == [1, 1]
