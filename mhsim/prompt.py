"""Render an agent's prompt, once per trial: Jinja2 in a sandbox that knows what it is given."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import lru_cache
from typing import Any

from jinja2 import StrictUndefined, Template
from jinja2.sandbox import ImmutableSandboxedEnvironment

from mhsim.errors import InputError

MOST = 60_000
"""The longest prompt, in characters, that is rendered."""

ENVIRONMENT = ImmutableSandboxedEnvironment(
    undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True, autoescape=False
)


@lru_cache(maxsize=256)
def _template(text: str) -> Template:
    return ENVIRONMENT.from_string(text)


def render(text: str, **known: Any) -> str:
    """Fill a template in.

    Args:
        text: the template.
        known: the names it may use.

    Raises:
        InputError: the template is wrong, uses a name it was not given, or grows beyond `MOST`.
    """
    try:
        return "".join(_capped(_template(text).generate(**known))).strip()
    except InputError:
        raise
    except Exception as error:  # a template is its author's program: it may raise anything
        line = getattr(error, "lineno", None)
        place = f" in line {line}" if line else ""
        raise InputError(f"a prompt cannot be rendered{place}: {error}") from error


def _capped(pieces: Iterable[str]) -> Iterator[str]:
    length = 0
    for piece in pieces:
        length += len(piece)
        if length > MOST:
            raise InputError(f"a prompt grows beyond {MOST} characters; shorten its template")
        yield piece
