"""Forms: what a judge's and a critic's reply may say, and what is made of it."""

from __future__ import annotations

import unicodedata
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError
from support import ITEMS, LIBRARY, PHQ9, filled, flagged, of, play

from mhsim.forms import Findings, ItemReply, interval, rating_form
from mhsim.record import Critique, Quote, Rating
from mhsim.text import locate, nfc

FORM = rating_form(PHQ9)
SIGNS = st.text("?0+123", min_size=9, max_size=9)
WORDS = {
    "bn": "রাতে আমার ঘুম হয় না, বুকটা সারাক্ষণ ভারী হয়ে থাকে, আর কোনো কিছুতেই মন বসে না।",
    "hi": "मुझे रात को नींद नहीं आती, बड़ी कमज़ोरी है, और किसी काम में जी नहीं लगता।",
}


@given(st.integers(1, 4), st.sampled_from(("not_assessed", "denied", "present")))
def test_a_state_is_an_interval_whatever_value_comes_with_it(maximum: int, state: Any):
    """Not assessed is anything, never 0; denied is 0; present is anything but 0."""
    bounds = {"not_assessed": (0, maximum), "denied": (0, 0), "present": (1, maximum)}
    assert interval(ItemReply(state=state), maximum) == bounds[state]
    assert interval(ItemReply(state=state, value=2), maximum) == bounds[state]


def test_a_value_counts_only_where_the_item_is_scaled():
    """A scaled reply without a value says no more than that the item is there."""
    assert interval(ItemReply(state="scaled", value=2), 3) == (2, 2)
    assert interval(ItemReply(state="scaled"), 3) == (1, 3)


@given(SIGNS)
def test_a_total_is_the_sum_of_its_intervals(strip: str):
    """And the band is given only if both ends agree."""
    (rated,) = of(Rating, play("interview", {"turns": 1}, judge=[filled(strip)]))
    assert rated.total.low == sum(item.low for item in rated.items.values())
    assert rated.total.high == sum(item.high for item in rated.items.values())
    low, high = PHQ9.band(rated.total.low), PHQ9.band(rated.total.high)
    assert rated.band == (low if low == high else None)
    assert [item.state for item in rated.items.values()].count("not_assessed") == strip.count("?")


@pytest.mark.parametrize("value", [0, 4, -1, "often", 1.5])
def test_a_value_out_of_range_is_refused_by_the_form(value: object):
    """Nothing is clipped: the judge is told, or the turn is unrated."""
    reply = filled()
    reply["item_sleep"] = {"state": "scaled", "value": value}
    with pytest.raises(ValidationError, match="item_sleep"):
        FORM.model_validate(reply)


def test_each_item_has_its_own_highest_value():
    """The HAM-D mixes items of 0-2 and 0-4."""
    hamd = LIBRARY.load("instrument", "hamd17")
    form = rating_form(hamd)
    for name in hamd.items:
        most = hamd.item_maximum(name)
        item: dict[str, Any] = {"state": "scaled", "value": most}
        read = form.model_validate({"rationale": "", f"item_{name}": item})
        assert interval(read.item(name), most) == (most, most)
        with pytest.raises(ValidationError):
            form.model_validate({"rationale": "", f"item_{name}": {**item, "value": most + 1}})


def test_an_item_that_is_left_out_is_not_assessed():
    """A judge that says nothing of an item has not rated it 0."""
    read = FORM.model_validate({"rationale": "nothing came up"})
    assert {read.item(name).state for name in ITEMS} == {"not_assessed"}
    with pytest.raises(ValidationError, match="rationale"):
        FORM.model_validate({})


def test_a_form_is_built_once_and_asks_for_evidence_first():
    """A model fills fields in their order: reasons before values."""
    assert rating_form(PHQ9) is FORM
    assert next(iter(FORM.model_fields)) == "rationale"
    assert list(FORM.model_json_schema()["$defs"]["Item_sleep"]["properties"]) == [
        "quotes",
        "state",
        "value",
    ]
    assert list(Findings.model_fields) == ["flags", "verdict"]


