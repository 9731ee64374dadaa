"""Four conversations to watch, one per language, and a way to play them by hand.

`python tests/test_trace_talk.py [LANGUAGE …] [--pause SECONDS]` shows them on this terminal.
"""

from __future__ import annotations

import random
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import yaml

from mhsim.record import (
    AnyEvent,
    Closing,
    Critique,
    Failure,
    Interval,
    ItemRating,
    Mark,
    Opening,
    Quote,
    Rating,
    Risk,
    Span,
    TrialId,
    Usage,
    Utterance,
)
from mhsim.spec.graph import Graph
from mhsim.spec.instrument import Instrument
from mhsim.trace import Trace

ROOT = Path(__file__).parent.parent
PHQ9 = Instrument.model_validate(
    yaml.safe_load((ROOT / "agents/instruments/phq9.yaml").read_text("utf-8"))
)
GRAPH = Graph.model_validate(
    {
        "start": "therapist",
        "nodes": {
            "therapist": {"kind": "speak", "role": "therapist"},
            "patient": {"kind": "speak", "role": "patient"},
            "screen": {"kind": "screen", "of": "patient"},
            "critic": {"kind": "review", "role": "critic", "of": "patient"},
            "judges": {"kind": "rate", "roles": ["judge_a", "judge_b"], "of": "patient"},
        },
        "edges": {
            "therapist": "patient",
            "patient": "screen",
            "screen": "critic",
            "critic": [{"to": "patient", "when": "flagged", "limit": "revisions"}, "judges"],
            "judges": [{"to": "therapist", "limit": "turns"}, "end"],
        },
    }
)
JUDGES = {"judge_a": "phq9", "judge_b": "phq9"}
TRUTH = dict(zip(PHQ9.items, (2, 2, 3, 2, 1, 2, 1, 0, 1), strict=True))

