"""Whatever an author gets wrong is said with file, line, column, key, and what would be right.

A case is an entry in `cases/*.yaml`: `files` (or `bytes`, in Latin-1) alone, or the files of
`good/` with one more (`add`) or with a piece of one (`in`, `for`) written otherwise (`write`);
`says` holds every line that `mhsim check` prints.
"""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import pytest
import yaml

from mhsim.checking import check_paths
from mhsim.library import Library

HERE = Path(__file__).parent
CASES: list[Any] = [
    pytest.param(case, id=f"{file.stem}: {case['case']}")
    for file in sorted(HERE.glob("cases/*.yaml"))
    for case in yaml.safe_load(file.read_text(encoding="utf-8"))
]


def laid(case: dict[str, Any], root: Path) -> Path:
    """Lay out the files of a case."""
    alone = {**case.get("files", {}), **case.get("bytes", {})}
    if not alone:
        shutil.copytree(HERE / "good", root, dirs_exist_ok=True)
    for name, text in {**alone, **case.get("add", {})}.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(text.encode("latin-1" if name in case.get("bytes", {}) else "utf-8"))
    for change in case.get("changes", [case] if "in" in case else []):
        path = root / change["in"]
        text = path.read_text(encoding="utf-8")
        assert text.count(change["for"]) == 1, f"{change['for']!r} stands there once"
        path.write_text(text.replace(change["for"], change["write"]), encoding="utf-8")
    return root


def said(root: Path) -> str:
    """Return what `mhsim check` prints, a line for each problem."""
    return "".join(f"{problem}\n" for problem in check_paths([], Library((root,)))[1])


@pytest.mark.parametrize("case", CASES)
def test_what_is_wrong_is_said(case: dict[str, Any], tmp_path: Path):
    assert said(laid(case, tmp_path)) == case["says"]


def test_the_good_files_are_good():
    assert said(HERE / "good") == ""
