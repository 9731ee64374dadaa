"""A checksum at the end of every line, so that a flipped bit is damage and never data."""

from __future__ import annotations

import zlib

_KEY = b',"crc":"'
_SIZE = len(_KEY) + 8 + 2
"""Bytes from the seal's comma to the closing brace."""


def seal(line: bytes) -> bytes:
    """Return a line of JSON, an object with its line end, with the CRC-32 of what it says."""
    body = line[:-2]
    return b'%b%b%08x"}\n' % (body, _KEY, zlib.crc32(body))


def unseal(line: bytes) -> bytes:
    """Return a line, without its line end, as it was before it was sealed.

    Lines without a seal, which other programs may write, are returned as they are.

    Raises:
        ValueError: the line is not what was sealed.
    """
    if line[-_SIZE : len(_KEY) - _SIZE] != _KEY:
        return line
    body = line[:-_SIZE]
    if line[len(_KEY) - _SIZE :] != b'%08x"}' % zlib.crc32(body):
        raise ValueError("the line is not what was written")
    return body + b"}"
