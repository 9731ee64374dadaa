"""A starter is a file somebody can begin with: it passes `check` as it is."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from mhsim.checking import check_paths
from mhsim.document import parse
from mhsim.errors import InputError
from mhsim.library import BUILT_IN, FOLDERS, MODELS, Library
from mhsim.planning import make_plan
from mhsim.schema import write
from mhsim.starter import create, starter


def name_for(kind: str) -> str:
    """Return a name of that kind; a locale's is its tag."""
    return "fr-FR" if kind == "locale" else f"my-{kind}"


@pytest.mark.parametrize("kind", MODELS)
def test_a_starter_passes_check_in_an_empty_folder(kind: str, tmp_path: Path) -> None:
    """With what ships behind it, and nothing else."""
    path = create(kind, name_for(kind), tmp_path)
    assert path == tmp_path / FOLDERS[kind] / f"{name_for(kind)}.yaml"
    assert check_paths([str(path)], Library((tmp_path, BUILT_IN))) == (1, [])


@pytest.mark.parametrize("kind", MODELS)
def test_a_starter_opens_with_what_it_is(kind: str) -> None:
    """One comment with its name, then where its schema lies, if that is known."""
    lines = starter(kind, name_for(kind), "../docs/schemas").splitlines()
    assert lines[0].startswith(f"# {name_for(kind)}: ")
    assert lines[1] == f"# yaml-language-server: $schema=../docs/schemas/{kind}.schema.json"
    assert "yaml-language-server" not in starter(kind, name_for(kind))
    assert "NAME" not in starter(kind, name_for(kind))


@pytest.mark.parametrize("kind", MODELS)
def test_a_starter_finds_the_schemas_beside_it(kind: str, tmp_path: Path) -> None:
    """Once `mhsim check --schema docs/schemas` has written them."""
    write(tmp_path / "docs/schemas")
    path = create(kind, name_for(kind), tmp_path)
    modeline = path.read_text(encoding="utf-8").splitlines()[1]
    assert (path.parent / modeline.partition("$schema=")[2]).is_file()


def test_all_starters_together_make_an_experiment(tmp_path: Path) -> None:
    """The scenario is planned with the patient beside it as well as with those that ship."""
    library = Library((tmp_path, BUILT_IN))
    for kind in MODELS:
        create(kind, name_for(kind), tmp_path)
    plan = make_plan("my-scenario", library, {"cast": {
        "patient": ["shopkeeper", "my-patient"], "therapist": "interviewer", "critic": "my-critic",
        "judge_a": "my-judge", "judge_b": "severity",
    }})  # fmt: skip
    assert plan.size == 12


def test_a_starter_is_never_written_over_a_file(tmp_path: Path) -> None:
    """What somebody has written stays as it is."""
    create("judge", "mine", tmp_path).write_text("# mine\n", encoding="utf-8")
    with pytest.raises(InputError, match=r"agents/judges/mine\.yaml exists"):
        create("judge", "mine", tmp_path)
    assert (tmp_path / "agents/judges/mine.yaml").read_text(encoding="utf-8") == "# mine\n"


@pytest.mark.parametrize(
    ("kind", "name", "said"),
    [
        ("pateint", "mine", "did you mean 'patient'"),
        ("patient", "My Patient", "small letters"),
        ("patient", "../escape", "small letters"),
        ("locale", "fr_fr", "did you mean 'fr-FR'"),
        ("locale", "zh-hant-tw", "did you mean 'zh-Hant-TW'"),
        ("locale", "French", "such as fr-FR"),
        ("judge", "interviewer", "there is a therapist called 'interviewer'"),
        ("patient", "shopkeeper", "ships with mhsim"),
        ("locale", "zh-CN", "ships with mhsim"),
    ],
)
def test_a_name_that_will_not_do_is_refused(
    kind: str, name: str, said: str, tmp_path: Path
) -> None:
    """Nothing is written, and the message says what would be right."""
    with pytest.raises(InputError, match=said):
        create(kind, name, tmp_path)
    assert not list(tmp_path.rglob("*.yaml"))


def test_a_prompt_may_take_the_place_of_one_that_ships(tmp_path: Path) -> None:
    """By being called as it is."""
    create("prompt", "therapist", tmp_path)
    found = Library((tmp_path, BUILT_IN)).find("prompt", "therapist")
    assert found == tmp_path / "agents/prompts/therapist.yaml"


@pytest.mark.parametrize("kind", ["patient", "therapist", "locale"])
def test_what_is_said_in_a_starter_is_whole_sentences(kind: str) -> None:
    """A comma in an unquoted list would cut one in two."""
    data = parse(starter(kind, name_for(kind)), "starter").data
    spoken = [*sentences(data.get("speech")), *sentences(data.get("expressions"))]
    spoken += [s for each in data.get("persona", {}).values() for s in sentences(each["story"])]
    assert spoken
    assert [text for text in spoken if text[-1] not in ".?。"] == []


def sentences(data: Any) -> Iterator[str]:
    """Yield every text below, without ids and registers."""
    if isinstance(data, str):
        yield data
    elif isinstance(data, dict):
        for key, value in data.items():
            yield from sentences(value) if key not in {"idiom", "register"} else ()
    else:
        for each in data or ():
            yield from sentences(each)
