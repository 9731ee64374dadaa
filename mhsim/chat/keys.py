"""Keys: where a model's key comes from, and how it stays out of everything that is written."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from pathlib import Path

from mhsim.errors import InputError
from mhsim.spec.model import Model

VARIABLES: dict[str, tuple[str, ...]] = {
    "openai": ("OPENAI_API_KEY",),
    "anthropic": ("ANTHROPIC_API_KEY",),
    "google": ("GOOGLE_API_KEY", "GEMINI_API_KEY"),
    "mistral": ("MISTRAL_API_KEY",),
}
"""Provider to the variables its key is looked for in, where a model names none."""

_LINE = re.compile(r"\s*(?:export\s+)?([A-Za-z_][A-Za-z0-9_]*)\s*=\s*(.*?)\s*")

_LIKE_A_KEY = re.compile(r"\b(?:sk|pk|gsk|hf|xai|ghp)[-_][\w*.-]{8,}|\bAIza[\w*-]{8,}")
"""What providers' keys look like, masked ones included."""


def key_of(model: Model) -> str | None:
    """Return the key of a model: from the environment, else from `.env` in the working directory.

    Returns:
        The key; None where the model needs none.

    Raises:
        InputError: no variable holds it, or what it holds is no key; names the variable.
    """
    names = (model.api_key_env,) if model.api_key_env else _usual(model)
    for name in names:
        key = (os.environ.get(name) or _from_file(name)).strip()
        if key and not re.fullmatch(r"[!-~]+", key):
            raise InputError(
                f"{model.model}: the variable {name} holds spaces or signs no key has; "
                "set it to the key alone"
            )
        if key:
            return key
    if names:
        raise InputError(
            f"{model.model}: the variable {names[0]} is not set; export it, or write "
            f"{names[0]}=… into .env here"
        )
    return None


def hidden(text: str, key: str | None = None) -> str:
    """Return a text without this key and without what looks like one."""
    if key:
        text = text.replace(key, "***")
    return _LIKE_A_KEY.sub("***", text)


def _usual(model: Model) -> tuple[str, ...]:
    return () if model.base_url else VARIABLES.get(model.provider, ())


def _from_file(name: str) -> str:
    return dict(_lines(Path(".env"))).get(name, "")


def _lines(path: Path) -> Iterator[tuple[str, str]]:
    """Yield the assignments of a file of variables; there may be none."""
    if not path.is_file():
        return
    for line in path.read_text("utf-8-sig", errors="replace").splitlines():
        if found := _LINE.fullmatch(line):
            name, value = found.groups()
            quoted = re.match(r"(['\"])(.*?)\1", value)
            yield name, quoted[2] if quoted else value.partition(" #")[0].rstrip()
