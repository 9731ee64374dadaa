r"""Phrases models use when they leave their part, by language, as regular expressions.

Matched after `mhsim.text.fold`. What a person in distress would say is kept out: a phrase needs
words of tasks, requests or consultation around it. Written for this project and read by no native
speaker yet, but for English.
"""

from __future__ import annotations

_SORRY = r"(?:i'm|i am) (?:so |very |really )?(?:sorry|afraid)[,.]? (?:but )?(?:that )?"
_TASK = (
    r"(?:assist|comply|fulfil+|help (?:you )?with (?:that|this)\b|role-?play|portray|simulate|"
    r"generate|provide (?:that|this|such|a response)|engage (?:in|with) (?:this|that|such)|"
    r"participate in|(?:continue|proceed) with (?:this|that|the)|take on (?:this|that) role)"
)

_CANNOT = r"(?: can't| cannot| can not| won't| will not| am unable to|(?:'m| am) not able to)"

REFUSALS: dict[str, tuple[str, ...]] = {
    "en": (
        rf"{_SORRY}i{_CANNOT} {_TASK}",
        rf"\bi{_CANNOT} "
        r"(?:assist with|comply|fulfil+ (?:this|that|your)|role-?play|portray|simulate|"
        r"generate (?:this|that|such|content)|create (?:this|that|such)? ?content|"
        r"engage (?:in|with) (?:this|that|such)|continue with (?:this|the) "
        r"(?:role|scenario|conversation|simulation|request))",
        r"\b(?:goes |is )?against my (?:guidelines|programming|polic|values as)",
        r"\b(?:violates?|content) (?:our |the |usage |content )?polic",
        r"not (?:able|comfortable) (?:to |with )?(?:role-?play|portray|simulat)",
    ),
    "zh": (
        "(?:抱歉|对不起|不好意思)[，,。！]?.{0,6}我?(?:无法|不能|不会)(?:为您|为你|向您|给您)?"
        "(?:提供|协助|满足|完成|参与|扮演|模拟|生成|处理|继续(?:扮演|进行|这))",
        "我(?:无法|不能)(?:扮演|模拟|参与这|满足(?:这|您|你)的?(?:个)?(?:要求|请求)|协助(?:您|你)?完成)",
        "(?:无法|不能)(?:满足|处理|完成)(?:您|你|这)的?个?(?:请求|要求)",
        "(?:违反|不符合|违背).{0,8}(?:政策|准则|使用条款|规范)",
    ),
    "bn": (
        "(?:দুঃখিত|ক্ষমা করবেন|মাফ করবেন)[,।]?.{0,20}(?:এই|এ ধরনের|এমন|আপনার).{0,25}"
        "(?:অনুরোধ|ভূমিকা|বিষয়ে|কাজে|কথোপকথন).{0,40}(?:পারব না|পারছি না|পারি না|সম্ভব নয়|অক্ষম)",
        "(?:দুঃখিত|ক্ষমা করবেন)[,।]?.{0,30}(?:সাহায্য|সহায়তা) (?:করতে|প্রদান করতে) "
        "(?:পারব না|পারছি না|পারি না|অক্ষম|সক্ষম নই)",
        "(?:অনুরোধ|ভূমিকা)(?:টি|টা)? ?(?:পূরণ|পালন|অভিনয়|গ্রহণ).{0,20}(?:পারব না|পারছি না|পারি না|সম্ভব নয়)",
        "নীতিমালা.{0,20}(?:বিরুদ্ধে|লঙ্ঘন|পরিপন্থী)",
    ),
    "hi": (
        "(?:माफ़? ?(?:कीजिए|करें|कीजिएगा)|माफी चाहता|माफी चाहती|क्षमा (?:करें|कीजिए)|खेद है)"
        ".{0,30}(?:अनुरोध|इस (?:विषय|भूमिका|मामले|काम) |ऐसी भूमिका|सहायता).{0,40}(?:नहीं|असमर्थ)",
        "(?:अनुरोध|भूमिका)(?: को)? (?:पूरा|निभा|स्वीकार).{0,15}(?:नहीं|असमर्थ)",
        "(?:नीति|नीतियों|दिशानिर्देश).{0,20}(?:खिलाफ|विरुद्ध|उल्लंघन)",
    ),
    "es": (
        r"(?:lo siento|disculpa|perdon[ae]?)[,.]? (?:pero )?no (?:puedo|soy capaz de) "
        r"(?:ayudar(?:te|le)? con (?:eso|esto)|asistir|cumplir|participar|interpretar|simular|"
        r"continuar con (?:est|es)|proporcionar)",
    ),
    "pt": (
        r"(?:desculpe|lamento|sinto muito)[,.]? (?:mas )?não (?:posso|consigo) "
        r"(?:ajudar (?:com|nisso)|auxiliar|cumprir|participar|interpretar|simular|"
        r"continuar com ess|fornecer)",
    ),
    "ar": (
        "(?:عذر.{0,2}|آسف|أعتذر|اعتذر)[،,]?.{0,12}لا (?:أستطيع|يمكنني|استطيع).{0,12}"
        "(?:المساعدة في|تلبية|تنفيذ|تقمص|لعب دور|المشاركة في|تقديم)",
    ),
    "ja": (
        "(?:申し訳|すみません).{0,20}(?:ご要望|リクエスト|役|その内容|お手伝い|お応え).{0,20}"
        "(?:できません|いたしかねます|できかねます)",
    ),
    "sw": (
        r"samahani[,.]? .{0,12}siwezi (?:kusaidia (?:na|katika)|kutimiza|kuigiza|kushiriki|kutoa)",
    ),
    "ta": ("மன்னிக்கவும்.{0,30}(?:கோரிக்கை|உதவ|பாத்திர).{0,30}(?:முடியாது|இயலாது|முடியவில்லை)",),
    "ur": (
        "(?:معذرت|معاف کیجی).{0,40}(?:درخواست|کردار|مدد فراہم|اس (?:معاملے|موضوع) میں مدد).{0,30}"
        "(?:نہیں|قاصر)",
    ),
}
"""Language to what declines a task."""

