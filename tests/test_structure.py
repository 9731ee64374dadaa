"""The shape of the repository: what every module keeps to, and what the wheel carries."""

from __future__ import annotations

import ast
import os
import subprocess
import sys
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from support import ROOT

CONTENT = ("agents", "graphs", "scenarios")
MODULES = sorted((ROOT / "mhsim").rglob("*.py"))

LINES, LENGTH, PARAMETERS = 250, 40, 5

WIDE = {
    "Trace.__init__": "what a trace is told of a session once, all by name",
    "report": "the options of a verb",
    "show": "the options of a verb",
    "watch": "the options of a verb",
    "review": "the options of a verb",
    "cluster_bootstrap": "an estimator's usual arguments",
    "erde": "an estimator's usual arguments",
    "sd_diff": "an estimator's usual arguments",
    "power_tost": "an estimator's usual arguments",
    "run": "the options of a verb; a batch: what, where, who answers, watches and steers",
    "import_": "the options of a verb",
    "rerun": "the options of a verb",
    "judge": "the options of a verb",
}
"""Functions that may take more parameters, and why."""

HEAVY = ("langgraph", "langchain_core", "pandas", "scipy", "numpy", "rich", "networkx", "ray")
"""What nobody should wait for who only asks for help."""


def shown(path: Path) -> str:
    """Return a module's path for test ids."""
    return str(path.relative_to(ROOT))


