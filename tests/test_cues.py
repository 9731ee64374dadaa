"""Cues are found as their patterns alone would find them, whatever is not tried."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mhsim.anchors import anchors
from mhsim.cues import Cues

_ATOMS = st.sampled_from(
    ["a", "b", "ab", "ba", "[ab]", "[^a]", "[a-z]", ".", r"\b", "没", "睡", r"\w", "(?=a)", "(?!b)"]
)
_RULES = st.recursive(
    _ATOMS,
    lambda rules: st.one_of(
        st.tuples(rules, rules).map("".join),
        st.lists(rules, min_size=2, max_size=3).map(lambda each: f"(?:{'|'.join(each)})"),
        st.tuples(rules, st.sampled_from(["?", "*", "+", "{2}", "{0,3}?"])).map(
            lambda pair: f"(?:{pair[0]}){pair[1]}"
        ),
    ),
    max_leaves=6,
)
_TEXTS = st.text(alphabet="ab 没睡", max_size=24)


@given(_RULES, _TEXTS)
def test_whatever_a_pattern_matches_holds_one_of_its_anchors(rule: str, text: str) -> None:
    """Unless it has none, and is tried always."""
    needed = anchors(rule)
    for match in re.finditer(rule, text):
        assert not needed or any(each in match.group() for each in needed)


@given(st.lists(_RULES, min_size=1, max_size=4), _TEXTS)
def test_patterns_of_one_name_find_what_they_find_between_bars(rules: list[str], text: str) -> None:
    """Each with a letter before it, since a cue found in empty text is refused."""
    rules = [f"[ab]{rule}" for rule in rules]
    found = Cues(("item", "sleep", f"re:{rule}") for rule in rules).find(text)
    every = re.finditer("|".join(f"(?:{rule})" for rule in rules), text)
    assert [(hit.start, hit.end) for hit in found] == [match.span() for match in every]


@pytest.mark.parametrize(
    ("rule", "needed"),
    [
        (r"\bsle(?:ep(?!over)|pt)", {"sleep", "slept"}),
        (r"(?:i )?(?:was|am) (?:[a-z]+ )?exhausted\b", {"exhausted"}),
        (r"(?:没|不)胃口", {"没胃口", "不胃口"}),
        (r"(?:worn ){2}\w+", {"worn "}),
        (r"\w+e", set[str]()),
        ("(?i)tired", set[str]()),
    ],
)
def test_an_anchor_is_the_rarest_of_what_must_occur(rule: str, needed: set[str]) -> None:
    """One letter stands nearly everywhere: such a pattern is tried always."""
    assert anchors(rule) == needed


def test_an_anchor_inside_a_longer_word_still_has_its_pattern_tried() -> None:
    """Cues of Latin letters begin a word; what a pattern needs may stand anywhere."""
    cues = Cues([("item", "fatigue", r"re:\bover(?:tired|worked)"), ("item", "mood", "tired")])
    assert [(hit.name, hit.start) for hit in cues.find("so overtired")] == [("fatigue", 3)]
