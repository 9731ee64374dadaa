"""Count which pieces of words speak for which verdict of the text critic, from labelled utterances.

Run from the repository: `python benchmarks/critic_weights.py [LEFT_OUT ...]` writes
mhsim/critic/weights anew, without the files named. Rows whose split is `held-out` are never read.
What a pack lets its persons say is read too, as right to pass unflagged, grounded or neutral.
"""

from __future__ import annotations

import json
import re
import sys
from collections import Counter
from pathlib import Path

import numpy as np

from mhsim.critic.pieces import SCALE, VERDICTS, cut
from mhsim.critic.place import masked
from mhsim.library import Library

ROOT = Path(__file__).parent.parent
UNFLAGGED = np.array([verdict in ("grounded", "neutral") for verdict in VERDICTS])
OPEN = 0.001
STEPS, RATE, DECAY, KEPT, SHARED = 80, 10.0, 0.005, 4500, 2


def rows(files: list[Path]) -> list[dict]:
    """Read labelled utterances that are not held out."""
    every = [json.loads(line) for file in files for line in file.read_text("utf-8").splitlines()]
    return [row for row in every if row["split"] != "held-out"]


def spoken(locale: str) -> list[dict]:
    """Read what a pack lets its persons say: small talk, and what may be grounded or neutral."""
    pack = Library(roots=(ROOT,)).load("locale", locale)
    texts = {None: [each.text for voice in pack.expressions.values() for each in voice.voice]}
    if pack.speech:
        texts[None] += [each.text for each in (*pack.speech.generic_life, *pack.speech.trust)]
        small = (pack.speech.greet, pack.speech.agree, pack.speech.thanks, pack.speech.small_talk)
        texts["neutral"] = [each.text for some in small for each in some]
    return [
        {"text": re.sub(r"\{([^|}]*)\|[^}]*\}", r"\1", text), "label": label}
        for label, every in texts.items()
        for text in every
    ]


def count(labelled: list[dict]) -> tuple[list[float], dict[str, list[int]]]:
    """Fit four rows of weights, classes made equally heavy, by gradient descent in the dual."""
    found = [frozenset(cut(masked(row["text"]))) for row in labelled]
    spread = Counter(piece for pieces in found for piece in pieces)
    vocabulary = {p: n for n, p in enumerate(sorted(p for p, c in spread.items() if c >= SHARED))}
    read = np.zeros((len(found), len(vocabulary)), dtype=np.float32)
    for n, pieces in enumerate(found):
        read[n, [vocabulary[p] for p in pieces if p in vocabulary]] = 1 / len(pieces) ** 0.5
    known = [row["label"] for row in labelled]
    truth = np.array([VERDICTS.index(label) if label else -1 for label in known])
    each = np.bincount(truth[truth >= 0], minlength=4)
    heavy = np.where(truth < 0, OPEN, 1 / 4 / each[truth])[:, None]
    dual, bias, alike = np.zeros((len(truth), 4)), np.zeros(4), read @ read.T
    for _ in range(STEPS):
        odds = np.exp(alike @ dual + bias)
        odds /= odds.sum(1, keepdims=True)
        unflagged = odds * UNFLAGGED
        target = unflagged / unflagged.sum(1, keepdims=True)
        target[truth >= 0] = np.eye(4)[truth[truth >= 0]]
        wrong = (odds - target) * heavy
        dual -= RATE * wrong + DECAY * dual
        bias -= RATE / 20 * wrong.sum(0)
    weights = read.T @ dual
    weights -= weights.mean(1, keepdims=True)
    strongest = np.argsort(-np.abs(weights).max(1))[:KEPT]
    names = list(vocabulary)
    table = {names[n]: [round(float(w) * SCALE) for w in weights[n]] for n in sorted(strongest)}
    return [round(float(b), 4) for b in bias], table


def main() -> None:
    """Write one table for each locale that has labelled utterances."""
    every = sorted((ROOT / "docs" / "evaluation").glob("critic-*.jsonl"))
    labelled = rows([file for file in every if file.name not in sys.argv[1:]])
    for locale in sorted({row["locale"] for row in labelled}):
        bias, pieces = count(
            [*(row for row in labelled if row["locale"] == locale), *spoken(locale)]
        )
        lines = ",\n".join(f"{json.dumps(p, ensure_ascii=False)}: {w}" for p, w in pieces.items())
        file = ROOT / "mhsim" / "critic" / "weights" / f"{locale}.json"
        file.write_text(f'{{"bias": {bias}, "pieces": {{\n{lines}\n}}}}\n', encoding="utf-8")
        print(f"{locale}: {len(pieces)} pieces", file=sys.stderr)


if __name__ == "__main__":
    main()
