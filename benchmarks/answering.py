"""A server for benchmarks: answers every post at once, from a list it is given.

    python benchmarks/answering.py      the list is the first line of input, the port of output

The list is JSON: what a request must hold, to the body of the answer; the empty one fits all.
It imports next to nothing, so that starting it costs next to nothing.
"""

from __future__ import annotations

import asyncio
import json
import sys
from typing import Any


class Answering(asyncio.Protocol):
    """One connection.

    Args:
        answers: what a request holds to the whole answer.
    """

    def __init__(self, answers: dict[bytes, bytes]) -> None:
        self.answers = answers
        self.data = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Keep the way back."""
        self.transport: Any = transport

    def data_received(self, data: bytes) -> None:
        """Answer when a request is whole."""
        self.data += data
        head, found, body = self.data.partition(b"\r\n\r\n")
        length = head.lower().partition(b"content-length:")[2].partition(b"\r\n")[0]
        if not found or len(body) < int(length or 0):
            return
        self.data = b""
        asked = next((name for name in self.answers if name and name in body), b"")
        self.transport.write(self.answers[asked])


def whole(text: str) -> bytes:
    """Return a body with its head."""
    body = text.encode()
    head = f"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: {len(body)}"
    return f"{head}\r\n\r\n".encode() + body


async def serve(answers: dict[bytes, bytes]) -> None:
    """Serve until standard input ends."""
    loop = asyncio.get_running_loop()
    server = await loop.create_server(lambda: Answering(answers), "127.0.0.1", 0)
    print(server.sockets[0].getsockname()[1], flush=True)
    await loop.run_in_executor(None, sys.stdin.read)


if __name__ == "__main__":
    given = json.loads(sys.stdin.readline())
    asyncio.run(serve({name.encode(): whole(text) for name, text in given.items()}))
