"""Conduct: texts as models write them, in four languages and more, and texts that only look so."""

from __future__ import annotations

import sys
from typing import Any

import pytest
from support import LIBRARY

from mhsim.chat import Reply
from mhsim.players.conduct import Conduct
from mhsim.players.conduct.tongue import Tongue, _identifier, identified
from mhsim.players.reference.words import gendered

PACKS = {locale: LIBRARY.load("locale", locale) for locale in LIBRARY.names("locale")}


def tongue(locale: str) -> Tongue:
    language = PACKS[locale].language
    return Tongue(language.name, locale.partition("-")[0], language.script)


def found(text: str, locale: str, part: str = "patient", **more: Any) -> str | None:
    names = ("Daniel Reyes", "陈志强", "আব্দুল করিম", "रमेश गुप्ता")
    wrong = Conduct(part, tongue(locale), names).wrong(Reply(text, **more))
    return wrong and wrong.kind


REFUSALS = {
    "en-US": [
        "I'm sorry, but I can't assist with that.",
        "I’m sorry, I can’t continue with this conversation. If you are struggling, call 988.",
        "I cannot role-play a person with suicidal thoughts.",
        "That request goes against my guidelines, so I'd rather not.",
        "I'm not comfortable portraying a depressed patient.",
    ],
    "zh-CN": [
        "抱歉，我无法扮演有自杀倾向的患者。",
        "对不起，我不能提供这方面的内容。",
        "我无法满足您的请求。",
        "这个内容违反了使用条款，换个话题吧。",
    ],
    "bn-BD": [
        "দুঃখিত, আমি এই অনুরোধটি পূরণ করতে পারব না।",
        "ক্ষমা করবেন, এ ধরনের বিষয়ে আমি কথা বলতে পারছি না।",
        "দুঃখিত, আমি সহায়তা করতে অক্ষম।",
        "এটা আমাদের নীতিমালার বিরুদ্ধে যায়।",
    ],
    "hi-IN": [
        "क्षमा करें, मैं इस विषय पर बात नहीं कर सकता।",
        "माफ़ कीजिए, मैं यह अनुरोध पूरा नहीं कर सकती।",
        "मैं यह भूमिका निभा नहीं सकता।",
        "यह हमारी नीतियों के खिलाफ़ है।",
    ],
    "es-MX": ["Lo siento, pero no puedo ayudarte con eso."],
    "pt-BR": ["Desculpe, mas não posso participar dessa simulação."],
    "ar-EG": ["عذرًا، لا أستطيع المساعدة في هذا الطلب."],
    "ja-JP": ["申し訳ありませんが、そのご要望にはお応えできません。"],
    "sw-KE": ["Samahani, mimi siwezi kusaidia katika ombi hili."],
    "ta-IN": ["மன்னிக்கவும், இந்தக் கோரிக்கையை நிறைவேற்ற முடியாது."],
    "ur-PK": ["معذرت، میں اس درخواست کو پورا نہیں کر سکتا۔"],
}

SILENCES = {
    "en-US": [
        "I can't talk about that. Not today.",
        "I'm sorry, I can't stop crying.",
        "I'm sorry. I can't help it, it just comes up when I drive past the store.",
        "I won't go into what happened with my brother.",
        "My cousin asked for money and I can't help him anymore.",
        "I can't continue with the shop the way it was.",
        "She says it's against company policy, so I lost the two days.",
    ],
    "zh-CN": [
        "这个我不想说，真的。",
        "对不起，我说不下去了。",
        "抱歉啊医生，我没办法不想这些事。",
        "对不起，我不能再让我妈操心了。",
        "我不能跟你讲这个，讲了我老婆要怪我。",
    ],
    "bn-BD": [
        "এই কথাডা আমি কইতে পারুম না।",
        "মাফ করবেন ডাক্তার সাব, এইসব কথা মুখে আসে না।",
        "দুঃখিত, আমার দেরি হইয়া গেল, রাস্তায় জ্যাম।",
        "আমি আর পারি না, শরীলে কুলায় না।",
    ],
    "hi-IN": [
        "इसके बारे में मैं बात नहीं कर सकता, डॉक्टर साहब।",
        "माफ़ कीजिए, मुझे रोना आ गया।",
        "माफ़ कीजिए, आज देर हो गई, बस नहीं मिली।",
        "मैं घर में किसी को यह बता नहीं सकती।",
    ],
}

