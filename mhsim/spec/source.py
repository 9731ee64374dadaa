"""Where claims about culture come from: `agents/sources.yaml`, what packs cite by id."""

from __future__ import annotations

from typing import Literal

from pydantic import Field, StrictStr

from mhsim.spec.base import Spec, Text


class Source(Spec):
    """One publication or document.

    Args:
        citation: authors, title, place, year.
        checked: how it was seen: `abstract`, `excerpt`, or `memory`, which is not opened at all.
        url: where it can be found.
        used_for: what is taken from it.
        note: anything else a reviewer should know.
    """

    citation: Text
    checked: Literal["abstract", "excerpt", "memory"]
    url: Text | None = None
    used_for: Text | None = None
    note: Text | None = None


class Sources(Spec):
    """Every source that content cites.

    Args:
        checked_values: what the values of `checked` mean, for readers.
        sources: id to source.
    """

    checked_values: dict[StrictStr, Text] = Field(default_factory=dict)
    sources: dict[StrictStr, Source]
