"""Chat forms as JSON Lines: OpenAI's messages, and ShareGPT's turns. The patient is the user."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import mhsim
from mhsim.exporting.order import Conversation, Order

OPENAI = {"patient": "user", "therapist": "assistant"}
SHAREGPT = {"patient": "human", "therapist": "gpt"}


def about(conversation: Conversation) -> dict[str, Any]:
    """Return what tells a conversation from others, and that it is made up."""
    trial = conversation.session.opening.trial
    return {
        "trial": trial.id,
        "arm": trial.arm,
        "locale": trial.locale,
        "patient": conversation.name,
        "replicate": trial.replicate,
        "synthetic": conversation.heard is None,
        "mhsim": mhsim.__version__,
    }


def openai(order: Order) -> list[Path]:
    """Write one conversation a line, `messages` of `role` and `content`."""
    records = (
        {
            "messages": [{"role": OPENAI[u.role], "content": u.text} for u in each.said],
            **about(each),
        }
        for each in order.released
    )
    return [order.write_lines("conversations.jsonl", records)]


def sharegpt(order: Order) -> list[Path]:
    """Write one conversation a line, `conversations` of `from` and `value`."""
    records = (
        {
            "conversations": [{"from": SHAREGPT[u.role], "value": u.text} for u in each.said],
            **about(each),
        }
        for each in order.released
    )
    return [order.write_lines("conversations.jsonl", records)]
