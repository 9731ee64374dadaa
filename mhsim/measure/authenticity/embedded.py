"""M4, M5 and M10 over a run, by any sentence embeddings; not computed, and why, without."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from statistics import fmean
from typing import TYPE_CHECKING

from mhsim.measure.authenticity.dialogue import Dialogue
from mhsim.measure.authenticity.diversity import vendi_score
from mhsim.measure.authenticity.told import Told, topics
from mhsim.measure.authenticity.twins import Topics, locale_separability, twin_isomorphism
from mhsim.measure.summary import Number

if TYPE_CHECKING:
    from mhsim.embedding import Embedder

DROPPED = 20
"""How many of the most telling features are left out to see whether locales stay apart."""

_NONE = "not computed: needs sentence embeddings (--embeddings provider:model)"

Cell = tuple[str, str]
"""An arm and a locale."""


class Comparison:
    """Dialogues of a run held against each other.

    Args:
        cells: arm and locale to their dialogues.
        english: the baseline locales.
        translated: literal translations of the English twins: their locale and patient.
        embedder: makes the vectors; None computes nothing.
    """

    def __init__(
        self,
        cells: Mapping[Cell, Sequence[Told]],
        english: Sequence[str],
        translated: Sequence[Dialogue],
        embedder: Embedder | None,
    ) -> None:
        self._cells = cells
        self._english = set(english)
        self._translated = {(d.locale, d.patient): d for d in translated}
        self._embed = embedder
        self._by = f"uncalibrated; embeddings {embedder.name}" if embedder else ""

    def numbers(self) -> Iterator[Number]:
        """Yield likeness to the English twin, diversity, and how far locales can be told apart."""
        for cell in self._cells:
            yield self._isomorphism(cell)
            yield self._diversity(cell)
        for arm in dict.fromkeys(arm for arm, _ in self._cells):
            yield from self._separability(arm)

    def _isomorphism(self, cell: Cell) -> Number:
        arm, locale = cell
        twins = self._twins(arm)
        if self._embed is None:
            return self._no("twin_isomorphism", cell, _NONE)
        if locale in self._english:
            return self._no("twin_isomorphism", cell, "not computed: this is the English twin")
        if not twins:
            why = "not computed: no arm of this run is played in a baseline locale"
            return self._no("twin_isomorphism", cell, why)
        every, people = self._cells[cell], dict[str, list[float]]()
        for one in every:
            value = self._alike(one, twins, every)
            if value is not None:
                people.setdefault(one.dialogue.patient, []).append(value)
        literal = any(lang == locale for lang, _ in self._translated)
        ceiling = "against the literal translations given" if literal else "a lower bound: no "
        ceiling += "" if literal else "literal translations were given (--translations)"
        method = f"mean over patients, aligned by item, {ceiling}; {self._by}"
        values = [fmean(each) for each in people.values()]
        missing = len({t.dialogue.patient for t in every}) - len(values)
        value = fmean(values) if values else None
        return Number("twin_isomorphism", value, None, None, len(values), missing, method,
                      _where(cell))  # fmt: skip

    def _twins(self, arm: str) -> dict[int, Told]:
        """Return the English dialogues by seed: of the same arm, else of the first that has any."""
        cells = [cell for cell in self._cells if cell[1] in self._english]
        cells.sort(key=lambda cell: cell[0] != arm)
        return {t.seed: t for t in self._cells[cells[0]]} if cells else {}

    def _alike(self, one: Told, twins: Mapping[int, Told], every: Sequence[Told]) -> float | None:
        twin = twins.get(one.seed)
        if twin is None:
            return None
        name = one.dialogue.patient
        strangers = [t for t in every if t.band == one.band and t.dialogue.patient != name]
        literal = self._translated.get((one.dialogue.locale, name))
        translation = topics(literal, one.lexicon) if literal else None
        return twin_isomorphism(
            self._vectors(one.topics),
            self._vectors(twin.topics),
            self._vectors(translation) if translation is not None else None,
            [self._vectors(stranger.topics) for stranger in strangers],
        )

    def _vectors(self, said: Mapping[str, str]) -> Topics:
        assert self._embed is not None
        return dict(zip(said, self._embed(list(said.values())), strict=True))

    def _diversity(self, cell: Cell) -> Number:
        """Return the Vendi score of one dialogue per patient, as a share of the patients."""
        if self._embed is None:
            return self._no("diversity_embedded", cell, _NONE)
        first = {
            t.dialogue.patient: "\n".join(t.dialogue.turns) for t in reversed(self._cells[cell])
        }
        texts = list(first.values())
        score = vendi_score(texts, self._embed(texts))
        value = score / len(texts) if score is not None else None
        method = f"effective number of different dialogues / patients; {self._by}"
        return Number("diversity_embedded", value, None, None, len(texts), 0, method, _where(cell))

    def _separability(self, arm: str) -> Iterator[Number]:
        names = ("locale_separability", "locale_separability_ablated")
        cells = [cell for cell in self._cells if cell[0] == arm]
        if self._embed is None:
            yield from (Number(n, None, None, None, 0, 0, _NONE, {"arm": arm}) for n in names)
            return
        every = [told for cell in cells for told in self._cells[cell]]
        vectors = self._embed([told.masked for told in every])
        locales = [told.dialogue.locale for told in every]
        for name, drop in zip(names, (0, DROPPED), strict=True):
            value = locale_separability(vectors, locales, drop) if len(cells) > 1 else None
            method = f"balanced accuracy, chance {1 / max(1, len(cells)):.2f}, names and numbers "
            method += f"masked, {drop} features dropped; {self._by}"
            if value is None:
                method = "not computed: needs two locales of two conversations each in the arm"
            yield Number(name, value, None, None, len(every), 0, method, {"arm": arm})

    def _no(self, name: str, cell: Cell, why: str) -> Number:
        return Number(name, None, None, None, 0, 0, why, _where(cell))


def _where(cell: Cell) -> dict[str, str]:
    return {"arm": cell[0], "locale": cell[1]}
