"""Failure: what a server's refusal to answer means, and how long it asks to wait."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any

import orjson

from mhsim.chat.keys import hidden
from mhsim.chat.request import ChatError, ErrorKind

MOST = 500
"""Characters of what a server says that are kept."""

_KINDS: dict[int, ErrorKind] = {
    401: "key", 402: "key", 403: "key", 408: "timeout", 413: "context", 429: "overloaded",
    501: "request", 529: "overloaded",
}  # fmt: skip

_CONTEXT = re.compile(
    r"context.{0,20}(length|size|window)|exceed.{0,20}context|maximum.{0,20}(context|tokens)"
    r"|(prompt|input).{0,12}too long|too many tokens",
    re.IGNORECASE,
)

_QUOTA = re.compile(r"insufficient_quota|exceeded your current quota|billing", re.IGNORECASE)
"""A 429 that no waiting mends: the account is empty."""

_UNITS = {"d": 86400.0, "h": 3600.0, "m": 60.0, "s": 1.0, "ms": 0.001}

_DURATION = re.compile(r"(?:[0-9]+(?:\.[0-9]+)?(?:ms|[dhms]))+")

_EPOCH = 1e9
"""A reset beyond this is a moment in Unix time, not a number of seconds."""


def kind_of(status: int, said: str) -> ErrorKind:
    """Tell what kind of failure an HTTP status is, and the words that came with it."""
    if status == 429 and _QUOTA.search(said):
        return "key"
    if status in _KINDS:
        return _KINDS[status]
    if status >= 500:
        return "server"
    return "context" if _CONTEXT.search(said) else "request"


def refused(
    status: int, headers: Mapping[str, str], body: bytes, key: str | None = None
) -> ChatError:
    """Return what a server's answer with an error status means."""
    said = f"{status}: {_words(body)}" if body else f"{status}, without a word"
    if 300 <= status < 400:
        said = f"{status}: it sends us to {headers.get('location', 'nowhere')}; use that address"
    return ChatError(
        kind_of(status, said), hidden(said, key)[:MOST], status=status, retry_after=wait(headers)
    )


def broken(error: object, key: str | None = None) -> ChatError:
    """Return what an `error` inside a reply means, which came with status 200."""
    code: Any = error.get("code") if isinstance(error, dict) else None
    said = _told(error) or "an error without a word"
    known = isinstance(code, int) and 400 <= code < 600
    kind = kind_of(code if known else 500, said)
    return ChatError(kind, hidden(said, key)[:MOST], status=code if known else None)


def wait(headers: Mapping[str, str]) -> float | None:
    """Return how many seconds a server asks to wait, by its headers.

    `retry-after-ms` first, then `Retry-After` in seconds or as a date, then when the limits that
    are used up are reset.

    Args:
        headers: names looked up in lower case, whatever case the mapping keeps.

    Returns:
        Seconds, 0 or more; None where it does not say.
    """
    exact = _number(headers.get("retry-after-ms", ""))
    if exact is not None:
        return max(0.0, exact / 1000)
    after = headers.get("retry-after", "")
    asked = _number(after)
    if asked is None:
        asked = _until(after)
    if asked is None:
        asked = max(_resets(headers), default=None)
    return None if asked is None else max(0.0, asked)


def _resets(headers: Mapping[str, str]) -> Iterator[float]:
    """Yield the seconds until each limit that is used up is reset."""
    for name in map(str.lower, headers):
        if "ratelimit" not in name or "reset" not in name:
            continue
        if headers.get(name.replace("reset", "remaining"), "0") != "0":
            continue
        text = headers[name].strip()
        seconds = _number(text)
        if seconds is not None and seconds > _EPOCH:
            moment = seconds / (1000 if seconds > 1000 * _EPOCH else 1)
            seconds = moment - datetime.now(UTC).timestamp()
        elif seconds is None:
            seconds = _duration(text) or _until(text)
        if seconds is not None:
            yield seconds


def _number(text: str) -> float | None:
    try:
        number = float(text)
    except ValueError:
        return None
    return number if math.isfinite(number) else None


def _duration(text: str) -> float | None:
    """Read `6m0s`, `20ms`, `1.5s`."""
    if not _DURATION.fullmatch(text):
        return None
    parts = re.findall(r"([0-9.]+)(ms|[dhms])", text)
    return sum(float(number) * _UNITS[unit] for number, unit in parts)


def _until(text: str) -> float | None:
    """Return the seconds until a date, as HTTP or ISO 8601 writes one."""
    for read in (datetime.fromisoformat, parsedate_to_datetime):
        try:
            moment = read(text)
            moment = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
            return (moment - datetime.now(UTC)).total_seconds()
        except (ValueError, OverflowError):
            continue
    return None


def _words(body: bytes) -> str:
    """Return what a server says in an error's body: its message, or the text as it is."""
    try:
        said: Any = orjson.loads(body)
    except orjson.JSONDecodeError:
        return _line(body[: 4 * MOST].decode(errors="replace"))
    inner = said.get("error", said) if isinstance(said, dict) else said
    return _told(inner) or _line(body[: 4 * MOST].decode(errors="replace"))


def _told(error: object) -> str:
    """Return the message of an error object, with its type or code where it has one."""
    if not isinstance(error, dict):
        return _line(str(error)) if error else ""
    given: dict[str, Any] = error
    parts = [given.get("code"), given.get("type"), given.get("message") or given.get("detail")]
    return _line(" ".join(str(part) for part in parts if part and not isinstance(part, int)))


def _line(text: str) -> str:
    return " ".join(text.split())
