"""How a batch gets on: a table per condition on a terminal, a line now and then without one."""

from __future__ import annotations

import contextlib
import textwrap
import time
from collections import Counter
from collections.abc import Sequence
from typing import Self, TextIO

from mhsim.cli.output import table
from mhsim.planning import Plan
from mhsim.record import AnyEvent, Closing, Failure, TrialId, Usage
from mhsim.trace.sheet import Live, is_terminal, terminal_size

_SOON, _LATE = 5.0, 300.0
"""Seconds between two lines without a terminal: a tenth of the time so far, within these."""

_BAR = 20
"""Characters of a bar, at most."""

Condition = tuple[str, str]


class Progress:
    """Counts what a batch tells, and shows it; a context manager.

    Args:
        plan: what is planned.
        stream: where to show it.
        quiet: whether to show nothing.
    """

    def __init__(self, plan: Plan, stream: TextIO, *, quiet: bool = False) -> None:
        self._conditions = list(plan.conditions())
        self._planned = plan.size // len(self._conditions)
        self._stream = stream
        self._shown = not quiet
        self._terminal = is_terminal(stream)
        self._live = Live(stream, self._status, None) if self._terminal and not quiet else None
        self._began: float | None = None
        self._spoke = 0.0
        self._turn: dict[str, int] = {}
        self.before = 0
        self.turns = 0
        self.done: Counter[Condition] = Counter()
        self.going: Counter[Condition] = Counter()
        self.failed: Counter[Condition] = Counter()
        self.failures: Counter[str] = Counter()
        self.tokens: Counter[str] = Counter()
        self.cost = 0.0

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Stop; say once more where it stands, if anything was played."""
        if self._live:
            self._live.stop()
        if self._began is not None:
            columns = terminal_size(self._stream).columns - 1
            self._say("\n".join(self.lines(columns)) if self._terminal else self.summary())
        self._live, self._shown = None, False

    def kept(self, trial: TrialId, closing: Closing) -> None:
        """Count a trial that was closed by an earlier call."""
        self.before += 1
        self._ended(trial, closing)

    def started(self, trial: TrialId, turns: int) -> None:
        """Count a trial that begins."""
        if self._began is None:
            self._began = self._spoke = time.monotonic()
            if self._live:
                self._live.start()
        self.going[trial.arm, trial.locale] += 1
        self._turn[trial.id] = turns

    def happened(self, trial: TrialId, events: Sequence[AnyEvent]) -> None:
        """Count turns, failures and what answers took."""
        for event in events:
            turn = 0 if isinstance(event, Closing) else getattr(event, "turn", None) or 0
            if turn > self._turn[trial.id]:
                self._turn[trial.id] = turn
                self.turns += 1
            if isinstance(event, Failure):
                self.failures[event.kind] += 1
            usage = getattr(event, "usage", None)
            if usage is not None:
                self._pay(usage)
        self._now_and_then()

    def finished(self, trial: TrialId, closing: Closing) -> None:
        """Count a trial that ended."""
        del self._turn[trial.id]
        self.going[trial.arm, trial.locale] -= 1
        self._ended(trial, closing)
        self._now_and_then()

    def tell(self, text: str) -> None:
        """Show a line about the batch as a whole, above the table."""
        if self._live and self._began is not None:
            self._live.write(f"{text}\n")
            with contextlib.suppress(OSError, ValueError):
                self._live.flush()
        else:
            self._say(text)

    def lines(self, columns: int = 80, most: int | None = None) -> list[str]:
        """Return the whole state as a table in plain ASCII.

        Args:
            columns: the width to keep to.
            most: lines to keep to; conditions that nothing goes on in make way first.
        """
        head = ["arm", "locale", "done", "now", "of", "failed"]
        drawn = table(head, [self._row(condition) for condition in self._conditions]).splitlines()
        bar = min(_BAR, columns - max(map(len, drawn)) - 4)
        rows = [
            f"{line:{max(map(len, drawn))}}  {self._bar(condition, bar)}".rstrip()
            for condition, line in zip(self._conditions, drawn[2:], strict=True)
        ]
        summary = textwrap.wrap(self.summary(), columns)
        room = len(rows) if most is None else max(0, most - 3 - len(summary))
        if len(rows) <= room:
            return [*drawn[:2], *rows, *summary]
        order = sorted(range(len(rows)), key=lambda n: not self.going[self._conditions[n]])
        kept = [rows[n] for n in sorted(order[:room])]
        return [*drawn[:2], *kept, f"and {len(rows) - room} more", *summary]

    def summary(self) -> str:
        """Return everything in a line."""
        done, size = self.done.total(), self._planned * len(self._conditions)
        seconds = time.monotonic() - self._began if self._began is not None else 0.0
        rate = (done - self.before) / seconds if seconds else 0.0
        parts = [f"{done}/{size} conversations", f"{self.turns} turns"]
        if self.before:
            parts[0] += f" ({self.before} before)"
        if rate:
            left = f", about {span((size - done) / rate)} left at most" if done < size else ""
            parts.append(f"{_rate(rate)}{left}")
        if self.failed.total():
            parts.append(f"{self.failed.total()} failed")
        parts += [f"{kind} {n}" for kind, n in sorted(self.failures.items())]
        parts += [f"{n:,} tokens {way}" for way, n in self.tokens.items()]
        if self.cost:
            parts.append(f"{self.cost:.2f} US dollars")
        return ", ".join(parts)

    def _status(self, columns: int) -> list[str]:
        """Return what stands on the terminal: as much as it has room for."""
        return self.lines(columns, terminal_size(self._stream).lines - 3)

    def _row(self, condition: Condition) -> list[str]:
        counts = self.done[condition], self.going[condition], self._planned, self.failed[condition]
        return [*condition, *map(str, counts)]

    def _bar(self, condition: Condition, width: int) -> str:
        filled = round(width * self.done[condition] / self._planned)
        return f"[{'#' * filled}{'.' * (width - filled)}]" if width > 3 else ""

    def _ended(self, trial: TrialId, closing: Closing) -> None:
        self.done[trial.arm, trial.locale] += 1
        self.failed[trial.arm, trial.locale] += closing.reason == "failure"

    def _pay(self, usage: Usage) -> None:
        for way, count in (("in", usage.tokens_in), ("out", usage.tokens_out)):
            if count is not None:
                self.tokens[way] += count
        self.cost += usage.cost or 0.0

    def _now_and_then(self) -> None:
        if self._terminal or self._began is None:
            return
        here = time.monotonic()
        if here - self._spoke >= min(_LATE, max(_SOON, (here - self._began) / 10)):
            self._spoke = here
            self._say(self.summary())

    def _say(self, text: str) -> None:
        if not self._shown:
            return
        try:
            self._stream.write(f"{text}\n")
            self._stream.flush()
        except (OSError, ValueError):
            self._shown = False  # nobody reads any more; the batch goes on


def span(seconds: float) -> str:
    """Say how long something takes, in the two largest units."""
    whole = max(1, round(seconds))
    units = ((86_400, "d"), (3_600, "h"), (60, "min"), (1, "s"))
    place = next(n for n, (size, _) in enumerate(units) if whole >= size)
    size, name = units[place]
    text = f"{whole // size} {name}"
    rest = whole % size // units[place + 1][0] if place < len(units) - 1 else 0
    return f"{text} {rest} {units[place + 1][1]}" if rest else text


def _rate(per_second: float) -> str:
    for size, name in ((1, "s"), (60, "min"), (3_600, "h")):
        if per_second * size >= 1:
            return f"{per_second * size:.1f} conversations/{name}"
    return f"{per_second * 86_400:.1f} conversations/d"