@pytest.mark.parametrize("form", ["NFC", "NFD"])
@pytest.mark.parametrize("language", WORDS)
def test_offsets_are_counted_in_nfc_however_the_words_were_typed(language: str, form: Any):
    """The words are kept as they came; a quote in the other form is found at the same place."""
    answer = unicodedata.normalize(form, WORDS[language])
    for quote in WORDS[language].split(", "):
        for typed in (nfc(quote), unicodedata.normalize("NFD", quote)):
            happened = play(
                "interview", {"turns": 1}, patient=[answer], judge=[filled("+" * 9, typed)]
            )
            cited = of(Rating, happened)[0].items["anhedonia"].quotes[0]
            assert nfc(answer)[cited.start : cited.end] == cited.quote == nfc(quote)
            assert next(e for e in happened if getattr(e, "role", "") == "patient").text == answer


def test_words_nobody_said_are_kept_and_marked():
    """Invented evidence is itself a result; so is the therapist's word taken for the patient's."""
    quotes = ("I get by", "I cannot go on", "How have you been?", "")
    happened = play("interview", {"turns": 1}, judge=[filled("+" * 9, *quotes)])
    cited = of(Rating, happened)[0].items["anhedonia"].quotes
    assert [quote.quote for quote in cited] == list(quotes)
    assert [quote.unsupported for quote in cited] == [None, True, True, True]
    assert cited[0] == Quote(quote="I get by", turn=1, start=0, end=8)


def test_a_quote_is_found_where_it_was_said_last():
    """Evidence from an earlier turn keeps that turn; words said again count where they are new."""
    answers = ["I can't sleep.", "I can't sleep. I eat.", "Nothing else."]
    judge = [filled("+" * 9, "I can't sleep", "I eat")] * 3
    rated = of(Rating, play("interview", patient=answers, judge=judge))
    turns = [[quote.turn for quote in each.items["anhedonia"].quotes] for each in rated]
    assert turns == [[1, None], [2, 2], [2, 2]]


def test_who_straightens_a_quotation_mark_has_invented_nothing():
    """Matching folds what differs between keyboards; what is stored is what was said."""
    said = "Nobody’s “fine”, बहुत कमज़ोरी है"
    for quote in ('nobody\'s "fine"', "कमजोरी है", "कमज़ोरी"):
        start, end = locate(said, quote) or (0, 0)
        assert nfc(said)[start:end] in nfc(said)
        happened = play("interview", {"turns": 1}, patient=[said], judge=[filled("+" * 9, quote)])
        cited = of(Rating, happened)[0].items["anhedonia"].quotes[0]
        assert (cited.start, cited.end, cited.unsupported) == (start, end, None)
        assert cited.quote == nfc(said)[start:end]
    assert locate("abc", "\N{DEVANAGARI SIGN NUKTA}") is None


@given(st.text(max_size=40), st.data())
def test_every_piece_of_a_text_is_found_in_it(text: str, data: st.DataObject):
    """Cut out in NFC, it stands where it says, or earlier with the same letters."""
    source = nfc(text)
    start = data.draw(st.integers(0, len(source)))
    end = data.draw(st.integers(start, len(source)))
    piece = source[start:end]
    if piece and nfc(piece) == piece:
        found = locate(text, piece)
        assert found is not None
        assert source[found[0] : found[1]] == piece


def test_a_flag_marks_exact_words_or_nothing():
    """Words that are not in the draft cannot be mended, and are not flagged."""
    reply = flagged("nobody said this", "get by", "")
    happened = play("culture-loop", {"turns": 1}, critic=[reply])
    (critique,) = of(Critique, happened)
    assert [(m.span.quote, m.span.start, m.span.end) for m in critique.flags] == [("get by", 2, 8)]
    assert critique.verdict == "flattened"
