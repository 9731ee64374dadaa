"""The registry: one door for built-ins, plug-ins and notebooks."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from mhsim.errors import InputError
from mhsim.guards import COUNTS, Flagged, LogGuard
from mhsim.nodes import Step
from mhsim.registry import Registry
from mhsim.spec.graph import GUARDS, NODES


@pytest.fixture
def site(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """Return a folder on the path in which packages are as if installed."""
    monkeypatch.syspath_prepend(tmp_path)
    yield tmp_path
    sys.modules.pop("blender", None)


def install(site: Path, name: str, *points: str) -> None:
    """Install a distribution with entry points in the group `kitchen.tools`."""
    info = site / f"{name}-1.0.dist-info"
    info.mkdir()
    (info / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {name}\nVersion: 1.0\n")
    (info / "entry_points.txt").write_text("[kitchen.tools]\n" + "\n".join(points))


def tools() -> Registry[object]:
    """Return an empty registry of that group."""
    return Registry("kitchen.tools", "tool")


def test_built_ins_come_in_by_entry_points():
    """Nodes, guards and counts of the package are found as anybody's are."""
    assert {"speak", "review", "rate", "screen"} <= set(NODES)
    assert {"flagged", "closed", "risk", "stable"} <= set(GUARDS)
    assert {"turns", "revisions"} <= set(COUNTS)
    assert issubclass(NODES.get("speak"), Step)
    assert issubclass(GUARDS.get("flagged"), LogGuard)


def test_what_is_not_there_is_named_with_what_is():
    """And with what was probably meant."""
    with pytest.raises(InputError, match=r"no guard 'flaged'; there is: .*did you mean 'flagged'"):
        GUARDS.get("flaged")
    assert GUARDS.suggest("zzz") == ""
    assert "flaged" not in GUARDS


def test_code_may_add_and_take_away():
    """For tests and notebooks; what is taken away twice is gone all the same."""
    made = tools()
    made.add("whisk")(whisk := object())
    assert made.get("whisk") is whisk
    assert list(made) == ["whisk"]
    assert made.name_of(whisk) == "whisk"
    made.remove("whisk")
    made.remove("whisk")
    assert list(made) == []


def test_a_thing_nobody_registered_has_no_name():
    """A guard used from code must be registered before its graph can be written down."""
    with pytest.raises(InputError, match="not registered as a tool; see the group kitchen"):
        tools().name_of(object())
    assert GUARDS.name_of(Flagged) == "flagged"


def test_two_things_cannot_have_one_name():
    """Both are named; the same thing twice is no quarrel."""
    made = tools()
    made.add("whisk")(Path)
    made.add("whisk")(Path)
    with pytest.raises(InputError, match=r"two things want to be the tool 'whisk': .*Path.*str"):
        made.add("whisk")(str)


def test_a_package_adds_things_by_its_entry_points(site):
    """They are loaded when somebody first asks, not before."""
    (site / "blender.py").write_text("def blend(): ...\n")
    install(site, "kitchenware", "blend = blender:blend")
    made = tools()
    assert "blender" not in sys.modules
    assert made.get("blend").__module__ == "blender"


@pytest.mark.parametrize(
    ("code", "said"),
    [
        ("raise OSError('no power')", "OSError: no power"),
        ("", "AttributeError: module 'blender' has no attribute 'blend'"),
        ("import nothing_like_this", "ModuleNotFoundError: No module named 'nothing_like_this'"),
    ],
)
def test_a_package_that_cannot_be_loaded_is_named_every_time(site, code, said):
    """Not a traceback, and not half of the things as if they were all."""
    (site / "blender.py").write_text(code)
    install(site, "kitchenware", "blend = blender:blend", "path = pathlib:Path")
    made = tools()
    for _ in range(2):
        with pytest.raises(InputError, match=f"the tool 'blend' of kitchenware cannot .*: {said}"):
            made.get("path")


def test_two_packages_cannot_have_one_name(site):
    """Neither wins by the order of installation."""
    install(site, "kitchenware", "blend = pathlib:Path")
    install(site, "hardware", "blend = pathlib:PurePath")
    with pytest.raises(InputError, match="two things want to be the tool 'blend'"):
        list(tools())
