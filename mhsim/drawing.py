"""A graph as boxes and arrows for a terminal, or as a Mermaid flowchart.

Nodes stand in one column, so ordered that every edge without a limit leads down. Under each box
stand its ways on, in the order they are tried. A way to the next box goes straight down; any other
runs into a lane on the right, one lane for each node that is led to, and says besides where it
goes: so nothing is lost where the terminal is too narrow for a lane.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from wcwidth import wcswidth, wrap

from mhsim.lanes import Row, columns, painted, room
from mhsim.spec.graph import END, Edge, Graph, Node

NARROWEST = 24
"""The fewest columns a drawing needs; a narrower terminal gets lines of this width."""

_EASY = 40
"""Columns for boxes and labels below which lanes are given up, the longest first."""

_FIXED = "\N{NO-BREAK SPACE}"
_UNICODE = "─│┌┐└┘├┤┬▼◄►●○■↑↓"
_ASCII = str.maketrans(_UNICODE, "-|+++++++v<>*o#^v")


def draw(
    graph: Graph, limits: Mapping[str, int] | None = None, width: int = 80, *, ascii: bool = False
) -> str:
    """Draw a graph as boxes and arrows.

    Args:
        graph: what to draw.
        limits: limit to number; without a number, the limit's name alone is shown.
        width: columns no line exceeds, 24 or more.
        ascii: whether to do without box characters.

    Raises:
        InputError: the graph could run for ever or get stuck.
    """
    sheet = _Sheet(graph.check(), limits or {}, max(width, NARROWEST))
    drawn = "\n".join(sheet.lines())
    return drawn.translate(_ASCII).encode("ascii", "replace").decode() if ascii else drawn


def mermaid(graph: Graph, limits: Mapping[str, int] | None = None) -> str:
    """Write a graph as a Mermaid flowchart.

    Dotted edges return or begin a new turn; `(1)`, `(2)` say in which order ways are tried.

    Args:
        graph: what to draw.
        limits: limit to number; without a number, the limit's name alone is shown.
    """
    ids = {name: f"n{place}" for place, name in enumerate(graph.nodes)} | {END: "finish"}
    lines = ["flowchart TD", "  begin((start))"]
    for name in graph.nodes:
        text = "<br/>".join(_escaped(line) for line in [name, *_inside(graph, name)])
        lines.append(f'  {ids[name]}["{text}"]')
    lines += ["  finish(((end)))", f"  begin --> {ids[graph.start[0]]}"]
    for source, place, edge in graph.ways():
        turn = f"({place + 1}) " if len(graph.edges[source]) > 1 else ""
        label = _escaped(turn + label_of(graph, source, edge, limits or {}))
        arrow = ("-.->" if edge.limit else "-->") + (f'|"{label}"|' if label else "")
        lines.append(f"  {ids[source]} {arrow} {ids[edge.to]}")
    return "\n".join(lines)


def order(graph: Graph) -> list[str]:
    """Return the nodes so that every edge without a limit leads from an earlier to a later one."""
    placed: dict[str, None] = {}

    def place(name: str) -> None:
        if name in placed or name == END:
            return
        # What is placed last comes first: so the way that always holds leads to the next box.
        *others, last = graph.edges[name]
        for edge in [*reversed(others), last]:
            if edge.limit is None:
                place(edge.to)
        placed[name] = None

    led_to = {edge.to for _, _, edge in graph.ways() if edge.limit is None}
    first = graph.start[0]
    for name in [*(n for n in reversed(graph.nodes) if n not in {*led_to, first}), first]:
        place(name)
    return list(reversed(placed))


def label_of(graph: Graph, source: str, edge: Edge, limits: Mapping[str, int]) -> str:
    """Say when an edge is taken: `when flagged, at most revisions=2`; empty for an only way."""
    parts = ["new turn"] if edge.to in graph.start else []
    if edge.when is not None:
        parts.append(f"when {_guard(edge)}")
    if edge.limit is not None:
        parts.append(_often(edge.limit, limits.get(edge.limit)))
    if not parts and len(graph.edges[source]) > 1:
        parts.append("otherwise")
    return ", ".join(parts)


def _often(limit: str, most: int | None) -> str:
    if most is None:
        return f"limit {limit}"
    return f"at most {limit}={most}" if most else f"never ({limit}=0)"


def _guard(edge: Edge) -> str:
    written = edge.model_dump(mode="json")["when"]
    if isinstance(written, str):
        return written
    ((name, fields),) = written.items()
    return f"{name} ({_fields(fields)})"


def _fields(fields: Mapping[str, Any]) -> str:
    return ", ".join(f"{key}={_value(value)}" for key, value in fields.items())


def _value(value: object) -> str:
    return "+".join(map(str, value)) if isinstance(value, list) else str(value)


def _inside(graph: Graph, name: str) -> list[str]:
    """Say what a node is: kind and roles, whose words it looks at, and what else it was told."""
    node: Node = graph.nodes[name]
    roles, about = ", ".join(node.cast()), ", ".join(node.about())
    who = " on ".join([roles, about] if about else [roles]).strip()
    told = node.model_dump(
        mode="json", exclude_defaults=True, exclude={"kind", "role", "roles", "of"}
    )
    # A box never stands around text in other scripts: its width cannot be relied on.
    rest = {key: value if _value(value).isascii() else "(text)" for key, value in told.items()}
    lines = [f"{node.kind}: {who}" if who else node.kind, *([_fields(rest)] if rest else [])]
    return [*lines, "○ a turn may start here"] if name in graph.start[1:] else lines


def _escaped(text: str) -> str:
    """Write text for a Mermaid label: no character of it may end the label or begin markup."""
    safe = " _-,.:=+()"
    return "".join(
        c if c.isalnum() or c in safe or not c.isascii() else f"#{ord(c)};" for c in text
    )


class _Sheet:
    """The drawing of one graph."""

    def __init__(self, graph: Graph, limits: Mapping[str, int], width: int) -> None:
        self.graph = graph
        self.width = width
        self.labels = {
            (source, place): label_of(graph, source, edge, limits)
            for source, place, edge in graph.ways()
        }
        self.order = order(graph)
        self.place = {name: place for place, name in enumerate([*self.order, END])}

    def lines(self) -> list[str]:
        """Draw with as many lanes as there is room for."""
        lanes = self._lanes()
        while True:
            rows = list(self._rows(lanes, self.width))
            given = columns(rows)
            left = room(given, self.width)
            if not lanes or left >= min(_EASY, max(wcswidth(row.text) for row in rows)):
                return [line.rstrip() for line in painted(list(self._rows(lanes, left)), given)]
            lanes = lanes[:-1]

    def _lanes(self) -> list[str]:
        """Return the nodes that other than straight ways lead to, the shortest way first."""
        reach: dict[str, int] = {}
        for source, place, edge in self.graph.ways():
            if edge.to != END and not self._straight(source, place):
                far = abs(self.place[edge.to] - self.place[source])
                reach[edge.to] = max(far, reach.get(edge.to, 0))
        # Nothing is drawn to the right of text in other scripts.
        plain = all(label.isascii() for label in self.labels.values())
        return sorted(reach, key=lambda name: reach[name]) if plain else []

    def _straight(self, source: str, place: int) -> bool:
        """Say whether an edge is the last of its node and leads to what stands below it."""
        edges = self.graph.edges[source]
        below = self.place[edges[place].to] == self.place[source] + 1
        return below and place == len(edges) - 1

    def _rows(self, lanes: Sequence[str], left: int) -> Iterator[Row]:
        """Yield every line's own text, `left` columns wide at most."""
        inside = {name: _inside(self.graph, name) for name in self.order}
        longest = max(len(text) for name in inside for text in [f"{name}  ", *inside[name]])
        yield from (Row("  ● start"), Row("  ▼"))
        for name in self.order:
            box = _box(name, inside[name], min(longest, left - 5))
            for place, line in enumerate(box):
                entered = place == 1 and name in lanes
                yield Row(f"{line}◄", name, enters=True) if entered else Row(line)
            yield from self._ways(name, lanes, left)
        yield Row("  ■ end")

    def _ways(self, source: str, lanes: Sequence[str], left: int) -> Iterator[Row]:
        edges = self.graph.edges[source]
        for place, edge in enumerate(edges):
            label = self.labels[source, place]
            if self._straight(source, place):
                yield from map(Row, _hung("  │ ", "  │ ", label, left))
                yield Row("  ▼")
                return
            head, rest = ("  └─ ", "     ") if edge is edges[-1] else ("  ├─ ", "  │  ")
            *upper, last = _hung(head, rest, f"{label} {self._to(source, edge)}".strip(), left)
            yield from map(Row, upper)
            yield Row(last, edge.to if edge.to in lanes else None)
        yield Row("")

    def _to(self, source: str, edge: Edge) -> str:
        """Say where an edge leads, and whether that is up or down from here."""
        up = self.place[edge.to] <= self.place[source]
        to = "─► ■ end" if edge.to == END else f"{'↑' if up else '↓'} to {edge.to}"
        return to.replace(" ", _FIXED)


def _hung(head: str, rest: str, text: str, left: int) -> list[str]:
    """Wrap a text behind the line it hangs on."""
    lines = wrap(text, left, initial_indent=head, subsequent_indent=rest, break_on_hyphens=False)
    return [line.replace(_FIXED, " ") for line in lines]


def _box(name: str, inside: Sequence[str], inner: int) -> list[str]:
    """Draw a box with the name in its upper edge, or inside where it is too long."""
    head = f"─ {name} " if len(name) <= inner - 2 else "─"
    texts = [*inside] if name in head else [name, *inside]
    lines = [line for text in texts for line in wrap(text, inner, break_on_hyphens=False)]
    return [
        f"┌{head:─<{inner + 2}}┐",
        *(f"│ {line:<{inner}} │" for line in lines),
        f"└─┬{'':─<{inner}}┘",
    ]
