"""How flattening and caricature show in the text of a language: cues by class, for the text critic.

Cues are written as in `mhsim.spec.voice.Reading`: strings, or regular expressions after `re:`.
They describe classes of wording, never sentences of an evaluation set.
"""

from __future__ import annotations

from pydantic import Field

from mhsim.spec.agent import Tag
from mhsim.spec.base import Spec, Texts


class Style(Spec):
    """Cue lists of one language.

    Args:
        group: the speaker's own people as a subject: we plus a kind of people, in our culture.
        universal: what is said of all of them: never, only, always, born to, that is our way.
        abstract: the words of a textbook or campaign, as stems: emotion, needs, pattern, inner.
        proverb: sayings and set phrases for a state, each harmless alone.
        hearsay: what follows is somebody else's belief: mother says, they took me.
        body: parts of the body, as stems; five short complaints of them are a list.
        therapy_speak: pan-cultural therapy talk: boundaries, healing, processing, safe space.
        therapy_soft: therapy talk that people with therapy or online life do use.
        calque: word-for-word English that no speaker of the language grew up with.
        checklist: symptoms as a manual names them, nominal and complete.
        metaphor: stock images of despair: ocean, tunnel, weight, fog, rollercoaster.
        exposition: the speaker explains their culture or group to an outsider.
        rule: statements about what all of a group do, feel or say.
        props: things that stand for a culture: spirits, ancestors, shrines, honour.
        slang: a group's catchwords, harmless one by one.
        distress: distress that no item cue covers: tears, pain, quarrels, worry, shame.
        concrete: particulars of a life: kin, things, places, times, amounts.
        reported: therapy words are somebody else's: a training, a poster, a counsellor said.
        ordinary: what makes distress words harmless: films, weather, prices, a match, good news.
        clinical: the clinic's own words, used by people who have been there.
        people: tag to cues by which a short description of a person is read.
    """

    group: Texts = ()
    universal: Texts = ()
    abstract: Texts = ()
    proverb: Texts = ()
    hearsay: Texts = ()
    body: Texts = ()
    therapy_speak: Texts = ()
    therapy_soft: Texts = ()
    calque: Texts = ()
    checklist: Texts = ()
    metaphor: Texts = ()
    exposition: Texts = ()
    rule: Texts = ()
    props: Texts = ()
    slang: Texts = ()
    distress: Texts = ()
    concrete: Texts = ()
    reported: Texts = ()
    ordinary: Texts = ()
    clinical: Texts = ()
    people: dict[Tag, Texts] = Field(default_factory=dict)

    def groups(self) -> dict[str, Texts]:
        """Return every cue list but `people`, by name."""
        return {name: getattr(self, name) for name in type(self).model_fields if name != "people"}
