"""Every command and every piece of code of docs/interchange.md does what the page says."""

from __future__ import annotations

import re
import shlex
import shutil
from pathlib import Path

from mhsim.exporting.order import EXPORTERS
from mhsim.importing.haul import IMPORTERS
from mhsim.importing.taking import take
from mhsim.library import BUILT_IN
from runs import call

PAGE = (BUILT_IN / "docs" / "interchange.md").read_text("utf-8")
FILES = Path(__file__).parent / "files"


def blocks(language: str) -> list[str]:
    """Return the page's blocks of one language."""
    return re.findall(rf"```{language}\n(.*?)```", PAGE, re.DOTALL)


def test_the_page_names_every_format_and_every_form():
    rows = set(re.findall(r"^\| `([a-z-]+)` \|", PAGE, re.MULTILINE))
    assert rows == {*IMPORTERS, *EXPORTERS}


def test_every_command_of_the_page_runs():
    shutil.copytree(FILES, ".", dirs_exist_ok=True)
    lines = [line for block in blocks("sh") for line in block.splitlines()]
    assert len(lines) == len(list(IMPORTERS)) + len(list(EXPORTERS))
    for line in lines:
        found = call(*shlex.split(line)[1:])
        assert found.code in (0, 1), f"{line}: {found.err}"
    assert call("check", "agents").code == 0


def test_the_table_and_the_code_of_the_page_work():
    assert "".join(blocks("csv")[0]) == (FILES / "calls.csv").read_text()[: len(blocks("csv")[0])]
    try:
        exec(blocks("python")[0], {})
        Path("ida.txt").write_text("I am tired.\nSince when?\n")
        taken = take("diary", Path("ida.txt"))
        assert (taken.counts["messages"], taken.findings) == (2, ())
    finally:
        IMPORTERS.remove("diary")
