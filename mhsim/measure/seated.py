"""Any critic a seat can hold, put over labelled utterances one by one, outside a conversation."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from mhsim.casting import PLAYERS, known
from mhsim.chat import Pool
from mhsim.critic import Finding
from mhsim.critic.finding import Flag
from mhsim.errors import PlayerError
from mhsim.forms import Findings
from mhsim.lexicon import Lexicon
from mhsim.library import Library
from mhsim.measure.critics import LABELS, Labelled
from mhsim.prompt import render
from mhsim.record import TrialId, Utterance
from mhsim.spec.agent import Critic, Persona
from mhsim.spec.assumption import Assumptions
from mhsim.spec.model import Model
from mhsim.table import Ask, Brief
from mhsim.text import locate, nfc

AT_ONCE = 8
"""How many utterances are looked at together."""

_NOBODY = {"name": None, "age": None, "gender": None, "home": None, "work": None, "family": None}


@dataclass(frozen=True, slots=True)
class Bench:
    """What a critic is seated with.

    Args:
        agent: the critic, as a file describes it.
        template: what a chat model in its seat is told.
        model: what answers for it.
        lexicons: locale to pack.
    """

    agent: Critic
    template: str
    model: Model
    lexicons: Mapping[str, Lexicon]


def bench(library: Library, model: Model, lexicons: Mapping[str, Lexicon]) -> Bench:
    """Return a bench with the shipped critic of culture, or one of that name put before it.

    Raises:
        InputError: its file or its prompt has problems.
    """
    agent: Critic = library.load("critic", "culture")
    return Bench(agent, agent.prompt or library.load("prompt", "critic").text, model, lexicons)


async def findings(rows: Sequence[Labelled], on: Bench) -> list[Finding | PlayerError]:
    """Return what the critic makes of each utterance, or why it could not say.

    Raises:
        InputError: nothing answers for the model, or its package or key is missing.
    """
    pool, room = Pool(), asyncio.Semaphore(AT_ONCE)

    async def look(number: int, row: Labelled) -> Finding | PlayerError:
        async with room:
            try:
                return await _look(number, row, on, pool)
            except PlayerError as error:
                return error

    try:
        return list(await asyncio.gather(*(look(n, row) for n, row in enumerate(rows, 1))))
    finally:
        await pool.close()


async def _look(number: int, row: Labelled, on: Bench, pool: Pool) -> Finding:
    brief = _brief(number, row, on, pool)
    told = render(on.template, **known(brief))
    if row.persona:
        told += f"\nWho speaks: {row.persona}"
    player = PLAYERS.get(on.model.provider)(replace(brief, prompt=told))
    draft = Utterance(turn=number, role="patient", text=row.text)
    ask = Ask(role="critic", task="review", turn=number, revision=0, transcript=(), of="patient",
              draft=draft)  # fmt: skip
    return found((await player.fill(ask, Findings)).form, row.text)


def _brief(number: int, row: Labelled, on: Bench, pool: Pool) -> Brief:
    trial = TrialId(id=row.id, arm="labelled", locale=row.locale, cast={"critic": "culture"},
                    replicate=1, seed=number)  # fmt: skip
    return Brief(
        role="critic",
        agent=on.agent,
        model=on.model,
        trial=trial,
        localize="formulation",
        layers=frozenset(),
        patient=None,
        persona=Persona.model_validate(_NOBODY),
        formulation=None,
        lexicon=on.lexicons[row.locale],
        lexicons=on.lexicons,
        instruments={},
        assumptions=Assumptions(),
        pool=pool,
    )


def found(form: Findings, text: str) -> Finding:
    """Return a critic's form as a finding; words that were not said are left out.

    Raises:
        PlayerError: the verdict is none of this critic's.
    """
    if form.verdict not in LABELS:
        raise PlayerError("unparsable", f"the verdict {form.verdict!r} is a supervisor's")
    places = [(locate(nfc(text), flag.quote), flag) for flag in form.flags]
    flags = tuple(
        Flag(*place, flag.kind, flag.reason, flag.suggestion, flag.marker, flag.idiom)
        for place, flag in places
        if place is not None
    )
    return Finding(form.verdict, flags)
