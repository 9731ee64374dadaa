"""A problem points to the key or the value concerned, at every kind and depth of file."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from mhsim.checking import check_paths
from mhsim.cli import call
from mhsim.complaint.expected import bare, inside, is_model, keys, models
from mhsim.document import Document, Mark, parse
from mhsim.errors import InputError
from mhsim.filing import folder_kind
from mhsim.library import BUILT_IN, FOLDERS, MODELS, Library
from mhsim.planning import make_plan
from mhsim.spec.graph import GUARDS, NODES

GOOD = Path(__file__).parent / "good"
SHIPPED = Library((GOOD, BUILT_IN))
for _ in SHIPPED.everything():
    pass


def little(data: Any) -> Any:
    """Keep the first of every list and a few of many keys."""
    if isinstance(data, list):
        return [little(each) for each in data[:1]]
    if isinstance(data, dict):
        every = {key: little(value) for key, value in data.items()}
        made_up = len(every) > 14 and not {"kind", "research"} & every.keys()
        return dict(list(every.items())[:2]) if made_up else every
    return data


def texts() -> Iterator[tuple[str, str]]:
    """Yield the good files as they stand, and shipped ones with a little of everything."""
    for path in sorted(GOOD.glob("*/**/*.yaml")):
        if path.parent.name != "agents":  # what agents refer to is of no kind
            yield path.relative_to(GOOD).as_posix(), path.read_text(encoding="utf-8")
    for kind, folder in FOLDERS.items():
        for name in SHIPPED.names(kind):
            data = little(SHIPPED.entry(kind, name).document.data)
            yield f"{folder}/{name}.yaml", yaml.safe_dump(data, allow_unicode=True, width=9999)


def modelled(document: Document, kind: str) -> Iterator[tuple[tuple[Any, ...], Mark, Any]]:
    """Yield every key that a model names, with its mark; not those an author makes up."""
    for place, mark in document.keys.items():
        here = inside(MODELS[kind], document.data, place[:-1])
        found = models(here, document.at(place[:-1]))[:1]
        if "when" in place[-3:-2]:
            yield place, mark, GUARDS.get(str(place[-2]))
        elif place[-1] in keys(here, document.at(place[:-1])):
            yield place, mark, found[0]


TRIED: set[tuple[Any, Any]] = set()


def every() -> Iterator[tuple[str, Document, tuple[Any, ...], Mark]]:
    """Yield each key of each model once."""
    for file, text in texts():
        document = parse(text, file)
        kind = document.data.get("kind") or folder_kind(Path(file))
        for place, mark, model in modelled(document, kind):
            if (model, place[-1]) not in TRIED:
                TRIED.add((model, place[-1]))
                yield file, document, place, mark


EVERY = [pytest.param(*each, id=f"{each[0]}: {'.'.join(map(str, each[2]))}") for each in every()]


def checked(root: Path, file: str, text: str) -> list[Any]:
    """Check one file among the good ones."""
    path = root / file
    path.parent.mkdir(parents=True)
    path.write_text(text, encoding="utf-8")
    return check_paths([str(path)], Library((root, GOOD, BUILT_IN), dict(SHIPPED._read)))[1]


def put(text: str, mark: Mark, old: str, new: str) -> str:
    """Write something else at a place."""
    lines = text.split("\n")
    line, column = mark[0] - 1, mark[1] - 1
    assert lines[line][column:].startswith(old), (lines[line], old)
    lines[line] = lines[line][:column] + new + lines[line][column + len(old) :]
    return "\n".join(lines)


@pytest.mark.parametrize(("file", "document", "place", "mark"), EVERY)
def test_a_misspelt_key_is_found_and_the_right_one_named(
    file: str, document: Document, place: tuple[Any, ...], mark: Mark, tmp_path: Path
):
    key = str(place[-1])
    problems = checked(tmp_path, file, put(document.text, mark, key, key[0] + key))
    there = [p for p in problems if (p.line, p.column) == mark]
    assert [p.right.endswith(f"(did you mean {key!r}?)") for p in there] == [True], problems
    told = [p for p in problems if p.found == "missing" and p.key.endswith(f".{key}")]
    assert not told, "what is misspelt is not missing as well"


def plain(_file: str, document: Document, place: tuple[Any, ...], _mark: Mark) -> bool:
    """Say whether one plain value stands there; blocks are replaced by other tests."""
    value = document.at(place)
    return not isinstance(value, dict | list) and "\n" not in str(value)


@pytest.mark.parametrize(
    ("file", "document", "place", "mark"), [p for p in EVERY if plain(*p.values)]
)
def test_a_value_of_no_use_is_found_where_it_stands(
    file: str, document: Document, place: tuple[Any, ...], mark: Mark, tmp_path: Path
):
    line, column = document.values[place]
    shown = document.text.split("\n")[line - 1][column - 1 :]
    quoted = shown[0] in "'\""
    old = shown[: shown.index(shown[0], 1) + 1] if quoted else str(document.at(place))
    old = {"True": "true", "False": "false"}.get(old, old)
    problems = checked(tmp_path, file, put(document.text, (line, column), old, "{never: 1}"))
    assert {(line, column), mark} & {(p.line, p.column) for p in problems}, problems


def written(kind: Any, seen: dict[Any, None]) -> dict[Any, None]:
    """Return every model an author can write below a type."""
    for each in bare(kind):
        for model in models(each.type) if is_model(each.type) else ():
            if model not in seen:
                seen[model] = None
                for info in model.model_fields.values():
                    written(info.annotation, seen)
        for argument in getattr(each.type, "__args__", ()):
            written(argument, seen)
    return seen


def test_every_key_of_every_model_is_tried():
    """Those left out stand in no shipped file; what is told of one is told of all."""
    kinds = [*MODELS.values(), *map(NODES.get, NODES), *map(GUARDS.get, GUARDS)]
    every_key = {
        (model, info.alias or name)
        for kind in kinds
        for model in written(kind, {})
        for name, info in model.model_fields.items()
    }
    left = sorted(f"{model.__name__}.{key}" for model, key in every_key - TRIED)
    assert len(left) <= len(every_key) / 4, left


def test_check_prints_a_line_for_each_problem_and_exits_with_two(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
):
    path = tmp_path / "agents" / "judges" / "mine.yaml"
    path.parent.mkdir(parents=True)
    path.write_text("kind: judge\nabuot: Rates.\ninstrument: phq\n", encoding="utf-8")
    code = call(["check", str(path)])
    out = capsys.readouterr().out
    right = "one of kind, about, instrument, questions, prompt, origin (did you mean 'about'?)"
    assert (code, out) == (2, f"agents/judges/mine.yaml:2:1: abuot: unknown key; {right}\n")


def test_what_ships_is_not_checked_against_what_stands_before_it(tmp_path: Path):
    pack = (GOOD / "agents/locales/bn-BD.yaml").read_text(encoding="utf-8")
    path = tmp_path / "agents/locales/bn-BD.yaml"
    path.parent.mkdir(parents=True)
    path.write_text(pack, encoding="utf-8")
    assert check_paths([])[1] == []
    scenario = (BUILT_IN / "scenarios/persona-trap.yaml").read_text(encoding="utf-8")
    mine = tmp_path / "scenarios/mine.yaml"
    mine.parent.mkdir()
    mine.write_text(scenario, encoding="utf-8")
    assert check_paths([])[1] == [], "a scenario refers to patients, not to their idioms"
    with pytest.raises(InputError, match="bn-BD has no idiom"):
        make_plan("mine")


def test_a_folder_is_told_by_its_last_name_and_from_elsewhere_by_that_alone():
    assert folder_kind(Path("agents/patients/mine/x.yaml")) == "patient"
    assert folder_kind(Path("/home/me/graphs/notes/x.yaml")) is None
    assert folder_kind(Path("/home/me/graphs/x.yaml")) == "graph"
    assert folder_kind(Path("mygraphs/x.yaml")) is None


def test_lines_and_columns_count_letters_whatever_their_bytes():
    document = parse("নাম: আব্দুল\nবয়স: [১, {ক: খ, ক: গ}]\n", "x.yaml")
    said = "x.yaml:2:18: বয়স[1].ক: the key stands here again (first on line 2); keep one of them"
    assert list(map(str, document.problems)) == [said]
