"""A judge of ours over imported conversations: it rates after every turn, as in our own runs."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, Sequence
from itertools import groupby
from typing import Any

from mhsim.casting import Casting
from mhsim.chat.pool import Pool
from mhsim.errors import InputError, PlayerError
from mhsim.importing.haul import Message, Options, Talk
from mhsim.library import Library
from mhsim.nodes.rate import Rate
from mhsim.planning import Plan
from mhsim.record import AnyEvent, Closing, Opening, TrialId, Utterance
from mhsim.spec.agent import Judge
from mhsim.state import Log
from mhsim.table import Ask, Filled, Form, Line, Table, Visit

JUDGE = "judge"
"""The judge's role."""

_AT_ONCE = 8
"""Conversations that are rated side by side."""


class Nobody:
    """Sits where somebody spoke elsewhere: here they say nothing more."""

    async def say(self, ask: Ask) -> Line:
        """Refuse."""
        raise PlayerError("role_drift", f"{ask.role!r} spoke elsewhere and says nothing here")

    async def fill(self, ask: Ask, form: type[Form]) -> Filled[Form]:
        """Refuse."""
        raise PlayerError("role_drift", f"{ask.role!r} spoke elsewhere and fills in nothing here")


def judge_of(options: Options) -> Judge | None:
    """Return the judge that is asked for, or None.

    Raises:
        InputError: there is no such judge, or it fills in no instrument.
    """
    if options.judge is None:
        return None
    judge: Judge = Library().load("judge", options.judge)
    if judge.scale is None:
        found = f"{options.judge} follows questions"
        raise InputError(f"mhsim import: --judge: {found}; name one that fills in an instrument")
    return judge


def told(
    plan: Plan, opened: Sequence[tuple[TrialId, Talk, Opening]]
) -> Iterator[tuple[TrialId, list[AnyEvent]]]:
    """Yield every conversation as events, rated after each turn where the plan casts a judge."""
    yield from asyncio.run(_all(plan, opened))


async def _all(
    plan: Plan, opened: Sequence[tuple[TrialId, Talk, Opening]]
) -> list[tuple[TrialId, list[AnyEvent]]]:
    if JUDGE not in plan.scenario.cast:
        return [(trial, await _one(talk, opening, None)) for trial, talk, opening in opened]
    pool = Pool()
    casting = Casting(plan, {"patient": Nobody(), "therapist": Nobody()}, pool)
    room = asyncio.Semaphore(_AT_ONCE)

    async def rated(trial: TrialId, talk: Talk, opening: Opening) -> Any:
        async with room:
            return trial, await _one(talk, opening, casting.table(trial))

    try:
        return await asyncio.gather(*(rated(*each) for each in opened))
    finally:
        await pool.close()


async def _one(talk: Talk, opening: Opening, table: Table | None) -> list[AnyEvent]:
    log = Log()
    log.record("", [opening])
    rate = Rate(kind="rate", roles=(JUDGE,), of="patient")
    for turn, spoken in groupby(_turns(talk), key=lambda each: each[0]):
        roles: set[str] = set()
        for _, message in spoken:
            log.record(message.role, [Utterance(turn=turn, role=message.role, text=message.text)])
            roles.add(message.role)
        if table is not None and "patient" in roles:
            log.record(JUDGE, await rate.run(Visit(JUDGE, turn, log, table)))
    detail = "imported; how it ended is not known"
    log.record("", [Closing(turn=log.turn, reason="closed", detail=detail)])
    return list(log)


def _turns(talk: Talk) -> Iterator[tuple[int, Message]]:
    """Yield each message with its turn: who speaks a second time in a turn begins the next."""
    turn, spoken = 1, set[str]()
    for message in talk.messages:
        if message.role in spoken or (message.role == "therapist" and spoken):
            turn, spoken = turn + 1, set[str]()
        spoken.add(message.role)
        yield turn, message
