"""Rate: judges fill an instrument from what was said, blind to each other and to the rest."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Annotated, Literal

from pydantic import Field

from mhsim.errors import EngineError, PlayerError
from mhsim.forms import FormBase, ItemReply, interval, rating_form
from mhsim.nodes.step import Step
from mhsim.record import AnyEvent, Failure, Interval, ItemRating, Quote, Rating
from mhsim.spec.agent import Judge
from mhsim.spec.base import Name, Names
from mhsim.spec.instrument import Instrument
from mhsim.table import Visit
from mhsim.text import nfc

_BARE = {"seq": -1, "node": "", "at": None, "usage": None}
"""What a rating is without its place in the log: when, where and at what cost it was made."""


class Rate(Step):
    """Judges rate what was said so far; those of one node work side by side.

    Args:
        roles: the judges.
        of: whose severity they rate.
    """

    kind: Literal["rate"]
    roles: Annotated[Names, Field(min_length=1)]
    of: Name = "patient"

    def cast(self) -> Mapping[str, tuple[str, ...]]:
        """Name the judges."""
        return dict.fromkeys(self.roles, ("judge",))

    def about(self) -> tuple[str, ...]:
        """Name whose words they read."""
        return (self.of,)

    def says(self) -> tuple[str, ...]:
        """Name nobody: a judge leaves no words of its own in the conversation."""
        return ()

    def whole(self, events: Sequence[AnyEvent]) -> bool:
        """Every judge has left a rating or a failure."""
        return len(events) == len(self.roles)

    async def run(self, visit: Visit) -> Sequence[AnyEvent]:
        """Append one rating per judge; one that cannot answer leaves a failure, never a value."""
        if len(self.roles) == 1:
            return [await self._rate(visit, self.roles[0])]
        jobs = [asyncio.create_task(self._rate(visit, role)) for role in self.roles]
        try:
            return await asyncio.gather(*jobs)
        finally:
            for job in jobs:
                job.cancel()  # where one fell over, the others are not left at work

    async def _rate(self, visit: Visit, role: str) -> AnyEvent:
        seat = visit.table.seats[role]
        if not isinstance(seat.agent, Judge):
            raise EngineError(f"node {visit.node!r} has {role!r} rate, who is no judge")
        instrument = visit.table.instruments[seat.agent.instrument]
        before = visit.log.ratings(role)
        ask = replace(
            visit.ask(role, "rate", of=self.of),
            transcript=visit.log.words,
            rated=before[-1].model_copy(update=_BARE) if before else None,
        )
        try:
            filled = await seat.player.fill(ask, rating_form(instrument))
        except PlayerError as error:
            return Failure.because(error, visit.turn, role)
        rating = self._rating(visit, role, instrument, filled.form)
        return rating.model_copy(update={"usage": filled.usage}) if filled.usage else rating

    def _rating(self, visit: Visit, role: str, instrument: Instrument, form: FormBase) -> Rating:
        items = {
            name: self._item(visit, form.item(name), instrument.item_maximum(name))
            for name in instrument.items
        }
        total = Interval(
            low=sum(i.low for i in items.values()), high=sum(i.high for i in items.values())
        )
        low, high = instrument.band(total.low), instrument.band(total.high)
        return Rating(
            turn=visit.turn,
            role=role,
            instrument=self._named(visit, role),
            items=items,
            total=total,
            band=low if low == high else None,
            rationale=form.rationale,
        )

    def _named(self, visit: Visit, role: str) -> str:
        agent = visit.table.seats[role].agent
        assert isinstance(agent, Judge)
        return agent.instrument

    def _item(self, visit: Visit, reply: ItemReply, maximum: int) -> ItemRating:
        low, high = interval(reply, maximum)
        return ItemRating(
            low=low,
            high=high,
            state="present" if reply.state == "scaled" and reply.value is None else reply.state,
            quotes=tuple(self._quote(visit, quote) for quote in reply.quotes),
        )

    def _quote(self, visit: Visit, quote: str) -> Quote:
        """Find the words in what was said; words nobody said are kept and marked."""
        found = visit.log.find(self.of, quote)
        if found is None:
            return Quote(quote=nfc(quote), unsupported=True)
        utterance, start, end = found
        words = nfc(utterance.text)[start:end]
        return Quote(quote=words, turn=utterance.turn, start=start, end=end)