WORDS = {
    # question, first draft, what is flagged, why, the words instead, second draft,
    # second question, second answer, words of risk
    "en-US": (
        "How have you been sleeping since we last talked, and what goes through your mind then?",
        "Honestly, I am depressed and my anxiety is through the roof. I get the bus crowd out the "
        "door by six thirty, and then I just sit there in the kitchen with the light off.",
        "I am depressed",
        "a diagnosis in the mouth of someone who never used one about herself",
        "I just feel wore out and low all the time",
        "Honestly, I just feel wore out and low all the time. I get the bus crowd out the door by "
        "six thirty, and then I just sit there in the kitchen with the light off.",
        "That sounds very lonely. How many nights a week is it like that?",
        "Near about every night. Some nights I think it'd be easier on everybody if I didn't wake "
        "up, but then I hear the little one cough and I get up.",
        "it'd be easier on everybody if I didn't wake up",
    ),
    "zh-CN": (
        "这段时间睡得怎么样？晚上躺下以后，心里都在想些什么？",
        "我觉得我有抑郁症，情绪很低落。白天干活没力气，晚上翻来覆去睡不着，三点多就醒了，"
        "醒了就听着公公在隔壁咳嗽，一直躺到天亮。",
        "我有抑郁症",
        "村里人不会这样说自己，这是诊断书上的话",
        "我这心里堵得慌",
        "我这心里堵得慌，做什么都提不起劲。白天干活没力气，晚上翻来覆去睡不着，三点多就醒了，"
        "醒了就听着公公在隔壁咳嗽，一直躺到天亮。",
        "听起来您一个人扛了很久。像这样的晚上，一个星期有几天？",
        "差不多天天都这样。有时候想，要是睡过去不醒了，大家也就轻松了……可是娃还小，“妈妈”叫一声，"
        "我又爬起来了。",
        "要是睡过去不醒了，大家也就轻松了",
    ),
    "bn-BD": (
        "গত কয়েক সপ্তাহ ধরে আপনার ঘুম কেমন হচ্ছে? রাতে শুয়ে কী কী চিন্তা আসে?",
        "আমি ডিপ্রেশনে ভুগছি, আমার মানসিক স্বাস্থ্য ভালো নেই। সকালে উঠেই রান্নাবান্না, তারপর "
        "শাশুড়ির ওষুধ, বাচ্চাদের স্কুল; বুকটা সারাক্ষণ ভারী হয়ে থাকে।",
        "আমি ডিপ্রেশনে ভুগছি",
        "গ্রামের একজন গৃহিণী নিজের কষ্টকে এই শব্দে বলেন না",
        "মনে একফোঁটা শান্তি নাই",
        "মনে একফোঁটা শান্তি নাই, কিছুই ভালো লাগে না। সকালে উঠেই রান্নাবান্না, তারপর "
        "শাশুড়ির ওষুধ, বাচ্চাদের স্কুল; বুকটা সারাক্ষণ ভারী হয়ে থাকে।",
        "শুনে মনে হচ্ছে অনেক দিন ধরে একা সব সামলাচ্ছেন। সপ্তাহে কয় রাত এমন হয়?",
        "প্রায় প্রতি রাতেই। মাঝে মাঝে মনে হয় আল্লাহ যদি আমাকে তুলে নিতেন, সবাই বাঁচত। তারপর "
        "ছোট মেয়েটা কেঁদে ওঠে, আমি উঠে পড়ি।",
        "আল্লাহ যদি আমাকে তুলে নিতেন",
    ),
    "hi-IN": (
        "पिछले कुछ हफ़्तों से नींद कैसी आ रही है? रात को लेटने पर मन में क्या-क्या चलता है?",
        "मुझे डिप्रेशन हो गया है, मेरी मेंटल हेल्थ ठीक नहीं है। सुबह उठते ही चूल्हा-चौका, फिर सास की "
        "दवाई, बच्चों का स्कूल; छाती पर जैसे पत्थर रखा रहता है और घबराहट होती है।",
        "मुझे डिप्रेशन हो गया है",
        "राष्ट्रीय टीवी की भाषा है, वह अपने दुख को ऐसे नहीं कहती",
        "मन बहुत भारी रहता है",
        "मन बहुत भारी रहता है, किसी काम में जी नहीं लगता। सुबह उठते ही चूल्हा-चौका, फिर सास की "
        "दवाई, बच्चों का स्कूल; छाती पर जैसे पत्थर रखा रहता है और घबराहट होती है।",
        "लगता है आप बहुत दिनों से अकेले सब कुछ सँभाल रही हैं। हफ़्ते में कितनी रातें ऐसी जाती हैं?",
        "लगभग हर रात। कभी-कभी लगता है भगवान उठा ले तो सबको चैन मिले। फिर छोटी बिटिया रोने लगती है, "
        "तो उठ जाती हूँ।",
        "भगवान उठा ले तो सबको चैन मिले",
    ),
}


def span(text: str, quote: str) -> Span:
    """Return where a quote stands in a text."""
    start = text.index(quote)
    return Span(quote=quote, start=start, end=start + len(quote))


def rating(turn: int, role: str, states: str, **more: object) -> Rating:
    """Return a rating written as a strip: `?` not assessed, `0` denied, `+` present, or a value."""
    items: dict[str, ItemRating] = {}
    for name, sign in zip(PHQ9.items, states, strict=True):
        match sign:
            case "?":
                items[name] = ItemRating(low=0, high=3, state="not_assessed")
            case "0":
                items[name] = ItemRating(low=0, high=0, state="denied")
            case "+":
                items[name] = ItemRating(low=1, high=3, state="present")
            case _:
                items[name] = ItemRating(low=int(sign), high=int(sign), state="scaled")
    low, high = sum(i.low for i in items.values()), sum(i.high for i in items.values())
    bands = {PHQ9.band(low), PHQ9.band(high)}
    return Rating(
        turn=turn,
        role=role,
        instrument="phq9",
        items=items,
        total=Interval(low=low, high=high),
        band=bands.pop() if len(bands) == 1 else None,
        rationale="",
        node="judges",
        **more,
    )


