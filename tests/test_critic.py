"""The text critic: what it flags, what it lets pass, and how it does on labelled utterances."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mhsim.cli import call
from mhsim.critic import Speaker, TextCritic
from mhsim.critic.pieces import Pieces
from mhsim.errors import InputError
from mhsim.lexicon import Lexicon, screen
from mhsim.library import BUILT_IN, Library
from mhsim.measure.critics import read_labelled
from mhsim.measure.estimators.proportions import wilson

LIBRARY = Library(roots=(BUILT_IN,))
DEV = str(BUILT_IN / "docs" / "evaluation" / "critic-dev.jsonl")
RISK = str(BUILT_IN / "docs" / "evaluation" / "risk-dev.jsonl")


@pytest.fixture(scope="module")
def english() -> TextCritic:
    return TextCritic(Lexicon(LIBRARY.load("locale", "en-US")))


@pytest.fixture(scope="module")
def bangla() -> TextCritic:
    return TextCritic(Lexicon(LIBRARY.load("locale", "bn-BD")))


def critic(locale: str) -> TextCritic:
    return TextCritic(Lexicon(LIBRARY.load("locale", locale)))


def figures(capsys, *arguments: str) -> dict[tuple[str, str], float]:
    assert call(["calibrate", *arguments, "--json"]) == 0
    rows = json.loads(capsys.readouterr().out)["figures"]
    return {(r["measure"], next(iter(r["where"].values()), "")): r["value"] for r in rows}


def test_a_marker_of_the_pack_is_flagged_with_place_kind_and_alternative(bangla):
    text = "আমি বিষণ্ণতার সাথে লড়াই করছি।"
    found = bangla.look(text, Speaker())
    assert found.verdict == "flattened"
    assert text[found.flags[0].start : found.flags[0].end] in text
    assert found.flags[0].kind == "calque"
    assert found.flags[0].suggestion


def test_a_quoted_marker_passes(bangla):
    said = "আপা কয় “বিষণ্ণতার সাথে লড়াই করছি” কইতে হয়, আমি কই এইটা আবার কী।"
    assert bangla.look(said, Speaker()).verdict != "flattened"


def test_four_idioms_in_one_breath_are_caricature(bangla):
    text = "বুক ধড়ফড় করে, মাথা ঘুরায়, হাত-পা জ্বলে, কপালে ছিল, নজর লাগছে।"
    found = bangla.look(text, Speaker())
    assert found.verdict == "caricature"
    assert found.flags[0].kind == "stacked idioms"


def test_one_scene_is_grounded_without_any_idiom(english):
    text = "I sit in the truck in the driveway before I can make myself go in."
    assert english.look(text, Speaker()).verdict == "grounded"


def test_small_talk_is_neutral(english):
    assert english.look("Parking was easy this morning.", Speaker()).verdict == "neutral"


@pytest.mark.parametrize(
    ("locale", "text"),
    [
        ("en-US", "Tired, tired, I'm tired, so tired of being tired."),
        ("zh-CN", "我是泥菩萨过江，竹篮打水，哑巴吃黄连。"),
        ("bn-BD", "মাথা ঘুরে, বুক জ্বলে, পেট ফাঁপে, কোমর টানে, চোখে আন্ধার, হাড্ডি চাবায়।"),
        ("hi-IN", "हम पहाड़ी लोग कभी नहीं रोते, पहाड़ ही हमारी दवा है।"),
    ],
)
def test_what_is_piled_up_or_recited_is_caricature(locale, text):
    found = critic(locale).look(text, Speaker())
    assert found.verdict == "caricature"
    assert 0 <= found.flags[0].start < found.flags[0].end <= len(text)


def test_a_group_explained_in_textbook_words_is_exposition_not_caricature(english):
    text = "In our community, emotional vulnerability is stigmatized and help-seeking is rare."
    found = english.look(text, Speaker())
    assert found.verdict == "flattened"
    assert "outsider-exposition" in {flag.kind for flag in found.flags}


def test_what_comes_after_but_decides(english):
    well = "The wedding was lovely and everybody was happy"
    assert english.look(f"{well}.", Speaker()).verdict == "neutral"
    assert english.look(f"{well}, but I can't sleep.", Speaker()).verdict == "grounded"


def test_what_others_believe_is_not_the_speakers_own_prop():
    told = "घरवालों ने कहा नज़र लगी है, ओझा के पास ले गए, ताबीज बँधवाया।"
    assert critic("hi-IN").look(told, Speaker()).verdict != "caricature"


def test_a_word_first_quoted_passes_when_the_speaker_answers_it():
    said = "She keeps saying “boundaries”. Well, boundaries are for people with a spare room."
    assert critic("en-US").look(said, Speaker()).verdict != "flattened"


def test_the_sound_of_the_words_is_flagged_where_it_is_plainest():
    pieces = Pieces((0.0, 0.0, 0.0, 0.0), {"nou": (0, 900, 0, 0), "hen": (100, 0, 0, 0)})
    text = "the hens are fine, nourishing me"
    assert pieces.weigh(text)[1] > 0
    assert text[slice(*pieces.plainest(text, "flattened"))] == " nourishing me"


def test_a_locale_without_weights_is_judged_by_its_rules_alone():
    assert Pieces.of("ja-JP") is None
    assert critic("ja-JP").look("こんにちは。", Speaker()).verdict == "neutral"


def test_what_a_pack_lets_its_persons_say_is_hardly_ever_flagged(english):
    every = LIBRARY.load("locale", "en-US").expressions.values()
    texts = [each.text for voice in every for each in voice.voice]
    flagged = [t for t in texts if english.look(t, Speaker()).flags]
    assert len(flagged) <= 0.05 * len(texts)


def test_a_licensed_speaker_may_use_soft_markers(english):
    soft = next(
        m for m in LIBRARY.load("locale", "en-US").flattened_markers if m.strength == "soft"
    )
    text = f"Honestly, {soft.text}."
    flagged = english.look(text, Speaker(vocabulary="none")).flags
    licensed = english.look(text, Speaker(vocabulary="uses")).flags
    assert len(licensed) < len(flagged) or not flagged


def test_a_speaker_is_read_off_a_short_description():
    lexicon = Lexicon(LIBRARY.load("locale", "zh-CN"))
    speaker = Speaker.described("F,66,农村老人", lexicon)
    assert {"older", "rural"} <= speaker.tags


@given(st.text(max_size=200))
def test_any_text_gets_a_verdict_and_flags_inside_it(text):
    lexicon = Lexicon(LIBRARY.load("locale", "ja-JP"))
    found = TextCritic(lexicon).look(text, Speaker())
    assert found.verdict in ("grounded", "flattened", "caricature", "neutral")
    assert all(0 <= f.start < f.end for f in found.flags)


def test_both_encodings_of_a_letter_are_matched_alike():
    lexicon = Lexicon(LIBRARY.load("locale", "hi-IN"))
    one, other = "मुझे कमज़ोरी रहती है।", "मुझे कमजोरी रहती है।"
    assert {h.name for h in lexicon.hits(one)} == {h.name for h in lexicon.hits(other)}


def test_the_development_set_keeps_its_figures(capsys):
    found = figures(capsys, "critic", DEV)
    assert found["macro_f1", ""] >= 0.75
    assert found["flattened_precision", ""] >= 0.85
    assert found["flattened_recall", ""] >= 0.70
    assert found["false_flag_rate", ""] <= 0.05
    assert found["caricature_recall", ""] >= 0.7


def test_the_screen_keeps_its_figures_in_every_main_language(capsys):
    found = figures(capsys, "risk", RISK)
    for locale in ("en-US", "zh-CN", "bn-BD", "hi-IN"):
        assert found["recall", locale] >= 0.95
        assert found["false_alarm_rate", locale] <= 0.10


def test_the_screen_reads_a_wish_in_another_language_of_the_plan():
    packs = [Lexicon(LIBRARY.load("locale", locale)) for locale in ("en-US", "hi-IN")]
    assert screen("Some nights I just say, भगवान उठा ले.", packs[:1])[0] == "none"
    assert screen("Some nights I just say, भगवान उठा ले.", packs)[0] != "none"


def test_a_pack_is_passed_over_where_its_script_is_not_written():
    assert Lexicon(LIBRARY.load("locale", "en-US")).risks("活着没意思") == ()


def test_a_denial_in_a_later_sentence_takes_nothing_back():
    lexicon = Lexicon(LIBRARY.load("locale", "en-US"))
    level, spans = screen("I wish I was dead. No, no, I'm fine.", [lexicon])
    assert level == "passive"
    assert spans


def test_a_wrong_line_is_named(tmp_path):
    file = tmp_path / "rows.jsonl"
    file.write_text('{"id": "a", "locale": "en-US", "text": "x", "label": "flat"}\n')
    with pytest.raises(InputError, match=r"rows\.jsonl:1: label"):
        read_labelled(file)


@pytest.mark.parametrize(
    ("hits", "n", "low", "high"), [(0, 10, 0.0, 0.2775), (5, 10, 0.2366, 0.7634)]
)
def test_wilson_intervals_are_the_published_ones(hits, n, low, high):
    assert wilson(hits, n) == pytest.approx((low, high), abs=1e-4)


def test_an_unknown_locale_in_the_file_is_an_error(tmp_path, capsys):
    file = tmp_path / "rows.jsonl"
    file.write_text('{"id": "a", "locale": "xx-XX", "text": "x", "label": "neutral"}\n')
    assert call(["calibrate", "critic", str(file)]) == 2
    assert "no locale pack for xx-XX" in capsys.readouterr().err


def test_figures_are_printed_as_a_table(capsys):
    assert call(["calibrate", "risk", RISK]) == 0
    assert "false_alarm_rate" in capsys.readouterr().out
