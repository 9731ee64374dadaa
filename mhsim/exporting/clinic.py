"""Tables that clinicians open in a spreadsheet: what was said, and what judges made of it."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from mhsim.exporting.order import Conversation, Order
from mhsim.record import Critique

_FORMULA = ("=", "+", "-", "@", "\t")
"""What a spreadsheet would calculate; an apostrophe before it makes it text."""

SAID = ("conversation", "arm", "locale", "patient", "turn", "speaker", "text", "risk", "flags")
RATED = (
    "conversation", "arm", "locale", "patient", "turn", "judge", "instrument", "total_low",
    "total_high", "band", "item", "state", "low", "high", "quotes",
)  # fmt: skip


def clinic(order: Order) -> list[Path]:
    """Write `utterances.csv`, a row for each, and `ratings.csv`, a row for each item."""
    order.notes.append("everything is in it, risk included: it is for review, not for release")
    said = (row for each in order.conversations for row in _said(each))
    rated = (row for each in order.conversations for row in _rated(each))
    return [_write(order, "utterances.csv", SAID, said), _write(order, "ratings.csv", RATED, rated)]


def _write(
    order: Order, name: str, columns: tuple[str, ...], rows: Iterator[dict[str, Any]]
) -> Path:
    out = io.StringIO()
    out.write("\ufeff")  # without it Excel takes UTF-8 for something else
    writer = csv.DictWriter(out, columns)
    writer.writeheader()
    for row in rows:
        writer.writerow({key: _cell(row.get(key)) for key in columns})
    return order.write(name, out.getvalue())


def _cell(value: object) -> object:
    if isinstance(value, str) and value.startswith(_FORMULA):
        return f"'{value}"
    return "" if value is None else value


def _where(each: Conversation) -> dict[str, Any]:
    trial = each.session.opening.trial
    return {
        "conversation": trial.id, "arm": trial.arm, "locale": trial.locale, "patient": each.name,
    }  # fmt: skip


def _said(each: Conversation) -> Iterator[dict[str, Any]]:
    flags: dict[tuple[int, str], list[str]] = {}
    for event in each.session.events:
        if isinstance(event, Critique):
            found = [f"{mark.kind}: {mark.span.quote}" for mark in event.flags]
            flags[event.turn, event.role] = found
    risks = iter(each.risks)
    for said in each.session.transcript:
        marks = [mark for (turn, _), found in flags.items() if turn == said.turn for mark in found]
        patient = said.role == "patient"
        yield {
            **_where(each),
            "turn": said.turn,
            "speaker": said.role,
            "text": said.text,
            "risk": next(risks) if patient else None,
            "flags": "; ".join(marks) if patient else None,
        }


def _rated(each: Conversation) -> Iterator[dict[str, Any]]:
    for judge in each.session.judges:
        for rating in each.session.ratings(judge):
            whole = {
                **_where(each),
                "turn": rating.turn,
                "judge": judge,
                "instrument": rating.instrument,
                "total_low": rating.total.low,
                "total_high": rating.total.high,
                "band": rating.band,
            }
            for name, item in rating.items.items():
                quotes = " | ".join(quote.quote for quote in item.quotes)
                ends = {"low": item.low, "high": item.high, "state": item.state}
                yield {**whole, "item": name, **ends, "quotes": quotes}
