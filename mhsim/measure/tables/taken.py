"""Taken: the rows of one conversation, read off its events."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from mhsim.measure.tables.rows import Call, Flag, Item, Judgement, RiskFound, Row, Turn, row_id
from mhsim.measure.totals import prorated
from mhsim.record import (
    AnyEvent,
    Critique,
    Failure,
    ItemRating,
    Rating,
    Risk,
    Utterance,
)
from mhsim.store import Session


@dataclass(frozen=True, slots=True)
class Known:
    """What rows need besides the events.

    Args:
        conversation: its id.
        judges: role to the instrument a judge fills.
        intended: the patient's own item values.
    """

    conversation: str
    judges: Mapping[str, str]
    intended: Mapping[str, int]


def taken(session: Session, known: Known) -> Iterator[Row]:
    """Yield every row of a conversation but its own."""
    last = _last(session)
    looked_at = _looked_at(session)
    verdicts = {said.seq: critique.verdict for critique, said in looked_at}
    for critique, said in looked_at:
        yield from _flags(critique, said, known)
    for event in session.events:
        match event:
            case Utterance():
                final = last[event.turn, event.role] == event.revision
                yield _turn(event, known, final, verdicts.get(event.seq))
            case Rating():
                yield from _rating(event, known, session.turns)
            case Risk():
                yield _risk(event, known)
            case Failure() if event.role in known.judges:
                yield _unrated(event, known, session.turns)
            case _:
                pass
        yield from _call(event, known)


def _last(session: Session) -> dict[tuple[int, str], int]:
    """Return the revision that was finally said, by turn and role."""
    said = (e for e in session.events if isinstance(e, Utterance))
    return {(e.turn, e.role): e.revision for e in said}


def _looked_at(session: Session) -> list[tuple[Critique, Utterance]]:
    """Return every critique with the draft it is about: the last one said before it."""
    found: list[tuple[Critique, Utterance]] = []
    draft: Utterance | None = None
    for event in session.events:
        if isinstance(event, Utterance):
            draft = event
        elif isinstance(event, Critique) and draft is not None:
            found.append((event, draft))
    return found


def _turn(event: Utterance, known: Known, final: bool, verdict: str | None) -> Turn:
    here = known.conversation
    return Turn(
        turn_id=row_id(here, event.turn, event.role, event.revision),
        conversation_id=here,
        turn=event.turn,
        role=event.role,
        revision=event.revision,
        final=final,
        text=event.text,
        characters=len(event.text),
        verdict=verdict,
        at=event.at,
    )


def value_of(item: ItemRating) -> float | None:
    """Return the middle of an item's interval; None where it was not assessed."""
    return None if item.state == "not_assessed" else (item.low + item.high) / 2


def _rating(event: Rating, known: Known, turns: int) -> Iterator[Row]:
    here = known.conversation
    name = row_id(here, event.turn, event.role)
    values = {item: value_of(rated) for item, rated in event.items.items()}
    quotes = [quote for rated in event.items.values() for quote in rated.quotes]
    yield Judgement(
        rating_id=name,
        conversation_id=here,
        turn=event.turn,
        judge=event.role,
        instrument=event.instrument,
        administration="observer",
        low=event.total.low,
        high=event.total.high,
        band=event.band,
        assessed=sum(value is not None for value in values.values()),
        items=len(values),
        total_zero=sum(value or 0 for value in values.values()),
        total_prorated=prorated(list(values.values())),
        quotes=len(quotes),
        unsupported=sum(bool(quote.unsupported) for quote in quotes),
        status="rated",
        final=event.turn == turns,
    )
    for item, rated in event.items.items():
        yield Item(
            rating_id=name,
            conversation_id=here,
            turn=event.turn,
            judge=event.role,
            item=item,
            state=rated.state,
            low=rated.low,
            high=rated.high,
            value=values[item],
            intended=known.intended.get(item),
            final=event.turn == turns,
        )


def _unrated(event: Failure, known: Known, turns: int) -> Judgement:
    here, turn = known.conversation, event.turn or 0
    return Judgement(
        rating_id=row_id(here, turn, event.role),
        conversation_id=here,
        turn=turn,
        judge=event.role or "",
        instrument=known.judges[event.role or ""],
        administration="observer",
        low=None,
        high=None,
        band=None,
        assessed=None,
        items=None,
        total_zero=None,
        total_prorated=None,
        quotes=None,
        unsupported=None,
        status=event.kind,
        final=turn == turns,
    )


def _flags(event: Critique, said: Utterance, known: Known) -> Iterator[Flag]:
    here = known.conversation
    for number, mark in enumerate(event.flags):
        yield Flag(
            flag_id=row_id(here, event.turn, event.role, event.revision, number),
            conversation_id=here,
            turn=event.turn,
            critic=event.role,
            role=said.role,
            revision=event.revision,
            verdict=event.verdict,
            kind=mark.kind,
            quote=mark.span.quote,
            start=mark.span.start,
            end=mark.span.end,
            reason=mark.reason,
            idiom=mark.idiom,
            marker=mark.marker,
        )


def _risk(event: Risk, known: Known) -> RiskFound:
    here = known.conversation
    return RiskFound(
        risk_id=row_id(here, event.turn, event.role, event.node),
        conversation_id=here,
        turn=event.turn,
        role=event.role,
        level=event.level,
        quote="; ".join(span.quote for span in event.spans) or None,
        source=event.source,
    )


def _call(event: AnyEvent, known: Known) -> Iterator[Call]:
    """Yield a row for what took an answer of a player, or should have."""
    if not isinstance(event, Utterance | Critique | Rating | Failure):
        return
    usage = event.usage
    failed = event if isinstance(event, Failure) else None
    yield Call(
        call_id=row_id(known.conversation, event.seq),
        conversation_id=known.conversation,
        turn=event.turn,
        role=event.role,
        task=event.event,
        model=usage.model if usage else None,
        tokens_in=usage.tokens_in if usage else None,
        tokens_out=usage.tokens_out if usage else None,
        tokens_cached=usage.tokens_cached if usage else None,
        seconds=usage.seconds if usage else None,
        cost=usage.cost if usage else None,
        failure=failed.kind if failed else None,
        attempts=failed.attempts if failed else None,
    )
