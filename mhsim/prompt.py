"""Render an agent's prompt, once per trial: Jinja2 in a sandbox that knows only what it is given."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

from jinja2 import StrictUndefined, Template, TemplateError
from jinja2.sandbox import ImmutableSandboxedEnvironment

from mhsim.errors import InputError

MOST = 60_000
"""The longest prompt, in characters, that is rendered."""

_ENVIRONMENT = ImmutableSandboxedEnvironment(
    undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True, autoescape=False
)


@lru_cache(maxsize=256)
def _template(text: str) -> Template:
    return _ENVIRONMENT.from_string(text)


def render(text: str, **known: Any) -> str:
    """Fill a template in.

    Args:
        text: the template.
        known: the names it may use.

    Raises:
        InputError: the template is wrong, uses a name it was not given, or grows beyond `MOST`.
    """
    pieces: list[str] = []
    length = 0
    try:
        for piece in _template(text).generate(**known):
            length += len(piece)
            if length > MOST:
                raise InputError(f"a prompt grows beyond {MOST} characters; shorten its template")
            pieces.append(piece)
    except TemplateError as error:
        line = getattr(error, "lineno", None)
        place = f" in line {line}" if line else ""
        raise InputError(f"a prompt cannot be rendered{place}: {error.message}") from error
    return "".join(pieces).strip()
