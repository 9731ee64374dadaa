"""Telling: what happened, in words. Takes events, returns safe text with styles."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from mhsim.record import Closing, ClosingReason, Critique, Failure, Mark, Rating, Risk
from mhsim.spec.instrument import Instrument
from mhsim.trace.ink import ink, safe
from mhsim.trace.plot import interval

_LONGEST = 400
"""Characters of a failure's detail that are shown, at most; the file has them all."""

_ENDINGS: dict[ClosingReason, str] = {
    "closed": "it was brought to a close",
    "limit": "its limit was used up",
    "stable": "the ratings no longer moved",
    "risk": "a risk guard ended it",
    "failure": "it could not go on",
    "stopped": "somebody stopped it",
}


def models(used: Mapping[str, str]) -> str:
    """Return the line that says what answers for whom."""
    roles: dict[str, list[str]] = {}
    for role, model in used.items():
        roles.setdefault(model, []).append(role)
    told = "; ".join(f"{model} ({', '.join(who)})" for model, who in roles.items())
    return f"{ink('models', 'bold')}  {safe(next(iter(roles)) if len(roles) == 1 else told)}"


def label(role: str, revision: int, note: str = "") -> str:
    """Return the line over an utterance: who speaks, which draft."""
    about = ", ".join(filter(None, [f"revision {revision}" if revision else "", note]))
    return ink(safe(role), "bold") + (f" ({about})" if about else "")


def verdict(critique: Critique) -> str:
    """Return the line a critique begins with."""
    count = len(critique.flags)
    flags = f", {count} flag{'s' if count > 1 else ''}" if count else ""
    return f"{ink(safe(critique.role), 'bold')}: {critique.verdict}{flags}"


def flag(mark: Mark) -> Iterator[str]:
    """Yield what a critic says about one span: kind and reason, then the suggestion."""
    named = ": ".join(safe(part) for part in (mark.kind, mark.idiom, mark.marker) if part)
    yield f"{ink(named, 'yellow')}: {safe(mark.reason)}"
    if mark.suggestion:
        yield f"instead: {safe(mark.suggestion)}"


def risk(event: Risk) -> list[str]:
    """Return the lines of a risk: its level with the first quote, then the other quotes."""
    head = ink(f"! risk: {event.level}", "bold", "red")
    first, *more = [f"«{safe(span.quote)}»" for span in event.spans] or [""]
    return [f"{head}  {first}".rstrip(), *more]


def failure(event: Failure) -> str:
    """Return the line of a failure: kind, who, how often it was tried, and what happened."""
    tried = f"after {event.attempts} attempts" if event.attempts > 1 else ""
    who = ", ".join(filter(None, [safe(event.role or ""), tried]))
    detail = safe(event.detail)
    short = detail if len(detail) <= _LONGEST else f"{detail[:_LONGEST]}..."
    head = ink(f"! failure: {event.kind}", "bold", "red")
    return "  ".join(filter(None, [head, who, short]))


def closing(event: Closing) -> str:
    """Return the line of an ending: after which turn, and why."""
    detail = f" ({safe(event.detail)})" if event.detail else ""
    return f"{ink('end', 'bold')} after turn {event.turn}: {_ENDINGS[event.reason]}{detail}"


def compared(
    end: Closing,
    truth: Mapping[str, int],
    instruments: Mapping[str, Instrument],
    last: Iterable[Rating],
) -> str:
    """Compare every judge's last interval with the patient's own total, if there is one.

    Args:
        end: how the session ended.
        truth: item to value.
        instruments: name to instrument.
        last: the last rating of every judge.
    """
    found: dict[str, list[str]] = {}
    for rating in last:
        items = instruments[rating.instrument].items
        if items.keys() <= truth.keys():
            true = sum(truth[item] for item in items)
            head = f"{true} on {safe(rating.instrument)}"
            found.setdefault(head, []).append(_missed(rating, true, end.turn))
    told = "; ".join(f"{head}: {', '.join(judges)}" for head, judges in found.items())
    return f"{ink('truth', 'bold')} {told}" if told else ""


def _missed(rating: Rating, true: int, turn: int) -> str:
    away = max(rating.total.low - true, true - rating.total.high)
    side = "above" if rating.total.low > true else "below"
    when = f" (of turn {rating.turn})" if rating.turn < turn else ""
    where = f"is {away} {side}" if away > 0 else "holds it"
    return f"{safe(rating.role)} {interval(rating.total)}{when} {where}"
