"""Text: the text critic in a critic's seat; no model, every rule in the open."""

from __future__ import annotations

from mhsim.critic import Finding, Speaker, TextCritic
from mhsim.errors import InputError, PlayerError
from mhsim.forms import FlagReply
from mhsim.spec.agent import Critic
from mhsim.table import Ask, Brief, Filled, Form, Line
from mhsim.text import nfc


class TextPlayer:
    """Looks at every draft with the locale's pack, against this patient's formulation."""

    def __init__(self, critic: TextCritic, speaker: Speaker) -> None:
        self._critic = critic
        self._speaker = speaker

    async def say(self, ask: Ask) -> Line:
        """Refuse: a critic fills forms."""
        raise PlayerError("role_drift", "a critic does not speak")

    async def fill(self, ask: Ask, form: type[Form]) -> Filled[Form]:
        """Look at the draft."""
        assert ask.draft is not None
        finding = self._critic.look(ask.draft.text, self._speaker)
        return Filled(form.model_validate(as_reply(finding, nfc(ask.draft.text))))


def as_reply(finding: Finding, text: str) -> dict[str, object]:
    """Return a finding as a critic's form is filled in."""
    flags = [
        FlagReply(
            quote=text[flag.start : flag.end],
            kind=flag.kind,
            reason=flag.reason,
            suggestion=flag.suggestion,
            idiom=flag.idiom,
            marker=flag.marker,
        )
        for flag in finding.flags
    ]
    return {"flags": flags, "verdict": finding.verdict}


def seat(brief: Brief) -> TextPlayer:
    """Seat the text critic.

    Raises:
        InputError: the seat is no culture critic's, or the locale has no pack.
    """
    if not isinstance(brief.agent, Critic) or brief.agent.watches != "culture":
        raise InputError(f"the text critic can only be a culture critic, not {brief.role!r}")
    if brief.lexicon is None:
        raise InputError(f"the text critic needs a locale pack for {brief.trial.locale}")
    return TextPlayer(TextCritic(brief.lexicon), Speaker.of(brief.persona, brief.formulation))