MACHINE: dict[str, tuple[str, ...]] = {
    "en": (
        r"\bas an? (?:ai\b|artificial intelligence|language model|large language|virtual assistant|"
        r"machine learning)",
        r"\b(?:i'm|i am) (?:just |only |actually |really )*an? (?:ai\b|artificial intelligence|"
        r"(?:large )?language model|virtual assistant|chatbot|computer program)",
        r"\bmy training data\b",
    ),
    "zh": (
        "作为(?:一个|一名|一款)?(?:ai|人工智能|大?语言模型|虚拟助手|智能助手)",
        "我(?:只)?是(?:一个|一名|一款)(?:ai|人工智能|大?语言模型|虚拟助手|智能助手|聊天机器人)",
    ),
    "bn": (
        "(?:এআই|ai|কৃত্রিম বুদ্ধিমত্তা|ভাষা মডেল)(?: মডেল| সহকারী)? হিসেবে",
        "আমি (?:শুধু )?(?:একটি|একটা|একজন) (?:এআই|ai\\b|কৃত্রিম বুদ্ধিমত্তা|ভাষা মডেল|চ্যাটবট)",
    ),
    "hi": (
        "(?:एआई|ai|कृत्रिम बुद्धिमत्ता|भाषा मॉडल)(?: मॉडल| सहायक)? (?:के रूप में|होने के नाते)",
        "मैं (?:सिर्फ |केवल |तो )?एक (?:एआई|ai\\b|कृत्रिम बुद्धिमत्ता|भाषा मॉडल|चैटबॉट)",
    ),
    "es": (r"\bcomo (?:una )?(?:ia\b|inteligencia artificial|modelo de lenguaje)",
           r"\bsoy (?:solo |sólo )?una? (?:ia\b|inteligencia artificial|modelo de lenguaje)"),
    "pt": (r"\bcomo (?:uma? )?(?:ia\b|inteligência artificial|modelo de linguagem)",
           r"\bsou (?:apenas )?uma? (?:ia\b|inteligência artificial|modelo de linguagem)"),
    "ar": ("(?:كنموذج|بصفتي نموذج|أنا نموذج|انا نموذج) ?(?:لغوي|لغة|ذكاء)", "كذكاء اصطناعي"),
    "ja": ("(?:ai|人工知能|言語モデル)(?:アシスタント)?として", "私は(?:ai|人工知能|言語モデル)"),
    "sw": (r"kama (?:akili bandia|modeli ya lugha|ai\b)",),
    "ta": ("(?:செயற்கை நுண்ணறிவு|மொழி மாதிரி)(?:யாக|யாகிய)",),
    "ur": ("(?:مصنوعی ذہانت|زبان کے? ماڈل|اے آئی) (?:کے طور پر|ہونے کے ناطے)",),
}  # fmt: skip
"""Language to what only a machine says of itself."""

