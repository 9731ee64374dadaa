"""Assignment: which rater reads which conversation, in which order, under which code.

Balanced: each conversation is read by `per` raters; raters read equally many, and every two raters
meet in nearly equally many conversations (exactly, where a balanced incomplete block design of that
size exists). Blind: a code tells nothing, and differs between raters.
"""

from __future__ import annotations

import hashlib
import hmac
import itertools
import math
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from random import Random

from mhsim.errors import InputError

DUPLICATES = 0.1
"""Share of a packet shown twice, to see how far a rater agrees with themselves."""

_ROUNDS = 4000
"""Exchanges tried to even out how often raters meet."""


@dataclass(frozen=True, slots=True)
class Unit:
    """A conversation to be read.

    Args:
        id: the trial's id.
        patient: the patient; nobody reads two conversations of one in two locales.
        locale: where it was played.
        stratum: what assignment is balanced over besides, such as band and arm.
    """

    id: str
    patient: str
    locale: str
    stratum: str


@dataclass(frozen=True, slots=True)
class Sheet:
    """One conversation in a rater's packet.

    Args:
        position: one-based place in the packet.
        code: what the rater sees instead of an id.
        unit: the trial's id.
        again: whether it is a hidden repetition.
    """

    position: int
    code: str
    unit: str
    again: bool


def assign(
    units: Sequence[Unit], raters: Mapping[str, frozenset[str]], per: int, draw: Random
) -> dict[str, list[str]]:
    """Return, for each conversation, the raters who read it.

    Args:
        units: the conversations.
        raters: rater to the locales they read.
        per: raters for each conversation, 1 or more.
        draw: the stream of the assignment.

    Raises:
        InputError: a locale has too few raters.
    """
    made: dict[str, list[str]] = {}
    tally = _Tally()
    order = sorted(draw.sample(list(units), len(units)), key=lambda u: (u.locale, u.stratum))
    for unit in order:
        able = [r for r, locales in raters.items() if unit.locale in locales]
        able = [r for r in able if tally.seen.get((r, unit.patient), unit.locale) == unit.locale]
        if len(able) < per:
            raise InputError(
                f"{unit.locale} has {len(able)} raters left for {unit.patient}; {per} read each "
                "conversation: give more raters, or a smaller --per"
            )
        chosen = min(
            itertools.combinations(sorted(able), per),
            key=lambda group: (*tally.cost(group, unit), draw.random()),
        )
        tally.add(chosen, unit)
        made[unit.id] = list(chosen)
    if any(len(locales) > 1 for locales in raters.values()):
        return made  # an exchange might show somebody one patient in two locales
    return _evened(made, {u.id: u for u in units}, draw)


class _Tally:
    """What has been assigned so far."""

    def __init__(self) -> None:
        self.load: Counter[str] = Counter()
        self.met: Counter[tuple[str, str]] = Counter()
        self.strata: Counter[tuple[str, str]] = Counter()
        self.seen: dict[tuple[str, str], str] = {}

    def cost(self, group: Sequence[str], unit: Unit) -> tuple[int, int, int]:
        """Return how uneven loads, meetings and strata would become."""
        return (
            sum(2 * self.load[r] + 1 for r in group),
            sum(2 * self.met[pair] + 1 for pair in itertools.combinations(group, 2)),
            sum(2 * self.strata[r, unit.stratum] + 1 for r in group),
        )

    def add(self, group: Sequence[str], unit: Unit) -> None:
        """Take an assignment in."""
        self.load.update(group)
        self.met.update(itertools.combinations(group, 2))
        for rater in group:
            self.strata[rater, unit.stratum] += 1
            self.seen[rater, unit.patient] = unit.locale


def _evened(
    made: dict[str, list[str]], units: Mapping[str, Unit], draw: Random
) -> dict[str, list[str]]:
    """Swap raters between two conversations of a locale where that evens out who meets whom."""
    met: Counter[frozenset[str]] = Counter()
    for group in made.values():
        met.update(frozenset(pair) for pair in itertools.combinations(group, 2))
    by_locale: dict[str, list[str]] = {}
    for unit in made:
        by_locale.setdefault(units[unit].locale, []).append(unit)
    pools = [ids for ids in by_locale.values() if len(ids) > 1]
    for _ in range(_ROUNDS if pools else 0):
        one, other = draw.sample(draw.choice(pools), 2)
        x, y = draw.choice(made[one]), draw.choice(made[other])
        if x == y or y in made[one] or x in made[other]:
            continue
        change = _change(made[one], x, y) + _change(made[other], y, x)
        if sum((met[p] + n) ** 2 - met[p] ** 2 for p, n in _sum(change).items()) < 0:
            for pair, n in change:
                met[pair] += n
            made[one] = sorted(y if r == x else r for r in made[one])
            made[other] = sorted(x if r == y else r for r in made[other])
    return made


def _change(group: Sequence[str], out: str, into: str) -> list[tuple[frozenset[str], int]]:
    rest = [rater for rater in group if rater != out]
    gone = [(frozenset((out, r)), -1) for r in rest]
    return gone + [(frozenset((into, r)), 1) for r in rest]


def _sum(changes: Sequence[tuple[frozenset[str], int]]) -> Counter[frozenset[str]]:
    total: Counter[frozenset[str]] = Counter()
    for pair, n in changes:
        total[pair] += n
    return total


def packets(
    made: Mapping[str, Sequence[str]], secret: bytes, draw: Random
) -> dict[str, list[Sheet]]:
    """Return every rater's packet: in an order of its own, some shown again much later.

    Args:
        made: conversation to raters.
        secret: known to the coordinator alone; codes are made of it.
        draw: the stream of orders.
    """
    every: dict[str, list[str]] = {}
    for unit, raters in made.items():
        for rater in raters:
            every.setdefault(rater, []).append(unit)
    found: dict[str, list[Sheet]] = {}
    for rater, mine in sorted(every.items()):
        order = [(unit, False) for unit in draw.sample(sorted(mine), len(mine))]
        again = [unit for unit, _ in order[: math.ceil(DUPLICATES * len(order))]]
        for unit in again if len(order) > 2 else ():
            place = draw.randint(len(order) // 2 + len(again), len(order) + 1)
            order.insert(place, (unit, True))
        found[rater] = [
            Sheet(n, _code(secret, rater, unit, again), unit, again)
            for n, (unit, again) in enumerate(order, 1)
        ]
    return found


def _code(secret: bytes, rater: str, unit: str, again: bool) -> str:
    told = f"{rater}|{unit}|{again:d}".encode()
    return hmac.new(secret, told, hashlib.sha256).hexdigest()[:10].upper()


def balance(made: Mapping[str, Sequence[str]]) -> dict[str, tuple[int, int]]:
    """Return the fewest and most conversations a rater reads, and two raters share."""
    load: Counter[str] = Counter(r for group in made.values() for r in group)
    met: Counter[tuple[str, ...]] = Counter(
        pair for group in made.values() for pair in itertools.combinations(sorted(group), 2)
    )
    every = [met[pair] for pair in itertools.combinations(sorted(load), 2)] or [0]
    loads = list(load.values()) or [0]
    return {"load": (min(loads), max(loads)), "met": (min(every), max(every))}
