"""A chat model in a seat: what it is asked, and what becomes of its replies."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from mhsim.chat import ChatError, Connection, Message, Reply, Request
from mhsim.errors import InputError, PlayerError
from mhsim.lexicon import RISK_LEVELS, Lexicon, screen
from mhsim.players.conduct import Conduct, Wrong
from mhsim.players.conduct.tongue import Tongue
from mhsim.players.life import life
from mhsim.players.model.enquiry import Enquiry, answered, failure_kind
from mhsim.players.model.shape import shape
from mhsim.players.model.sheet import Sheet
from mhsim.players.model.tally import Tally
from mhsim.players.model.thread import OPENER, TURN, Thread, put
from mhsim.spec.agent import Patient
from mhsim.table import Ask, Brief, Filled, Form, Line

RETRIES = 2
"""How often a speaker is asked again after a reply that was not taken."""

_PLAIN = "Answer in one to five sentences."
_DEMAND = "Answer with one JSON object of this shape, and nothing else:"
_SAFETY = "(In your next words ask directly and calmly about the wish to be dead.)"


@dataclass(frozen=True, slots=True)
class Part:
    """What a chat model needs to know of its seat.

    Args:
        role: the role it answers for.
        prompt: what it is told before the conversation.
        draw: the replicate, 0-based: keeps draws apart where replies are cached.
        conduct: what a speaker's replies are held against.
        sheet: how what a judge or critic reads is laid out.
        risk: the pack by which what is said about dying is found again in a revision.
    """

    role: str
    prompt: str
    draw: int = 0
    conduct: Conduct = field(default_factory=lambda: Conduct("patient"))
    sheet: Sheet = field(default_factory=Sheet)
    risk: Lexicon | None = None


class ModelPlayer:
    """A chat model in a seat.

    Args:
        connection: the model.
        part: its seat.
    """

    def __init__(self, connection: Connection, part: Part) -> None:
        self._connection = connection
        self._part = part
        self._thread = Thread(part.role, part.prompt or _PLAIN)
        self._system: dict[str, Message] = {}

    async def say(self, ask: Ask) -> Line:
        """Answer as the role; pieces are heard as they come where somebody listens.

        A reply that is none of a person in the role is answered with what was wrong, twice at most.
        """
        messages, tally = self.to_say(ask), Tally()
        hear = ask.hear
        while True:
            tally.call()
            try:
                reply = await self._connection.send(
                    Request(messages, draw=self._part.draw, hear=hear)
                )
            except ChatError as error:
                calls = tally.attempts + max(0, error.attempts - 1)
                raise PlayerError(failure_kind(error), error.detail, calls, tally.usage) from error
            tally.add(self._connection.usage(reply))
            wrong = self._part.conduct.wrong(reply) or self._softened(ask, reply)
            if wrong is None:
                return Line(reply.text.strip(), usage=tally.usage)
            tally.again(wrong.kind)
            if tally.attempts > RETRIES:
                raise PlayerError(wrong.kind, wrong.detail, tally.attempts, tally.usage)
            messages = [*messages, *answered(reply, wrong)]
            hear = None  # what was heard once is corrected as a whole, not said twice

    def _softened(self, ask: Ask, reply: Reply) -> Wrong | None:
        """Say that a revision takes back what the draft said about dying."""
        if ask.draft is None or self._part.risk is None:
            return None
        before, now = (screen(t, [self._part.risk])[0] for t in (ask.draft.text, reply.text))
        if RISK_LEVELS.index(now) >= RISK_LEVELS.index(before):
            return None
        again = "What was said about dying must stay as it was. Change only the words named above."
        return Wrong("role_drift", f"the revision took back {before} risk", again)

    async def fill(self, ask: Ask, form: type[Form]) -> Filled[Form]:
        """Fill a form in; a reply that does not fit is answered with its error, then given up."""
        enquiry = Enquiry(self._connection, form)
        filled = await enquiry.ask(self.to_fill(ask, form), self._part.draw)
        return Filled(filled, usage=enquiry.tally.usage)

    def to_say(self, ask: Ask) -> list[Message]:
        """Return the messages that ask for words."""
        messages = self._thread.follow(ask.transcript, ask.turn)
        for note in _notes(ask):
            put(messages, "user", note)
        if messages[-1]["role"] != "user":
            put(messages, "user", OPENER if len(messages) == 1 else TURN)
        return messages

    def to_fill(self, ask: Ask, form: type[Form]) -> list[Message]:
        """Return the messages that ask for a form; the first is the same in every call."""
        told = shape(form)
        if told.title not in self._system:
            system = f"{self._part.prompt}\n\n{_DEMAND}\n{told.outline}".strip()
            self._system[told.title] = {"role": "system", "content": system}
        sheet = {"role": "user", "content": self._part.sheet.write(ask)}
        return [self._system[told.title], sheet]


def _notes(ask: Ask) -> Iterator[str]:
    """Yield what a speaker is told besides the conversation."""
    if ask.task == "safety":
        yield _SAFETY
    if ask.draft is not None and ask.flags:
        flagged = "\n".join(f"- “{mark.span.quote}”: {mark.reason}" for mark in ask.flags)
        yield (
            "(You were about to say what stands above. Say it again as you would really say it: "
            "the same things happened, as often and as badly. Change only the words named here, "
            "and never what is said about dying or about harming yourself. Not how you talk:\n"
            f"{flagged}\nAnswer with the words alone.)"
        )


def part(brief: Brief) -> Part:
    """Return what a chat model needs to know of its seat."""
    pack = brief.lexicon.pack if brief.lexicon else None
    tongue = None
    if pack is not None:
        code = pack.locale.partition("-")[0]
        tongue = Tongue(pack.language.name, code, pack.language.script)
    names = tuple(filter(None, [brief.persona.name if brief.persona else None]))
    glossed = brief.judging.language == "glossed"
    return Part(
        role=brief.role,
        prompt=brief.prompt,
        draw=brief.trial.replicate - 1,
        conduct=Conduct(brief.agent.kind, tongue, names),
        sheet=Sheet(brief.judging, brief.frame, brief.lexicon if glossed else None),
        risk=brief.lexicon,
    )


def seat(brief: Brief) -> ModelPlayer:
    """Seat the chat model a scenario names.

    Raises:
        InputError: the provider is unknown, its package or its key is missing, or a patient would
            have to make its illness up.
    """
    agent = brief.agent
    ill = isinstance(agent, Patient) and agent.presentation.items and not agent.prompt
    if ill and life(brief) is None:
        raise InputError(
            f"{brief.trial.cast[brief.role]} has no words for {brief.trial.locale}: neither its "
            "pack nor that of the source locale has expressions for every item; write them, or "
            "give the patient a prompt of its own"
        )
    connection = brief.pool.get(brief.model).at(brief.trial.id, brief.role)
    return ModelPlayer(connection, part(brief))
