"""Life: what a patient's days and nights are like, in sentences of somebody who has them.

A chat model in a patient's seat is told no item and no number: each item that troubles the person
arrives as what people say of it at that intensity, and each that does not as what they say then.
"""

from __future__ import annotations

from collections.abc import Iterator
from random import Random

from mhsim.players.reference.words import own
from mhsim.spec.agent import Patient, Persona
from mhsim.spec.culture import LocalePack, Voice
from mhsim.spec.life import Life
from mhsim.table import Brief

_SCENES = 2
"""Sentences on what it is like, for each item; one more says how often."""


def life(brief: Brief) -> Life | None:
    """Return the life a patient's brief stands for.

    None where nothing is known of the items, or no pack has sentences for them. With
    `nationality` it is told in the language of the source biography, as the rest of that arm is.
    """
    patient, persona = brief.patient, brief.persona
    pack = _pack(brief, patient) if patient else None
    if patient is None or persona is None or pack is None or not patient.presentation.items:
        return None
    told = patient.presentation
    instrument = brief.instruments.get(told.instrument or "")
    groups: dict[str, list[tuple[str, ...]]] = {name: [] for name in Life.model_fields}
    for item, value in told.items.items():
        if item not in pack.expressions:
            return None
        draw = Random(f"{brief.trial.cast[brief.role]}/{pack.locale}/{item}")
        said = tuple(_said(brief, pack, item, value, draw))
        group = "asked"
        if not value:
            group = "fine"
        elif instrument is not None and item == instrument.risk_item:
            group = "risk"
        elif item in told.leads_with:
            group = "first"
        elif item in told.holds_back:
            group = "late"
        groups[group] += [said] if said else []
    return Life(**{name: tuple(lines) for name, lines in groups.items()})


def _pack(brief: Brief, patient: Patient) -> LocalePack | None:
    lexicon = brief.lexicon
    if brief.localize == "nationality" or lexicon is None or not lexicon.pack.expressions:
        lexicon = brief.lexicons.get(patient.source_locale, lexicon)
    return lexicon.pack if lexicon and lexicon.pack.expressions else None


def _said(brief: Brief, pack: LocalePack, item: str, value: int, draw: Random) -> Iterator[str]:
    voice, persona = pack.expressions[item], brief.persona
    assert persona is not None
    if not value:
        fine = [s.text for s in own(voice.denied, "denied", persona)]
        yield from draw.sample(fine, min(1, len(fine)))
        return
    scenes = list(_scenes(brief, pack, voice, persona, value))
    yield from draw.sample(scenes, min(_SCENES, len(scenes)))
    often = [s.text for s in own(voice.often.get(value, ()), "often", persona)]
    yield from draw.sample(often, min(1, len(often)))


def _scenes(
    brief: Brief, pack: LocalePack, voice: Voice, persona: Persona, value: int
) -> Iterator[str]:
    """Yield what this person may say at this value: idioms only if licensed, or anybody's."""
    tagged = {idiom.id for idiom in pack.idioms if idiom.tags}
    knows = brief.formulation if "idiom" in brief.layers else None
    for sentence in own(voice.voice, "voice", persona):
        idiom = sentence.idiom
        if idiom is not None:
            licensed = idiom in knows.idioms.licensed if knows else idiom not in tagged
            if not licensed:
                continue
        if value in sentence.at:
            yield sentence.text