COUNSEL: dict[str, tuple[str, ...]] = {
    "en": (
        r"\bthank you (?:so much )?for (?:sharing|opening up|trusting me)",
        r"\bit sounds like you(?:'re|'ve| are| have| feel)\b",
        r"\bhow (?:does|did) that make you feel\b",
        r"\bi(?:'m| am) here (?:to (?:listen|support|help)|for you)\b",
        r"\bi(?:'d| would)? (?:encourage|recommend|suggest|advise)(?: that)? you\b",
        r"\bhave you (?:considered|thought about) (?:talking|speaking|see|seeking|therapy|trying)",
        r"\bwhat (?:brings|brought) you (?:here|in)\b",
        r"\bover the (?:last|past) two weeks,? how often\b",
        r"\bit(?:'s| is) (?:really )?important (?:for you )?to (?:seek|reach out|talk to|"
        r"take care of yourself|be kind to yourself|remember that you)",
        r"\bplease (?:reach out|contact|call|seek|consider) .{0,40}"
        r"(?:hotline|helpline|lifeline|professional|emergency|crisis|988)",
        r"\byour feelings are (?:completely |totally )?valid\b",
    ),
    "zh": (
        "(?:谢谢|感谢)(?:你|您)(?:愿意)?(?:的|与我|跟我|和我)*分享", "听起来(?:你|您)",
        "我(?:会)?(?:一直)?(?:在这里|都在)(?:陪|倾听|支持)", "我(?:建议|鼓励)(?:你|您)",
        "是什么(?:让|使)(?:你|您)", "(?:你|您)(?:最近)?的?(?:睡眠|胃口|心情|情绪)(?:怎么样|如何)",
        "过去(?:的)?两(?:周|个星期|个礼拜).{0,4}(?:你|您)",
        "(?:建议|请|可以)(?:你|您)?(?:尽快)?(?:寻求|联系).{0,8}(?:专业|心理援助|热线)",
        "(?:你|您)的(?:感受|情绪)(?:是|都是)?(?:完全)?(?:可以理解|合理|正常)",
    ),
    "bn": (
        "(?:শেয়ার করার|খুলে বলার|ভাগ করে নেওয়ার) জন্য.{0,12}ধন্যবাদ",
        "ধন্যবাদ.{0,24}(?:শেয়ার করার|ভাগ করে নেওয়ার) জন্য",
        "আমি (?:এখানে )?আপনার (?:পাশে|কথা শুনতে) ?(?:এখানে )?আছি",
        "আপনাকে (?:পরামর্শ|উৎসাহ) (?:দেব|দিব|দিচ্ছি|দিতে চাই|দেই)",
        "মনে হচ্ছে আপনি", "আপনি কেমন অনুভব করছেন", "আপনার ঘুম কেমন",
        "গত দুই সপ্তাহে আপন(?:ি|ার)",
        "বিশেষজ্ঞ(?:ের)? (?:সাহায্য|পরামর্শ|সহায়তা) (?:নিন|নেওয়া উচিত)",
        "আপনার অনুভূতি(?:গুলো)? (?:খুবই )?(?:স্বাভাবিক|বৈধ)",
    ),
    "hi": (
        "(?:साझा|शेयर) करने के लिए.{0,10}(?:धन्यवाद|शुक्रिया)",
        "मैं आपकी (?:बात सुनने|मदद|मदद करने|सहायता)(?: के लिए)? (?:यहाँ|यहां|हाजिर)",
        "मैं आपको (?:सलाह|सुझाव) (?:देता|देती|दूँगा|दूँगी|देना)",
        "(?:ऐसा )?लगता है(?: कि)? आप ", "आप कैसा महसूस कर", "आपकी नींद कैसी",
        "पिछले दो (?:हफ्तों|सप्ताह|हफ्ते) (?:में|से) आप",
        "(?:किसी )?(?:विशेषज्ञ|पेशेवर|मनोचिकित्सक) (?:से|की) (?:मिलें|सलाह लें|मदद लें|सहायता लें)",
        "आपकी भावनाएँ? .{0,12}(?:जायज|स्वाभाविक|वैध)",
    ),
    "es": (r"\bgracias por (?:compartir|confiar)", r"\bte (?:recomiendo|sugiero|animo a)\b",
           r"\bestoy aquí para (?:escuchar|apoyar|ayudar)"),
    "pt": (r"\bobrigad[oa] por (?:compartilhar|partilhar)", r"\brecomendo que você\b",
           r"\bestou aqui para (?:ouvir|apoiar|ajudar)"),
    "ar": ("شكرا (?:لك )?على (?:مشاركت|ثقتك)", "أنا هنا (?:لأستمع|لدعمك|لمساعدتك)", "أنصحك ب"),
    "ja": ("(?:話|お話).{0,6}(?:して|シェアして)くださってありがとう", "どのようなお気持ちですか"),
    "sw": (r"asante kwa kushiriki", r"nakushauri\b", r"niko hapa kukusikiliza"),
    "ta": ("பகிர்ந்(?:து|த)தற்கு நன்றி", "நான் உங்களுக்கு ஆலோசனை"),
    "ur": ("(?:شیئر|بتانے) (?:کرنے )?کا شکریہ", "میں آپ کو مشورہ د"),
}  # fmt: skip
"""Language to what a counsellor says, and a patient does not."""

