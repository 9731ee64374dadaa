"""What the text critic and the risk screen cost: CPU per utterance, by language and size of pack.

    python benchmarks/critic.py           the figures
    python benchmarks/critic.py --quick   the same on a few utterances of one: does it run?

Every utterance of docs/evaluation that is not held out is looked at once in a run, with nothing
kept from the run before; what is told is the median of several runs. Patterns are compiled when
first tried, in a run that is not counted. The row `x 4` is of a pack whose cues stand in it four
times, three of them behind a word that nobody says.
"""

from __future__ import annotations

import argparse
import gc
import json
import statistics
import time
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path

from mhsim.critic import Speaker, TextCritic
from mhsim.lexicon import Lexicon, screen
from mhsim.library import Library
from mhsim.report.table import table
from mhsim.spec.culture import LocalePack

ROOT = Path(__file__).parent.parent
MOST = 1.0
"""So many milliseconds critic and screen may take together."""
UNSAID = ("xqz", "zqj", "qxk")


def utterances() -> dict[str, list[str]]:
    """Return the different labelled utterances of each locale, those held out left alone."""
    found: dict[str, dict[str, None]] = defaultdict(dict)
    for file in sorted((ROOT / "docs" / "evaluation").glob("critic-*.jsonl")):
        for row in map(json.loads, file.read_text("utf-8").splitlines()):
            if row["split"] != "held-out":
                found[row["locale"]][row["text"]] = None
    return {locale: list(texts) for locale, texts in sorted(found.items())}


def fourfold(pack: LocalePack) -> LocalePack:
    """Return a pack with all cues of its critic and all its risk cues four times."""
    assert pack.style
    assert pack.reading
    style = {name: grown(cues) for name, cues in pack.style.groups().items()}
    levels = {name: grown(cues) for name, cues in dict(pack.reading.risk).items()}
    items = {name: grown(cues) for name, cues in dict(pack.reading.items).items()}
    risk = pack.reading.risk.model_copy(update=levels)
    return pack.model_copy(
        update={
            "style": pack.style.model_copy(update=style),
            "reading": pack.reading.model_copy(update={"risk": risk, "items": items}),
        }
    )


def grown(cues: Iterable[str]) -> tuple[str, ...]:
    """Return cues, and each again behind words that nobody says."""
    every = tuple(cues)
    return (*every, *(behind(word, cue) for word in UNSAID for cue in every))


def behind(word: str, cue: str) -> str:
    """Return a cue that is found only behind a word."""
    return f"re:{word} (?:{cue[3:]})" if cue.startswith("re:") else f"{word} {cue}"


def milliseconds(look: Callable[[str], object], texts: Sequence[str]) -> float:
    """Return the CPU of one look at each text, per text."""
    gc.collect()
    before = time.process_time()
    for text in texts:
        look(text)
    return 1000 * (time.process_time() - before) / len(texts)


def measured(pack: LocalePack, texts: Sequence[str], runs: int) -> tuple[float, float]:
    """Return what critic and screen cost per utterance."""
    lexicon = Lexicon(pack)
    critic, speaker = TextCritic(lexicon), Speaker()
    found: list[tuple[float, float]] = []
    for _ in range(runs + 1):
        for kept in (lexicon.hits, lexicon.style, lexicon.risks):
            kept.cache_clear()
        looked = milliseconds(lambda text: critic.look(text, speaker), texts)
        found.append((looked, milliseconds(lambda text: screen(text, [lexicon]), texts)))
    looked, screened = zip(*found[1:], strict=True)
    return statistics.median(looked), statistics.median(screened)


def size(pack: LocalePack) -> int:
    """Return how many cues the critic and the risk screen have."""
    assert pack.style
    assert pack.reading
    lists = [*pack.style.groups().values(), *dict(pack.reading.items).values()]
    return sum(len(cues) for cues in (*lists, *dict(pack.reading.risk).values()))


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--quick", action="store_true", help="a few utterances: does it run?")
    parser.add_argument("--runs", type=int, default=7, help="runs of which the median is told")
    given = parser.parse_args()
    library, rows = Library(roots=(ROOT,)), list[list[str]]()
    for locale, every in utterances().items():
        if given.quick and rows:
            break
        texts, runs = (every[:4], 1) if given.quick else (every, given.runs)
        shipped = library.load("locale", locale)
        for name, pack in ((locale, shipped), (f"{locale} x 4", fourfold(shipped))):
            looked, screened = measured(pack, texts, runs)
            both = looked + screened
            figures = [f"{looked:.3f}", f"{screened:.3f}", f"{both:.3f}"]
            met = "yes" if both < MOST else "NO"
            rows.append([name, str(size(pack)), str(len(texts)), *figures, met])
    head = ["CPU ms per utterance", "cues", "n", "critic", "screen", "both", f"under {MOST:g}"]
    print(table(head, rows))


if __name__ == "__main__":
    main()
