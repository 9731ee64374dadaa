"""Measures of authenticity, and the negative controls that must come out on the wrong side."""

from __future__ import annotations

import json
import math

import pytest

from mhsim.critic import Speaker
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
    somatic_psychological_ratio,
    therapy_speak_rate,
    twin_isomorphism,
    utility,
    vendi_score,
)
from mhsim.measure.authenticity.table import read_reference
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
    twin = [[1.0, 0.0, 0.0], [0.0, 1.0, 0.0]]
    translation = [[0.99, 0.1, 0.0], [0.1, 0.99, 0.0]]
    other = [[0.0, 0.0, 1.0], [0.0, 0.2, 1.0]]
    local = [[0.7, 0.3, 0.6], [0.3, 0.7, 0.6]]
    assert twin_isomorphism(translation, twin, translation, [other]) == pytest.approx(1.0)
    between = twin_isomorphism(local, twin, translation, [other])
    assert between is not None
    assert 0 < between < 1
    assert twin_isomorphism(other, twin, translation, [other]) == pytest.approx(0.0)


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
