"""A drawing is read back, lane by lane: every edge and every label of the graph is in it."""

from __future__ import annotations

import re
from collections import Counter
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mhsim.drawing import draw, label_of, mermaid, order
from mhsim.errors import InputError
from mhsim.lanes import Row, columns
from mhsim.library import BUILT_IN, Library
from mhsim.spec.graph import END, GUARDS, Graph, Guard

LIMITS = {"turns": 12, "revisions": 2, "redrafts": 0}


def speak(role: str, **more: Any) -> dict[str, Any]:
    """Write a node that speaks."""
    return {"kind": "speak", "role": role, **more}


PATIENT, THERAPIST = speak("patient"), speak("therapist")
JUDGE = {"kind": "rate", "roles": ["judge_a"]}
AGAIN = {"to": "therapist", "limit": "turns"}
CLOSED = {"to": "end", "when": "closed"}

DYAD: dict[str, Any] = {
    "start": "therapist",
    "nodes": {"therapist": THERAPIST, "patient": PATIENT},
    "edges": {"therapist": "patient", "patient": [AGAIN, "end"]},
}
TWO_STARTS: dict[str, Any] = {
    "start": ["therapist", "enquiry"],
    "nodes": {
        "therapist": THERAPIST,
        "enquiry": speak("therapist", task="safety"),
        "patient": PATIENT,
        "screen": {"kind": "screen", "of": "patient"},
    },
    "edges": {
        "therapist": "patient",
        "enquiry": "patient",
        "patient": "screen",
        "screen": [{"to": "enquiry", "when": "risk", "limit": "turns"}, AGAIN, "end"],
    },
}
SUPERVISOR: dict[str, Any] = {
    "start": "supervisor",
    "nodes": {
        "supervisor": speak("supervisor"),
        "crisis": speak("crisis"),
        "cbt": speak("cbt"),
        "check": {"kind": "review", "role": "practice", "of": "cbt"},
        "listener": speak("listener"),
        "patient": PATIENT,
    },
    "edges": {
        "supervisor": [
            {"to": "crisis", "when": {"risk": {"levels": ["active"]}}},
            {"to": "cbt", "when": {"turn": {"at_least": 4}}},
            "listener",
        ],
        "crisis": "patient",
        "cbt": "check",
        "check": [{"to": "cbt", "when": "flagged", "limit": "redrafts"}, "patient"],
        "listener": "patient",
        "patient": [CLOSED, {"to": "supervisor", "limit": "turns"}, "end"],
    },
}
PANEL: dict[str, Any] = {
    "start": "therapist",
    "nodes": {
        "therapist": THERAPIST,
        "patient": PATIENT,
        "panel": {"kind": "rate", "roles": ["judge_a", "judge_b"]},
        "adjudicator": {"kind": "rate", "roles": ["senior"]},
    },
    "edges": {
        "therapist": "patient",
        "patient": "panel",
        "panel": [
            {"to": "adjudicator", "when": {"disagree": {"between": ["judge_a", "judge_b"]}}},
            AGAIN,
            "end",
        ],
        "adjudicator": [AGAIN, "end"],
    },
}
BRANCHES: dict[str, Any] = {
    "start": "therapist",
    "nodes": {
        "therapist": THERAPIST,
        "short": PATIENT,
        "long": PATIENT,
        "judge": JUDGE,
        "closing": THERAPIST,
    },
    "edges": {
        "therapist": [
            {"to": "long", "when": {"total": {"judge": "judge_a", "at_least": 10}}},
            {"to": "closing", "when": "closed"},
            "short",
        ],
        "short": "judge",
        "long": [{"to": "long", "when": "flagged", "limit": "revisions"}, "judge"],
        "judge": [{"to": "short", "limit": "revisions"}, AGAIN, "closing"],
        "closing": "end",
    },
}
TOPOLOGIES = {
    "dyad": DYAD,
    "two starts": TWO_STARTS,
    "supervisor": SUPERVISOR,
    "panel": PANEL,
    "branches": BRANCHES,
}


