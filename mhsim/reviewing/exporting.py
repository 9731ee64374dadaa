"""Exporting: choose conversations, assign raters, write their packs."""

from __future__ import annotations

import secrets
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from random import Random

from mhsim.casting import persona
from mhsim.comparison import patient_role
from mhsim.errors import InputError, listed
from mhsim.library import Library
from mhsim.masking import masked
from mhsim.planning import Plan
from mhsim.record import TrialId, Utterance
from mhsim.reviewing.assignment import Unit, assign, balance, packets
from mhsim.reviewing.pack import Pack, write
from mhsim.spec.agent import Judge, Patient
from mhsim.spec.form import ReviewForm
from mhsim.spec.instrument import Instrument
from mhsim.store import Run

KEY = "key.jsonl"


@dataclass(frozen=True)
class Export:
    """What was exported.

    Args:
        folder: where.
        packs: the folder to send to each rater.
        units: conversations that are read.
        balance: fewest and most conversations a rater reads, and two raters share.
    """

    folder: Path
    packs: Sequence[Path]
    units: int
    balance: Mapping[str, tuple[int, int]]


def export(
    run: Run,
    raters: Mapping[str, frozenset[str]],
    *,
    per: int = 2,
    sample: int = 60,
    folder: Path | None = None,
) -> Export:
    """Write blinded packs of a run's conversations.

    Args:
        run: the run.
        raters: rater's pseudonym to the locales they read.
        per: raters for each conversation.
        sample: conversations per locale, at most; drawn evenly over arms and severity bands.
        folder: where to; `review/` in the run, without it.

    Raises:
        InputError: there is nothing to read, no form in a language, too few raters, or packs are
            there already.
    """
    place = folder or run.path / "review"
    if (place / KEY).exists():
        raise InputError(f"{place} holds packs already; give another folder with --out")
    draw = Random(f"{run.plan.scenario.seed}/review")
    wanted = sorted({locale for locales in raters.values() for locale in locales})
    trials = {t.id: t for locale in wanted for t in _drawn(run, locale, sample, draw)}
    units = [_unit(run.plan, trial) for trial in trials.values()]
    made = assign(units, raters, per, draw)
    shown = {name: _shown(run, trial) for name, trial in trials.items()}
    forms = {locale: form_for(locale) for locale in wanted}
    instrument = instrument_of(run.plan)
    packs: list[Pack] = []
    for rater, sheets in packets(made, secrets.token_bytes(32), draw).items():
        first = trials[sheets[0].unit]
        packs.append(
            Pack(
                rater=rater,
                locale=first.locale,
                sheets=sheets,
                form=fitting(forms[first.locale], instrument),
                instrument=instrument,
                transcripts={s.unit: shown[s.unit] for s in sheets},
                roles={r: r == patient_role(run.plan, first) for r in first.cast},
                run=run.plan.hash,
            )
        )
    return Export(place, write(place, packs), len(units), balance(made))


def form_for(locale: str) -> ReviewForm:
    """Return the form in a locale's language.

    Raises:
        InputError: there is none; says how to write one.
    """
    language = locale.partition("-")[0]
    library = Library()
    for name in library.names("form"):
        form = library.load("form", name)
        if form.language == language:
            return form
    raise InputError(
        f"there is no rating form in {language!r}; write one: mhsim new form {language}"
    )


def fitting(form: ReviewForm, instrument: Instrument) -> ReviewForm:
    """Return a form that can ask for an instrument.

    Raises:
        InputError: none of its scales has the instrument's items.
    """
    if any(set(scale.items) >= set(instrument.items) for scale in form.scales.values()):
        return form
    raise InputError(
        f"the rating form in {form.language!r} has no scale with the items of "
        f"{instrument.title}; add them under scales: in agents/forms/"
    )


def instrument_of(plan: Plan) -> Instrument:
    """Return the instrument of the first judge, which is what raters fill in too.

    Raises:
        InputError: nobody judges.
    """
    names = (a.instrument for a in plan.agents.values() if isinstance(a, Judge))
    name = next(names, None)
    if name is None:
        raise InputError("the run has no judge, so nothing says what raters are to fill in")
    return plan.instruments[name]


def _drawn(run: Run, locale: str, most: int, draw: Random) -> Iterator[TrialId]:
    """Draw conversations of a locale evenly over arms and bands.

    Raises:
        InputError: there are none.
    """
    closed = run.closed()
    strata: dict[str, list[TrialId]] = {}
    for trial in run.plan.trials():
        if trial.locale == locale and trial.id in closed:
            strata.setdefault(_stratum(run.plan, trial), []).append(trial)
    if not strata:
        played = sorted({t.locale for t in run.plan.trials() if t.id in closed})
        raise InputError(f"{run.path} has no conversations in {locale}; there are {listed(played)}")
    queues = [draw.sample(group, len(group)) for _, group in sorted(strata.items())]
    left = most
    while left and any(queues):
        for queue in draw.sample(queues, len(queues)):
            while queue and left:
                trial = queue.pop()
                if _whole(run, trial):
                    left -= 1
                    yield trial
                    break


def _whole(run: Run, trial: TrialId) -> bool:
    closing = run.session(trial.id).closing
    return closing is not None and closing.reason != "failure"


def _unit(plan: Plan, trial: TrialId) -> Unit:
    patient = trial.cast[patient_role(plan, trial)]
    return Unit(trial.id, patient, trial.locale, _stratum(plan, trial))


def _stratum(plan: Plan, trial: TrialId) -> str:
    agent = plan.agents[trial.cast[patient_role(plan, trial)]]
    assert isinstance(agent, Patient)
    truth = agent.presentation
    instrument = plan.instruments.get(truth.instrument or "")
    band = instrument.band(truth.total) if instrument and truth.total is not None else "unknown"
    return f"{trial.arm}/{band}"


def _shown(run: Run, trial: TrialId) -> Sequence[Utterance]:
    """Return a transcript without names: one in the wrong place would tell the arm."""
    localize = run.plan.scenario.arms[trial.arm].localize
    agents = (run.plan.agents[name] for name in trial.cast.values())
    lives = [persona(a, trial.locale, localize) for a in agents if isinstance(a, Patient)]
    return masked(run.session(trial.id).transcript, lives)
