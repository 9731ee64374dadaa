"""The lock of a run directory: one writer; readers never need it."""

from __future__ import annotations

import fcntl
import os
import re
import socket
from contextlib import suppress
from pathlib import Path

from mhsim.errors import RunError
from mhsim.state import now


def take(path: Path) -> int:
    """Take the lock, naming ourselves in it; return the open file that holds it.

    It falls when the file is closed or the process ends, however it ends.

    Raises:
        OSError: the file cannot be opened.
        RunError: somebody else has it.
    """
    file = os.open(path, os.O_RDWR | os.O_CREAT, 0o644)
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        holder = os.read(file, 1000).decode(errors="replace").strip() or "somebody"
        os.close(file)
        raise RunError(
            f"{path.parent}: {holder} is writing there; wait for it, or take another --out"
        ) from None
    who = f"process {os.getpid()} on {socket.gethostname()}"
    os.ftruncate(file, 0)
    os.pwrite(file, f"{who} since {now().isoformat(timespec='seconds')}".encode(), 0)
    return file


def drop(file: int) -> None:
    """Give the lock back, and take our name out of it."""
    with suppress(OSError):
        os.ftruncate(file, 0)
    os.close(file)


def writer_of(path: Path) -> str | None:
    """Say who writes in a run directory, by the name in its lock; None when nobody does."""
    with suppress(OSError):
        name = (path / "lock").read_text(encoding="utf-8")
        found = re.match(r"process (\d+) on (\S+) since ", name)
        if found and (found[2] != socket.gethostname() or _alive(int(found[1]))):
            return name
    return None


def _alive(process: int) -> bool:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True
