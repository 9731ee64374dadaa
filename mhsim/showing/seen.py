"""What a chat model in a seat will see: the system's message, and those of the first turn."""

from __future__ import annotations

from collections.abc import Sequence

from mhsim.casting import Casting
from mhsim.chat import Connection, Message, Reply, Request
from mhsim.errors import EngineError, InputError, listed, suggestion
from mhsim.forms import Comparison, Findings, rating_form
from mhsim.library import Library
from mhsim.planning import Plan, make_plan
from mhsim.players.model import ModelPlayer, part
from mhsim.record import TrialId, Utterance
from mhsim.spec.agent import AnyAgent, Critic, Patient, Therapist
from mhsim.table import Ask


class _Silent:
    """Stands where a model would: nothing is sent."""

    async def send(self, request: Request) -> Reply:
        """Fail: nobody is asked."""
        raise EngineError("nothing is sent when a prompt is shown")

    async def close(self) -> None:
        """Do nothing."""


def seen(plan: Plan, trial: TrialId, name: str) -> Sequence[Message]:
    """Return the messages of a seat's first call; `<…>` stands where others will have spoken.

    Args:
        plan: the plan.
        trial: one of its trials.
        name: a role of the trial, or the name of a prompt.

    Raises:
        InputError: the trial has no such role, and nobody in it gets such a prompt.
    """
    task = "compare" if name == "comparison" else None
    role = _role(plan, trial, name)
    casting = Casting(plan)
    brief = casting.brief(role, trial, task)
    player = ModelPlayer(Connection(brief.model.model, _Silent()), part(brief))
    agent = brief.agent
    if isinstance(agent, Patient | Therapist):
        before = () if isinstance(agent, Therapist) else _said(plan, trial, "therapist")
        return player.to_say(Ask(role, "speak", 1, 0, before))
    said = (*_said(plan, trial, "therapist"), *_said(plan, trial, "patient"))
    if isinstance(agent, Critic):
        watched = "therapist" if agent.watches == "practice" else "patient"
        drafts = _said(plan, trial, watched, "draft")
        before = [u for u in said if watched == "patient" and u.role != drafts[0].role]
        return player.to_fill(Ask(role, "review", 1, 0, before, draft=drafts[0]), Findings)
    spoken = next((u.role for u in said[-1:]), None)
    if task:
        return player.to_fill(Ask(role, "compare", 1, 0, said, of=spoken, versus=said), Comparison)
    form = rating_form(plan.instruments[agent.instrument])
    return player.to_fill(Ask(role, "rate", 1, 0, said, of=spoken), form)


def find_trial(name: str, scenario: str | None, library: Library) -> tuple[Plan, TrialId]:
    """Return the plan that has a trial of that id, and the trial.

    Raises:
        InputError: no scenario has it.
    """
    if scenario is not None:
        plan = make_plan(scenario, library)
        return plan, plan.trial(name)
    for each in library.names("scenario"):
        entry = library.entry("scenario", each)
        if entry.model is None or name.partition(".")[0] not in entry.model.arms:
            continue
        plan = make_plan(each, library)
        found = next((trial for trial in plan.trials() if trial.id == name), None)
        if found is not None:
            return plan, found
    raise InputError(f"no scenario has a trial {name!r}; name the scenario after it")


def _role(plan: Plan, trial: TrialId, name: str) -> str:
    if name in trial.cast:
        return name
    wanted = "judge" if name == "comparison" else name
    found = (r for r, agent in trial.cast.items() if _gets(plan.agents[agent]) == wanted)
    role = next(found, None)
    if role is None:
        known = [*trial.cast, "comparison"]
        raise InputError(
            f"nobody in {trial.id} gets the prompt {name!r}; one of the roles "
            f"{listed(known)}{suggestion(name, known)}"
        )
    return role


def _gets(agent: AnyAgent) -> str:
    practice = isinstance(agent, Critic) and agent.watches == "practice"
    return "supervisor" if practice else agent.kind


def _said(plan: Plan, trial: TrialId, kind: str, what: str = "words") -> tuple[Utterance, ...]:
    """Return a place for what the first of a kind will say in turn 1."""
    roles = [r for r, name in trial.cast.items() if plan.agents[name].kind == kind]
    return tuple(Utterance(turn=1, role=r, text=f"<the {r}'s {what}>") for r in roles[:1])
