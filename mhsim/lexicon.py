"""A locale pack made searchable: what its cues, markers and idioms say, found in one pass.

A reader of text needs no more than this; it knows nothing of who spoke.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence
from functools import cached_property, lru_cache

from mhsim.cues import Cues, Hit
from mhsim.record import RiskLevel
from mhsim.spec.culture import Idiom, LocalePack, Marker, Reading
from mhsim.spec.style import Style
from mhsim.text import clause_ends, written_in

__all__ = ["Hit", "Lexicon", "screen"]

RISK_LEVELS: tuple[RiskLevel, ...] = ("none", "ambiguous", "passive", "active")
"""How seriously a text speaks of dying, the least first."""
_NAMES: tuple[str, ...] = RISK_LEVELS


class Lexicon:
    """The cues of one pack, found in one pass over a text.

    Args:
        pack: the locale pack.
    """

    def __init__(self, pack: LocalePack) -> None:
        self.pack = pack
        self.language = pack.locale.partition("-")[0]
        self._reading = Cues(_cues(pack))
        self.hits = lru_cache(maxsize=4096)(self._reading.find)
        self.risks = lru_cache(maxsize=1024)(self._find_risks)
        self.style = lru_cache(maxsize=1024)(self._find_style)

    def _find_style(self, text: str) -> tuple[Hit, ...]:
        return self._style.find(text)

    def _find_risks(self, text: str) -> tuple[Hit, ...]:
        code = self.pack.language.script
        read = written_in(text, code) or written_in(text, "Latn")  # any language may be romanised
        return self._risky.find(text) if read else ()

    @cached_property
    def _risky(self) -> Cues:
        """The cues the screen needs, alone: it reads with every pack of a plan."""
        needed = ("risk", "no_risk", "denied")
        return Cues(cue for cue in _cues(self.pack) if cue[0] in needed)

    @cached_property
    def _style(self) -> Cues:
        """The cues of the text critic; many, and needed by it alone."""
        return Cues(_style_cues(self.pack.style) if self.pack.style else ())

    @cached_property
    def idioms(self) -> dict[str, Idiom]:
        """The pack's idioms by id."""
        return {idiom.id: idiom for idiom in self.pack.idioms}

    @cached_property
    def markers(self) -> dict[str, Marker]:
        """The pack's flattened markers by id."""
        return {marker.id: marker for marker in self.pack.flattened_markers}


def _cues(pack: LocalePack) -> Iterator[tuple[str, str, str]]:
    """Yield every cue of a pack: its kind, its name, and the cue."""
    for kind, entries in (("idiom", pack.idioms), ("marker", pack.flattened_markers)):
        for entry in entries:
            yield from ((kind, entry.id, cue) for cue in (entry.text, *entry.variants))
            yield from ((f"no_{kind}", entry.id, cue) for cue in entry.match_exclude)
    for idiom in pack.idioms:
        if idiom.risk != "none":
            yield from (("risk", idiom.risk, cue) for cue in (idiom.text, *idiom.variants))
    if pack.reading:
        yield from _reading_cues(pack.reading)


def _style_cues(style: Style) -> Iterator[tuple[str, str, str]]:
    for name, cues in style.groups().items():
        yield from (("style", name, cue) for cue in cues)
    for tag, cues in style.people.items():
        yield from (("person", tag, cue) for cue in cues)


def _reading_cues(reading: Reading) -> Iterator[tuple[str, str, str]]:
    named: list[tuple[str, dict[str, Iterable[str]]]] = [
        ("item", dict(reading.items)),
        ("often", {str(level): cues for level, cues in reading.often.items()}),
        ("topic", {str(topic): cues for topic, cues in reading.topics.items()}),
        ("risk", {level: getattr(reading.risk, level) for level in RISK_LEVELS[1:]}),
    ]
    for kind, groups in named:
        for name, cues in groups.items():
            for cue in cues:
                yield kind, name, cue
    for kind in ("denied", "asks_often", "asks_more", "reflects", "asks_safety"):
        for cue in getattr(reading, kind):
            yield kind, "", cue
    for cue in reading.risk.exclude:
        yield "no_risk", "", cue


def screen(text: str, lexicons: Iterable[Lexicon]) -> tuple[RiskLevel, Sequence[tuple[int, int]]]:
    """Look for risk of self-harm in a text.

    A cue counts unless its own clause denies it; a denial elsewhere never cancels it. A pack whose
    script does not occur in the text is passed over, so that many packs cost little.

    Returns:
        The most serious level found, and where: pairs of start and end in NFC code points.
    """
    level = 0
    spans: list[tuple[int, int]] = []
    ends = clause_ends(text)
    for lexicon in lexicons:
        hits = lexicon.risks(text)
        denials = [hit for hit in hits if hit.kind == "denied"]
        for hit in hits:
            if hit.kind == "risk" and not _taken_back(hit, denials, ends):
                level = max(level, _NAMES.index(hit.name))
                spans.append((hit.start, hit.end))
    return RISK_LEVELS[level], sorted(set(spans))


def _taken_back(risk: Hit, denials: Sequence[Hit], ends: Sequence[int]) -> bool:
    """Say whether a denial stands in the cue's own clause, and not inside the cue itself."""
    clause = bisect_right(ends, risk.start)
    return any(
        bisect_right(ends, denial.start) == clause
        and not (risk.start <= denial.start and denial.end <= risk.end)
        for denial in denials
    )
