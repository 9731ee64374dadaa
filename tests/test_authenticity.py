"""Measures of authenticity, and the negative controls that must come out on the wrong side."""

from __future__ import annotations

import json
import math
import re
from dataclasses import replace

import pytest

from mhsim.critic import Speaker
from mhsim.embedding import embedder
from mhsim.errors import InputError
from mhsim.lexicon import Lexicon
from mhsim.library import BUILT_IN, Library
from mhsim.measure.authenticity import (
    Band,
    Dialogue,
    clinical_fidelity,
    code_mixing_index,
    disclosure_gap,
    formulation_match,
    idiom_coverage,
    idiom_rate,
    idioms_per_turn,
    locale_separability,
    register_fit,
    risk_unasked,
    somatic_psychological_ratio,
    therapy_speak_rate,
    twin_isomorphism,
    utility,
    vendi_score,
)
from mhsim.measure.authenticity.reference import read_reference, standing
from mhsim.measure.authenticity.table import MEASURES
from mhsim.measure.authenticity.told import topics
from mhsim.spec.agent import Patient

LIBRARY = Library(roots=(BUILT_IN,))


@pytest.fixture(scope="module")
def bangla() -> Lexicon:
    return Lexicon(LIBRARY.load("locale", "bn-BD"))


def person(name: str, locale: str, turns: list[str]) -> Dialogue:
    patient: Patient = LIBRARY.load("patient", name)
    formulation = patient.formulation[locale]
    speaker = Speaker.of(patient.persona[locale], formulation)
    return Dialogue(name, locale, turns, speaker, formulation)


def own_words(name: str, locale: str) -> list[str]:
    patient: Patient = LIBRARY.load("patient", name)
    words = patient.formulation[locale].words
    return [t for group in type(words).model_fields for t in getattr(words, group)]


def test_a_keyword_stuffed_dialogue_lies_above_the_band(bangla):
    human = Band(0.8, 4.0, 40)
    stuffed = person("farmer", "bn-BD", ["বুক ধড়ফড় করে, মাথা ঘুরায়, কপালে ছিল, নজর লাগছে।"] * 4)
    rate = idiom_rate(stuffed, bangla)
    assert rate is not None
    assert rate > human.high
    assert utility(rate, human, 2.0) < 0.1
    assert idioms_per_turn(stuffed, bangla) > 3


def test_a_label_swapped_persona_matches_its_formulation_less(bangla):
    mine = person("farmer", "bn-BD", own_words("farmer", "bn-BD"))
    swapped = person("student", "bn-BD", own_words("farmer", "bn-BD"))
    right, wrong = formulation_match(mine, bangla), formulation_match(swapped, bangla)
    assert right.score is not None
    assert right.coverage is not None
    assert wrong.coverage is not None
    assert right.coverage > wrong.coverage


def test_a_literal_translation_is_isomorphic_to_its_twin():
    twin = {"sleep": [1.0, 0.0, 0.0], "mood": [0.0, 1.0, 0.0]}
    translation = {"sleep": [0.99, 0.1, 0.0], "mood": [0.1, 0.99, 0.0]}
    other = {"sleep": [0.0, 0.0, 1.0], "mood": [0.0, 0.2, 1.0], "worth": [1.0, 0.0, 0.0]}
    local = {"sleep": [0.7, 0.3, 0.6], "mood": [0.3, 0.7, 0.6]}
    assert twin_isomorphism(translation, twin, translation, [other]) == pytest.approx(1.0)
    between = twin_isomorphism(local, twin, translation, [other])
    assert between is not None
    assert 0 < between < 1
    assert twin_isomorphism(other, twin, translation, [other]) == pytest.approx(0.0)
    assert twin_isomorphism(local, twin, None, [other]) < between
    assert twin_isomorphism(local, twin, None, []) is None
    assert twin_isomorphism({}, twin, None, [other]) is None


def test_a_translationese_dialogue_has_more_therapy_speak(bangla):
    flat = [e.text for e in bangla.pack.expressions["mood"].flat]
    plain = [e.text for e in bangla.pack.expressions["mood"].voice if not e.tags]
    assert therapy_speak_rate(Dialogue("a", "bn-BD", flat), bangla) > 1
    assert therapy_speak_rate(Dialogue("a", "bn-BD", plain), bangla) == 0


def test_body_words_raise_the_ratio_and_mind_words_lower_it(bangla):
    body = [e.text for e in bangla.pack.expressions["sleep"].voice][:4]
    mind = [e.text for e in bangla.pack.expressions["mood"].voice][:4]
    assert somatic_psychological_ratio(Dialogue("a", "bn-BD", body), bangla) > 0
    assert somatic_psychological_ratio(Dialogue("a", "bn-BD", mind), bangla) < 0
    mixed = Dialogue("a", "bn-BD", body + body + mind)
    opening = somatic_psychological_ratio(mixed, bangla, "opening")
    assert opening > somatic_psychological_ratio(mixed, bangla, "end")


