"""Inspect AI's `.eval` logs: a zip of JSON that its viewer and its data frames open.

Written by hand, so that nobody needs Inspect to export; what it reads back is tested against it.
"""

from __future__ import annotations

import json
import zipfile
from collections.abc import Iterator
from hashlib import blake2b
from pathlib import Path
from statistics import fmean
from typing import Any

import mhsim
from mhsim.exporting.chat import OPENAI, about
from mhsim.exporting.order import Conversation, Order
from mhsim.record import Rating, Usage

_VERSION = 2


def inspect(order: Order) -> list[Path]:
    """Write one log with a sample for each conversation and a score for each judge."""
    order.notes.append("everything is in it, risk included: it is for review, not for release")
    path = order.out / f"{order.run.plan.name}.eval"
    path.parent.mkdir(parents=True, exist_ok=True)
    samples = [_sample(order, each) for each in order.conversations]
    spec = _spec(order, samples)
    plan = {"name": "plan", "steps": [], "config": {}}
    start = {"version": _VERSION, "eval": spec, "plan": plan}
    summaries = [_summary(sample) for sample in samples]
    header = {
        **start,
        "status": "success",
        "results": _results(order, samples),
        "stats": {
            "started_at": spec["created"],
            "completed_at": spec["created"],
            "model_usage": {},
            "role_usage": {},
        },
        "invalidated": False,
        "tags": [],
        "metadata": {},
    }
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as log:
        _put(log, "_journal/start.json", start)
        for sample in samples:
            _put(log, f"samples/{sample['id']}_epoch_1.json", sample)
        _put(log, "_journal/summaries/1.json", summaries)
        _put(log, "summaries.json", summaries)
        _put(log, "header.json", header)
    return [path]


def _put(log: zipfile.ZipFile, name: str, data: object) -> None:
    info = zipfile.ZipInfo(name)
    info.compress_type = zipfile.ZIP_DEFLATED
    log.writestr(info, json.dumps(data, ensure_ascii=False))


def _spec(order: Order, samples: list[dict[str, Any]]) -> dict[str, Any]:
    plan = order.run.plan
    models = {role: plan.scenario.model_for(role).model for role in plan.scenario.cast}
    opened = order.conversations[0].session.opening.at
    created = opened.isoformat(timespec="seconds") if opened else "1970-01-01T00:00:00+00:00"
    return {
        "eval_id": _short(plan.hash, "eval"),
        "run_id": _short(plan.hash, "run"),
        "created": created,
        "task": f"mhsim/{plan.name}",
        "task_id": _short(plan.hash, "task"),
        "task_version": 0,
        "task_attribs": {},
        "task_args": {},
        "task_args_passed": {},
        "solver_args_passed": {},
        "dataset": {
            "name": plan.name,
            "samples": len(samples),
            "sample_ids": [sample["id"] for sample in samples],
            "shuffled": False,
        },
        "model": models.get("therapist") or next(iter(models.values())),
        "model_generate_config": {},
        "model_args": {},
        "config": {},
        "packages": {"mhsim": mhsim.__version__},
        "metadata": {"models": models, "plan": plan.hash, "about": plan.scenario.about},
    }


def _sample(order: Order, each: Conversation) -> dict[str, Any]:
    session = each.session
    messages = [
        {
            "id": _short(session.id, str(place)),
            "role": OPENAI[said.role],
            "content": said.text,
            "metadata": {"turn": said.turn, "role": said.role},
        }
        for place, said in enumerate(each.said)
    ]
    truth = each.patient.presentation.total
    first = messages[0] if messages else {"content": ""}
    return {
        "id": session.id,
        "epoch": 1,
        "input": first["content"],
        "target": "" if truth is None else str(truth),
        "messages": messages,
        "output": {"model": "", "choices": [], "completion": ""},
        "scores": {
            judge: _score(ratings[-1])
            for judge in order.judges
            if (ratings := session.ratings(judge))
        },
        "metadata": {
            **about(each),
            "risk": list(each.risks),
            "truth_instrument": each.patient.presentation.instrument,
        },
        "store": {},
        "events": list(_events(each, messages)),
        "model_usage": dict(_usage(each)),
        "role_usage": {},
        "attachments": {},
        "uuid": _short(session.id, "sample"),
    }


def _events(each: Conversation, messages: list[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    """Yield a model event for each answer of the therapist: its input is what came since the last.

    Data frames of messages are read off these; what the patient says last has an empty answer.
    """
    model = each.session.opening.models.get("therapist", "unknown")
    waiting: list[dict[str, Any]] = []
    for said, message in zip(each.said, messages, strict=True):
        if said.role == "patient":
            waiting.append(message)
            continue
        yield _event(each, model, waiting, [{"message": message, "stop_reason": "stop"}])
        waiting = []
    if waiting:
        yield _event(each, model, waiting, [])


def _event(
    each: Conversation, model: str, heard: list[dict[str, Any]], choices: list[dict[str, Any]]
) -> dict[str, Any]:
    at = each.session.opening.at
    completion = choices[0]["message"]["content"] if choices else ""
    return {
        "event": "model",
        "timestamp": at.isoformat() if at else "1970-01-01T00:00:00+00:00",
        "working_start": 0.0,
        "model": model,
        "role": "therapist",
        "input": heard,
        "tools": [],
        "tool_choice": "none",
        "config": {},
        "output": {"model": model, "choices": choices, "completion": completion},
    }


def _score(rating: Rating) -> dict[str, Any]:
    """Return a judge's last rating: the middle of the interval, whose ends are beside it."""
    return {
        "value": (rating.total.low + rating.total.high) / 2,
        "answer": rating.band,
        "explanation": rating.rationale,
        "metadata": {
            "instrument": rating.instrument,
            "low": rating.total.low,
            "high": rating.total.high,
            "turn": rating.turn,
            "items": {name: item.state for name, item in rating.items.items()},
        },
        "history": [],
    }


def _usage(each: Conversation) -> Iterator[tuple[str, dict[str, int]]]:
    totals: dict[str, dict[str, int]] = {}
    for event in each.session.events:
        usage: Usage | None = getattr(event, "usage", None)
        if usage is not None:
            told = totals.setdefault(usage.model, {"input_tokens": 0, "output_tokens": 0})
            told["input_tokens"] += usage.tokens_in or 0
            told["output_tokens"] += usage.tokens_out or 0
    for model, told in totals.items():
        yield model, {**told, "total_tokens": sum(told.values())}


def _summary(sample: dict[str, Any]) -> dict[str, Any]:
    kept = ("id", "epoch", "input", "target", "metadata", "scores", "model_usage", "uuid")
    return {
        **{key: sample[key] for key in kept},
        "role_usage": {},
        "completed": True,
        "message_count": len(sample["messages"]),
    }


def _results(order: Order, samples: list[dict[str, Any]]) -> dict[str, Any]:
    scores: list[dict[str, Any]] = []
    for judge in order.judges:
        values = [s["scores"][judge]["value"] for s in samples if judge in s["scores"]]
        mean = {"name": "mean", "value": fmean(values), "params": {}}
        scores.append(
            {
                "name": judge,
                "scorer": judge,
                "scored_samples": len(values),
                "unscored_samples": len(samples) - len(values),
                "params": {},
                "metrics": {"mean": mean},
            }
        )
    return {"total_samples": len(samples), "completed_samples": len(samples), "scores": scores}


def _short(*parts: str) -> str:
    return blake2b("/".join(parts).encode(), digest_size=11).hexdigest()