COMPLAINTS: dict[str, tuple[str, ...]] = {
    "en": (
        r"\bi (?:can't(?: seem to)?|cannot|barely|have(?:n't| not) been able to) sleep\b",
        r"\bi(?:'ve| have) (?:just )?been (?:feeling |so )+(?:down|low|hopeless|depressed|sad)\b",
        r"\bi feel (?:so |really |just )?(?:worthless|hopeless|like a burden|like a failure)\b",
        r"\bi (?:don't|do not) (?:want to|see a reason to) (?:live|be here|go on)\b",
        r"\bi(?:'ve| have) lost (?:my appetite|interest in)\b",
    ),
    "zh": (
        "我(?:最近|这几天|这阵子|一直|晚上|每天|都|也|老是|总是|整晚|夜里)*"
        "(?:睡不着|睡不好|吃不下|没胃口|提不起劲|活着没意思|不想活)",
        "我觉得自己(?:很|真|就是)?(?:没用|是个?负担|是个?失败)",
    ),
    "bn": (
        "আমার (?:রাতে |রাতের বেলা |কয়দিন ধরে )*ঘুম (?:আসে না|হয় না|আসতেছে না|হচ্ছে না)",
        "আমার (?:কিছুই |কিছু )?(?:ভালো লাগে না|খাইতে ইচ্ছা করে না|খেতে ইচ্ছে করে না)",
        "আমি (?:সবার |সংসারের )?বোঝা", "আমার বাঁচতে ইচ্ছা? (?:করে|হয়) না",
    ),
    "hi": (
        "मुझे (?:तो |रात को |रात में |रातों को |कई दिन से )*नींद (?:ही )?नहीं (?:आती|आ रही)",
        "मेरा (?:किसी काम में |कहीं )?मन नहीं लग", "मुझे भूख नहीं लगती",
        "मैं (?:सब पर |घर पर )?बोझ (?:हूँ|हूं|बन)", "मुझे जीने की इच्छा नहीं",
    ),
}  # fmt: skip
"""Language to what a patient says of themselves, and a clinician at work does not."""