DRIFTS = {
    "en-US": [
        "Thank you for sharing that with me. How does that make you feel?",
        "It sounds like you've been carrying a lot. I'd suggest you try journaling.",
        "As an AI language model, I don't have feelings, but I can imagine.",
        "I'm just an AI, so I don't sleep.",
        "Patient: I don't sleep much.",
        "I don't sleep much.\n\nTherapist: How long has that been going on?",
        "**Daniel Reyes:** I don't sleep much.",
        "*sighs and looks away* I don't sleep much.",
        "I don't sleep much. (pauses, voice breaking) It's the store.",
        "I don't sleep much. [looks down]",
        "Sure, here's my response: I don't sleep much.",
        "I don't sleep much. (Note: the patient is guarded here.)",
        "It's important to reach out to someone you trust.",
    ],
    "zh-CN": [
        "谢谢你的分享，听起来你最近压力很大。",
        "作为一个人工智能，我没有睡眠。",
        "患者：我睡不好。",
        "我睡不好。\n咨询师：这种情况持续多久了？",
        "（叹气）我睡不好。",
        "我睡不好。（低头沉默片刻）",
        "我建议您尽快联系专业的心理援助热线。",
        "作为患者，我会说我睡不好。",
        "您最近的睡眠怎么样？",
    ],
    "bn-BD": [
        "আপনার কথা শেয়ার করার জন্য আপনাকে ধন্যবাদ। মনে হচ্ছে আপনি খুব চাপে আছেন।",
        "একটি এআই মডেল হিসেবে আমার ঘুম নেই।",
        "রোগী: রাতে ঘুম আসে না।",
        "রাতে ঘুম আসে না।\nডাক্তার: কতদিন ধরে এমন?",
        "(দীর্ঘশ্বাস ফেলে) রাতে ঘুম আসে না।",
        "রাতে ঘুম আসে না। (চোখ মুছে)",
        "গত দুই সপ্তাহে আপনি কতবার মন খারাপ অনুভব করেছেন?",
    ],
    "hi-IN": [
        "यह साझा करने के लिए आपका धन्यवाद। ऐसा लगता है कि आप बहुत दबाव में हैं।",
        "एक एआई के रूप में मुझे नींद की ज़रूरत नहीं होती।",
        "मरीज़: रात को नींद नहीं आती।",
        "रात को नींद नहीं आती।\nडॉक्टर: कब से ऐसा है?",
        "(गहरी साँस लेते हुए) रात को नींद नहीं आती।",
        "मैं आपको सलाह दूँगा कि आप रोज़ टहलें।",
        "रात को नींद नहीं आती। (नज़रें झुकाकर)",
    ],
    "es-MX": ["Gracias por compartir eso. Te recomiendo descansar."],
    "ja-JP": ["AIアシスタントとして、お答えします。"],
    "ar-EG": ["شكرا لك على مشاركتك، أنا هنا لأستمع إليك."],
}

