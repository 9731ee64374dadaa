"""Campaigns, small: the same code as `make campaign-…`, with fewer kills, races and bytes."""

from __future__ import annotations

import importlib
import os
import signal
import sys
import time
from pathlib import Path
from typing import Any

import pytest
from support import ROOT

from mhsim.casting import PLAYERS
from runs import trials


@pytest.fixture
def campaign(monkeypatch: pytest.MonkeyPatch) -> Any:
    """Import a campaign by its name; its player leaves with it."""
    monkeypatch.setattr(sys, "path", [str(ROOT / "benchmarks" / "campaigns"), *sys.path])
    yield importlib.import_module
    if "campaign" in PLAYERS:
        PLAYERS.remove("campaign")


def test_killed_and_resumed_nothing_is_lost_doubled_or_paid_again(campaign: Any) -> None:
    """Calls paid again are at most those in flight."""
    found = campaign("kill").campaign(kills=3, conversations=8, length=4, latency=0.004)
    assert found.kills >= 3
    assert (found.lost, found.doubled, found.unfinished, found.finished_again) == (0, 0, 0, 0)
    assert found.different == 0
    assert found.most_again <= 8


def test_of_several_runners_one_writes(campaign: Any) -> None:
    """Also where a killed one left its lock."""
    alone, won, refused, losers = campaign("race").campaign(2)
    assert (alone, won, refused) == (2, 2, losers)


def test_a_file_cut_or_damaged_anywhere_opens_and_goes_on(campaign: Any) -> None:
    """And the damaged line is named."""
    found = campaign("torn").campaign(turns=2, most=40)
    assert all(held == tried > 0 for held, tried in found.values()), found


def test_a_soak_measures_what_it_says(campaign: Any) -> None:
    """Few conversations: only that the figures are there."""
    found = campaign("soak").campaign(conversations=6, turns=3, workers=3, latency=0.01)
    assert found["scan_s"] > 0
    assert found["bytes_per_text"] > 1
    assert found["cpu_ms_per_call"] > 0


@pytest.mark.parametrize("kill", [False, True])
def test_workers_and_kills_make_no_difference(campaign: Any, kill: bool) -> None:
    """The same plan at 1, 8 and 64 workers: the same transcripts, byte for byte but the times."""
    common = campaign("common")
    made = common.plan(16, 3)
    for workers in (1, 8, 64):
        run = Path(f"run-{workers}")
        if kill:
            child = common.forked(lambda run=run, w=workers: common.play(made, run, w, 0.002))
            while not (run / "trials").exists():
                time.sleep(0.002)
            time.sleep(0.05)
            os.kill(child, signal.SIGKILL)
            os.waitpid(child, 0)
        common.play(made, run, workers)
    assert trials("run-1") == trials("run-8") == trials("run-64")
    assert len(trials("run-1")) == 16
