"""Drift: whether a speaker leaves the part, speaks for both, or writes what nobody would say aloud.

Words that are quoted or reported are somebody else's: a patient may tell what a therapist says.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache

from mhsim.players.conduct.phrases import COMPLAINTS, COUNSEL
from mhsim.players.conduct.refusal import machine
from mhsim.text import fold, sentences


def _folded(pattern: str, flags: re.RegexFlag = re.NOFLAG) -> re.Pattern[str]:
    """Compile a pattern for folded text; it may hold no escapes in capital letters."""
    return re.compile(fold(pattern), flags)


_QUOTED = re.compile(
    r"\"[^\"\n]*\"|“[^”\n]*”|(?<!\w)['‘][^'’\n]{8,}['’](?!\w)|「[^」\n]*」|«[^»\n]*»"
)

_REPORTED = _folded(
    r"\b(?:sa(?:y|ys|id|ying)|t(?:ell|ells|old)|ask(?:s|ed|ing)?|call(?:s|ed)|repeat(?:s|ed)?|"
    r"used to|text(?:s|ed)|wrote|like when|dij[oe]|pregunt|disse|perguntou|alisema)\b"
    r"|(?<!老实)(?<!怎么)说(?!实话|真的|不)|讲|问|告诉|念叨|劝我|বল(?:ে|ল|ছ|ত(?!ে )|েন)|কই(?:ল|ছ|ত)"
    r"|কয়|জিজ্ঞ|কহ"
    r"|बोल|कह(?:ा|त|ने|कर| रह)|पूछ|बता"
    r"|قال|سأل|言っ|聞か|சொன்ன|کہا|کہتے|پوچھ"
)
"""Words that make what follows somebody else's."""

_ROLES = (
    r"patient|therapist|client|counsell?or|clinician|doctor|dr\.? ?\w*|psychologist|psychiatrist|"
    r"assistant|user|system|interviewer|paciente|terapeuta|médic[oa]|"
    "患者|病人|来访者|来访|咨询师|治疗师|心理师|医生|医师|"
    "রোগী|থেরাপিস্ট|ডাক্তার|চিকিৎসক|কাউন্সেলর|মরি[জয]|"
    "मरीज|रोगी|थेरेपिस्ट|चिकित्सक|डॉक्टर|काउंसलर|परामर्शदाता|"
    "セラピスト|カウンセラー|المريضة?|المعالجة?|الطبيب|مریض|معالج|நோயாளி|சிகிச்சையாளர்|mgonjwa|daktari"
)

_STAGE = _folded(
    r"(?:^|(?<=[.!?…।] )|(?<=[。！？\n]))\*{1,2}(?=\w)[^*\n]{3,80}\*{1,2}(?=$|[\s.!?,…。！？।])"
    r"|[(\[（【][^)\]）】\n]{0,24}(?:sigh|paus|silen|laugh|chuckl|\bcr(?:y|ies)|sob|look(?:s|ing)|nod|smil|"
    r"shrug|voice|tear(?:s|y|ing)|star(?:es|ing)|fidget|whisper|trembl|swallow|deep breath|"
    r"叹气|沉默|停顿|哭|苦笑|笑了|低头|点头|摇头|声音|眼眶|抽泣|哽咽|深呼吸|"
    "দীর্ঘশ্বাস|চুপ|নীরব|কাঁদ|কান্না|হাস|মাথা ন|মাথা ঝ|চোখ|গলা|থেমে|তাকি|"
    "आह भर|चुप|खामोश|रोत|रोने|हँस|हंस|मुस्कु|सिर |आँख|गहरी साँस|गहरी सांस|रुक|लंबी साँस|नजर)"
    r"[^)\]）】\n]{0,60}[)\]）】]"
)
"""Stage directions: between asterisks where a sentence begins or ends, or gestures in brackets."""

_META = _folded(
    r"^[^\w]{0,3}(?:note|disclaimer|response|reply|answer|output|注|备注|说明|回复|回答|নোট|উত্তর|नोट|उत्तर|जवाब)[^\w]{0,3}[:：]"
    r"|[(\[（【](?:note|disclaimer|translation|注|备注|翻译|নোট|অনুবাদ|नोट|अनुवाद)[^\w]{0,2}[:：\s]"
    r"|^[^\w]{0,3}(?:sure|certainly|of course|okay|here)[,!]? (?:here(?:'s| is)|is) "
    r"(?:my|the|a|your) (?:response|reply|answer|patient|next|translation)"
    r"|\b(?:staying|remaining|speaking|responding) in character\b|\bas the (?:patient|therapist),"
    r"|^[^\w]{0,3}以下是|作为(?:患者|病人|来访者|咨询师|治疗师)[，,]"
    r"|(?:রোগী|থেরাপিস্ট) হিসেবে[,،]|(?:मरीज|रोगी|थेरेपिस्ट) के रूप में[,،]",
    re.MULTILINE,
)
"""Comments on the task."""


@lru_cache(maxsize=64)
def _labels(names: tuple[str, ...]) -> re.Pattern[str]:
    own = "|".join(re.escape(fold(name)) for name in names if name)
    known = f"{fold(_ROLES)}|{own}" if own else fold(_ROLES)
    return re.compile(rf"^[^\w]{{0,4}}(?:{known})[^\w]{{0,4}}[:：]", re.MULTILINE)


@lru_cache(maxsize=2)
def _others(part: str) -> re.Pattern[str]:
    groups = COUNSEL if part == "patient" else COMPLAINTS
    return re.compile("|".join(f"(?:{fold(each)})" for group in groups.values() for each in group))


def drift(text: str, part: str, names: tuple[str, ...] = ()) -> Iterator[str]:
    """Yield how a speaker leaves the part.

    Args:
        text: what was said.
        part: `patient` or `therapist`.
        names: how speakers might be labelled besides their parts.
    """
    if machine(text):
        yield "You spoke as a machine"
    if _labels(names).search(fold(text)):
        yield "You wrote a speaker's label, or the words of more than one speaker"
    own = [fold(sentence) for sentence in sentences(_QUOTED.sub(" ", text))]
    if any(_others(part).search(each) and not _REPORTED.search(each) for each in own):
        did = "spoke as a therapist does" if part == "patient" else "told of troubles of your own"
        yield f"You {did}"


def staging(text: str) -> Iterator[str]:
    """Yield what is written but not said: stage directions, comments on the task."""
    folded = fold(text)
    if _STAGE.search(folded):
        yield "You wrote a stage direction"
    if _META.search(folded):
        yield "You wrote a comment"
