"""Turn a graph into a LangGraph graph. The only module that knows both.

A graph can be lowered in two ways that leave the same events: a LangGraph node per node, for live
views, drawings and Studio; or the whole session in one LangGraph node, for batches, where the
scheduler's half millisecond per turn would be most of the engine's cost.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from itertools import pairwise
from typing import Any, Literal, TypeAlias

from langgraph.graph import END as LANGGRAPH_END
from langgraph.graph import START, StateGraph
from langgraph.graph.state import CompiledStateGraph
from langgraph.runtime import Runtime
from langgraph.types import Command

from mhsim.errors import EngineError, PlayerError
from mhsim.guards import COUNTS, LogGuard, revisions, turns
from mhsim.nodes import Step, Visit
from mhsim.record import AnyEvent, ClosingReason, Failure
from mhsim.spec.graph import END, Edge, Graph
from mhsim.state import Log, State
from mhsim.table import Table

Lowering = Literal["node", "session"]
"""What becomes one LangGraph node: a `node` of our graph, or the whole `session`."""

Runnable: TypeAlias = CompiledStateGraph[State, Table, State, State]


class Walk:
    """A graph with its limits: visits nodes and finds the way on.

    Args:
        graph: the graph; must be one that ends.
        limits: a number for every limit the graph names.

    Raises:
        InputError: the graph could run for ever or get stuck.
        EngineError: a limit has no number.
    """

    def __init__(self, graph: Graph, limits: Mapping[str, int]) -> None:
        self.graph = graph.check()
        self.limits = dict(limits)
        missing = [name for name in graph.limits() if name not in limits]
        if missing:
            raise EngineError(f"no number is given for the limits {missing}")
        self._limited = {(source, e.to) for source, _, e in graph.ways() if e.limit}
        self._steps = {name: _step(name, node) for name, node in graph.nodes.items()}

    @property
    def recursion_limit(self) -> int:
        """More visits than the graph can ever make under these limits.

        At most so many turns, and in each so many returns by limited edges, each followed by a
        loop-free stretch of at most all nodes.
        """
        inner: dict[str, int] = {}
        for _, _, edge in self.graph.ways():
            if edge.limit:
                inner[edge.to] = max(inner.get(edge.to, 0), self.limits[edge.limit])
        turns = max([n for to, n in inner.items() if to in self.graph.start], default=1)
        returns = sum(n for to, n in inner.items() if to not in self.graph.start)
        return 10 + (turns + 1) * (1 + returns) * len(self.graph.nodes)

    async def visit(self, name: str, log: Log, table: Table) -> tuple[str, str]:
        """Visit one node: run it, record what it leaves, find the way on.

        Returns:
            The next node, or `end`, and why the session ends there.
        """
        turn = log.turn
        if name in self.graph.start:
            await table.settle()
            turn += 1
        if table.arrive:
            table.arrive(name)
        try:
            events = await self._steps[name].run(Visit(name, turn, log, table))
        except PlayerError as error:
            failed = Failure.because(error, turn, next(iter(self._steps[name].cast()), None))
            table.emit(log.record(name, [failed]))
            return END, "failure"
        if not events:
            raise EngineError(f"node {name!r} left no event; every visit must leave one")
        table.emit(log.record(name, events))
        return self.onward(name, log)

    def onward(self, source: str, log: Log) -> tuple[str, str]:
        """Return where the log leads from `source`, and why the session ends if it does."""
        spent = False
        for edge in self.graph.edges[source]:
            if edge.limit is not None and self._used(edge, log) >= self.limits[edge.limit]:
                spent = True
                continue
            if edge.when is None:
                return edge.to, "limit" if spent else "closed"
            if _guard(edge).holds(log):
                return edge.to, _guard(edge).reason
        raise EngineError(f"no way leads on from {source!r}")

    def finished(self, events: Sequence[AnyEvent]) -> bool:
        """Say whether the last visit among `events` left everything it leaves."""
        last = events[-1]
        visit: list[AnyEvent] = []
        for event in reversed(events):
            if (event.node, event.at) != (last.node, last.at):
                break
            visit.insert(0, event)
        step = self._steps.get(last.node)
        return step is not None and step.whole(visit)

    def whole(self, events: Sequence[AnyEvent]) -> bool:
        """Say whether the last visit among `events` left everything, and a turn ends with it."""
        if not self.finished(events):
            return False
        return self.onward(events[-1].node, Log(events))[0] in (*self.graph.start, END)

    def _used(self, edge: Edge, log: Log) -> int:
        """Count how often a limited edge was used: turns, returns, or what a plug-in counts.

        A return is an arrival by a limited edge in this turn. Turns and returns always grow, so
        whatever a plug-in counts, the graph still ends.
        """
        assert edge.limit is not None
        sure = log.turn if edge.to in self.graph.start else self._returns(edge.to, log)
        own = COUNTS.get(edge.limit) if edge.limit in COUNTS else None
        return sure if own in (None, turns, revisions) else max(sure, own(log, edge.to))

    def _returns(self, target: str, log: Log) -> int:
        steps = pairwise(log.visited)
        return sum(to == target and (source, to) in self._limited for source, to in steps)


def _step(name: str, node: Any) -> Step:
    if not isinstance(node, Step):
        raise EngineError(f"node {name!r} is a {type(node).__name__}, which cannot act: no `run`")
    return node


def _guard(edge: Edge) -> LogGuard:
    if not isinstance(edge.when, LogGuard):
        raise EngineError(f"the guard {edge.when!r} cannot be asked: no `holds`")
    return edge.when


class Compiled:
    """A runnable graph: compile once per graph and limits, use for every session.

    Args:
        walk: the graph with its limits.
        lowering: what becomes one LangGraph node.
    """

    def __init__(self, walk: Walk, lowering: Lowering = "node") -> None:
        self.walk = walk
        self.lowering: Lowering = lowering
        self.runnable = _by_node(walk) if lowering == "node" else _by_session(walk)

    async def run(self, log: Log, table: Table, start: str | None = None) -> ClosingReason:
        """Play from `start` (the graph's own, without it) until the graph ends.

        Events are appended to `log` and handed to the table as they happen.
        """
        state: State = {"log": log, "next": start or self.walk.graph.start[0], "ending": "closed"}
        final = await self.runnable.ainvoke(
            state, {"recursion_limit": self.walk.recursion_limit}, context=table
        )
        return final["ending"]


def _by_node(walk: Walk) -> Runnable:
    builder = StateGraph(State, context_schema=Table)
    for name in walk.graph.nodes:
        ways = tuple({_langgraph(edge.to) for edge in walk.graph.edges[name]} | {LANGGRAPH_END})
        builder.add_node(name, _visitor(walk, name), destinations=ways)

    async def enter(state: State) -> str:
        return state["next"]

    builder.add_conditional_edges(START, enter, list(walk.graph.nodes))
    return builder.compile()


def _visitor(walk: Walk, name: str) -> Callable[..., Awaitable[Command[Any]]]:
    async def visit(state: State, runtime: Runtime[Table]) -> Command[Any]:
        # The log is appended to in place, by this module alone: a copy per visit would make a
        # long session's cost grow with its length.
        target, ending = await walk.visit(name, state["log"], runtime.context)
        return Command(goto=_langgraph(target), update={"next": target, "ending": ending})

    return visit


def _by_session(walk: Walk) -> Runnable:
    async def session(state: State, runtime: Runtime[Table]) -> dict[str, str]:
        target, ending = state["next"], state["ending"]
        while target != END:
            target, ending = await walk.visit(target, state["log"], runtime.context)
        return {"next": target, "ending": ending}

    builder = StateGraph(State, context_schema=Table)
    builder.add_node("session", session)
    builder.add_edge(START, "session")
    builder.add_edge("session", LANGGRAPH_END)
    return builder.compile()


def _langgraph(name: str) -> str:
    return LANGGRAPH_END if name == END else name


def compile_graph(graph: Graph, limits: Mapping[str, int], lowering: Lowering = "node") -> Compiled:
    """Return the runnable form of a graph. Costs milliseconds: keep it and use it again.

    Raises:
        InputError: the graph could run for ever or get stuck.
    """
    return Compiled(Walk(graph, limits), lowering)