TEN = (
    idiom_rate, idiom_coverage, idioms_per_turn, somatic_psychological_ratio, therapy_speak_rate,
    twin_isomorphism, locale_separability, code_mixing_index, formulation_match, register_fit,
    disclosure_gap, risk_unasked, vendi_score, clinical_fidelity,
)  # fmt: skip


@pytest.mark.parametrize("measure", TEN)
def test_a_measure_says_its_formula_its_direction_what_fools_it_and_its_source(measure):
    said = measure.__doc__
    assert [part for part in ("Formula", "Expected:", "Pitfalls:", "Source:") if part in said] == [
        "Formula", "Expected:", "Pitfalls:", "Source:",
    ]  # fmt: skip
    assert measure is clinical_fidelity or re.match(r"M([1-9]|10): ", said)


NOISE = embedder("noise:256")
MEANING = {"sleep": ("sleep", "ঘুম"), "night": ("night", "রাত"), "sad": ("sad", "মন খারাপ")}


def meant(said: dict[str, str]) -> dict[str, list[float]]:
    """Embed texts as if a model knew some words of both languages, and nothing else of them."""
    vectors: dict[str, list[float]] = {}
    for name, text in said.items():
        known = [n for n, words in MEANING.items() if any(w in text for w in words)]
        vectors[name] = [sum(v) for v in zip(*NOISE(known or [text]), strict=True)]
    return vectors


def test_a_translation_is_likelier_its_twin_than_a_person_with_other_scenes(bangla):
    english = Lexicon(LIBRARY.load("locale", "en-US"))
    twin = topics(Dialogue("a", "en-US", ["I can't sleep at night.", "I feel sad."]), english)
    literal = topics(Dialogue("a", "bn-BD", ["রাতে ঘুম আসে না।", "মন খারাপ লাগে।"]), bangla)
    own = topics(Dialogue("a", "bn-BD", ["ঘুম হয় না।", "বুকটা খালি লাগে।"]), bangla)
    other = topics(Dialogue("b", "bn-BD", ["চোখের পাতা এক হয় না।", "বুকটা খালি লাগে।"]), bangla)
    assert set(twin) == set(literal) == {"sleep", "mood"}
    told = [twin_isomorphism(meant(d), meant(twin), meant(literal), [meant(other)])
            for d in (literal, own)]  # fmt: skip
    assert told[0] == pytest.approx(1.0)
    assert told[1] < 0.9


def test_people_who_recite_the_same_idioms_are_fewer_people(bangla):
    stock = "বুক ধড়ফড় করে, মাথা ঘুরায়, কপালে ছিল, নজর লাগছে।"
    names = ("farmer", "student", "homemaker", "tailor")
    own = ["\n".join(own_words(name, "bn-BD")) for name in names]
    stuffed = [f"{words[:40]} {stock * 3}" for words in own]
    assert vendi_score(stuffed) < vendi_score(own)


def test_locales_under_swapped_labels_are_told_apart_no_better_than_by_chance():
    rows = NOISE(["x"] * 4 + ["y"] * 4)
    assert locale_separability(rows, ["a"] * 4 + ["b"] * 4) == 1
    assert locale_separability(rows, ["a", "a", "b", "b"] * 2) <= 0.5


def test_a_label_swapped_persona_tells_feelings_too_early(bangla):
    names = LIBRARY.names("patient")
    plans = {p: person(p, "bn-BD", []).formulation.disclosure_plan for p in names}
    early = next(p for p, plan in plans.items() if plan and (plan.emotion_earliest_turn or 9) == 1)
    late = next(p for p, plan in plans.items() if plan and (plan.emotion_earliest_turn or 0) > 3)
    turns = [bangla.pack.expressions["mood"].voice[0].text]
    assert disclosure_gap(person(early, "bn-BD", turns), bangla) == 0
    assert disclosure_gap(person(late, "bn-BD", turns), bangla) > 2


def test_thoughts_of_death_told_unasked_are_against_a_plan_to_be_asked(bangla):
    plans = {
        p: person(p, "bn-BD", []).formulation.disclosure_plan for p in LIBRARY.names("patient")
    }
    name = next(p for p, plan in plans.items() if plan.risk_disclosure == "if_asked_directly")
    wish = bangla.pack.expressions["self_harm"].voice[0].text
    told = person(name, "bn-BD", ["জি।", wish])
    assert risk_unasked(told, bangla) == 1
    assert risk_unasked(replace(told, asked=2), bangla) == 0
    assert risk_unasked(replace(told, asked=3), bangla) == 1
    assert risk_unasked(replace(told, turns=["জি।"]), bangla) is None