class Reader:
    """Reads a drawing as a person does: boxes, the ways under them, the lanes they run into."""

    def __init__(self, drawing: str) -> None:
        self.lines = drawing.splitlines()
        self.edges: list[tuple[str, str, str]] = []
        self.lanes = 0
        names = [re.match(r"┌─ (\S+) ─*┐", line) for line in self.lines]
        self.boxes = {place: name[1] for place, name in enumerate(names) if name}
        self.start = self._below(self.lines.index("  ● start"))
        self._source, self._text = "", ""
        for place, line in enumerate(self.lines):
            self._read(place, line)

    def _read(self, place: int, line: str) -> None:
        if place in self.boxes:
            self._source, self._text = self.boxes[place], ""
        text = re.sub(r"[ ─│┐┘┤]+$", "", line)
        if line.startswith("  ▼") and self._source:
            self.edges.append((self._source, self._text, self._below(place)))
        elif head := re.match(r"  (├─|└─|│ ?|   ) ", text):
            self._text = f"{self._text} {text[head.end() :]}".strip()
            self._way(place, text)

    def _way(self, place: int, text: str) -> None:
        found = re.fullmatch(r"(?:(.*) )?(?:([↑↓]) to (\S+)|─► ■ (end))", self._text)
        if not found:
            return
        label, arrow, named, ended = found.groups()
        self.edges.append((self._source, label or "", named or ended))
        self._text = ""
        if self.lines[place][len(text) :].strip().startswith("─"):
            self.lanes += 1
            entry = self._follow(place, len(text))
            assert self.boxes[entry - 1] == named
            assert arrow == ("↑" if entry < place else "↓")

    def _follow(self, place: int, column: int) -> int:
        """Follow a line to the right and along its lane; return the row of the arrow head."""
        column = next(c for c in range(column, 999) if self._cell(place, c) in "┐┘┤")
        rows = [place]
        for step, end in ((1, "┘"), (-1, "┐")):
            row = place
            while self._cell(row, column) != end:
                row += step
                assert self._cell(row, column) in "│┐┘┤"
                rows.append(row)
        heads = [row for row in rows if self._head(row, column)]
        assert len(heads) == 1
        return heads[0]

    def _head(self, row: int, column: int) -> bool:
        if self._cell(row, column) == "│":
            return False
        while self._cell(row, column - 1) in "─│":
            column -= 1
        return self._cell(row, column - 1) == "◄"

    def _cell(self, row: int, column: int) -> str:
        return self.lines[row][column] if column < len(self.lines[row]) else " "

    def _below(self, place: int) -> str:
        rest = range(place + 1, len(self.lines))
        return next(
            self.boxes.get(r, END) for r in rest if r in self.boxes or "  ■" in self.lines[r]
        )


def edges(graph: Graph) -> Counter[tuple[str, str, str]]:
    """Return a graph's edges as a reader of the drawing finds them."""
    return Counter((s, label_of(graph, s, edge, LIMITS), edge.to) for s, _, edge in graph.ways())


NAMES = st.from_regex(r"[a-z][a-z0-9_-]{0,11}", fullmatch=True).filter(lambda name: name != END)


@st.composite
def accepted(draw: st.DrawFn) -> Graph:
    """Return a graph that loads."""
    names = draw(st.lists(NAMES, min_size=1, max_size=8, unique=True))
    others = st.sampled_from(names[1:]) if names[1:] else st.nothing()
    most = min(2, len(names) - 1)
    starts = [names[0], *draw(st.lists(others, max_size=most, unique=True))]
    ways: dict[str, list[dict[str, Any]]] = {}
    for place, name in enumerate(names):
        later = [n for n in names[place + 1 :] if n not in starts] + [END]
        targets = draw(st.lists(st.sampled_from([*names, END]), max_size=3))
        some = [_way(draw, to, to in later) for to in targets]
        ways[name] = [way for way in some if len(way) > 1]
        ways[name].append({"to": draw(st.sampled_from(later))})
    reached: dict[str, None] = {}
    todo = [names[0]]
    while todo:
        reached[name := todo.pop()] = None
        todo += [w["to"] for w in ways[name] if w["to"] not in {END, *reached}]
    return Graph.model_validate(
        {
            "start": [name for name in starts if name in reached],
            "nodes": {name: speak(draw(st.sampled_from(["patient", "cbt"]))) for name in reached},
            "edges": {name: ways[name] for name in reached},
        }
    )


