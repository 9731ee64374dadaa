"""A problem points to the key or the value concerned, at every kind and depth of file."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from mhsim.checking import check_paths
from mhsim.cli import call
from mhsim.complaint.expected import inside, keys
from mhsim.document import Document, Mark, parse
from mhsim.library import MODELS, Library
from mhsim.spec.graph import GUARDS

GOOD = Path(__file__).parent / "good"
SHIPPED = Library((GOOD,))
FILES = {e.path.relative_to(GOOD).as_posix(): e for e in SHIPPED.everything()}


def modelled(document: Document, kind: str) -> Iterator[tuple[tuple[Any, ...], Mark]]:
    """Yield every key that a model names, with its mark; not those an author makes up."""
    for place, mark in document.keys.items():
        if "when" in place[-3:-2]:
            yield place, mark
            continue
        above = place[:-1]
        names = keys(inside(MODELS[kind], document.data, above), document.at(above))
        if place[-1] in names:
            yield place, mark


EVERY = [
    pytest.param(file, place, mark, id=f"{entry.name}.{'.'.join(map(str, place))}")
    for file, entry in FILES.items()
    for place, mark in modelled(entry.document, entry.kind)
]


def checked(root: Path, file: str, text: str) -> list[Any]:
    """Check one file among the good ones."""
    path = root / file
    path.parent.mkdir(parents=True)
    path.write_text(text, encoding="utf-8")
    return check_paths([str(path)], Library((root, GOOD), dict(SHIPPED._read)))[1]


def put(text: str, mark: Mark, old: str, new: str) -> str:
    """Write something else at a place."""
    lines = text.split("\n")
    line, column = mark[0] - 1, mark[1] - 1
    assert lines[line][column:].startswith(old), (lines[line], old)
    lines[line] = lines[line][:column] + new + lines[line][column + len(old) :]
    return "\n".join(lines)


@pytest.mark.parametrize(("file", "place", "mark"), EVERY)
def test_a_misspelt_key_is_found_and_the_right_one_named(
    file: str, place: tuple[Any, ...], mark: Mark, tmp_path: Path
):
    key = str(place[-1])
    problems = checked(tmp_path, file, put(FILES[file].document.text, mark, key, key[0] + key))
    there = [p for p in problems if (p.line, p.column) == mark]
    assert [p.right.endswith(f"(did you mean {key!r}?)") for p in there] == [True], problems
    told = [p for p in problems if p.found == "missing" and p.key.endswith(f".{key}")]
    assert not told, "what is misspelt is not missing as well"


def plain(file: str, place: tuple[Any, ...], mark: Mark) -> bool:
    """Say whether one plain value stands there; blocks are replaced by other tests."""
    value = FILES[file].document.at(place)
    return not isinstance(value, dict | list) and "\n" not in str(value)


@pytest.mark.parametrize(("file", "place", "mark"), [p for p in EVERY if plain(*p.values)])
def test_a_value_of_no_use_is_found_where_it_stands(
    file: str, place: tuple[Any, ...], mark: Mark, tmp_path: Path
):
    document = FILES[file].document
    line, column = document.values[place]
    shown = document.text.split("\n")[line - 1][column - 1 :]
    quoted = shown[0] in "'\""
    old = shown[: shown.index(shown[0], 1) + 1] if quoted else str(document.at(place))
    old = {"True": "true", "False": "false"}.get(old, old)
    problems = checked(tmp_path, file, put(document.text, (line, column), old, "{never: 1}"))
    assert {(line, column), mark} & {(p.line, p.column) for p in problems}, problems


def test_what_a_guard_takes_is_checked_too():
    assert any(place[-3:-1] == ("when", "stable") for *_, place, _ in (p.values for p in EVERY))
    assert "stable" in GUARDS


def test_check_prints_a_line_for_each_problem_and_exits_with_two(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
):
    path = tmp_path / "agents" / "judges" / "mine.yaml"
    path.parent.mkdir(parents=True)
    path.write_text("kind: judge\nabuot: Rates.\ninstrument: phq\n", encoding="utf-8")
    code = call(["check", str(path)])
    out = capsys.readouterr().out
    right = "one of kind, about, instrument, prompt (did you mean 'about'?)"
    assert (code, out) == (2, f"agents/judges/mine.yaml:2:1: abuot: unknown key; {right}\n")


def test_lines_and_columns_count_letters_whatever_their_bytes():
    document = parse("নাম: আব্দুল\nবয়স: [১, {ক: খ, ক: গ}]\n", "x.yaml")
    said = "x.yaml:2:18: বয়স[1].ক: the key stands here again (first on line 2); keep one of them"
    assert list(map(str, document.problems)) == [said]
