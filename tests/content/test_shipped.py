"""Every shipped file: loads, agrees with the others, and says what the simulator needs said."""

from __future__ import annotations

import pytest

from mhsim.checking import check_paths
from mhsim.lexicon import Lexicon, screen
from mhsim.library import BUILT_IN, Library
from mhsim.planning import make_plan
from mhsim.players.reference.reading import evidence, question
from mhsim.players.reference.words import gendered
from mhsim.spec.agent import Patient, Persona, Therapist
from mhsim.spec.instrument import Instrument

LIBRARY = Library(roots=(BUILT_IN,))
MAIN = ("en-US", "zh-CN", "bn-BD", "hi-IN")
PATIENTS = LIBRARY.names("patient")


def speakers() -> list[Persona]:
    base = {"name": "x", "age": 40, "gender": "x", "home": "x", "work": "x", "family": "x"}
    return [Persona.model_validate({**base, "tags": [tag]}) for tag in ("men", "women")]


@pytest.fixture(scope="module")
def lexicons() -> dict[str, Lexicon]:
    return {locale: Lexicon(LIBRARY.load("locale", locale)) for locale in MAIN}


def test_every_file_is_free_of_problems():
    files, problems = check_paths([str(BUILT_IN / f) for f in ("agents", "graphs", "scenarios")])
    assert files > 40
    assert problems == []


@pytest.mark.parametrize("name", LIBRARY.names("scenario"))
def test_every_scenario_can_be_planned(name):
    assert make_plan(name, LIBRARY).size > 0


def test_thirty_patients_stand_six_in_each_band_with_four_lives_each():
    phq9: Instrument = LIBRARY.load("instrument", "phq9")
    bands: dict[str, int] = {}
    for name in PATIENTS:
        patient: Patient = LIBRARY.load("patient", name)
        band = phq9.band(patient.presentation.total)
        bands[band] = bands.get(band, 0) + 1
        assert set(MAIN) <= set(patient.persona) & set(patient.formulation)
    assert bands == dict.fromkeys(phq9.bands, 6)


def test_the_paper_design_casts_three_of_each_of_four_bands():
    plan = make_plan("persona-trap", LIBRARY)
    phq9 = plan.instruments["phq9"]
    cast = [a for a in plan.agents.values() if isinstance(a, Patient)]
    bands = sorted(phq9.band(a.presentation.total) for a in cast)
    assert bands == ["mild"] * 3 + ["minimal"] * 3 + ["moderate"] * 3 + ["severe"] * 3


@pytest.mark.parametrize("locale", MAIN)
def test_a_reader_reads_every_expression_as_it_is_meant(lexicons, locale):
    lexicon = lexicons[locale]
    wrong: list[tuple[str, str, object]] = []
    for item, voice in lexicon.pack.expressions.items():
        groups = [("voice", None, voice.voice), ("denied", 0, voice.denied)]
        groups += [("often", level, said) for level, said in voice.often.items()]
        for kind, level, said in groups:
            for text in {gendered(e.text, who) for e in said for who in speakers()}:
                found = [e for e in evidence(text, lexicon) if e.item is not None]
                meant = (item, kind == "denied", level if kind == "often" else None)
                read = {(e.item, e.denied, None if e.denied else e.level) for e in found}
                if read != {meant}:
                    wrong.append((kind, text, read))
    assert wrong == []


@pytest.mark.parametrize("locale", MAIN)
def test_talk_around_the_matter_is_read_as_no_symptom(lexicons, locale):
    lexicon = lexicons[locale]
    speech = lexicon.pack.speech
    assert speech is not None
    groups = [g for g in type(speech).model_fields if not g.startswith("safety")]
    texts = [
        gendered(e.text, who) for g in groups for e in getattr(speech, g) for who in speakers()
    ]
    for name in PATIENTS:
        patient: Patient = LIBRARY.load("patient", name)
        texts += [t for told in patient.persona[locale].story.values() for t in told]
        words = patient.formulation[locale].words
        texts += [t for group in type(words).model_fields for t in getattr(words, group)]
    misread = [t for t in texts if any(e.item for e in evidence(t, lexicon))]
    assert misread == []


@pytest.mark.parametrize("name", LIBRARY.names("therapist"))
@pytest.mark.parametrize("locale", MAIN)
def test_a_patient_understands_every_question(lexicons, name, locale):
    therapist: Therapist = LIBRARY.load("therapist", name)
    speech, lexicon = therapist.speech[locale], lexicons[locale]
    for item, questions in speech.items.items():
        for text in questions:
            asked = question(text, lexicon)
            assert asked.safety if item == "self_harm" else asked.items == (item,), text
    for item, questions in speech.often.items():
        for text in questions:
            asked = question(text, lexicon)
            assert asked.often, text
            assert asked.items == (item,), text
    for topic, questions in speech.ground.items():
        assert all(topic in question(text, lexicon).topics for text in questions)
    assert all(question(text, lexicon).safety for text in speech.safety)


@pytest.mark.parametrize("locale", MAIN)
def test_the_screen_hears_every_wish_to_be_dead_and_no_other_sentence(lexicons, locale):
    lexicon = lexicons[locale]
    for item, voice in lexicon.pack.expressions.items():
        for text in {gendered(e.text, who) for e in voice.voice for who in speakers()}:
            level = screen(text, [lexicon])[0]
            if item == "self_harm":
                assert level != "none", text
            elif item != "worth":  # to feel a burden is a sign of its own
                assert level in ("none", "ambiguous"), (level, text)


def test_no_shipped_crisis_number_counts_as_verified():
    for locale in LIBRARY.names("locale"):
        for line in LIBRARY.load("locale", locale).context.crisis:
            assert line.verified is None, (locale, line.name)


def test_every_pack_says_what_it_is_not_and_that_nobody_has_reviewed_it():
    for locale in LIBRARY.names("locale"):
        pack = LIBRARY.load("locale", locale)
        assert pack.scope_note
        assert pack.review.done is False
        assert pack.review.by == ()
