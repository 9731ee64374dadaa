"""What the reference simulator says, measured: repetition, variety, and the language it is in.

    python benchmarks/content.py            200 conversations per language, and results/content.json
    python benchmarks/content.py --quick    the same with a few: does it run?

For each locale with words for the simulator every patient is played in turn, by both therapists and
in every arm: only nationality and language, the own biography, the own formulation.

repeated     exact sentences that a patient says twice within a conversation
variety      distinct-2 of what was said, over distinct-2 of an equal amount of possible text
language     patient utterances of five words or more whose language a library tells as the locale's
"""

from __future__ import annotations

import argparse
import asyncio
import json
import sys
from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from random import Random

from mhsim.library import Library
from mhsim.measure.authenticity.dialogue import words as length
from mhsim.measure.variety import distinct, repeated, words
from mhsim.planning import Plan, make_plan
from mhsim.players.reference.patient import ReferencePatient
from mhsim.record import TrialId, Utterance
from mhsim.report.table import table
from mhsim.session import Stage

HERE = Path(__file__).parent
LIBRARY = Library((HERE.parent,))
THERAPISTS = ("interviewer", "listener")
LEVELS = ("nationality", "biography", "formulation")
LEAST = {"variety": 0.5, "language": 0.99}


@dataclass(frozen=True)
class Talk:
    """What a patient said in one conversation, and all they might have said."""

    said: list[str]
    possible: set[str]


@dataclass(frozen=True)
class Figures:
    """One locale."""

    locale: str
    conversations: int
    utterances: int
    repeated: int
    variety: float
    language: float | None
    told_as: dict[str, int]

    def fails(self) -> list[str]:
        """Say which limits are not kept."""
        wrong = [f"{self.locale}: {self.repeated} sentences repeated"] if self.repeated else []
        for name, least in LEAST.items():
            value = getattr(self, name)
            if value is not None and value < least:
                wrong.append(f"{self.locale}: {name} {value:.3f}, at least {least}")
        return wrong


def plan(locale: str, therapist: str, replicates: int, turns: int) -> Plan:
    """Return a plan in which every patient talks to one therapist, and nobody judges."""
    source = "en-US"
    levels = LEVELS[1:] if locale == source else LEVELS
    changes = {
        "graph": "interview",
        "cast": {"patient": LIBRARY.names("patient"), "therapist": therapist, "judge": "severity"},
        "arms": {level: {"locales": [locale], "localize": level} for level in levels},
        "limits": {"turns": turns}, "contrasts": {}, "pairwise": None, "reference": {},
        "replicates": replicates,
    }  # fmt: skip
    return make_plan("persona-trap", LIBRARY, changes)


async def talk(stage: Stage, trial: TrialId) -> Talk:
    """Play one conversation."""
    said: list[str] = []

    def emit(events: Sequence[object]) -> None:
        said.extend(e.text for e in events if isinstance(e, Utterance) and e.role == "patient")

    seats = stage.casting.table(trial, emit=emit)
    await stage.play(trial, seats)
    player = seats.seats["patient"].player
    assert isinstance(player, ReferencePatient)
    return Talk(said, player.possible)


def talks(locale: str, count: int, turns: int) -> list[Talk]:
    """Play `count` conversations of one locale, spread over patients, therapists and arms."""
    half = -(-count // len(THERAPISTS))
    found: list[Talk] = []
    for therapist in THERAPISTS:
        made = plan(locale, therapist, -(-half // len(LIBRARY.names("patient"))), turns)
        trials = list(made.trials())
        Random(f"content/{locale}/{therapist}").shuffle(trials)
        stage = Stage(made)

        async def play(stage: Stage = stage, trials: list[TrialId] = trials[:half]) -> list[Talk]:
            return [await talk(stage, trial) for trial in trials]

        found += asyncio.run(play())
    return found[:count]


def variety(every: Sequence[Talk], draw: Random) -> float:
    """Return distinct-2 of what was said over that of as much possible text."""
    possible = sorted(set().union(*(talk.possible for talk in every)))
    said = [text for talk in every for text in talk.said]
    amount = min(sum(len(words(t)) for t in texts) for texts in (possible, said))
    real, ideal = (distinct(_amount(texts, amount, draw)) for texts in (said, possible))
    return (real or 0.0) / (ideal or 1.0)


def _amount(texts: Sequence[str], amount: int, draw: Random) -> list[str]:
    taken: list[str] = []
    total = 0
    for text in draw.sample(list(texts), len(texts)):
        if total >= amount:
            break
        taken.append(text)
        total += len(words(text))
    return taken


def languages(texts: Sequence[str]) -> Counter[str] | None:
    """Return how often which language is told, or None where the library is not installed.

    Scripts of one language count as that language: `zh-Hant` is `zh`.
    """
    try:
        import pycld2
    except ImportError:
        return None
    told = (pycld2.detect(text, bestEffort=True)[2][0][1] for text in texts)
    return Counter(code.partition("-")[0] for code in told)


def figures(locale: str, count: int, turns: int) -> Figures:
    """Play one locale and measure it."""
    every = talks(locale, count, turns)
    said = [text for talk in every for text in talk.said]
    long = [text for text in said if length(text) >= 5]
    told = languages(long)
    right = told[locale.partition("-")[0]] / len(long) if told is not None and long else None
    return Figures(
        locale=locale,
        conversations=len(every),
        utterances=len(said),
        repeated=sum(len(repeated(talk.said)) for talk in every),
        variety=variety(every, Random(f"content/{locale}")),
        language=right,
        told_as=dict((told or Counter()).most_common(5)),
    )


def main() -> int:
    """Measure, print, write; exit with 1 where a limit is not kept."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--quick", action="store_true")
    options.add_argument("--out", type=Path, default=HERE / "results" / "content.json")
    given = options.parse_args()
    count, turns = (4, 4) if given.quick else (200, 20)
    packs = {name: LIBRARY.load("locale", name) for name in LIBRARY.names("locale")}
    spoken = [name for name, pack in packs.items() if pack.speech and pack.reading]
    every = [figures(name, count, turns) for name in spoken[: 2 if given.quick else None]]
    rows = [
        [f.locale, str(f.conversations), str(f.utterances), str(f.repeated), f"{f.variety:.2f}",
         "-" if f.language is None else f"{f.language:.4f}"]
        for f in every
    ]  # fmt: skip
    print(table(["locale", "conversations", "utterances", "repeated", "variety", "language"], rows))
    if any(f.language is None for f in every):
        print("language: not computed; pip install 'mhsim[lid]'")
    given.out.parent.mkdir(parents=True, exist_ok=True)
    given.out.write_text(json.dumps([asdict(f) for f in every], indent=1, ensure_ascii=False))
    wrong = [said for f in every for said in f.fails()]
    print("\n".join(wrong) or "every limit is kept")
    return bool(wrong)


if __name__ == "__main__":
    sys.exit(main())
