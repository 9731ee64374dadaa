"""Every sentence one person may say in one arm: the locale pack's, and their own life's."""

from __future__ import annotations

from collections.abc import Iterator

from mhsim.players.reference.words import Sentence, own, voice_tags
from mhsim.spec.agent import TOPICS, Persona
from mhsim.spec.culture import Glue, LocalePack, Voice
from mhsim.spec.formulation import Formulation
from mhsim.spec.voice import Expressions
from mhsim.table import Brief

_WORDS = {
    "name_for_it": "explanatory_model",
    "cause": "explanatory_model",
    "help": "stigma",
    "worry": "stigma",
    "coping": "family",
}
"""Groups of a formulation's own words, and the layer of adaptation each belongs to."""


class Pool:
    """What may be said, by group.

    An arm decides what is in it: with `nationality` only what nobody's life or culture shows
    in; with `biography` also this person's story; with `formulation` also the idioms and the own
    words that the person's cultural formulation licenses.

    Args:
        brief: the patient's brief; its pack must have expressions.
    """

    def __init__(self, brief: Brief) -> None:
        assert brief.lexicon is not None
        assert brief.persona is not None
        pack = brief.lexicon.pack
        self._local = brief.localize != "nationality"
        self._formulation = brief.formulation
        self._layers = brief.layers
        self._images = {m.text for m in pack.flattened_markers if m.kind == "generic-metaphor"}
        # A transposed persona keeps the source biography's gender and age, and no local tags.
        self._persona = brief.persona if self._local else _bare(brief.persona)
        self._tags = voice_tags(self._persona)
        self._idioms = {idiom.id: idiom for idiom in pack.idioms}
        self._items: dict[tuple[str, str], list[Sentence]] = {}
        self._groups: dict[str, list[Sentence]] = {}
        for item, voice in pack.expressions.items():
            self._voice(item, voice)
        self._glue(pack)
        if self._local:
            self._life(self._persona, self._formulation)
        self.all = [s for group in (*self._items.values(), *self._groups.values()) for s in group]

    def item(self, item: str, kind: str) -> list[Sentence]:
        """Return the sentences of one kind about one item; licensed idioms come up more often."""
        return self._items.get((item, kind), [])

    def group(self, name: str) -> list[Sentence]:
        """Return the sentences of one group."""
        return self._groups.get(name, [])

    def life(self) -> list[Sentence]:
        """Return what can be told of life at large: the person's own story where there is one."""
        own_story = [s for topic in TOPICS for s in self.group(f"story.{topic}")]
        return own_story or self.group("generic_life")

    def words(self) -> list[Sentence]:
        """Return the formulation in the person's own words, where the arm uses it."""
        return [s for name in _WORDS for s in self.group(f"words.{name}")]

    def _voice(self, item: str, voice: Voice) -> None:
        persona = self._persona
        voice = _directed(voice)
        self._items[item, "voice"] = list(self._weighted(own(voice.voice, "voice", persona, item)))
        self._items[item, "often"] = [
            sentence
            for level, said in voice.often.items()
            for sentence in own(said, "often", persona, item, (int(level),))
        ]
        self._items[item, "denied"] = list(own(voice.denied, "denied", persona, item))
        self._items[item, "flat"] = [
            sentence
            for sentence in own(voice.flat, "flat", persona, item)
            if "metaphor" not in self._layers or not self._pictured(sentence)
        ]

    def _pictured(self, sentence: Sentence) -> bool:
        """Say whether a flattened sentence is a stock image."""
        return any(image in sentence.text for image in self._images)

    def _weighted(self, sentences: Iterator[Sentence]) -> Iterator[Sentence]:
        """Drop idioms this person would not use; say the preferred ones more often."""
        licensed = self._formulation is not None and "idiom" in self._layers
        idioms = self._formulation.idioms if self._formulation and licensed else None
        for sentence in sentences:
            if sentence.idiom is None:
                yield sentence
            elif idioms is None:
                # Without a formulation nobody knows which idioms the person has: plain words only,
                # unless the idiom is so common that it needs no licence.
                if self._local and not self._idioms[sentence.idiom].tags:
                    yield sentence
            elif sentence.idiom in idioms.licensed:
                yield from [sentence] * (3 if sentence.idiom in idioms.preferred else 2)

    def _glue(self, pack: LocalePack) -> None:
        assert pack.speech is not None
        for name in Glue.model_fields:
            item = "self_harm" if name.startswith("safety_") else None
            kind = "denied" if name == "safety_no" else "voice" if name == "safety_yes" else name
            said = own(getattr(pack.speech, name), kind, self._persona, item)
            self._groups[name] = list(said)
        if self._formulation is not None and "family" not in self._layers:
            self._groups["family_says"] = []

    def _life(self, persona: Persona, formulation: Formulation | None) -> None:
        for topic, texts in persona.story.items():
            self._groups[f"story.{topic}"] = [Sentence(text, "story") for text in texts]
        if formulation is not None:
            for name in (name for name, layer in _WORDS.items() if layer in self._layers):
                texts = getattr(formulation.words, name)
                self._groups[f"words.{name}"] = [Sentence(text, "words") for text in texts]


def _directed(voice: Voice) -> Voice:
    """Return a voice whose sentences say themselves which way they go."""
    if voice.direction is None:
        return voice

    def said(expressions: Expressions) -> Expressions:
        way = {"direction": voice.direction}
        return tuple(e if e.direction else e.model_copy(update=way) for e in expressions)

    often = {level: said(each) for level, each in voice.often.items()}
    changed = {"voice": said(voice.voice), "often": often, "flat": said(voice.flat)}
    return voice.model_copy(update=changed)


def _bare(persona: Persona) -> Persona:
    """Return a persona with only what survives a change of nationality, in the standard variety."""
    kept = persona.tags & {"men", "women", "parent", "married", "working"}
    return persona.model_copy(update={"tags": kept | {"educated"}, "story": {}})