def _way(draw: st.DrawFn, to: str, later: bool) -> dict[str, Any]:
    way: dict[str, Any] = {"to": to}
    if draw(st.booleans()):
        way["when"] = draw(st.sampled_from(["flagged", "closed", {"turn": {"at_least": 4}}]))
    if to != END and (not later or draw(st.booleans())):
        way["limit"] = draw(st.sampled_from(["turns", "revisions", "redrafts"]))
    return way


@pytest.mark.parametrize("data", TOPOLOGIES.values(), ids=list(TOPOLOGIES))
@pytest.mark.parametrize("width", [48, 80, 140])
def test_every_edge_of_a_drawing_leads_where_it_says(data: dict[str, Any], width: int) -> None:
    """Lanes and names agree, and nothing is missing or drawn twice."""
    graph = Graph.model_validate(data)
    read = Reader(draw(graph, LIMITS, width))
    assert Counter(read.edges) == edges(graph)
    assert read.start == graph.start[0]
    assert list(read.boxes.values()) == order(graph)


@given(accepted(), st.integers(44, 120))
def test_every_edge_of_any_graph_is_drawn_once(graph: Graph, width: int) -> None:
    """Whatever graph loads, at whatever width."""
    read = Reader(draw(graph, LIMITS, width))
    assert Counter(read.edges) == edges(graph)
    assert set(read.boxes.values()) == {*graph.nodes}


@given(accepted())
def test_with_room_for_it_every_way_that_is_not_straight_has_a_lane(graph: Graph) -> None:
    """Names alone are for narrow terminals."""
    read = Reader(draw(graph, LIMITS, 300))
    below = {*zip(order(graph), [*order(graph)[1:], END], strict=True)}
    last = {source: edge for source, _, edge in graph.ways()}
    crooked = [
        edge
        for source, _, edge in graph.ways()
        if edge.to != END and not (edge is last[source] and (source, edge.to) in below)
    ]
    assert read.lanes == len(crooked)


def test_two_lanes_of_one_column_never_touch() -> None:
    """In ASCII nobody could tell where one ends and the next begins."""
    rows = [Row("x", "up", True), Row("..."), Row("to x", "up"), Row("to y", "down")]
    apart = [Row("..."), Row("..."), Row("y", "down", True), Row("z", "far"), Row("z", "far", True)]
    assert columns([*rows, Row("y", "down", True)]) == {"down": 0, "up": 1}
    assert columns([*rows, *apart]) == {"far": 0, "up": 0, "down": 1}


@given(accepted(), st.integers(0, 100), st.booleans())
def test_no_line_is_longer_than_the_terminal(graph: Graph, width: int, ascii: bool) -> None:
    """Nor shorter than 24 columns ever asked for."""
    drawing = draw(graph, LIMITS, width, ascii=ascii)
    assert max(map(len, drawing.splitlines())) <= max(width, 24)
    assert not ascii or drawing.isascii()


@given(accepted())
@settings(max_examples=50)
def test_unlimited_edges_lead_down(graph: Graph) -> None:
    """So a reader meets a turn from top to bottom."""
    place = {name: n for n, name in enumerate([*order(graph), END])}
    assert all(place[s] < place[e.to] for s, _, e in graph.ways() if e.limit is None)


