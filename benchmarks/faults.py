"""The fault campaign: real runs against a server that misbehaves, killed half-way and gone on with.

    python benchmarks/faults.py           300 conversations of 12 turns; docs/reliability/faults.md
    python benchmarks/faults.py --quick   a few of them: does it hold at all?

Three runs of the real program: one without faults, one with them, one with them that is killed
(SIGKILL) half-way and started again. What is claimed is then read off the files. The exit code is 1
if a claim does not hold.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import os
import platform
import resource
import signal
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from fault_server import FOREIGN, REFUSAL

from mhsim.report.table import table
from mhsim.store import Run

HERE = Path(__file__).parent
PAGE = HERE.parent / "docs" / "reliability" / "faults.md"
WORKERS = 32
TIMEOUT = 3.0
"""Seconds after which a call counts as hung."""

FAULTS = {
    "slow": 0.05, "broken": 0.03, "hang": 0.02, "cut": 0.02, "garbled": 0.05, "foreign": 0.03,
    "refusal": 0.01,
}  # fmt: skip
NAMES = {
    "slow": "429, half of them with Retry-After: 1", "broken": "500", "hang": "hangs",
    "cut": "connection cut", "garbled": "invalid JSON", "foreign": "wrong language",
    "refusal": "refusal",
}  # fmt: skip

SCENARIO = """\
# The fault campaign: many plain conversations with chat models in all seats.
graph: interview
cast: {{patient: [{patients}], therapist: interviewer, judge: severity}}
models:
  default:
    model: openai:faulty
    base_url: {url}/v1
    max_tokens: 200
    timeout: {timeout}
    price: {{input: 1.0, output: 10.0}}
limits: {{turns: {turns}}}
arms: {{plain: {{locales: [en-US]}}}}
replicates: {replicates}
"""
PATIENTS = ("accountant", "baker", "caregiver", "carpenter", "clerk", "courier", "engineer",
            "farmer", "fisherman", "gardener")  # fmt: skip


@dataclass(frozen=True)
class Size:
    """How much is played."""

    patients: int
    replicates: int
    turns: int

    @property
    def conversations(self) -> int:
        """How many conversations."""
        return self.patients * self.replicates


@dataclass
class Seen:
    """What one run came to."""

    name: str
    wall: float
    cpu: float
    told: dict[str, int]
    wrong: list[str] = field(default_factory=list)
    closings: Counter[str] = field(default_factory=Counter)
    failures: Counter[str] = field(default_factory=Counter)
    rated: int = 0
    unrated: int = 0
    foreign: int = 0
    refused: int = 0
    paid: int = 0
    answered: int = 0


@contextlib.contextmanager
def server(shares: dict[str, float]) -> Iterator[str]:
    """Have the server in a process of its own; return its address."""
    words = [sys.executable, str(HERE / "fault_server.py"), json.dumps(shares)]
    with subprocess.Popen(words, stdout=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout is not None
            yield process.stdout.readline().strip()
        finally:
            process.kill()


def told(url: str) -> dict[str, int]:
    """Ask the server what it has done."""
    with urllib.request.urlopen(f"{url}/told") as answer:
        return json.load(answer)


def play(name: str, size: Size, shares: dict[str, float], *, killed: bool) -> Seen:
    """Make one run of the real program, and read off what is claimed."""
    with server(shares) as url:
        Path("scenarios").mkdir(exist_ok=True)
        text = SCENARIO.format(
            patients=", ".join(PATIENTS[: size.patients]), url=url, timeout=TIMEOUT,
            turns=size.turns, replicates=size.replicates,
        )  # fmt: skip
        Path(f"scenarios/{name}.yaml").write_text(text)
        words = [sys.executable, "-m", "mhsim", "run", name, "--out", name, "--quiet"]
        words += ["--workers", str(WORKERS)]
        began, before = time.monotonic(), _children()
        if killed:
            _kill_half_way(words, url, size)
        done = subprocess.run(words, check=False, capture_output=True, text=True)
        seen = Seen(name, time.monotonic() - began, _children() - before, told(url))
    if done.returncode not in (0, 1):
        seen.wrong.append(f"exit code {done.returncode}: {done.stderr[-500:]}")
    _read(seen, size, WORKERS if killed else 0)
    return seen


def _children() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def _kill_half_way(words: list[str], url: str, size: Size) -> None:
    """Start the program, and kill it when about half of the calls are made."""
    half = size.conversations * size.turns * 3 // 2
    with subprocess.Popen(words, stderr=subprocess.DEVNULL, stdout=subprocess.DEVNULL) as process:
        while process.poll() is None and sum(told(url).values()) < half:
            time.sleep(0.05)
        os.kill(process.pid, signal.SIGKILL)


def _read(seen: Seen, size: Size, lost: int) -> None:
    """Read a run's files, and note whatever does not hold.

    Args:
        seen: where it is noted.
        size: what was planned.
        lost: calls that may have been answered and not written down: those under way at the kill.
    """
    run = Run(Path(seen.name))
    sessions = list(run.sessions())
    if len(sessions) != size.conversations or list(run.trials.glob("*.part")):
        seen.wrong.append(f"{len(sessions)} conversations are closed, not {size.conversations}")
    numbers: Counter[str] = Counter()
    tokens = 0
    for session in sessions:
        events = [event.model_dump() for event in session.events]
        tokens += sum((e.get("usage") or {}).get("tokens_in") or 0 for e in events)
        _look(seen, session.id, events, numbers)
    twice = [text for text, often in numbers.items() if often > 1]
    if twice:
        seen.wrong.append(f"{len(twice)} replies stand in the files twice, such as {twice[0]!r}")
    tape = Path(seen.name, "calls.jsonl").read_text(encoding="utf-8")
    rows = [json.loads(line) for line in tape.splitlines()]
    seen.paid = len(rows)
    seen.answered = sum(seen.told.get(k, 0) for k in ("good", "garbled", "foreign", "refusal"))
    seen.answered -= seen.told.get("half", 0)
    if not 0 <= seen.answered - seen.paid <= lost:
        seen.wrong.append(f"the server gave {seen.answered} replies, {seen.paid} are on the tape")
    if tokens != sum(row["reply"]["tokens_in"] for row in rows):
        seen.wrong.append(f"events tell of {tokens} tokens, the tape of other")


def _look(seen: Seen, name: str, events: list[dict[str, Any]], numbers: Counter[str]) -> None:
    """Look at one conversation: nothing in it but what the server said, and every gap named."""
    closing = events[-1]
    seen.closings[closing["reason"]] += 1
    named = closing["detail"] or any(event["event"] == "failure" for event in events)
    if closing["reason"] == "failure" and not named:
        seen.wrong.append(f"{name} failed, and nothing says why")
    for event in events:
        match event["event"]:
            case "utterance":
                _hear(seen, name, event["text"], numbers)
            case "rating":
                seen.rated += 1
                numbers[event["rationale"]] += 1
                if (event["total"]["low"], event["total"]["high"]) != (2, 26):
                    seen.wrong.append(f"{name}: a rating nobody gave: {event['total']}")
            case "failure":
                seen.failures[event["kind"]] += 1
                seen.unrated += event["role"] == "judge"
            case _:
                pass


def _hear(seen: Seen, name: str, text: str, numbers: Counter[str]) -> None:
    """Look at what somebody said."""
    seen.foreign += text.startswith(FOREIGN)
    seen.refused += text == REFUSAL
    numbers[text] += text != REFUSAL
    if not text.startswith((FOREIGN, "I get by (", REFUSAL)):
        seen.wrong.append(f"{name}: nobody said {text!r}")


def page(size: Size, runs: list[Seen]) -> str:
    """Return the report."""
    plain = runs[0]
    head = ["run", "wall s", "times the first", "CPU s", "calls served", "closed", "failed",
            "rated", "unrated"]  # fmt: skip
    rows = [
        [r.name, f"{r.wall:.0f}", f"{r.wall / plain.wall:.2f}", f"{r.cpu:.0f}",
         str(sum(r.told.values()) - r.told.get("half", 0)), str(sum(r.closings.values())),
         str(r.closings["failure"]), str(r.rated), str(r.unrated)]
        for r in runs
    ]  # fmt: skip
    faults = [
        [NAMES[kind], f"{share:.0%}", *(str(r.told.get(kind, 0)) for r in runs)]
        for kind, share in FAULTS.items()
    ]
    claims = [line for r in runs for line in _claims(r)]
    return f"""# The fault campaign

