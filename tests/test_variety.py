"""Variety of text: what is said twice, how many different pairs of words."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support import ROOT

from mhsim.measure.variety import distinct, repeated, words


def test_a_sentence_said_again_is_found_in_any_turn_of_the_conversation():
    assert repeated(["No. I sleep well.", "I sleep well."]) == ["I sleep well."]
    assert repeated(["嗯。睡不着。", "睡不着。"]) == ["睡不着。"]
    assert repeated(["It was two a.m. or so.", "At ten p.m. I go."]) == []


def test_words_are_cut_at_spaces_and_chinese_at_characters():
    assert words("I can't sleep") == ["i", "can't", "sleep"]
    assert words("睡不着 ok") == ["睡", "不", "着", "ok"]
    assert words("मन नहीं लगता।") == ["मन", "नहीं", "लगता"]
    assert words("ঘুম আসে না।") == ["ঘুম", "আসে", "না"]


def test_pairs_do_not_cross_texts_and_nothing_has_no_value():
    assert distinct(["a b a b"]) == pytest.approx(2 / 3)
    assert distinct(["a", "b"]) is None
    assert distinct([]) is None
    assert distinct(["a b", "a b"]) == 0.5


@given(st.lists(st.text(alphabet="abc ", max_size=20), max_size=5))
def test_a_share_of_different_pairs_is_between_nothing_and_one_and_falls_when_said_again(texts):
    once, twice = distinct(texts), distinct([*texts, *texts])
    if once is not None:
        assert 0 < once <= 1
        assert twice == pytest.approx(once / 2)


def test_the_measures_of_what_the_simulator_says_run_with_a_few_conversations():
    script = ROOT / "benchmarks" / "content.py"
    done = subprocess.run(
        [sys.executable, str(script), "--quick", "--out", "content.json"],
        check=False,
        capture_output=True,
        text=True,
    )
    rows = {r["locale"]: r for r in json.loads(Path("content.json").read_text(encoding="utf-8"))}
    assert len(rows) == 2, done.stderr
    assert [name for name, row in rows.items() if row["repeated"]] == []
    assert [name for name, row in rows.items() if row["variety"] < 0.5] == []
    assert [name for name, row in rows.items() if (row["language"] or 1) < 0.9] == []
