"""A Hugging Face dataset folder: utterances and conversations, a card, Croissant metadata."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from mhsim.exporting.card import card
from mhsim.exporting.chat import OPENAI, about
from mhsim.exporting.croissant import croissant
from mhsim.exporting.order import Conversation, Order

UTTERANCES, CONVERSATIONS = "data/utterances.jsonl", "data/conversations.jsonl"


def huggingface(order: Order) -> list[Path]:
    """Write the folder; risk is left out unless it is asked for, and the card says so."""
    said = order.write_lines(UTTERANCES, (row for c in order.released for row in _utterances(c)))
    whole = order.write_lines(CONVERSATIONS, (_conversation(order, c) for c in order.released))
    sums = {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in (said, whole)}
    readme = order.write("README.md", card(order))
    metadata = order.write_json("croissant.json", croissant(order, sums))
    return [readme, metadata, said, whole]


def _utterances(each: Conversation) -> Iterator[dict[str, Any]]:
    trial = each.session.opening.trial
    risks = iter(each.risks)
    for place, said in enumerate(each.said):
        yield {
            "conversation": trial.id,
            "place": place,
            "turn": said.turn,
            "role": said.role,
            "text": said.text,
            "arm": trial.arm,
            "locale": trial.locale,
            "patient": each.name,
            "risk": next(risks) if said.role == "patient" else "",
        }


def _conversation(order: Order, each: Conversation) -> dict[str, Any]:
    ratings: list[dict[str, Any]] = []
    for judge in order.judges:
        for rating in each.session.ratings(judge):
            ends = {"low": rating.total.low, "high": rating.total.high}
            made = {"judge": judge, "turn": rating.turn, "instrument": rating.instrument}
            ratings.append({**made, **ends, "band": rating.band})
    closing = each.session.closing
    return {
        **about(each),
        "turns": each.session.turns,
        "ended": closing.reason if closing else None,
        "messages": [{"role": OPENAI[u.role], "content": u.text} for u in each.said],
        "ratings": ratings,
        "truth_instrument": each.patient.presentation.instrument,
        "truth_total": each.patient.presentation.total,
    }
