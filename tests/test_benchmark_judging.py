"""What judging makes a model read: in proportion to the turns, unless everything is read again."""

from __future__ import annotations

import importlib.util
import sys
from types import ModuleType

import pytest
from support import ROOT


@pytest.fixture(scope="module")
def judging() -> ModuleType:
    """Return the benchmark, imported from its file."""
    sys.path.insert(0, str(ROOT / "benchmarks"))
    spec = importlib.util.spec_from_file_location("judging", ROOT / "benchmarks/judging.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    sys.path.pop(0)
    return module


def test_tokens_grow_with_the_turns_and_quadratically_only_in_full(judging: ModuleType):
    rows = judging.rows((8, 16))
    read = {(row["mode"], row["turns"]): row["tokens_read"] for row in rows}
    assert read["incremental", 16] < 2.1 * read["incremental", 8]
    assert read["window", 16] < 2.2 * read["window", 8]
    assert read["full", 16] > 2.6 * read["full", 8]
    assert "incremental" in judging.told(rows)
