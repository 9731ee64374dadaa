"""What holds for every test: no network, a working directory of its own, a plain environment."""

from __future__ import annotations

import ipaddress
import os
import signal
import socket
import sys
from pathlib import Path
from typing import Any

import pytest
from hypothesis import settings
from hypothesis.database import DirectoryBasedExampleDatabase

HERE = Path(__file__).parent
sys.path.insert(0, str(HERE))  # `import support`, whatever pytest is called with

from servers import guarded, llama, model_file  # noqa: E402, F401 - fixtures for all

_EXAMPLES = DirectoryBasedExampleDatabase(HERE.parent / ".hypothesis" / "examples")
settings.register_profile("mhsim", deadline=None, database=_EXAMPLES)
settings.load_profile("mhsim")

if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:  # as a shell's background job has it
    signal.signal(signal.SIGINT, signal.default_int_handler)  # what is tested hears Ctrl-C

_TERMINAL = {"NO_COLOR", "FORCE_COLOR", "CLICOLOR", "CLICOLOR_FORCE", "COLUMNS", "LINES"}
_TERMINAL |= {"TTY_COMPATIBLE", "TTY_INTERACTIVE", "PY_COLORS"}


@pytest.fixture(autouse=True)
def no_network(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let nothing be looked up, connected or sent to but this machine."""

    def guard(where: Any, name: str, place: int) -> None:
        real = getattr(where, name)

        def call(*given: Any, **more: Any) -> Any:
            address = given[place]
            host = address[0] if isinstance(address, tuple) else address
            if (isinstance(address, tuple) or where is socket) and not _local(host):
                pytest.fail(f"a test wants to talk to {host!r}; tests have no network")
            return real(*given, **more)

        monkeypatch.setattr(where, name, call)

    for method in ("connect", "connect_ex", "sendto"):
        guard(socket.socket, method, -1)
    guard(socket, "getaddrinfo", 0)


def _local(host: object) -> bool:
    try:
        return host in (None, "", "localhost") or ipaddress.ip_address(str(host)).is_loopback
    except ValueError:
        return False


@pytest.fixture(autouse=True)
def own_place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Work in an empty folder, without the caller's terminal, tracers and keys."""
    monkeypatch.chdir(tmp_path)
    for name in os.environ:
        ours = name.startswith(("LANGSMITH_", "LANGCHAIN_", "MHSIM_")) or name.endswith("_API_KEY")
        if ours or name in _TERMINAL:
            monkeypatch.delenv(name)
