"""Schemas agree with the loader on what a file may say, and explain every key."""

from __future__ import annotations

import copy
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Literal

import pytest
from pydantic import ValidationError

from mhsim.document import parse, read
from mhsim.library import AGENTS, BUILT_IN, FOLDERS, MODELS, Library
from mhsim.schema import DIALECT, explained, schemas, write
from mhsim.spec.agent import Speech
from mhsim.spec.graph import GUARDS, NODES, Guard, Node
from mhsim.starter import starter

jsonschema = pytest.importorskip("jsonschema")
Place = tuple[str | int, ...]
MADE = schemas()


def fits(kind: str, data: Any, made: dict[str, Any] = MADE) -> bool:
    """Say whether an editor would leave a file alone; to it, every key is text."""
    return jsonschema.Draft7Validator(made[kind]).is_valid(json.loads(json.dumps(data)))


def loads(kind: str, data: Any) -> bool:
    """Say whether the loader takes a file, without what files must agree on."""
    try:
        MODELS[kind].model_validate(data)
    except ValidationError:
        return False
    return True


def begun(kind: str) -> Any:
    """Return the data of a starter."""
    return parse(starter(kind, "fr-FR" if kind == "locale" else "mine"), kind).data


def places(data: Any, place: Place = ()) -> Iterator[Place]:
    """Yield the place of everything in a file, outermost first."""
    yield place
    rows = (
        data.items()
        if isinstance(data, dict)
        else enumerate(data if isinstance(data, list) else ())
    )
    for key, value in rows:
        yield from places(value, (*place, key))


def changed(data: Any, place: Place, value: Any) -> Any:
    """Return the data with another value at one place."""
    if not place:
        return value
    made = copy.copy(data)
    made[place[0]] = changed(data[place[0]], place[1:], value)
    return made


def at(data: Any, place: Place) -> Any:
    """Return what stands at a place."""
    return at(data[place[0]], place[1:]) if place else data


SHIPPED = [
    pytest.param(kind, path, id=f"{kind}-{path.stem}")
    for kind, folder in FOLDERS.items()
    for path in sorted((BUILT_IN / folder).rglob("*.yaml"))
]


@pytest.mark.parametrize(("kind", "path"), SHIPPED)
def test_every_shipped_file_fits_its_schema(kind: str, path: Path) -> None:
    """And an agent's that of agents, too."""
    data = json.loads(json.dumps(read(path).data))
    assert [e.message for e in jsonschema.Draft7Validator(MADE[kind]).iter_errors(data)] == []
    assert kind not in AGENTS or fits("agent", data)


@pytest.mark.parametrize(("kind", "path"), SHIPPED)
def test_every_shipped_file_says_where_its_schema_lies(
    kind: str, path: Path, tmp_path: Path
) -> None:
    """Once the schemas are written to docs/schemas."""
    write(tmp_path / "docs/schemas")
    (tmp_path / FOLDERS[kind]).mkdir(parents=True)
    marked = [
        line for line in path.read_text(encoding="utf-8").splitlines()[:5] if "$schema=" in line
    ]
    assert len(marked) == 1
    schema = tmp_path / FOLDERS[kind] / marked[0].partition("$schema=")[2]
    assert json.loads(schema.read_text(encoding="utf-8")) == MADE[kind]


@pytest.mark.parametrize("kind", MODELS)
@pytest.mark.parametrize("wrong", [{"no-such-key": 1}, 7.5, None, ["", 3], "Not A Name"])
def test_a_schema_refuses_what_the_loader_refuses(kind: str, wrong: Any) -> None:
    """Whatever stands in the wrong place, wherever in the file."""
    data = begun(kind)
    for place in places(data):
        made = changed(data, place, wrong)
        if place and not _beyond(kind, place):
            assert fits(kind, made) == loads(kind, made), place


@pytest.mark.parametrize("kind", MODELS)
def test_a_schema_refuses_unknown_and_missing_keys(kind: str) -> None:
    """At every level, exactly where the loader does."""
    data = begun(kind)
    for place in places(data):
        here = at(data, place)
        if isinstance(here, dict) and not _beyond(kind, place):
            for made in [
                {**here, "no_such_key": 1},
                *(_without(here, key) for key in here if not _beyond(kind, (*place, key))),
            ]:
                file = changed(data, place, made)
                assert fits(kind, file) == loads(kind, file), (place, made)


def _without(here: dict[str, Any], key: str) -> dict[str, Any]:
    return {name: value for name, value in here.items() if name != key}


def _beyond(kind: str, place: Place) -> bool:
    """Say whether more than one key has to be seen there: items and their anchors, bands, names."""
    return kind == "instrument" and place[:1] in {
        ("anchors",),
        ("bands",),
        ("items",),
        ("risk_item",),
    }


ONE_TURN: dict[str, Any] = {
    "start": "therapist",
    "nodes": {"therapist": {"kind": "speak", "role": "therapist"}},
    "edges": {"therapist": "end"},
}


@pytest.mark.parametrize(
    "ways",
    [
        "end",
        {"to": "end"},
        ["end"],
        [{"to": "end", "when": "closed"}, "end"],
        [{"to": "end", "when": {"closed": {}}}, {"to": "end"}],
        [{"to": "end", "when": {"stable": {"judge": "a", "turns": 3, "within": 1}}}, "end"],
        [{"to": "therapist", "when": "flagged", "limit": "turns"}, "end"],
    ],
)
def test_an_editor_takes_every_short_form_of_an_edge(ways: Any) -> None:
    """A name, a mapping, a list of both; a guard by name or with its parameters."""
    assert fits("graph", {**ONE_TURN, "edges": {"therapist": ways}})
    assert fits("graph", {**ONE_TURN, "start": ["therapist"]})


