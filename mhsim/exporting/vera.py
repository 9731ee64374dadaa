"""VERA-MH's layout: a folder of conversations as text blocks, and a table of the personas."""

from __future__ import annotations

import csv
import hashlib
import io
import re
from pathlib import Path

from mhsim.exporting.order import Conversation, Order

_FEIGNED = re.compile(r"(^|\n)((?:user|chatbot|agent)\s*:)", re.IGNORECASE)


def vera(order: Order) -> list[Path]:
    """Write conversations, and personas where they came from such a table."""
    turns = max((len(each.said) for each in order.conversations), default=0)
    folder = f"p_mhsim__a_mhsim__t{turns}__r1__{order.run.plan.hash[:12]}/conversations"
    paths = [
        order.write(f"{folder}/{_name(each)}", _text(order, each)) for each in order.conversations
    ]
    people = {each.name: each for each in order.conversations}
    rows = [row for each in people.values() if (row := _persona(each))]
    if rows:
        columns = list(dict.fromkeys(column for row in rows for column in row))
        out = io.StringIO()
        writer = csv.DictWriter(out, columns, delimiter="\t", lineterminator="\n", restval="")
        writer.writeheader()
        writer.writerows(rows)
        paths.append(order.write("personas.tsv", out.getvalue()))
    else:
        order.notes.append("no personas.tsv: no patient came from such a table")
    return paths


def _name(each: Conversation) -> str:
    trial = each.session.opening.trial
    short = hashlib.sha256(trial.id.encode()).hexdigest()[:6]
    person = re.sub(r"[_/\\\s\x00-\x1f]+", "-", each.person).strip("-") or each.name
    return f"{short}_{person}_mhsim-{trial.arm}-{trial.locale}_run{trial.replicate}.txt"


def _text(order: Order, each: Conversation) -> str:
    """Return the blocks; a body that would read as a speaker's is set off by a space."""
    blocks: list[str] = []
    for said in each.said:
        body = _FEIGNED.sub(r"\1 \2", said.text) if said.text else ""
        if body != said.text:
            order.notes.append(f"{each.session.id}: a line that begins like a speaker is set off")
        blocks.append(f"{'user' if said.role == 'patient' else 'chatbot'}: {body}")
    return "\n\n".join(blocks) + "\n"


def _persona(each: Conversation) -> dict[str, str] | None:
    origin = each.patient.origin
    if origin is None or origin.format != "vera-personas":
        return None
    life = each.patient.persona[each.patient.source_locale]
    row = {"Name": life.name or each.name}
    age = origin.extra.get("Age") or life.age
    row |= {"Age": str(age)} if age is not None else {}
    row |= {"Gender": life.gender} if life.gender else {}
    row |= {heading: " ".join(texts) for heading, texts in origin.told.items()}
    column = origin.extra.get("risk column")
    if column and origin.severity and origin.severity.label:
        row[str(column)] = origin.severity.label
    return row