def test_a_value_stands_below_inside_or_above_the_human_band():
    band = Band(1.0, 3.0, 40)
    assert [standing(v, band).split()[1] for v in (0.5, 2.0, 3.5)] == ["below", "inside", "above"]
    assert standing(1.0, None) == "uncalibrated: no human reference"
    assert standing(1.0, Band(1.0, 3.0, 7)) == "uncalibrated: only 7 human dialogues"
    assert standing(None, band) == "calibrated on 40 human dialogues"


def test_every_measure_of_a_dialogue_has_a_name_in_the_vector():
    assert {"idiom_rate", "register_fit", "disclosure_gap", "risk_unasked"} <= set(MEASURES)


def test_nothing_said_gives_no_number(bangla):
    empty = Dialogue("a", "bn-BD", [])
    assert idiom_rate(empty, bangla) is None
    assert therapy_speak_rate(empty, bangla) is None
    assert idiom_coverage(empty, bangla) is None
    assert code_mixing_index(empty) is None
    assert register_fit(empty) is None
    assert somatic_psychological_ratio(empty, bangla) is None


def test_mixing_counts_words_of_the_lesser_script():
    assert code_mixing_index(Dialogue("a", "hi-IN", ["मुझे नींद नहीं आती।"])) == 0
    mixed = code_mixing_index(Dialogue("a", "hi-IN", ["मेरा mood off है"]))
    assert mixed == pytest.approx(50.0)


def test_a_wrong_verb_gender_is_a_violation_of_register():
    right = Dialogue("a", "hi-IN", ["मैं थक जाती हूँ।"], woman=True)
    wrong = Dialogue("a", "hi-IN", ["मैं थक जाता हूँ।"], woman=True)
    assert register_fit(right) == 1
    assert register_fit(wrong) == 0


def test_a_familiar_address_is_a_violation_of_register():
    assert register_fit(Dialogue("a", "bn-BD", ["তুমি কি বুঝছ?"])) == 0
    assert register_fit(Dialogue("a", "bn-BD", ["আপনি কি বুঝছেন?"])) == 1


def test_telling_too_early_is_a_gap_in_turns():
    lexicon = Lexicon(LIBRARY.load("locale", "zh-CN"))
    sad = lexicon.pack.expressions["mood"].voice[0].text
    early = person("shopkeeper", "zh-CN", [sad, "好。", "好。"])
    plan = early.formulation.disclosure_plan.emotion_earliest_turn
    assert disclosure_gap(early, lexicon) == max(0, plan - 1)


def test_locales_are_told_apart_until_what_tells_them_is_taken_away():
    rows = [[1.0, 0.5, 0.1], [0.9, 0.4, 0.2], [0.0, 0.5, 0.1], [0.1, 0.4, 0.2]]
    labels = ["a", "a", "b", "b"]
    assert locale_separability(rows, labels) == 1
    assert locale_separability(rows, labels, drop=1) < 1
    assert locale_separability(rows[:1], ["a"]) is None


def test_the_same_dialogue_again_and_again_counts_as_one():
    assert vendi_score(["abc def"] * 5) == pytest.approx(1.0)
    assert vendi_score(["abcdef", "uvwxyz", "123456"]) == pytest.approx(3.0)
    assert vendi_score(["a"]) is None
    assert vendi_score(["a", "b"], [[1.0, 0.0], [0.0, 1.0]]) == pytest.approx(2.0)


def test_the_gate_is_paired_by_person():
    gate = clinical_fidelity({"a": -2.0, "b": 1.0, "c": 4.0}, {"a": 1.0, "b": 1.0})
    assert (gate.difference, gate.n, gate.missing) == (0.5, 2, 1)
    assert clinical_fidelity({}, {}).difference is None


def test_a_band_needs_thirty_human_dialogues():
    band = Band.of([float(n) for n in range(20)])
    assert band is not None
    assert not band.calibrated
    assert Band.of([float(n) for n in range(31)]).calibrated
    assert Band.of([]) is None


def test_both_sides_of_a_band_cost_alike():
    band = Band(1.0, 3.0, 40)
    assert utility(2.0, band, 1.0) == 1
    assert utility(0.0, band, 1.0) == utility(4.0, band, 1.0) == pytest.approx(math.exp(-1))


def test_a_human_reference_is_read_line_by_line(tmp_path):
    file = tmp_path / "human.jsonl"
    file.write_text(json.dumps({"locale": "bn-BD", "patient": "p", "turns": ["এক", "দুই"]}) + "\n")
    assert read_reference(file)[0].turns == ["এক", "দুই"]
    file.write_text("{}\n")
    with pytest.raises(InputError, match=r"human\.jsonl:1: no dialogue"):
        read_reference(file)