@pytest.mark.parametrize(
    "when",
    ["stables", "stable", {"stable": {"judge": "a"}}, {"closed": {}, "flagged": {}}, {}, ["closed"],
     {"stable": {"judge": "a", "turns": 1, "within": 1}}, {"turn": {"at_last": 3}}],
)  # fmt: skip
def test_an_editor_underlines_a_guard_that_cannot_be(when: Any) -> None:
    """One that does not exist, lacks parameters, or has unknown ones."""
    assert not fits("graph", {**ONE_TURN, "edges": {"therapist": [{"to": "end", "when": when}]}})


@pytest.mark.parametrize(
    "node",
    [{"kind": "speek", "role": "a"}, {"kind": "speak"}, {"role": "a"},
     {"kind": "speak", "role": "a", "of": "b"}, {"kind": "rate", "roles": []}],
)  # fmt: skip
def test_an_editor_underlines_a_node_that_cannot_be(node: Any) -> None:
    """Each kind has its own keys."""
    assert not fits("graph", {**ONE_TURN, "nodes": {"therapist": node}})


@pytest.mark.parametrize(
    ("key", "value", "fine"),
    [
        ("cast", {"patient": "shopkeeper"}, True),
        ("cast", {"patient": ["shopkeeper", "nurse"]}, True),
        ("cast", {"patient": []}, False),
        ("models", {"default": "openai:gpt-5-mini"}, True),
        ("models", {"default": {"model": "ollama:qwen3", "temperature": 0.7}}, True),
        ("models", {"default": "gpt-5-mini"}, False),
        ("models", {"default": {"model": "ollama:qwen3", "api_key": "sk-1"}}, False),
        ("contrasts", {"a": ["english"]}, False),
        ("arms", {"english": {"locales": []}}, False),
        ("arms", {"english": {"locales": ["en_US"]}}, False),
        ("arms", {"english": {"locales": ["en-US"], "localize": "translation"}}, False),
        ("graph", {"start": "a"}, False),
    ],
)
def test_an_editor_knows_what_a_scenario_may_say(key: str, value: Any, fine: bool) -> None:
    """Names and short forms; graphs and agents themselves are for code."""
    assert fits("scenario", {**begun("scenario"), key: value}) == fine


def test_every_key_is_explained() -> None:
    """So that an editor has something to show over each of them."""
    lacking = [place for place, key in _keys(MADE) if len(key.get("description", "")) < 6]
    assert lacking == []


def _keys(schema: Any, place: Place = ()) -> Iterator[tuple[Place, dict[str, Any]]]:
    if isinstance(schema, dict):
        if isinstance(known := schema.get("properties"), dict):
            yield from (((*place, name), key) for name, key in known.items())
        for name, value in schema.items():
            yield from _keys(value, (*place, name))


def test_help_is_what_the_docstring_says() -> None:
    """The sentence on the class, and the lines under `Args:`, unwrapped."""
    about, fields = explained(Speech)
    assert (
        about
        == "What a therapist says in one locale, for the reference simulator: whole sentences."
    )
    assert fields["safety"] == "direct, calm questions about wishing to die."
    assert set(fields) == set(Speech.model_fields)


class Pause(Node):
    """Wait a while.

    Args:
        seconds: how long,
            in seconds.
    """

    kind: Literal["pause"]  # pyright: ignore[reportIncompatibleVariableOverride]
    seconds: int


class Tired(Guard):
    """Somebody is tired."""


def test_what_a_plugin_adds_is_in_the_schema() -> None:
    """Node kinds and guards, with their help."""
    NODES.add("pause")(Pause)
    GUARDS.add("tired")(Tired)
    try:
        made = schemas()
    finally:
        NODES.remove("pause")
        GUARDS.remove("tired")
    seconds = made["graph"]["definitions"]["Pause"]["properties"]["seconds"]
    assert seconds == {"description": "How long, in seconds.", "type": "integer"}
    graph = {**ONE_TURN, "edges": {"therapist": [{"to": "end", "when": "tired"}, "end"]}}
    graph["nodes"] = {"therapist": {"kind": "pause", "seconds": 3}}
    assert fits("graph", graph, made)
    assert not fits("graph", graph)


def test_schemas_are_written_one_file_each(tmp_path: Path) -> None:
    """In a dialect every editor reads, ready to be named in a modeline."""
    paths = write(tmp_path / "schemas")
    assert {path.name for path in paths} == {f"{kind}.schema.json" for kind in [*MODELS, "agent"]}
    for path in paths:
        schema = json.loads(path.read_text(encoding="utf-8"))
        assert schema["$schema"] == DIALECT
        jsonschema.Draft7Validator.check_schema(schema)


def test_schemas_that_are_kept_in_docs_are_up_to_date() -> None:
    """`mhsim check --schema docs/schemas` writes them anew."""
    for path in sorted((BUILT_IN / "docs/schemas").glob("*.schema.json")):
        kind = path.name.removesuffix(".schema.json")
        assert json.loads(path.read_text(encoding="utf-8")) == MADE[kind]


def test_every_definition_is_used() -> None:
    """A reader of a schema is not led astray by what its files cannot hold."""
    for schema in MADE.values():
        for name in schema["definitions"]:
            assert f'"#/definitions/{name}"' in json.dumps(schema)


def test_the_library_and_the_schemas_know_the_same_kinds() -> None:
    """A new kind of file gets its schema by being one."""
    assert set(MADE) == {*MODELS, "agent"}
    assert all(Library((BUILT_IN,)).names(kind) is not None for kind in MODELS)
