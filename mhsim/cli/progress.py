"""How a batch gets on: a table per condition on a terminal, a line now and then without one."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Sequence
from typing import Self, TextIO

from rich.console import Console
from rich.live import Live
from rich.text import Text

from mhsim.cli.output import table
from mhsim.planning import Plan
from mhsim.record import Closing, Failure, TrialId

_EVERY = 5.0
"""Seconds between two lines where there is no terminal."""


class Progress:
    """Counts what a batch tells, and shows it.

    Args:
        plan: what is planned.
        stream: where to show it.
        quiet: show nothing.
    """

    def __init__(self, plan: Plan, stream: TextIO, *, quiet: bool = False) -> None:
        self._planned = plan.size // max(1, len(list(plan.conditions())))
        self._conditions = list(plan.conditions())
        self._size = plan.size
        self._quiet = quiet
        self._stream = stream
        self._began = time.monotonic()
        self._spoke = self._began
        self.done: Counter[tuple[str, str]] = Counter()
        self.going: Counter[tuple[str, str]] = Counter()
        self.failed: Counter[tuple[str, str]] = Counter()
        self.kinds: Counter[str] = Counter()
        self.turns = 0
        self._live: Live | None = None
        if not quiet and stream.isatty():
            console = Console(file=stream, highlight=False)
            self._live = Live(self, console=console, refresh_per_second=4, transient=False)

    def __enter__(self) -> Self:
        if self._live:
            self._live.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def __rich__(self) -> Text:
        return Text(self.text(), no_wrap=True, overflow="crop")

    def close(self) -> None:
        """Stop redrawing; on a terminal the last state stays."""
        if self._live:
            self._live.stop()
            self._live = None
        elif not self._quiet:
            self._line()
            self._quiet = True

    def started(self, trial: TrialId, resumed_turns: int) -> None:
        """Count a trial that begins."""
        self.going[trial.arm, trial.locale] += 1

    def turned(self, trial: TrialId) -> None:
        """Count a turn."""
        self.turns += 1
        self._now_and_then()

    def finished(self, trial: TrialId, closing: Closing, failures: Sequence[Failure]) -> None:
        """Count a trial that ended."""
        condition = trial.arm, trial.locale
        self.going[condition] -= 1
        self.done[condition] += 1
        self.failed[condition] += closing.reason == "failure"
        self.kinds.update(failure.kind for failure in failures)
        self._now_and_then()

    def text(self) -> str:
        """Return the whole state as a table in plain ASCII."""
        rows = [
            [
                arm, locale, str(self.done[arm, locale]), str(self.going[arm, locale]),
                str(self._planned), str(self.failed[arm, locale]), self._bar(arm, locale),
            ]
            for arm, locale in self._conditions
        ]  # fmt: skip
        head = ["arm", "locale", "done", "now", "of", "failed", ""]
        return f"{table(head, rows)}\n{self._summary()}"

    def _bar(self, arm: str, locale: str) -> str:
        filled = round(20 * self.done[arm, locale] / self._planned)
        return f"[{'#' * filled}{'.' * (20 - filled)}]"

    def _summary(self) -> str:
        seconds = max(1e-6, time.monotonic() - self._began)
        done = self.done.total()
        rate = done / seconds
        # Trials closed by an earlier call never report here; only what this call plays counts.
        left = self._size - done
        eta = f", about {left / rate:.0f} s left at most" if done and left else ""
        kinds = "".join(f", {kind} {n}" for kind, n in sorted(self.kinds.items()))
        return (
            f"{done}/{self._size} conversations, {self.turns} turns, "
            f"{rate:.1f} conversations/s{eta}{kinds}"
        )

    def _now_and_then(self) -> None:
        if self._live or self._quiet or time.monotonic() - self._spoke < _EVERY:
            return
        self._line()

    def _line(self) -> None:
        self._spoke = time.monotonic()
        self._stream.write(f"{self._summary()}\n")
        self._stream.flush()
