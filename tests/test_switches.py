"""What conftest promises every test: no network, a folder of its own, nobody's keys."""

from __future__ import annotations

import asyncio
import os
import socket
from pathlib import Path

import pytest

FAR = "192.0.2.1"
"""An address of nobody (RFC 5737)."""


@pytest.mark.parametrize(
    "talk",
    [
        lambda: socket.create_connection((FAR, 80)),
        lambda: socket.getaddrinfo("example.org", 80),
        lambda: socket.socket(socket.AF_INET, socket.SOCK_DGRAM).sendto(b"", (FAR, 9)),
        lambda: socket.socket().connect_ex(("2001:db8::1", 80)),
        lambda: asyncio.run(asyncio.wait_for(asyncio.open_connection(FAR, 80), 1)),
    ],
)
@pytest.mark.filterwarnings("ignore::ResourceWarning")
@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
def test_nobody_outside_can_be_reached(talk):
    """A test that tries fails, whatever it catches."""
    with pytest.raises(pytest.fail.Exception, match="tests have no network"):
        talk()


async def test_this_machine_can_be_reached():
    """A server of a test's own is no network."""
    server = await asyncio.start_server(lambda _, writer: writer.close(), "127.0.0.1", 0)
    async with server:
        port = server.sockets[0].getsockname()[1]
        _, writer = await asyncio.open_connection("localhost", port)
        writer.close()
        await writer.wait_closed()


def test_a_test_works_in_an_empty_folder(tmp_path: Path):
    """What it leaves there is nobody's concern."""
    assert Path.cwd() == tmp_path
    assert list(tmp_path.iterdir()) == []


def test_nobodys_keys_or_colours_are_seen():
    """A test says the same on every machine."""
    assert [name for name in os.environ if name.endswith("_API_KEY")] == []
    assert not {"NO_COLOR", "COLUMNS", "LANGSMITH_TRACING"} & set(os.environ)
