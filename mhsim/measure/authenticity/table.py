"""The vector of a run: every measure by arm and locale."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import fmean
from typing import TYPE_CHECKING

from mhsim.lexicon import Lexicon
from mhsim.measure.authenticity.dialogue import Dialogue
from mhsim.measure.authenticity.diversity import vendi_score
from mhsim.measure.authenticity.embedded import Comparison
from mhsim.measure.authenticity.lexical import (
    idiom_coverage,
    idiom_rate,
    idioms_per_turn,
    somatic_psychological_ratio,
    therapy_speak_rate,
    verdict_share,
)
from mhsim.measure.authenticity.mixing import code_mixing_index
from mhsim.measure.authenticity.person import (
    disclosure_gap,
    formulation_match,
    register_fit,
    risk_unasked,
)
from mhsim.measure.authenticity.reference import Measure, bands, read_reference, standing
from mhsim.measure.authenticity.told import Told, told
from mhsim.measure.authenticity.vector import ENOUGH, Band
from mhsim.measure.summary import Number
from mhsim.store import Run

if TYPE_CHECKING:
    from mhsim.embedding import Embedder

MEASURES: Mapping[str, Measure] = {
    "idiom_rate": idiom_rate,
    "idiom_coverage": idiom_coverage,
    "idioms_per_turn_max": idioms_per_turn,
    "somatic_psychological_ratio": somatic_psychological_ratio,
    "somatic_psychological_opening": lambda d, x: somatic_psychological_ratio(d, x, "opening"),
    "somatic_psychological_middle": lambda d, x: somatic_psychological_ratio(d, x, "middle"),
    "somatic_psychological_end": lambda d, x: somatic_psychological_ratio(d, x, "end"),
    "therapy_speak_rate": therapy_speak_rate,
    "flattened_share": lambda d, x: verdict_share(d, x, "flattened"),
    "caricature_share": lambda d, x: verdict_share(d, x, "caricature"),
    "code_mixing_index": lambda d, _: code_mixing_index(d),
    "formulation_match": lambda d, x: formulation_match(d, x).score,
    "formulation_coverage": lambda d, x: formulation_match(d, x).coverage,
    "register_fit": lambda d, _: register_fit(d),
    "disclosure_gap": disclosure_gap,
    "risk_unasked": risk_unasked,
}
"""Measures of one dialogue, by name."""


@dataclass(frozen=True, slots=True)
class Given:
    """What a report may be given besides the run.

    Args:
        reference: human dialogues that calibrate the bands; see `read_reference`.
        translations: literal translations of the English twins, in the same form.
        embedder: makes sentence embeddings.
    """

    reference: Path | None = None
    translations: Path | None = None
    embedder: Embedder | None = None


def authenticity(run: Run, given: Given | None = None) -> Iterator[Number]:
    """Yield every measure by arm and locale; a vector, uncalibrated without a human reference.

    Means over patients. `low` and `high` are the ends of the human band, where there is one.

    Raises:
        InputError: the reference or the translations cannot be read.
        RunError: embeddings cannot be had.
    """
    given = given or Given()
    lexicons = {locale: Lexicon(pack) for locale, pack in run.plan.packs.items()}
    human = read_reference(given.reference) if given.reference else []
    translated = read_reference(given.translations) if given.translations else []
    known = bands(human, lexicons, MEASURES)
    closed = run.closed()
    cells: dict[tuple[str, str], list[Told]] = {}
    for arm, locale in run.plan.conditions():
        if locale not in lexicons:
            continue
        trials = [t for t in run.plan.trials() if (t.arm, t.locale) == (arm, locale)]
        every = [told(run, run.session(t.id), lexicons[locale]) for t in trials if t.id in closed]
        cells[arm, locale] = every
        dialogues = [each.dialogue for each in every]
        where = {"arm": arm, "locale": locale}
        missing = len(trials) - len(dialogues)
        for name, measure in MEASURES.items():
            values = _per_patient(dialogues, lambda d, m=measure, x=lexicons[locale]: m(d, x))
            yield _number(name, values, known.get((locale, name)), missing, where)
        yield _diversity(dialogues, [d for d in human if d.locale == locale], missing, where)
    english = [name for name, pack in run.plan.packs.items() if pack.baseline]
    yield from Comparison(cells, english, translated, given.embedder).numbers()


def _per_patient(
    dialogues: Sequence[Dialogue], measure: Callable[[Dialogue], float | None]
) -> list[float]:
    """Average within each patient; what has no value is left out."""
    patients: dict[str, list[float]] = {}
    for dialogue in dialogues:
        value = measure(dialogue)
        if value is not None:
            patients.setdefault(dialogue.patient, []).append(float(value))
    return [fmean(values) for values in patients.values()]


def _number(
    name: str, values: Sequence[float], band: Band | None, missing: int, where: dict[str, str]
) -> Number:
    value = fmean(values) if values else None
    known = band if band is not None and band.calibrated else None
    return Number(
        measure=name,
        value=value,
        low=known.low if known else None,
        high=known.high if known else None,
        n=len(values),
        missing=missing,
        method=f"mean over patients; {standing(value, band)}",
        where=where,
    )


def _diversity(
    dialogues: Sequence[Dialogue], human: Sequence[Dialogue], missing: int, where: dict[str, str]
) -> Number:
    """Return the Vendi score over one dialogue per patient, as a share of the patients."""
    value, n = _share(dialogues)
    method = "effective number of different dialogues / patients, character trigrams"
    if len(human) < ENOUGH:
        return Number("diversity", value, None, None, n, missing, f"{method}; uncalibrated", where)
    low, people = _share(human, n)
    method += f"; calibrated: low is that of {people} human dialogues"
    return Number("diversity", value, low, None, n, missing, method, where)


def _share(dialogues: Sequence[Dialogue], most: int | None = None) -> tuple[float | None, int]:
    first = {d.patient: "\n".join(d.turns) for d in reversed(dialogues)}
    texts = list(first.values())[:most]
    score = vendi_score(texts)
    return (score / len(texts) if score is not None else None), len(texts)
