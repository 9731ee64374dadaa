"""A run's numbers, found by measure and place."""

from __future__ import annotations

from collections.abc import Sequence
from urllib.parse import urlencode

from mhsim.measure.summary import Number

ENSEMBLE = "ensemble"


class Found:
    """All numbers of a report.

    Args:
        numbers: of every chapter.
    """

    def __init__(self, numbers: Sequence[Number]) -> None:
        self.every = list(numbers)
        self._by: dict[str, list[Number]] = {}
        self._at: dict[tuple[str, frozenset[tuple[str, str]]], Number] = {}
        for number in self.every:
            self._by.setdefault(number.measure, []).append(number)
            self._at.setdefault((number.measure, frozenset(number.where.items())), number)

    def all(self, measure: str, **where: str) -> list[Number]:
        """Return the numbers of a measure whose place holds at least this."""
        asked = where.items()
        return [n for n in self._by.get(measure, ()) if asked <= n.where.items()]

    def one(self, measure: str, **where: str) -> Number | None:
        """Return the number of just this place, else the first of these; None without any."""
        exact = self._at.get((measure, frozenset(where.items())))
        return exact or next(iter(self.all(measure, **where)), None)

    def values(self, measure: str, key: str) -> list[str]:
        """Return the different values of one key of a measure's places, in order."""
        return list(dict.fromkeys(n.where[key] for n in self.all(measure) if key in n.where))

    def places(self, measure: str, **where: str) -> list[dict[str, str]]:
        """Return arm and locale of a measure's numbers, in order."""
        found = [(n.where["arm"], n.where["locale"]) for n in self.all(measure, **where)]
        return [{"arm": arm, "locale": locale} for arm, locale in dict.fromkeys(found)]

    def primary(self, measure: str) -> str:
        """Return the judgement main results rest on: the mean of judges, or the only judge."""
        judges = self.values(measure, "judge")
        return ENSEMBLE if ENSEMBLE in judges else next(iter(judges), "")


def link(where: dict[str, str]) -> str:
    """Return the address, in the page, of the conversations behind a number."""
    asked = {key: where[key] for key in ("arm", "locale", "patient") if key in where}
    judge = where.get("judge", "")
    if judge and judge != ENSEMBLE and "~" not in judge:
        asked["judge"] = judge
    return "#read&" + urlencode(asked)


def label(where: dict[str, str]) -> str:
    """Return arm and locale in words."""
    return f"{where['arm']} {where['locale']}"
