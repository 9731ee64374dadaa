"""The prompts agents of one kind are given, and what is read each turn around them."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from mhsim.spec.base import Locale, Spec, Text
from mhsim.spec.judging import Frame


class Translation(Spec):
    """A prompt in the language of one locale.

    Args:
        status: such as `draft, unreviewed`.
        text: the template; it may use what the prompt may use.
        frame: the words around what is read each turn.
    """

    status: Text
    text: Text
    frame: Frame = Frame()


class Prompt(Spec):
    """The prompt agents of one kind get unless they bring their own: a Jinja2 template.

    Args:
        kind: `prompt`.
        about: one line for lists.
        of: whose seat it is for; `supervisor` is a critic that watches practice, `comparison` is
            what a judge reads who compares two conversations.
        text: the template; it may use `persona`, `language`, `presentation`, `formulation`, `pack`,
            `locale`, `localize` and `style`, a judge's only `instrument`.
        translations: locale to the same in its language, for scenarios that ask for `original`.
    """

    kind: Literal["prompt"]
    about: Text
    of: Literal["patient", "therapist", "critic", "supervisor", "judge", "comparison"]
    text: Text
    translations: dict[Locale, Translation] = Field(default_factory=dict)

    def translation(self, locale: str) -> Translation | None:
        """Return it in a locale's language, be it another locale's; None where there is none."""
        if locale in self.translations:
            return self.translations[locale]
        language = locale.partition("-")[0]
        alike = (t for each, t in self.translations.items() if each.partition("-")[0] == language)
        return next(alike, None)