def session(locale: str) -> list[AnyEvent]:
    """Return one whole session: a flagged draft, its revision, risk, ratings, a failure, an end."""
    first, flagged, quote, reason, instead, mended, second, answer, wish = WORDS[locale]
    usage = Usage(model="m", tokens_in=900, tokens_out=60)
    invented = ItemRating(
        low=1, high=3, state="present", quotes=(Quote(quote="x", unsupported=True),)
    )
    late = rating(2, "judge_a", "+2321????")
    late = late.model_copy(update={"items": {**late.items, "anhedonia": invented}})
    trial = TrialId(id="t", arm="adapted", locale=locale, cast={}, replicate=1, seed=1)
    mark = Mark(
        span=span(flagged, quote),
        kind="pan-cultural",
        reason=reason,
        suggestion=instead,
    )
    events: list[AnyEvent] = [
        Opening(trial=trial, plan="p", models={"patient": "m"}, prompts={}, mhsim="0"),
        Utterance(turn=1, role="therapist", text=first, usage=usage, node="therapist"),
        Utterance(turn=1, role="patient", text=flagged, usage=usage, node="patient"),
        Risk(turn=1, role="patient", level="none", source="lexicon", node="screen"),
        Critique(
            turn=1, role="critic", revision=0, verdict="flattened", flags=(mark,), node="critic"
        ),
        Utterance(turn=1, role="patient", text=mended, revision=1, usage=usage, node="patient"),
        Risk(turn=1, role="patient", level="none", source="lexicon", node="screen"),
        Critique(turn=1, role="critic", revision=1, verdict="grounded", node="critic"),
        rating(1, "judge_a", "+++??????"),
        rating(1, "judge_b", "?+2??????"),
        Utterance(turn=2, role="therapist", text=second, usage=usage, node="therapist"),
        Utterance(turn=2, role="patient", text=answer, usage=usage, node="patient"),
        Risk(
            turn=2,
            role="patient",
            level="passive",
            spans=(span(answer, wish),),
            source="lexicon",
            node="screen",
        ),
        Critique(turn=2, role="critic", revision=0, verdict="grounded", node="critic"),
        late,
        Failure(turn=2, role="judge_b", kind="unparsable", detail="no JSON in it", attempts=3),
        Closing(turn=2, reason="limit"),
    ]
    return [event.model_copy(update={"seq": n}) for n, event in enumerate(events)]


def pieces(text: str, seed: int = 0) -> Iterator[str]:
    """Cut a text as models do: anywhere, also inside a grapheme."""
    rng = random.Random(seed)
    while text:
        size = rng.randint(1, 4)
        yield text[:size]
        text = text[size:]


def play(trace: Trace, events: list[AnyEvent], pause: float = 0.0) -> None:
    """Show events as they would come live: arrivals, pieces, then the event."""
    for event in events:
        if event.node and not (isinstance(event, Rating) and event.role == "judge_b"):
            trace.arrive(event.node)
            time.sleep(pause * 8)
        if isinstance(event, Utterance):
            for piece in pieces(event.text, event.seq):
                trace.hear(event.role, piece)
                time.sleep(pause)
        trace.event(event)


def trace(locale: str, **more: object) -> Trace:
    """Return a trace for one of the sessions."""
    options = {
        "instruments": {"phq9": PHQ9},
        "graph": GRAPH,
        "judges": JUDGES,
        "turns": 2,
        "locale": locale,
        "title": "persona-trap",
    }
    return Trace(**{**options, **more})


def test_sessions() -> None:
    """Every session is one that a file could hold."""
    for locale in WORDS:
        assert [event.seq for event in session(locale)] == list(range(17))


if __name__ == "__main__":
    arguments = sys.argv[1:]
    pause = 0.03
    if "--pause" in arguments:
        place = arguments.index("--pause")
        pause = float(arguments[place + 1])
        del arguments[place : place + 2]
    for chosen in arguments or WORDS:
        with trace(chosen, truth=TRUTH) as shown:
            play(shown, session(chosen), pause)
