"""What a patient's prompt is told of the trouble: scenes, by when they may be told."""

from __future__ import annotations

from mhsim.spec.base import Spec

Scene = tuple[str, ...]
"""Sentences on one thing: what it is like, and how often."""


class Life(Spec):
    """Days and nights in sentences; no item's name and no value.

    Args:
        first: what may be brought up unasked.
        asked: what is told when asked.
        late: what is told once trust is there.
        risk: the wish to be dead.
        fine: what is all right.
    """

    first: tuple[Scene, ...] = ()
    asked: tuple[Scene, ...] = ()
    late: tuple[Scene, ...] = ()
    risk: tuple[Scene, ...] = ()
    fine: tuple[Scene, ...] = ()