@given(accepted())
@settings(max_examples=50)
def test_a_flowchart_has_every_edge_and_label(graph: Graph) -> None:
    """Read back from its lines."""
    lines = mermaid(graph, LIMITS).splitlines()
    ids = {m[1]: m[2] for line in lines if (m := re.match(r'  (n\d+)\["([^<"]+)', line))}
    ids["finish"] = END
    found = [
        re.fullmatch(r'  (n\d+) -\.?->(?:\|"(?:\(\d\) )?(.*)"\|)? (n\d+|finish)', line)
        for line in lines
    ]
    read = Counter(
        (ids[m[1]], re.sub(r"#(\d+);", lambda c: chr(int(c[1])), m[2] or ""), ids[m[3]])
        for m in found
        if m
    )
    assert read == edges(graph)


def test_a_narrow_terminal_gets_names_instead_of_lanes() -> None:
    """`^ to therapist` stays where no lane fits."""
    drawing = draw(Graph.model_validate(TWO_STARTS), None, 25, ascii=True)
    assert "<" not in drawing
    assert "+- new turn, limit\n  |  turns ^ to therapist\n" in drawing


def test_a_long_name_stands_inside_its_box() -> None:
    """It is wrapped there, not cut."""
    name = "a-node-whose-name-is-longer-than-the-terminal-is-wide"
    graph = Graph.model_validate({"start": name, "nodes": {name: PATIENT}, "edges": {name: "end"}})
    drawing = draw(graph, width=30)
    assert "".join(re.findall(r"│ (\S+)", drawing)).startswith(name)
    assert max(map(len, drawing.splitlines())) <= 30


def test_labels_say_when_and_how_often() -> None:
    """Guards with their parameters, limits with their numbers."""
    drawing = draw(Graph.model_validate(SUPERVISOR), LIMITS, 120)
    assert "├─ when risk (levels=active) ↓ to crisis ─" in drawing
    assert "├─ when flagged, never (redrafts=0) ↑ to cbt ─" in drawing
    assert "├─ new turn, at most turns=12 ↑ to supervisor ─" in drawing


def test_a_box_says_kind_roles_and_what_else_was_told() -> None:
    """And whether a turn may start there."""
    drawing = draw(Graph.model_validate(TWO_STARTS))
    assert "│ screen: on patient " in drawing
    assert "│ task=safety " in drawing
    assert drawing.count("○ a turn may start here") == 1


def test_the_shipped_graphs_are_drawn() -> None:
    """Every one of them, completely."""
    library = Library((BUILT_IN,))
    for name in library.names("graph"):
        graph: Graph = library.load("graph", name)
        assert Counter(Reader(draw(graph, LIMITS)).edges) == edges(graph)


def test_a_graph_that_cannot_run_is_not_drawn() -> None:
    """The message says why it cannot."""
    with pytest.raises(InputError, match="leads nowhere"):
        draw(Graph.model_validate({**DYAD, "edges": {"therapist": "patient"}}))


class Says(Guard):
    """Somebody said these words."""

    words: str


@pytest.fixture
def said() -> Any:
    """Return a maker of graphs with a guard that holds any words."""
    GUARDS.add("says")(Says)
    yield lambda words: Graph.model_validate(
        {**DYAD, "edges": {**DYAD["edges"], "patient": [
            {"to": "therapist", "when": {"says": {"words": words}}, "limit": "turns"}, "end"]}}
    )  # fmt: skip
    GUARDS.remove("says")


def test_nothing_is_drawn_to_the_right_of_other_scripts(said: Any) -> None:
    """Their width cannot be relied on, so there are no lanes."""
    lines = draw(said("ভালো লাগে না"), width=100).splitlines()
    assert "  ├─ new turn, when says (words=ভালো লাগে না), limit turns ↑ to therapist" in lines
    assert draw(said("ভালো লাগে না"), ascii=True).isascii()


def test_words_cannot_break_out_of_a_flowchart_label(said: Any) -> None:
    """Quotes, brackets and markup are written as codes."""
    written = mermaid(said('"] --> <b>`#quot;|'))
    assert (
        '"(1) new turn, when says (words=#34;#93; --#62; #60;b#62;#96;#35;quot#59;#124;)' in written
    )