OWN = {
    "en-US": [
        "My old counselor used to say, it sounds like you're carrying the whole store.",
        "She always asked how does that make you feel, and I'd just look at the clock.",
        'The lady on the phone said "thank you for sharing" and that was it.',
        "My nephew says I should talk to one of those AI things on the phone.",
        "My wife told me I'd suggest you see somebody, and here I am.",
        "The doctor: I saw him twice, and he gave me pills.",
        "It's the store (my father opened it) that I keep seeing.",
        "I *really* don't know what to say to her.",
        "Do you ever get that, where you just sit in the truck?",
        "Sure, here I am, every Tuesday like a church lady.",
    ],
    "zh-CN": [
        "上次那个医生说，听起来你压力很大，然后就开药了。",
        "我侄子天天跟那个人工智能聊天，我不会弄。",
        "谢谢你听我说这些。",
        "我妈（今年七十三）还在乡下种菜。",
        "我老婆劝我，我建议你去医院看看，我就来了。",
    ],
    "bn-BD": [
        "আগের ডাক্তার কইছিল, মনে হচ্ছে আপনি বেশি চিন্তা করেন।",
        "পোলাটা মোবাইলে এআই দিয়া ছবি বানায়।",
        "আপনারে ধন্যবাদ, আমার কথা শুনছেন।",
        "ডাক্তারের কাছে গেছিলাম, ওষুধ দিছে।",
    ],
    "hi-IN": [
        "पिछली बार वाले डॉक्टर ने कहा था, ऐसा लगता है कि आप ज़्यादा सोचते हैं।",
        "बेटा दिन भर एआई से कुछ-कुछ बनवाता रहता है।",
        "मेरी माँ (अब सत्तर की हैं) गाँव में रहती हैं।",
        "आपने सुना, इतना ही बहुत है। शुक्रिया।",
    ],
}

COMPLAINTS = {
    "en-US": "Honestly, I can't sleep either, and I've been feeling so low.",
    "zh-CN": ["其实我最近也睡不着，我觉得自己很没用。", "说实话，我最近也睡不着。"],
    "bn-BD": "সত্যি বলতে আমার রাতে ঘুম আসে না, আমার কিছুই ভালো লাগে না।",
    "hi-IN": "सच कहूँ तो मुझे रात को नींद नहीं आती।",
}

ECHOES = {
    "en-US": 'You said "I can\'t sleep" and then you stopped. What were you about to say?',
    "zh-CN": "您刚才说“我晚上睡不着”，那时候在想什么？",
    "bn-BD": "আপনি বলছিলেন, আমার রাতে ঘুম আসে না। তখন কী করেন?",
    "hi-IN": "आपने कहा, मुझे रात को नींद नहीं आती। तब क्या करते हैं?",
}

STRANGE = [
    ("en-US", "No puedo dormir por la noche y me siento muy cansado todo el día."),
    ("en-US", "我晚上睡不着，老是想店里的事情。"),
    ("zh-CN", "I can't sleep at night, I keep thinking about the shop."),
    ("zh-CN", "夜眠れないんです。店のことばかり考えてしまって。"),
    ("bn-BD", "I can't sleep at night. দোকান."),
    ("bn-BD", "मुझे रात को नींद नहीं आती, दुकान की बात सोचता रहता हूँ।"),
    ("hi-IN", "রাতে ঘুম আসে না, দোকানের কথা মাথায় ঘোরে।"),
    ("hi-IN", "Raat ko neend nahi aati, dukaan ki baat sochta rehta hoon."),
    ("ur-PK", "مش بعرف أنام بالليل خالص وبفضل أفكر في المحل."),
    ("pt-BR", "No puedo dormir por la noche y me siento muy cansado."),
    ("ja-JP", "我晚上睡不着，老是想店里的事情，白天一点力气也没有。"),
]

SAME = [
    ("en-US", "Yeah. I get by."),
    ("en-US", "Nana says ay dios mío every time she sees the bills, and I just laugh."),
    ("zh-CN", "老板天天 push 我，KPI 完不成，我 deadline 前一晚都在 office。"),
    ("zh-CN", "OK。"),
    ("bn-BD", "অফিসে boss খালি pressure দেয়, meeting এর পরে মাথা ধরে।"),
    ("bn-BD", "Okay."),
    ("hi-IN", "ऑफ़िस में इतना stress है, manager रोज़ call करता है, weekend भी नहीं मिलता।"),
    ("hi-IN", "हाँ।"),
    ("ja-JP", "東京本社勤務"),
    ("zh-CN", "夜裡睡唔著，好攰呀，成日諗住間舖。"),
]


def each(texts: dict[str, Any]) -> list[tuple[str, str]]:
    """Lay texts by locale out as pairs."""
    return [(k, t) for k, v in texts.items() for t in ([v] if isinstance(v, str) else v)]


