"""The trace in a real terminal: tmux panes, read back."""

from __future__ import annotations

import os
import re
import runpy
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from types import SimpleNamespace

import pytest
import wcwidth

from mhsim.record import Utterance

pytestmark = pytest.mark.skipif(shutil.which("tmux") is None, reason="tmux is not installed")

PLAYER = Path(__file__).with_name("test_trace_talk.py")
TALK = SimpleNamespace(**runpy.run_path(str(PLAYER)))
STATUS = re.compile(r"^turn \d+(/\d+)?  \d+ event|^(\.\.\.|\[?therapist\]?) > ", re.MULTILINE)
DONE = "played to the end"


class Pane:
    """A terminal of its own, on a tmux server of its own."""

    def __init__(self, columns: int, rows: int, command: str) -> None:
        self._folder = tempfile.mkdtemp(prefix="mhsim-")
        script = f"trap : INT; {command}; echo {DONE}; stty -a; sleep 60"
        self.tmux(
            *("set-option", "-g", "history-limit", "50000", ";"),
            *("new-session", "-d", "-x", str(columns), "-y", str(rows), script),
        )

    def tmux(self, *arguments: str) -> str:
        """Run a tmux command."""
        command = ["tmux", "-u", "-S", f"{self._folder}/tmux", "-f", os.devnull, *arguments]
        environment = {**os.environ, "LC_ALL": "C.UTF-8"}
        environment.pop("TMUX", None)
        done = subprocess.run(
            command, capture_output=True, encoding="utf-8", check=True, env=environment
        )
        return done.stdout

    def read(self) -> str:
        """Return all that was ever written, as it stands on the screen and above it."""
        return self.tmux("capture-pane", "-p", "-S", "-")

    def wait(self, text: str, seconds: float = 60) -> str:
        """Return what is there once `text` is."""
        end = time.monotonic() + seconds
        while text not in (there := self.read()):
            assert time.monotonic() < end, f"{text!r} did not come:\n{there}"
            time.sleep(0.05)
        return there

    def close(self) -> None:
        """End it."""
        self.tmux("kill-server")
        shutil.rmtree(self._folder)


@pytest.fixture
def pane() -> Iterator[Callable[..., Pane]]:
    """Open terminals that are closed after the test."""
    panes: list[Pane] = []

    def opened(columns: int, rows: int, *arguments: str) -> Pane:
        command = " ".join([sys.executable, str(PLAYER), *arguments])
        panes.append(Pane(columns, rows, command))
        return panes[-1]

    yield opened
    for one in panes:
        one.close()


def paragraphs(there: str) -> list[list[str]]:
    """Return the indented lines under every speaker, without their indent."""
    found = re.findall(r"^(?:therapist|patient)\b.*\n((?:  .*\n)+)", there, re.MULTILINE)
    return [[line[2:] for line in one.splitlines()] for one in found]


def test_sessions(pane: Callable[..., Pane]) -> None:
    """Everything said is there once, whole, cut between graphemes only; no status is left."""
    sizes = ((80, 24), (200, 50), (46, 12))
    panes = [pane(*size, *TALK.WORDS, "--pause", "0.003") for size in sizes]
    seen: list[list[int]] = [[] for _ in panes]
    while not all(DONE in one.read() for one in panes):
        for counts, one in zip(seen, panes, strict=True):
            counts.append(len(STATUS.findall(one.read())))
    for counts, one in zip(seen, panes, strict=True):
        assert set(counts) <= {0, 2}
        assert counts.count(2) > 10
        check_all_said(one.read())


def check_all_said(there: str) -> None:
    """Compare what stands in a terminal with what was said."""
    assert not STATUS.search(there)
    shown = paragraphs(there)
    said = [e.text for loc in TALK.WORDS for e in TALK.session(loc) if isinstance(e, Utterance)]
    assert ["".join("".join(lines).split()) for lines in shown] == [
        "".join(text.split()) for text in said
    ]
    for text, lines in zip(said, shown, strict=True):
        whole = list(wcwidth.iter_graphemes("".join(text.split())))
        kept = [c for line in lines for c in wcwidth.iter_graphemes("".join(line.split()))]
        assert kept == whole


def test_rough_handling(pane: Callable[..., Pane]) -> None:
    """Keys, another size and an interrupt leave no status behind, and a usable terminal."""
    terminal = pane(100, 24, "hi-IN", "bn-BD", "--pause", "0.01")
    terminal.wait("turn 1/2")
    terminal.tmux("send-keys", "WW", "Enter", "Enter", "WW")
    for columns, rows in ((52, 24), (44, 14), (120, 30)):
        time.sleep(0.5)
        terminal.tmux("resize-window", "-x", str(columns), "-y", str(rows))
        time.sleep(0.3)
        assert len(STATUS.findall(terminal.read())) <= 2
    terminal.tmux("send-keys", "C-c")
    there = terminal.wait(" echo ")
    assert "KeyboardInterrupt" in there
    assert not STATUS.search(there)
    assert "W" not in there.partition("speed ")[0]
    assert terminal.tmux("display-message", "-p", "#{cursor_flag}").strip() == "1"
