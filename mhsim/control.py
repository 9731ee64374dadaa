"""Steering from another terminal: a socket in the run directory that only its owner can open.

One line of JSON is asked, one is answered. What may be asked are the verbs below.
"""

from __future__ import annotations

import asyncio
import json
import os
import socket
import struct
import tempfile
from collections.abc import AsyncGenerator, Callable, Generator, Mapping
from contextlib import asynccontextmanager, contextmanager, suppress
from pathlib import Path
from typing import Any

from mhsim.errors import InputError, MhsimError, RunError, listed
from mhsim.steering import Steering

_LONGEST = 100
"""Bytes of a socket's path that every system takes."""

_PATIENCE = 10.0
"""Seconds to wait for a question or an answer."""

Verb = Callable[[Steering, Mapping[str, Any]], Any]

VERBS: dict[str, Verb] = {
    "pause": lambda steering, _: steering.pause(),
    "resume": lambda steering, _: steering.resume(),
    "cancel": lambda steering, asked: steering.cancel(str(asked.get("what", ""))),
    "workers": lambda steering, asked: steering.resize(_number(asked.get("what"))),
    "why": lambda steering, _: steering.why(),
}
"""Verb to what it does; what it returns is the answer."""


def _number(value: object) -> int:
    try:
        return int(str(value))
    except ValueError:
        raise InputError(f"workers: found {value!r}; a whole number, 1 or more") from None


@asynccontextmanager
async def serve(run: Path, steering: Steering) -> AsyncGenerator[None]:
    """Answer at the socket of a run directory, as long as its batch goes on.

    Where no socket can be made the batch goes on without one, and its log says so.
    """
    try:
        with _own(run / "ctl") as bound:
            server = await asyncio.start_unix_server(_answerer(steering), sock=bound)
            try:
                yield
            finally:
                server.close()
    except _NoSocket as error:
        steering.note(f"cannot be steered from another terminal: {error}")
        yield


class _NoSocket(Exception):
    """No socket can be made here."""


@contextmanager
def _own(path: Path) -> Generator[socket.socket]:
    """Bind a socket that nobody else may open; a path too long gets a short one, and a link."""
    made = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    shelter: Path | None = None
    try:
        try:
            path.unlink(missing_ok=True)
            place = path
            if len(os.fsencode(path.absolute())) > _LONGEST:
                shelter = Path(tempfile.mkdtemp(prefix="mhsim-"))
                place = shelter / "ctl"
                path.symlink_to(place)
            before = os.umask(0o177)
            try:
                made.bind(str(place))
            finally:
                os.umask(before)
        except OSError as error:
            raise _NoSocket(error.strerror or str(error)) from error
        yield made
    finally:
        made.close()
        with suppress(OSError):
            path.unlink(missing_ok=True)
        if shelter is not None:
            with suppress(OSError):
                (shelter / "ctl").unlink(missing_ok=True)
                shelter.rmdir()


def _answerer(steering: Steering) -> Callable[..., Any]:
    async def answer(reader: asyncio.StreamReader, out: asyncio.StreamWriter) -> None:
        with suppress(OSError, TimeoutError, ValueError):
            if _same_user(out.get_extra_info("socket")):
                line = await asyncio.wait_for(reader.readline(), _PATIENCE)
                out.write(json.dumps(_answer(steering, line)).encode() + b"\n")
                await out.drain()
        out.close()

    return answer


def _answer(steering: Steering, line: bytes) -> dict[str, Any]:
    try:
        asked = json.loads(line)
        verb = VERBS.get(asked.get("verb"))
        if verb is None:
            raise InputError(f"found {asked.get('verb')!r}; one of {listed(VERBS)}")
        return {"answer": verb(steering, asked)}
    except MhsimError as error:
        return {"error": str(error)}
    except (ValueError, AttributeError) as error:
        return {"error": f"that is no question: {error}"}


def _same_user(peer: socket.socket) -> bool:
    """Say whether who asks runs the batch; where the system cannot tell, the file mode does."""
    option = getattr(socket, "SO_PEERCRED", None)
    if option is None:
        return True
    _, user, _ = struct.unpack("3i", peer.getsockopt(socket.SOL_SOCKET, option, 12))
    return user in (os.geteuid(), 0)


def ask(run: Path, verb: str, what: str | None = None) -> Any:
    """Ask a running batch; return its answer.

    Raises:
        InputError: the batch refuses what is asked.
        RunError: no batch goes on there.
    """
    path = (run / "ctl").resolve()
    try:
        with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as wire:
            wire.settimeout(_PATIENCE)
            wire.connect(str(path))
            wire.sendall(json.dumps({"verb": verb, "what": what}).encode() + b"\n")
            with wire.makefile("rb") as reader:
                line = reader.readline()
        told = json.loads(line)
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
        raise RunError(f"{run}: no batch answers there ({reason}); is it running?") from error
    if "error" in told:
        raise InputError(told["error"])
    return told["answer"]
