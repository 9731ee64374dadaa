"""What judging every turn makes a model read: by mode, over the length of a conversation.

A real session is played with scripted speakers; the judge is a chat model's seat whose client
counts characters instead of sending them. Four characters are taken for a token. `cached` is the
share of what is read that begins as the call before did, which providers with a cache charge less.
"""

from __future__ import annotations

import argparse
import asyncio
import json
from pathlib import Path
from typing import Any

from engine import GRAPH, LIBRARY, RATING, Scripted, _rating

from mhsim.chat import Connection, Reply, Request
from mhsim.planning import make_plan
from mhsim.players.model import ModelPlayer
from mhsim.players.model.player import Part
from mhsim.players.model.sheet import Sheet
from mhsim.prompt import render
from mhsim.report.table import table
from mhsim.session import Stage
from mhsim.spec.judging import Judging
from mhsim.spec.model import Model
from mhsim.spec.scenario import Arm, Scenario

HERE = Path(__file__).parent
MODES = ("incremental", "window", "full")
TURNS = (5, 10, 20, 40)
PER_TOKEN = 4


class Counter:
    """Counts what it is sent, and answers every turn with six items and their evidence."""

    def __init__(self) -> None:
        self.read = self.cached = self.calls = 0
        self._before = ""

    async def send(self, request: Request) -> Reply:
        """Count."""
        text = "\n".join(message["content"] for message in request.messages)
        self.calls += 1
        self.read += len(text)
        self.cached += _alike(self._before, text)
        self._before = text
        return Reply(RATING.model_validate(_rating(self.calls)).model_dump_json(), "stop")

    async def close(self) -> None:
        """Do nothing."""


def _alike(one: str, other: str) -> int:
    """Return how many characters two texts begin with alike."""
    pairs = enumerate(zip(one, other, strict=False))
    return next((n for n, (a, b) in pairs if a != b), min(len(one), len(other)))


def measure(mode: str, turns: int) -> Counter:
    """Play one conversation and return what its judge read."""
    names = {"therapist": "interviewer", "patient": "shopkeeper", "critic": "culture"}
    plan = make_plan(
        Scenario(
            graph=GRAPH,
            cast={role: (name,) for role, name in {**names, "judge": "severity"}.items()},
            models={"default": Model(model="code:here")},
            limits={"turns": turns, "revisions": 0},
            arms={"english": Arm(locales=("en-US",))},
        ),
        LIBRARY,
    )
    prompt = render(plan.prompts["judge"].text, instrument=plan.instruments["phq9"])
    part = Part("judge", prompt, sheet=Sheet(Judging.model_validate({"mode": mode})))
    counter = Counter()
    players: dict[str, Any] = {role: Scripted(role, turns) for role in names}
    players["judge"] = ModelPlayer(Connection("none:counts", counter), part)
    stage = Stage(plan, players)
    trial = next(plan.trials())
    asyncio.run(stage.play(trial, stage.casting.table(trial)))
    assert counter.calls == turns
    return counter


def rows(lengths: tuple[int, ...] = TURNS) -> list[dict[str, Any]]:
    """Measure every mode at every length."""
    found: list[dict[str, Any]] = []
    for mode in MODES:
        for turns in lengths:
            counter = measure(mode, turns)
            found.append(
                {
                    "engine": "mhsim",
                    "mode": mode,
                    "turns": turns,
                    "tokens_read": round(counter.read / PER_TOKEN),
                    "tokens_per_turn": round(counter.read / PER_TOKEN / turns),
                    "cached": round(counter.cached / counter.read, 2),
                }
            )
    return found


def told(found: list[dict[str, Any]]) -> str:
    """Lay the rows out; `x half` is what twice the turns take: 2 is linear, 4 quadratic."""
    by = {(row["mode"], row["turns"]): row["tokens_read"] for row in found}
    head = ["judging", "turns", "tokens read", "per turn", "cached", "x half"]
    cells = [
        [
            row["mode"],
            str(row["turns"]),
            str(row["tokens_read"]),
            str(row["tokens_per_turn"]),
            f"{row['cached']:.0%}",
            _ratio(row["tokens_read"], by.get((row["mode"], row["turns"] // 2))),
        ]
        for row in found
    ]
    return table(head, cells)


def _ratio(whole: int, half: int | None) -> str:
    return f"{whole / half:.2f}" if half else ""


def main() -> None:
    """Measure, print, and keep."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--out", type=Path, default=HERE / "results" / "judging.json")
    given = parser.parse_args()
    found = rows()
    print(told(found))
    given.out.parent.mkdir(parents=True, exist_ok=True)
    given.out.write_text(json.dumps(found, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
