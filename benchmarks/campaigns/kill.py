"""Campaign: SIGKILL at random moments, also while a killed run is resumed."""

from __future__ import annotations

import argparse
import contextlib
import random
import shutil
import sys
import tempfile
import time
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

from common import calls, forked, killed, plan, play, report, transcripts

from mhsim.journal import read_whole
from mhsim.process import calm_collector
from mhsim.record import Rating, Utterance


@dataclass
class Found:
    """What all rounds came to."""

    kills: int = 0
    during_resume: int = 0
    finished: int = 0
    lost: int = 0
    doubled: int = 0
    unfinished: int = 0
    asked_again: int = 0
    most_again: int = 0
    finished_again: int = 0
    different: int = 0
    in_flight: list[int] = field(default_factory=list)


def durable(run: Path) -> dict[str, bytes]:
    """Return the whole lines of every trial file."""
    found: dict[str, bytes] = {}
    folder = run / "trials"
    for path in sorted(folder.iterdir()) if folder.exists() else ():
        reading = read_whole(path)
        found[path.name.removesuffix(".part")] = path.read_bytes()[: (reading.ends or [0])[-1]]
    return found


def turns(run: Path) -> set[tuple[str, int]]:
    """Return the finished turns: those whose rating is on file."""
    found: set[tuple[str, int]] = set()
    folder = run / "trials"
    for path in sorted(folder.iterdir()) if folder.exists() else ():
        name = path.name.partition(".jsonl")[0]
        found |= {(name, e.turn) for e in read_whole(path).events if isinstance(e, Rating)}
    return found


class Campaign:
    """Rounds of a run that is killed, resumed, perhaps killed again, and finished.

    Args:
        conversations: how many, all of them in flight.
        length: turns.
        latency: seconds an answer takes.
    """

    def __init__(self, conversations: int, length: int, latency: float) -> None:
        self.made = plan(conversations, length)
        self.conversations = conversations
        self.latency = latency
        self.length = length
        self.found = Found()
        self.chance = random.Random(5)
        self.calm: dict[str, bytes] = {}
        self.seconds = 1.0

    def once(self, run: Path, log: Path) -> None:
        """Play, or go on."""
        play(self.made, run, self.conversations, self.latency, log)

    def round(self, place: Path, again: int) -> None:
        """Kill a run, `again` times more while it is resumed, then let it finish."""
        run, log = place / "run", place / "calls.log"
        for number in range(1 + again):
            finished, kept = turns(run), durable(run)
            asked, _ = calls(log)
            child = forked(lambda: self.once(run, log))
            if not killed(child, self.chance.uniform(0.02, self.seconds)):
                break
            self.found.kills += 1
            self.found.during_resume += number > 0
            self._compare(run, log, (finished, kept, asked))
        finished, kept = turns(run), durable(run)
        asked, _ = calls(log)
        self.once(run, log)
        self._compare(run, log, (finished, kept, asked))
        self._end(run)

    def _compare(
        self,
        run: Path,
        log: Path,
        before: tuple[set[tuple[str, int]], dict[str, bytes], Counter[str]],
    ) -> None:
        """Compare what is there with what was there before a run was resumed."""
        finished, kept, asked = before
        now, after = durable(run), calls(log)[0]
        found = self.found
        found.finished += len(finished)
        found.lost += len(finished - turns(run))
        for name, data in kept.items():
            if data.count(b"\n") > 1 and not now.get(name, b"").startswith(data):
                found.lost += 1
        again = [call for call in asked if after[call] > asked[call]]
        found.asked_again += len(again)
        found.most_again = max(found.most_again, len(again))
        done = {f"{trial} {turn}" for trial, turn in finished}
        found.finished_again += sum(call.rpartition(" ")[0] in done for call in again)

    def _end(self, run: Path) -> None:
        ended = {p.name for p in (run / "trials").glob("*.jsonl")}
        self.found.unfinished += self.conversations - len(ended)
        for path in (run / "trials").iterdir():
            events = read_whole(path).events
            keys = Counter(
                (type(e), e.turn, e.role) for e in events if isinstance(e, Utterance | Rating)
            )
            self.found.doubled += sum(count - 1 for count in keys.values())
        self.found.different += transcripts(run) != self.calm


def campaign(kills: int, conversations: int, length: int, latency: float) -> Found:
    """Kill so many times, and return what was found."""
    it = Campaign(conversations, length, latency)
    with tempfile.TemporaryDirectory() as folder, calm_collector():
        place = Path(folder)
        began = time.monotonic()
        it.once(place / "calm", place / "calm.log")
        it.seconds = time.monotonic() - began
        it.calm = transcripts(place / "calm")
        while it.found.kills < kills:
            it.round(place, again=it.chance.choice((0, 1, 2)))
            shutil.rmtree(place / "run")
            with contextlib.suppress(FileNotFoundError):
                (place / "calls.log").unlink()
            sys.stderr.write(f"{it.found.kills} kills\r")
    return it.found


def main() -> None:
    """Run the campaign and write its report."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--kills", type=int, default=100)
    given = parser.parse_args()
    conversations, length = 40, 10
    found = campaign(given.kills, conversations, length, latency=0.02)
    zero = {
        "finished turns lost": found.lost,
        "finished turns or ratings there twice": found.doubled,
        "finished turns asked for again": found.finished_again,
        "conversations not finished in the end": found.unfinished,
        "final transcripts unlike an undisturbed run's": found.different,
    }
    rows = [[f"{what}: 0", str(n), "no" if n else "yes"] for what, n in zero.items()]
    fits = "yes" if found.most_again <= conversations else "no"
    rows.append(
        [f"calls paid again after one kill: at most {conversations}", str(found.most_again), fits]
    )
    about = (
        f"{found.kills} times SIGKILL at a random moment, {found.during_resume} of them while a "
        f"killed run was being resumed; {conversations} conversations of {length} turns, all in "
        f"flight, three calls a turn that take 10 to 30 ms. After every kill and every resume the "
        f"files and the calls are compared with those before: {found.finished} finished turns were "
        f"at stake. {found.asked_again} calls were paid again in all, "
        f"{found.asked_again / max(1, found.kills):.1f} per kill."
    )
    sys.exit(0 if report("kill", about, rows) else 1)


if __name__ == "__main__":
    main()
