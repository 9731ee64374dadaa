"""M1 to M3: idioms, body against mind, therapy-speak; counted by a locale pack's lexicon."""

from __future__ import annotations

import math
from collections.abc import Iterator

from mhsim.critic import TextCritic
from mhsim.lexicon import Hit, Lexicon
from mhsim.measure.authenticity.dialogue import Dialogue

SOMATIC = frozenset({"sleep", "fatigue", "appetite", "psychomotor"})
PSYCHOLOGICAL = frozenset({"mood", "anhedonia", "worth", "concentration", "self_harm"})


def _idioms(dialogue: Dialogue, lexicon: Lexicon) -> Iterator[list[Hit]]:
    for turn in dialogue.turns:
        yield [hit for hit in lexicon.hits(turn) if hit.kind == "idiom"]


def idiom_rate(dialogue: Dialogue, lexicon: Lexicon) -> float | None:
    """M1: idioms of distress per 100 patient words.

    Formula: 100 x matches / words. None without words.

    Expected: inside a band; too few is flattened, too many caricature. Grounded speech may have
    none. Pitfalls: rewards keyword stuffing, so read it with `idioms_per_turn` and
    `vendi_score`; substring accidents. Source: Nichter 2010 (doi:10.1007/s11013-010-9179-6);
    Cork, Kaiser and White 2019 (doi:10.1017/gmh.2019.5).
    """
    total = dialogue.words
    return 100 * sum(map(len, _idioms(dialogue, lexicon))) / total if total else None


def idiom_coverage(dialogue: Dialogue, lexicon: Lexicon) -> float | None:
    """M1: distinct idioms used, as a share of those the person's formulation licenses.

    Formula: distinct licensed idioms used / licensed. None where no formulation licenses any.

    Expected: inside a band, well below 1: a person who uses the whole list recites it. Pitfalls: a
    short list is used up soon, so compare persons with lists of like length. Source: as
    `idiom_rate`.
    """
    licensed = dialogue.speaker.licensed
    if not licensed:
        return None
    used = {hit.name for turn in _idioms(dialogue, lexicon) for hit in turn}
    return len(used & licensed) / len(licensed)


def idioms_per_turn(dialogue: Dialogue, lexicon: Lexicon) -> int:
    """M1: the most different idioms in one turn.

    Formula: maximum over turns of distinct idioms. Expected: at most 3; more is stacking.
    Pitfalls: long turns hold more, and one turn decides. Source: as `idiom_rate`; the bound is a
    placeholder.
    """
    return max((len({hit.name for hit in turn}) for turn in _idioms(dialogue, lexicon)), default=0)


def somatic_psychological_ratio(
    dialogue: Dialogue, lexicon: Lexicon, phase: str = "all"
) -> float | None:
    """M2: log ratio of bodily to psychological evidence, in the whole or one phase.

    Formula: log((S + 0.5) / (P + 0.5)) over evidence of items and registers of idioms. Phases are
    thirds of the dialogue: `opening`, `middle`, `end`. None without evidence.

    Expected: near the *person's* own register, falling from opening to end. Pitfalls: a target
    per locale recreates the stereotype of bodily East and psychological West. Source: Ryder et
    al. 2008 (doi:10.1037/0021-843X.117.2.300); Dere et al. 2013;
    Simon et al. 1999 (doi:10.1056/NEJM199910283411801).

    Args:
        dialogue: the patient's side.
        lexicon: the locale's.
        phase: `all`, `opening`, `middle` or `end`.
    """
    third = math.ceil(len(dialogue.turns) / 3)
    spans = {"all": (0, None), "opening": (0, third), "middle": (third, 2 * third)}
    start, end = spans.get(phase, (2 * third, None))
    body = mind = 0
    for turn in dialogue.turns[start:end]:
        for hit in lexicon.hits(turn):
            body += _somatic(hit, lexicon)
            mind += _psychological(hit, lexicon)
    return math.log((body + 0.5) / (mind + 0.5)) if body + mind else None


def _somatic(hit: Hit, lexicon: Lexicon) -> bool:
    if hit.kind == "item":
        return hit.name in SOMATIC
    return hit.kind == "idiom" and "somatic" in lexicon.idioms[hit.name].register_


def _psychological(hit: Hit, lexicon: Lexicon) -> bool:
    if hit.kind == "item":
        return hit.name in PSYCHOLOGICAL
    registers = lexicon.idioms[hit.name].register_ if hit.kind == "idiom" else ()
    return bool({"emotional", "cognitive"} & set(registers))


def therapy_speak_rate(dialogue: Dialogue, lexicon: Lexicon) -> float | None:
    """M3: unlicensed flattened spans per 100 patient words; soft markers count half.

    Formula: 100 x (hard + 0.5 x soft) / words, by the text critic's flags. None without words.

    Expected: low, with an upper bound set by the person's licence; not forced to 0. Pitfalls:
    flags authentic urban or treated speakers and quotations, which the critic tries to let pass.
    Source: Haslam 2016 on concept creep (doi:10.1080/1047840X.2016.1082418); Cheng, Piccardi and
    Yang 2023 for the method (doi:10.18653/v1/2023.emnlp-main.669).
    """
    total = dialogue.words
    if not total:
        return None
    critic = TextCritic(lexicon)
    weight = 0.0
    for turn in dialogue.turns:
        finding = critic.look(turn, dialogue.speaker)
        if finding.verdict != "flattened":
            continue
        for flag in finding.flags:
            marker = lexicon.markers.get(flag.marker or "")
            weight += 0.5 if marker is not None and marker.strength == "soft" else 1.0
    return 100 * weight / total


def verdict_share(dialogue: Dialogue, lexicon: Lexicon, verdict: str) -> float | None:
    """Return the share of turns the text critic finds `verdict`; None without turns.

    This critic reports and is another making than the one in the loop. Expected: flattened and
    caricature low, neither forced to 0. Pitfalls: cues miss wordings nobody thought of.
    """
    if not dialogue.turns:
        return None
    critic = TextCritic(lexicon)
    found = [critic.look(turn, dialogue.speaker).verdict for turn in dialogue.turns]
    return sum(each == verdict for each in found) / len(found)
