"""Server-sent events: a stream of bytes, cut anywhere, becomes the data of whole events."""

from __future__ import annotations

from collections.abc import Iterator


class Events:
    r"""Puts events together from pieces as they come.

    Lines may end in `\n` or `\r\n`; comments and every field but `data` are passed over.

    Attributes:
        empty: whether nothing has come yet.
    """

    def __init__(self) -> None:
        self._rest = b""
        self._data: list[bytes] = []
        self.empty = True

    def feed(self, piece: bytes) -> Iterator[bytes]:
        """Yield the data of every event that a piece completes."""
        self.empty = False
        *lines, self._rest = (self._rest + piece).split(b"\n")
        for line in lines:
            yield from self._line(line.removesuffix(b"\r"))

    def end(self) -> Iterator[bytes]:
        """Yield the last event where the stream stops without an empty line."""
        for line in (self._rest, b""):
            yield from self._line(line.removesuffix(b"\r"))
        self._rest = b""

    def _line(self, line: bytes) -> Iterator[bytes]:
        if line.startswith(b"data:"):
            self._data.append(line[5:].removeprefix(b" "))
        elif not line and self._data:
            yield b"\n".join(self._data)
            self._data.clear()