Made by `make faults` (Python {platform.python_version()}, {os.cpu_count()} cores, shared): real
runs of `mhsim run` against a server on loopback that misbehaves. {size.conversations} conversations
of {size.turns} turns, three calls a turn, {WORKERS} at once; a good reply takes
20 ms, a call counts as hung after {TIMEOUT:g} s. `killed` is ended by SIGKILL when half of the
calls are made, and started again.

```text
{table(head, rows)}
```

Faults served, by kind:

```text
{table(["fault", "share", *(r.name for r in runs)], faults)}
```

What is claimed, read off the files of each run:

{chr(10).join(claims)}

Where the time goes: calls that hang are waited for, and whoever was refused or cut off waits before
the next try ({TIMEOUT:g} s, 1 s, or 0 to 1 s at random, against the 20 ms of a good reply). With a
model that takes seconds such waits are as long, and so a smaller part.

A reply in the wrong language or a refusal that stands in a transcript is what the model said; how
often that was is counted above. A failed conversation is closed with a reason and can be played
again.
"""


def _claims(seen: Seen) -> list[str]:
    lost = seen.answered - seen.paid
    kinds = ", ".join(f"{kind} {n}" for kind, n in sorted(seen.failures.items())) or "none"
    if seen.wrong:
        return [f"- `{seen.name}`: **does not hold**: {wrong}" for wrong in seen.wrong]
    return [
        f"- `{seen.name}`: every conversation is closed; failures by kind: {kinds}. No value and "
        "no word in the files that the server did not give, none twice; "
        f"{seen.answered:,} replies given, {seen.paid:,} on the tape, {lost} lost with the kill; "
        "tokens on events and on the tape agree. In transcripts: "
        f"{seen.foreign} in the wrong language, {seen.refused} refusals."
    ]


def main() -> int:
    """Run the campaign."""
    given = argparse.ArgumentParser(description=__doc__)
    given.add_argument("--quick", action="store_true")
    given.add_argument("--out", type=Path, default=PAGE)
    options = given.parse_args()
    size = Size(2, 3, 3) if options.quick else Size(10, 30, 12)
    out = options.out.absolute()
    with tempfile.TemporaryDirectory() as place, contextlib.chdir(place):
        runs = [] if options.quick else [play("plain", size, {}, killed=False)]
        runs += [] if options.quick else [play("faults", size, FAULTS, killed=False)]
        runs += [play("killed", size, FAULTS, killed=True)]
    out.parent.mkdir(parents=True, exist_ok=True)
    out.write_text(page(size, runs), encoding="utf-8")
    print(page(size, runs))
    return 1 if any(seen.wrong for seen in runs) else 0


if __name__ == "__main__":
    sys.exit(main())