@pytest.mark.parametrize(("locale", "text"), each(REFUSALS))
def test_a_model_that_declines_is_heard(locale: str, text: str):
    assert found(text, locale) == "refusal"


@pytest.mark.parametrize(("locale", "text"), each(SILENCES))
def test_a_person_who_will_not_speak_of_something_declines_nothing(locale: str, text: str):
    assert found(text, locale) is None


@pytest.mark.parametrize(("locale", "text"), each(DRIFTS))
def test_a_patient_who_leaves_the_part_is_heard(locale: str, text: str):
    assert found(text, locale) == "role_drift"


@pytest.mark.parametrize(("locale", "text"), each(OWN))
def test_a_patient_who_tells_what_others_say_stays_in_the_part(locale: str, text: str):
    assert found(text, locale) is None


@pytest.mark.parametrize(("locale", "text"), each(COMPLAINTS))
def test_a_therapist_who_complains_is_heard(locale: str, text: str):
    assert found(text, locale, "therapist") == "role_drift"
    assert found(text, locale) is None


@pytest.mark.parametrize(("locale", "text"), each(ECHOES))
def test_a_therapist_may_give_a_patients_words_back(locale: str, text: str):
    assert found(text, locale, "therapist") is None


@pytest.mark.parametrize(("locale", "text"), STRANGE)
def test_another_language_is_heard(locale: str, text: str):
    assert found(text, locale) == "wrong_language"


@pytest.mark.parametrize(("locale", "text"), SAME)
def test_short_and_mixed_words_are_no_other_language(locale: str, text: str):
    assert found(text, locale) is None


def test_nothing_that_ships_is_taken_for_misconduct():
    """What packs, patients and therapists say in every language, some thousand sentences."""
    for locale, pack in PACKS.items():
        said = [
            e for v in pack.expressions.values() for g in ("voice", "flat") for e in getattr(v, g)
        ]
        for expression in said[::3]:
            assert found(gendered(expression.text, None), locale) is None, expression.text
    for name in LIBRARY.names("therapist"):
        for locale, speech in LIBRARY.load("therapist", name).speech.items():
            for text in (*speech.opening, *speech.reflect, *speech.safety, *speech.closing):
                assert found(text, locale, "therapist") is None, text


@pytest.mark.parametrize(
    ("reply", "kind", "told"),
    [
        (Reply("", "stop"), "unparsable", "Say something"),
        (Reply("I was just", "length"), "unparsable", "much shorter"),
        (Reply("Fine.", "filter"), "refusal", "research simulation"),
        (Reply("", refusal="No."), "refusal", "research simulation"),
        (Reply("Patient: no."), "role_drift", "You are the patient"),
        (Reply("*sighs heavily*"), "role_drift", "spoken aloud"),
        (Reply("我晚上睡不着，老是想店里的事情。"), "wrong_language", "in English"),
    ],
)
def test_the_model_is_told_what_was_wrong(reply: Reply, kind: str, told: str):
    wrong = Conduct("patient", tongue("en-US")).wrong(reply)
    assert wrong is not None
    assert (wrong.kind, told in wrong.again) == (kind, True)


def test_where_the_language_is_unknown_it_is_not_judged():
    conduct = Conduct("therapist")
    assert conduct.wrong(Reply("我想问问您最近睡得好不好。")) is None
    assert conduct._language() == "the language of the conversation"


def test_a_romanised_language_is_judged_by_its_script_alone():
    romanised = Tongue("Hindi", "hi", "Latn")
    assert romanised.strange("Raat ko neend nahi aati, dukaan ki baat sochta rehta hoon.") is None
    assert romanised.strange("रात को नींद नहीं आती, दुकान की बात।") == "in the script Deva"


def test_without_an_identifier_scripts_still_decide(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setitem(sys.modules, "pycld2", None)
    _identifier.cache_clear()
    assert identified("No puedo dormir por la noche y me siento muy cansado.") is None
    assert tongue("en-US").strange("我晚上睡不着，老是想店里的事情。") == "in the script Hani"
    monkeypatch.undo()
    _identifier.cache_clear()
    assert identified("\x00\x01 no \ufffe") is None