def functions(tree: ast.AST, owner: str = "") -> Iterator[tuple[str, ast.FunctionDef]]:
    """Yield every function with its name, methods with their class."""
    for node in ast.iter_child_nodes(tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield f"{owner}{node.name}", node  # type: ignore[misc]
            yield from functions(node, owner)
        else:
            yield from functions(node, f"{node.name}." if isinstance(node, ast.ClassDef) else owner)


def code(function: ast.FunctionDef) -> int:
    """Return a function's lines without its docstring, which may take what it needs."""
    first = function.body[0]
    said = ast.get_docstring(function, clean=False) is not None
    words = first.end_lineno - first.lineno + 1 if said and first.end_lineno else 0
    return (function.end_lineno or 0) - function.lineno + 1 - words


def parameters(function: ast.FunctionDef) -> int:
    """Return how many parameters a function takes, self and cls left out."""
    taken = function.args
    names = [a.arg for a in (*taken.posonlyargs, *taken.args, *taken.kwonlyargs)]
    return len([name for name in names if name not in ("self", "cls")])


def public(tree: ast.Module) -> Iterator[ast.ClassDef | ast.FunctionDef]:
    """Yield every class, function and method that somebody else may use."""
    waiting: list[ast.AST] = [tree]
    while waiting:
        for node in ast.iter_child_nodes(waiting.pop()):
            if isinstance(node, ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef):
                overload = any(getattr(d, "id", "") == "overload" for d in node.decorator_list)
                if not node.name.startswith("_") and not overload:
                    yield node  # type: ignore[misc]
                    if isinstance(node, ast.ClassDef):
                        waiting.append(node)


@pytest.mark.parametrize("path", MODULES, ids=shown)
def test_a_module_fits_a_head(path: Path):
    """At most 250 lines, functions of at most 40 lines and 5 parameters."""
    text = path.read_text("utf-8")
    assert len(text.splitlines()) <= LINES
    for name, function in functions(ast.parse(text)):
        assert code(function) <= LENGTH, name
        assert parameters(function) <= PARAMETERS or name in WIDE, name


@pytest.mark.parametrize("path", MODULES, ids=shown)
def test_whatever_is_public_says_what_it_is(path: Path):
    """Every module, class and function that somebody else may use has a docstring."""
    tree = ast.parse(path.read_text("utf-8"))
    assert ast.get_docstring(tree)
    assert [node.name for node in public(tree) if not ast.get_docstring(node)] == []


def test_no_excuse_outlives_its_function():
    """A function that takes few parameters by now needs no reason."""
    wide = {
        name
        for path in MODULES
        for name, function in functions(ast.parse(path.read_text("utf-8")))
        if parameters(function) > PARAMETERS
    }
    assert wide == set(WIDE)


def test_content_is_no_code():
    """A package called `agents` exists elsewhere and would be shadowed; YAML has no `__init__`."""
    for folder in CONTENT:
        assert list((ROOT / folder).rglob("*.py")) == []
        assert list((ROOT / folder).rglob("*.yaml"))


def python(code: str, *, path: Path | None = None, cwd: Path | None = None) -> str:
    """Run code in a process of its own; return what it prints."""
    env = {**os.environ, **({"PYTHONPATH": str(path)} if path else {})}
    done = subprocess.run(
        [sys.executable, "-c", code], env=env, cwd=cwd, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


@pytest.mark.parametrize("module", ["mhsim", "mhsim.cli"])
def test_who_asks_for_help_waits_for_nothing_heavy(module: str):
    """Neither the engine's libraries nor the statistics' are imported before they are used."""
    loaded = f"import sys, {module}; print(*sorted(set(sys.modules) & {set(HEAVY)!r}))"
    assert python(loaded) == ""


def test_help_is_printed_without_the_engine():
    """All verbs are listed, none of their modules is loaded."""
    code = (
        "import sys, mhsim.cli; mhsim.cli.call(['--help']);"
        "print('heavy:', *sorted({'langgraph', 'pandas', 'scipy', 'networkx'} & set(sys.modules)))"
    )
    said = python(code)
    assert said.endswith("heavy:")
    assert "run" in said


def test_every_name_of_the_package_can_be_had():
    """What `mhsim` promises it has, and nothing else."""
    code = "import mhsim; print(all(getattr(mhsim, name) for name in mhsim.__all__))"
    assert python(code) == "True"
    missing = "import mhsim\ntry: mhsim.nothing\nexcept AttributeError as e: print(e)"
    assert python(missing) == "module 'mhsim' has no attribute 'nothing'"


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Build the wheel and unpack it as an installer would."""
    place = tmp_path_factory.mktemp("wheel")
    subprocess.run(
        [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(place / "dist")],
        cwd=ROOT,
        check=True,
        capture_output=True,
    )
    (wheel,) = (place / "dist").glob("*.whl")
    zipfile.ZipFile(wheel).extractall(place / "site")
    return place / "site"


def test_the_wheel_carries_all_content(installed: Path):
    """Every YAML of the checkout, and no Python among it."""
    for folder in CONTENT:
        here = {p.relative_to(ROOT) for p in (ROOT / folder).rglob("*.yaml")}
        there = installed / "mhsim" / "_content"
        assert {p.relative_to(there) for p in (there / folder).rglob("*.yaml")} == here
    assert list((installed / "mhsim" / "_content").rglob("*.py")) == []


def test_an_installed_wheel_finds_what_ships(installed: Path, tmp_path: Path):
    """From any working directory, and from nowhere else."""
    code = (
        "import mhsim\n"
        "from mhsim.library import Library\n"
        "library = Library()\n"
        "entries = list(library.everything())\n"
        "print(mhsim.__file__, *sorted({str(e.path) for e in entries}), sep='\\n')\n"
        "assert not [p for e in entries for p in e.problems]\n"
    )
    file, *paths = python(code, path=installed, cwd=tmp_path).splitlines()
    assert Path(file) == installed / "mhsim" / "__init__.py"
    assert paths
    assert all(Path(path).is_relative_to(installed / "mhsim" / "_content") for path in paths)


def test_an_installed_wheel_plays_the_embedded_experiment(installed: Path, tmp_path: Path):
    """The first conversation of the shipped scenario, from the wheel alone."""
    code = (
        "import asyncio, mhsim\n"
        "async def first():\n"
        "    async for event in mhsim.simulate('persona-trap'):\n"
        "        last = event\n"
        "    return last\n"
        "print(asyncio.run(first()).reason)\n"
    )
    assert python(code, path=installed, cwd=tmp_path) in ("closed", "limit", "stable")
