"""Screen: every utterance is looked at for risk, by the cues of its language."""

from __future__ import annotations

import asyncio

import pytest
from support import ANSWER, LIBRARY, WISH, flagged, of, play, stage

from mhsim.errors import EngineError
from mhsim.lexicon import Lexicon
from mhsim.nodes.screen import Screen
from mhsim.record import Risk, Utterance
from mhsim.state import Log
from mhsim.table import Table, Visit
from mhsim.text import nfc

SCREEN = Screen(kind="screen", of="patient")
LOCALES = LIBRARY.names("locale")


def test_every_answer_is_screened_and_none_is_said_too():
    """A turn without risk has an event that says so: missing would mean unscreened."""
    found = of(Risk, play("interview", patient=[ANSWER, WISH, ANSWER]))
    assert [(risk.turn, risk.level) for risk in found] == [(1, "none"), (2, "passive"), (3, "none")]
    assert {risk.source for risk in found} == {"lexicon"}
    assert found[0].spans == ()


def test_what_was_found_is_quoted_from_where_it_stands():
    """A span is the words themselves, in code points of the NFC form."""
    text = "Cafe\u0301. " + WISH
    (risk,) = of(Risk, play("interview", {"turns": 1}, patient=[text]))
    assert risk.spans
    for span in risk.spans:
        assert nfc(text)[span.start : span.end] == span.quote


def test_every_draft_is_screened():
    """A wish that a critic has mended away was still said."""
    limits, drafts = {"turns": 1, "revisions": 1}, [[WISH, ANSWER]]
    happened = play("culture-loop", limits, patient=drafts, critic=[flagged("I")])
    assert [risk.level for risk in of(Risk, happened)] == ["passive", "none"]


@pytest.mark.parametrize("locale", LOCALES)
def test_every_pack_has_cues_the_screen_reads(locale: str):
    """An idiom of the pack that speaks of death raises the level it is given."""
    pack = LIBRARY.load("locale", locale)
    made = stage("interview")
    trial = next(made.plan.trials())
    table = Table(trial, {}, {}, {locale: Lexicon(pack)})
    risky = [idiom for idiom in pack.idioms if idiom.risk != "none"]
    for idiom in risky:
        said = Log([Utterance(turn=1, role="patient", text=idiom.text)])
        (risk,) = asyncio.run(SCREEN.run(Visit("screen", 1, said, table)))
        assert risk.level != "none", idiom.id
    assert risky


def test_a_graph_that_screens_before_anybody_spoke_is_told_so():
    """The node names itself and whom it waits for."""
    made = stage("interview")
    table = made.casting.table(next(made.plan.trials()))
    with pytest.raises(EngineError, match=r"'screen' screens 'patient', who has not spoken"):
        asyncio.run(SCREEN.run(Visit("screen", 1, Log(), table)))
    assert SCREEN.about() == ("patient",)
    assert SCREEN.cast() == {}
