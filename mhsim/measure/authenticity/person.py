"""M7 to M9: does the dialogue fit this person - formulation, register, disclosure?"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from mhsim.critic import TextCritic
from mhsim.lexicon import Lexicon
from mhsim.measure.authenticity.dialogue import Dialogue

_FEMININE = re.compile(r"(?:[तयग]ी|रही|गई|आई|पाती) (?:हूँ|थी)|ूँगी|ऊँगी")
_MASCULINE = re.compile(r"(?:[त]ा|रहा|गया|आया) (?:हूँ|था)|ूँगा|ऊँगा")
_FAMILIAR = {
    "zh": re.compile(r"(?<!您)你(?!们|看|说呢|猜|想想)"),
    "bn": re.compile(r"(?<!\S)(?:তুমি|তোমার|তোমাকে|তোমারে|তুই|তোর)(?!\S)"),
    "hi": re.compile(r"(?<!\S)(?:तुम|तुम्हारा|तुम्हारी|तुम्हें|तू|तेरा|तेरी)(?!\S)"),
}
_COLLOQUIAL_BN = re.compile(r"(?:ইতাছি|তাছি|তেছি|মু\b|ছিলাম না|হইছে|হইয়া|কইরা|খাইতে|যাইতে|লাগতাছে|নাই গো)")
_STANDARD_BN = re.compile(r"(?:চ্ছি\b|হয়েছে|হয়ে\b|করে ফেলে|খেতে|যেতে|লাগছে|বলব\b|করব\b)")


@dataclass(frozen=True, slots=True)
class Match:
    """How a dialogue fits a formulation.

    Args:
        score: (consistent - contradictory) / addressed, -1 to 1; None where nothing was addressed.
        coverage: addressed fields as a share of those the formulation fills in, 0 to 1.
    """

    score: float | None
    coverage: float | None


def formulation_match(dialogue: Dialogue, lexicon: Lexicon) -> Match:
    """M7: fields of the person's formulation that the dialogue bears out, or contradicts.

    Formula: (consistent - contradictory) / addressed, with coverage = addressed / filled in. A
    field is borne out when the person's own words of it are said, an idiom they license is used,
    the opening is the planned one; contradicted when an avoided idiom or unlicensed therapy
    vocabulary is used, or the opening is another.

    Expected: score near 1 at partial coverage. Pitfalls: a persona that recites its sheet scores
    1: cap coverage. Source: Lewis-Fernández et al. 2014; Weiss
    1997 (doi:10.1177/136346159703400204).
    """
    if dialogue.formulation is None:
        return Match(None, None)
    fields = list(_fields(dialogue, lexicon))
    addressed = [fit for fit in fields if fit]
    score = sum(addressed) / len(addressed) if addressed else None
    return Match(score, len(addressed) / len(fields) if fields else None)


def _fields(dialogue: Dialogue, lexicon: Lexicon) -> Iterator[int]:
    """Yield +1, 0 or -1 for every field filled in: borne out, not addressed, contradicted."""
    formulation = dialogue.formulation
    assert formulation is not None
    text = "\n".join(dialogue.turns)
    for name in type(formulation.words).model_fields:
        said = getattr(formulation.words, name)
        if said:
            yield int(any(sentence in text for sentence in said))
    used = {h.name for turn in dialogue.turns for h in lexicon.hits(turn) if h.kind == "idiom"}
    if formulation.idioms.licensed:
        yield int(bool(used & set(formulation.idioms.licensed)))
    if formulation.idioms.avoided:
        yield -int(bool(used & set(formulation.idioms.avoided)))
    if formulation.idioms.therapy_vocabulary == "none":
        critic = TextCritic(lexicon)
        flat = any(critic.look(t, dialogue.speaker).verdict == "flattened" for t in dialogue.turns)
        yield -1 if flat else 1
    plan = formulation.disclosure_plan
    if plan and plan.emotion_earliest_turn is not None:
        first = _first_turn(dialogue, lexicon, frozenset({"mood"}))
        yield 0 if first is None else 1 if first >= plan.emotion_earliest_turn else -1


def register_fit(dialogue: Dialogue) -> float | None:
    """M8: the share of turns without a violation of address, verb gender or variety.

    Formula: 1 - violating turns / turns. Rules in code: first-person verb gender (Hindi), a
    familiar form of address towards the clinician (Mandarin, Bangla, Hindi), colloquial and
    standard Bangla mixed in one turn. None where no rule applies to the locale, or nothing was
    said.

    Expected: near 1. Pitfalls: rules differ by generation and region, rudeness may be in
    character, reported speech looks like address; needs native review. Source: rules of the locale
    packs, common usage.
    """
    language = dialogue.locale.partition("-")[0]
    if language not in _FAMILIAR or not dialogue.turns:
        return None
    wrong = sum(_violates(turn, language, dialogue) for turn in dialogue.turns)
    return 1 - wrong / len(dialogue.turns)


def _violates(turn: str, language: str, dialogue: Dialogue) -> bool:
    bare = re.sub(r"[“\"«‘'].*?[”\"»’']", "", turn)
    if _FAMILIAR[language].search(bare):
        return True
    if language == "hi" and dialogue.woman is not None:
        return bool((_MASCULINE if dialogue.woman else _FEMININE).search(bare))
    if language == "bn" and dialogue.rural is not None:
        return bool(_COLLOQUIAL_BN.search(bare) and _STANDARD_BN.search(bare))
    return False


def disclosure_gap(dialogue: Dialogue, lexicon: Lexicon) -> float | None:
    """M9: how many turns too early the first emotion word came, against the person's plan.

    Formula: max(0, emotion_earliest_turn - turn of the first evidence of mood); 0 is within plan.
    None without a plan or without such evidence. Turns are one-based.

    Expected: 0. Pitfalls: the therapist's skill confounds it, so compare under the same therapist.
    Source: Selim 2010 (doi:10.3329/jhpn.v28i1.4528); Andrew et al. 2012; Raguram et al. 1996
    (doi:10.1176/ajp.153.8.1043).
    """
    plan = dialogue.formulation.disclosure_plan if dialogue.formulation else None
    first = _first_turn(dialogue, lexicon, frozenset({"mood"}))
    if plan is None or plan.emotion_earliest_turn is None or first is None:
        return None
    return float(max(0, plan.emotion_earliest_turn - first))


def risk_unasked(dialogue: Dialogue, lexicon: Lexicon) -> float | None:
    """M9: whether thoughts of death were told unasked, against the person's plan; 1 or 0.

    Formula: 1 where evidence of self-harm stands in a turn before the first direct question, or
    at all where the plan is never to tell it; else 0. None without a plan that says so, or without
    such evidence.

    Expected: 0. Pitfalls: the screen and the cues of the item are not the same list; a plan says
    what the person means to do, and trust may change it, which is no failure. Source: as
    `disclosure_gap`.
    """
    plan = dialogue.formulation.disclosure_plan if dialogue.formulation else None
    first = _first_turn(dialogue, lexicon, frozenset({"self_harm"}))
    if plan is None or plan.risk_disclosure not in ("never", "if_asked_directly") or first is None:
        return None
    told_early = dialogue.asked is None or first < dialogue.asked
    return float(plan.risk_disclosure == "never" or told_early)


def _first_turn(dialogue: Dialogue, lexicon: Lexicon, items: frozenset[str]) -> int | None:
    for number, turn in enumerate(dialogue.turns, 1):
        if any(hit.kind == "item" and hit.name in items for hit in lexicon.hits(turn)):
            return number
    return None
