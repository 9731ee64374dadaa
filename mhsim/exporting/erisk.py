"""eRisk's run files: interactions, and results where a judge filled in the BDI-II."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from mhsim.exporting.order import Conversation, Order

MOST_SYMPTOMS = 4


def erisk(order: Order) -> list[Path]:
    """Write interactions, one file for each replicate, and results as far as there are any."""
    runs: dict[int, list[Conversation]] = {}
    for each in order.conversations:
        runs.setdefault(each.session.opening.trial.replicate, []).append(each)
    paths: list[Path] = []
    for number, talks in sorted(runs.items()):
        spoken = [_talk(each) for each in talks]
        paths.append(order.write_json(f"interactions_run{number}.json", spoken))
        results = [found for each in talks if (found := _result(order, each))]
        if results:
            paths.append(order.write_json(f"results_run{number}.json", results))
    if not any("results" in path.name for path in paths):
        order.notes.append("no results: no judge filled in the BDI-II, and no other total is one")
    return paths


def _talk(each: Conversation) -> dict[str, Any]:
    spoken = [
        {
            "role": "user" if said.role == "therapist" else each.person,
            "message": said.text,
            **each.left(place),
        }
        for place, said in enumerate(each.said)
    ]
    kept = each.heard.extra if each.heard else {}
    return {"LLM": each.person, "conversation": spoken, **kept}


def _result(order: Order, each: Conversation) -> dict[str, Any] | None:
    """Return the last BDI-II rating that is a number; an open interval is no total."""
    for judge in each.session.judges:
        last = each.session.ratings(judge)[-1]
        if not last.instrument.replace("-", "").startswith("bdi"):
            continue
        if last.total.low != last.total.high:
            said = f"{each.session.id}: {judge} leaves the total open; no result"
            order.notes.append(said)
            continue
        worst = sorted(last.items, key=lambda name: -last.items[name].low)[:MOST_SYMPTOMS]
        named = [name for name in worst if last.items[name].low > 0]
        return {"LLM": each.person, "bdi-score": last.total.low, "key-symptoms": named}
    return None
