"""The vector of a run: every measure by arm and locale, beside the clinical gate."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from statistics import fmean

from mhsim.casting import persona
from mhsim.critic import Speaker
from mhsim.errors import InputError
from mhsim.lexicon import Lexicon
from mhsim.measure.authenticity.dialogue import Dialogue
from mhsim.measure.authenticity.diversity import vendi_score
from mhsim.measure.authenticity.lexical import (
    idiom_coverage,
    idiom_rate,
    idioms_per_turn,
    somatic_psychological_ratio,
    therapy_speak_rate,
    verdict_share,
)
from mhsim.measure.authenticity.mixing import code_mixing_index
from mhsim.measure.authenticity.person import disclosure_gap, formulation_match, register_fit
from mhsim.measure.authenticity.vector import Band
from mhsim.measure.summary import Number
from mhsim.spec.agent import Patient, Persona
from mhsim.store import Run, Session

Measure = Callable[[Dialogue, Lexicon], float | None]

MEASURES: Mapping[str, Measure] = {
    "idiom_rate": idiom_rate,
    "idiom_coverage": idiom_coverage,
    "idioms_per_turn_max": idioms_per_turn,
    "somatic_psychological_ratio": somatic_psychological_ratio,
    "somatic_psychological_opening": lambda d, x: somatic_psychological_ratio(d, x, "opening"),
    "somatic_psychological_end": lambda d, x: somatic_psychological_ratio(d, x, "end"),
    "therapy_speak_rate": therapy_speak_rate,
    "flattened_share": lambda d, x: verdict_share(d, x, "flattened"),
    "caricature_share": lambda d, x: verdict_share(d, x, "caricature"),
    "code_mixing_index": lambda d, _: code_mixing_index(d),
    "formulation_match": lambda d, x: formulation_match(d, x).score,
    "formulation_coverage": lambda d, x: formulation_match(d, x).coverage,
    "register_fit": lambda d, _: register_fit(d),
    "disclosure_gap": disclosure_gap,
}
"""Measures of one dialogue, by name. M4 and M5 need embeddings and are not computed here."""

_EMBEDDED = ("twin_isomorphism", "locale_separability")


def authenticity(run: Run, reference: Path | None = None) -> Iterator[Number]:
    """Yield every measure by arm and locale; a vector, uncalibrated without a human reference.

    Means over patients. `low` and `high` are the ends of the human band, where there is one.

    Args:
        run: the run.
        reference: human dialogues; see `read_reference`.

    Raises:
        InputError: the reference cannot be read.
    """
    lexicons = {locale: Lexicon(pack) for locale, pack in run.plan.packs.items()}
    bands = _bands(read_reference(reference), lexicons) if reference else {}
    closed = run.closed()
    for arm, locale in run.plan.conditions():
        if locale not in lexicons:
            continue
        trials = [t for t in run.plan.trials() if (t.arm, t.locale) == (arm, locale)]
        dialogues = [dialogue_of(run, run.session(t.id)) for t in trials if t.id in closed]
        where = {"arm": arm, "locale": locale}
        missing = len(trials) - len(dialogues)
        for name, measure in MEASURES.items():
            values = _per_patient(dialogues, lambda d, m=measure, x=lexicons[locale]: m(d, x))
            band = bands.get((locale, name))
            yield _number(name, values, band, missing, where)
        yield _diversity(dialogues, missing, where)
        for name in _EMBEDDED:
            method = "not computed: needs sentence embeddings"
            yield Number(name, None, None, None, 0, missing, method, where)


def dialogue_of(run: Run, session: Session) -> Dialogue:
    """Return the patient's side of a session, and who the patient is."""
    trial = session.opening.trial
    role, patient = next(
        (role, agent)
        for role, name in trial.cast.items()
        if isinstance(agent := run.plan.agents[name], Patient)
    )
    arm = run.plan.scenario.arms[trial.arm]
    life = persona(patient, trial.locale, arm.localize)
    # What is authentic is decided by the person's own formulation, whatever the arm made of it.
    formulation = patient.formulation.get(trial.locale)
    said = [u.text for u in session.transcript if u.role == role]
    return Dialogue(
        patient=trial.cast[role],
        locale=trial.locale,
        turns=said,
        speaker=Speaker.of(life, formulation),
        formulation=formulation,
        woman=_woman(life),
        rural=_rural(life) if arm.localize != "nationality" else None,
    )


def _woman(life: Persona) -> bool | None:
    return "women" in life.tags if life.tags & {"men", "women"} else None


def _rural(life: Persona) -> bool | None:
    return "rural" in life.tags if life.tags & {"rural", "educated"} else None


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
    known = band is not None and band.calibrated
    method = (
        f"mean over patients; low and high are the human band of {band.n} dialogues"
        if band is not None and known
        else "mean over patients; uncalibrated"
        + (f": only {band.n} human dialogues" if band is not None else "")
    )
    return Number(
        measure=name,
        value=fmean(values) if values else None,
        low=band.low if band is not None and known else None,
        high=band.high if band is not None and known else None,
        n=len(values),
        missing=missing,
        method=method,
        where=where,
    )


def _diversity(dialogues: Sequence[Dialogue], missing: int, where: dict[str, str]) -> Number:
    """Return the Vendi score over one dialogue per patient, as a share of the patients."""
    first = {d.patient: "\n".join(d.turns) for d in reversed(dialogues)}
    score = vendi_score(list(first.values()))
    method = "effective number of different dialogues / patients, character trigrams; uncalibrated"
    value = score / len(first) if score is not None else None
    return Number("diversity", value, None, None, len(first), missing, method, where)


def read_reference(path: Path) -> list[Dialogue]:
    """Read human dialogues, one JSON object per line.

    Each has `locale`, `patient`, and `turns`: what the patient said, in order.

    Raises:
        InputError: the file cannot be read, or a line is no dialogue; says which.
    """
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise InputError(f"{path}: cannot be read: {error}") from error
    dialogues: list[Dialogue] = []
    for number, line in enumerate(lines, 1):
        if not line.strip():
            continue
        try:
            row = json.loads(line)
            turns = [str(turn) for turn in row["turns"]]
            dialogues.append(Dialogue(str(row["patient"]), str(row["locale"]), turns))
        except (ValueError, KeyError, TypeError) as error:
            right = 'one object per line: {"locale": …, "patient": …, "turns": […]}'
            raise InputError(f"{path}:{number}: no dialogue; {right}") from error
    return dialogues


def _bands(
    human: Sequence[Dialogue], lexicons: Mapping[str, Lexicon]
) -> dict[tuple[str, str], Band]:
    bands: dict[tuple[str, str], Band] = {}
    for locale, lexicon in lexicons.items():
        mine = [d for d in human if d.locale == locale]
        for name, measure in MEASURES.items():
            values = [v for d in mine if (v := measure(d, lexicon)) is not None]
            band = Band.of(values)
            if band is not None:
                bands[locale, name] = band
    return bands
