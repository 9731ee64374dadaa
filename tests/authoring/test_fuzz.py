"""However the shipped files are broken, checking says where and what, and never raises."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator
from copy import deepcopy
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
import yaml
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from mhsim.checking import check_paths
from mhsim.document import parse
from mhsim.errors import InputError, Problem
from mhsim.library import BUILT_IN, FOLDERS, Library
from mhsim.planning import make_plan

FORBIDDEN = re.compile(
    r"[Ii]nput should|Extra inputs|Field required|validation error|Value error|pydantic|Traceback"
    r"|<class|object at 0x|NoneType|StrictStr|frozenset\("
)
"""What no author should have to read."""

FILES = sorted(
    path.relative_to(BUILT_IN).as_posix()
    for folder in FOLDERS.values()
    for path in (BUILT_IN / folder).rglob("*.yaml")
)
SHIPPED = Library((BUILT_IN,))
"""Everything shipped, read once."""

for _ in SHIPPED.everything():
    pass

few = settings(max_examples=150, suppress_health_check=[HealthCheck.too_slow])


def pruned(data: Any, most: int = 3) -> Any:
    """Keep a little of everything, so that a pack is checked in milliseconds."""
    if isinstance(data, list):
        return [pruned(each) for each in data[:most]]
    if isinstance(data, dict):
        long = len(data) > 14
        return {k: pruned(v) for n, (k, v) in enumerate(data.items()) if not long or n < most}
    return data


def text_of(file: str) -> str:
    return (BUILT_IN / file).read_text(encoding="utf-8")


SMALL: dict[str, Any] = {file: pruned(parse(text_of(file), file).data) for file in FILES}
INLINE = {
    **SMALL["scenarios/persona-trap.yaml"],
    "graph": SMALL["graphs/interview.yaml"],
    "cast": {
        "patient": [SMALL["agents/patients/shopkeeper.yaml"], "nurse"],
        "therapist": SMALL["agents/therapists/listener.yaml"],
        "judge": SMALL["agents/judges/severity.yaml"],
    },
}
"""A scenario with its graph and its agents written out."""


def places(data: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """Yield the place of every key and entry."""
    inner = data.items() if isinstance(data, dict) else enumerate(data)
    for key, value in inner:
        yield (*path, key)
        if isinstance(value, dict | list):
            yield from places(value, (*path, key))


WORDS = st.sampled_from(
    ["", "kind", "patient", "judge", "end", "turns", "bn-BD", "bn_bd", "phq9", "sleep", "closed",
     "reference", "openai:x", "script:none.yaml", "re:(", "{{ x", "{a", "on", "4", "0", "-1",
     "locale"]
)  # fmt: skip
SCALARS = st.one_of(
    st.none(), st.booleans(), st.integers(-3, 300), st.integers(), st.floats(), st.text(max_size=8),
    WORDS,
)  # fmt: skip
VALUES = st.recursive(
    SCALARS,
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(WORDS | st.integers(0, 3) | st.text(max_size=5), inner, max_size=3)
    ),
    max_leaves=6,
)


@st.composite
def mutated(draw: st.DrawFn) -> tuple[str, str]:
    """Draw a shipped file with keys and values deleted, renamed, replaced or added."""
    file = draw(st.sampled_from([*FILES, "scenarios/inline.yaml"]))
    data = deepcopy(SMALL.get(file, INLINE))
    for _ in range(draw(st.integers(1, 3))):
        every = list(places(data))
        if not every:
            break
        *above, key = draw(st.sampled_from(every))
        owner: Any = data
        for part in above:
            owner = owner[part]
        match draw(st.sampled_from(["delete", "rename", "replace", "add", "copy"])):
            case "delete":
                del owner[key]
            case "rename" if isinstance(owner, dict):
                new = draw(WORDS | st.text(max_size=5) | st.just(f"{key}x"))
                pairs = [(new if k == key else k, v) for k, v in owner.items()]
                owner.clear()
                owner.update(pairs)
            case "add" if isinstance(owner, dict):
                owner[draw(WORDS | st.text(max_size=5))] = draw(VALUES)
            case "copy" if isinstance(owner, list):
                owner.append(owner[key])
            case _:
                owner[key] = draw(VALUES)
    return file, yaml.safe_dump(data, allow_unicode=True, sort_keys=False, width=120)


@st.composite
def torn(draw: st.DrawFn) -> tuple[str, bytes]:
    """Draw a shipped file cut off, or with lines or bytes lost, doubled, moved or added."""
    file = draw(st.sampled_from(FILES))
    raw = yaml.safe_dump(SMALL[file], allow_unicode=True, sort_keys=False).encode()
    raw = draw(st.sampled_from([raw, text_of(file).encode()[:4000]]))
    lines = raw.splitlines(keepends=True)
    at, to = draw(st.integers(0, len(raw))), draw(st.integers(0, len(lines) - 1))
    junk = st.sampled_from(
        [b"\t", b'"', b"'", b"[", b"]", b"{", b"}", b": ", b":", b"- ", b"#", b"&a ", b"*a", b"!x ",
         b"|", b">", b"%", b"@", b"\x00", b"\xff", b"\r", b"---\n", b"...\n", b"? ", b"<<: ", b",",
         "\u2028".encode(), "\ufeff".encode(), b"{{ x }}", b"\n", b"  "]
    )  # fmt: skip
    match draw(st.sampled_from(["cut", "lose", "insert", "double", "drop", "indent"])):
        case "cut":
            raw = raw[:at]
        case "lose":
            raw = raw[:at] + raw[at + draw(st.integers(1, 30)) :]
        case "insert":
            raw = raw[:at] + draw(junk) + raw[at:]
        case "double":
            raw = b"".join([*lines[: to + 1], *lines[to:]])
        case "drop":
            raw = b"".join(lines[:to] + lines[to + 1 :])
        case _:
            raw = b"".join([*lines[:to], draw(st.sampled_from([b" ", b"  ", b"\t"])), *lines[to:]])
    return file, raw


def checked(file: str, raw: bytes) -> list[Problem]:
    """Check one file in place of the shipped one of its name; what is good can be planned."""
    with TemporaryDirectory() as folder:
        root = Path(folder)
        path = root / file
        path.parent.mkdir(parents=True)
        path.write_bytes(raw)
        library = Library((root, BUILT_IN), dict(SHIPPED._read))
        problems = check_paths([str(path)], library)[1]
        if not problems and file.startswith("scenarios/"):
            make_plan(str(path), library)
        return problems


def assert_well_said(problems: list[Problem], file: str, raw: bytes) -> None:
    lines = re.split("\r\n|[\r\n\x85\u2028\u2029]", raw.decode(errors="replace"))
    for problem in problems:
        assert problem.file == file
        assert problem.line is not None and problem.column is not None, problem
        assert 1 <= problem.line <= len(lines) + 1 and problem.column >= 1, problem
        assert problem.found.strip() and problem.right.strip() and problem.key, problem
        assert not FORBIDDEN.search(f"{problem.found}; {problem.right}"), problem
        assert "\n" not in str(problem), problem


@few
@given(made=mutated())
def test_whatever_is_changed_the_problems_are_well_said(made: tuple[str, str]):
    file, text = made
    raw = text.encode(errors="surrogatepass")
    assert_well_said(checked(file, raw), file, raw)


@few
@given(made=torn())
def test_whatever_is_torn_the_problems_are_well_said(made: tuple[str, bytes]):
    file, raw = made
    assert_well_said(checked(file, raw), file, raw)


@pytest.mark.parametrize("file", FILES)
def test_the_shipped_files_are_good(file: str):
    assert checked(file, (BUILT_IN / file).read_bytes()) == []


def test_brackets_beyond_all_depth_are_no_crash():
    document = parse("a: " + "[" * 200_000, "x.yaml")
    said = "x.yaml:1:64: file: nested more than 60 levels deep; fewer levels"
    assert list(map(str, document.problems)) == [said]


def test_a_number_beyond_all_digits_is_no_crash():
    document = parse(f"a: {'9' * 5000}\n", "x.yaml")
    said = "x.yaml:1:4: a: a number of 5000 digits stands here; a shorter number"
    assert list(map(str, document.problems)) == [said]


def test_not_a_number_is_told_as_written():
    assert math.isnan(parse("a: .nan\n", "x.yaml").data["a"])


def test_a_file_that_is_gone_is_an_error_of_its_name(tmp_path: Path):
    with pytest.raises(InputError, match="there is no such file or folder"):
        check_paths([str(tmp_path / "gone.yaml")])
