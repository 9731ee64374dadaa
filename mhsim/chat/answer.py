"""Answer: what a server of chat completions sends back, whole or in pieces, as a reply.

Servers misbehave: whatever is not where it should be counts as not told, and what cannot be done
without is an error.
"""

from __future__ import annotations

from typing import Any

import orjson

from mhsim.chat.failure import broken
from mhsim.chat.keys import hidden
from mhsim.chat.request import ChatError, Finish, Reply

_FINISH: dict[str, Finish] = {
    "stop": "stop", "tool_calls": "stop", "function_call": "stop", "eos": "stop",
    "length": "length", "max_tokens": "length", "content_filter": "filter",
}  # fmt: skip


def read(data: bytes, key: str | None = None) -> dict[str, Any]:
    """Read a JSON object.

    Raises:
        ChatError: it is none, or it is an error's.
    """
    try:
        answer: Any = orjson.loads(data)
    except orjson.JSONDecodeError:
        answer = None
    if not isinstance(answer, dict):
        shown = hidden(repr(data[:80].decode(errors="replace")), key)
        raise ChatError("server", f"the answer is no JSON object: {shown}")
    found: dict[str, Any] = answer
    if found.get("error"):
        raise broken(found["error"], key)
    return found


def as_reply(answer: dict[str, Any], seconds: float) -> Reply:
    """Return an answer as a reply; the arguments of a tool are its text.

    Raises:
        ChatError: it holds no message.
    """
    message = _at(answer, "choices", 0, "message")
    if not isinstance(message, dict):
        raise ChatError("server", "the answer holds no message")
    reason = str(_at(answer, "choices", 0, "finish_reason") or "").lower()
    if reason == "error":
        raise ChatError("server", "the server broke the reply off with an error")
    called = _at(message, "tool_calls", 0, "function", "arguments")
    if called is not None and not isinstance(called, str):
        called = orjson.dumps(called).decode()
    return Reply(
        text_of(_at(message, "content")) if called is None else called,
        _FINISH.get(reason),
        text_of(_at(message, "refusal")) or None,
        *_tokens(answer),
        seconds=seconds,
    )


def text_of(content: Any) -> str:
    """Return the words of a content that is text, a list of parts, or nothing."""
    if isinstance(content, list):
        return "".join(text_of(_at(part, "text")) for part in list[Any](content))
    return content if isinstance(content, str) else ""


class Pieces:
    """A reply that comes in pieces, put together as if it had come at once."""

    def __init__(self) -> None:
        self._said: list[str] = []
        self._refused: list[str] = []
        self._finish: Any = None
        self._usage: Any = None
        self._done = False

    def add(self, data: bytes, key: str | None = None) -> str:
        """Take in the data of one event.

        Returns:
            Its words; often none.

        Raises:
            ChatError: it is no JSON object, or an error's.
        """
        if data == b"[DONE]":
            self._done = True
            return ""
        chunk = read(data, key)
        delta = _at(chunk, "choices", 0, "delta")
        words = text_of(_at(delta, "content")) or text_of(
            _at(delta, "tool_calls", 0, "function", "arguments")
        )
        self._said.append(words)
        self._refused.append(text_of(_at(delta, "refusal")))
        self._finish = _at(chunk, "choices", 0, "finish_reason") or self._finish
        self._usage = chunk.get("usage") or self._usage
        return words

    def answer(self) -> dict[str, Any]:
        """Return it whole.

        Raises:
            ChatError: the stream ended before the reply did.
        """
        if not self._done and self._finish is None:
            raise ChatError("network", "the stream broke off before the end of the reply")
        message = {"content": "".join(self._said), "refusal": "".join(self._refused)}
        choice = {"message": message, "finish_reason": self._finish}
        return {"choices": [choice], "usage": self._usage}


def _tokens(answer: dict[str, Any]) -> tuple[int | None, int | None, int | None]:
    """Return tokens read, written, and read from the provider's cache, as far as they are told."""
    cached = _count(answer, "usage", "prompt_tokens_details", "cached_tokens")
    if cached is None:
        cached = _count(answer, "usage", "prompt_cache_hit_tokens")
    read_, written = (_count(answer, "usage", f"{what}_tokens") for what in _COUNTED)
    return read_, written, cached


_COUNTED = ("prompt", "completion")


def _count(answer: dict[str, Any], *path: str) -> int | None:
    count = _at(answer, *path)
    return count if isinstance(count, int) and not isinstance(count, bool) else None


def _at(node: Any, *path: str | int) -> Any:
    """Return what stands at a path of keys and places; None where there is nothing."""
    for step in path:
        try:
            node = node[step]
        except (KeyError, IndexError, TypeError):
            return None
    return node
