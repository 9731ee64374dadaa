"""Trial and plan to table: who sits where, and what answers for them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

from mhsim.chat import Pool
from mhsim.errors import InputError
from mhsim.lexicon import Lexicon
from mhsim.planning import Plan
from mhsim.players.life import life
from mhsim.prompt import render
from mhsim.record import TrialId
from mhsim.registry import Registry
from mhsim.spec.agent import AnyAgent, Critic, Judge, Patient, Persona
from mhsim.spec.formulation import Formulation
from mhsim.spec.judging import Frame, Judging
from mhsim.table import Brief, Player, Seat, Table

PLAYERS: Registry[Callable[[Brief], Player]] = Registry("mhsim.players", "player")


class Casting:
    """Lays the table for the trials of one plan.

    What does not change between trials - searchable packs - is made once.

    Args:
        plan: the plan.
        players: role to player, for roles somebody in this process answers for.
        pool: the connections to chat models; whoever makes it closes it.
    """

    def __init__(
        self,
        plan: Plan,
        players: Mapping[str, Player] | None = None,
        pool: Pool | None = None,
    ) -> None:
        self.plan = plan
        self.pool = pool or Pool()
        self.players = dict(players or {})
        unknown = set(self.players) - set(plan.scenario.cast)
        if unknown:
            raise InputError(f"players are given for {sorted(unknown)}, which nobody is cast as")
        self.lexicons = {locale: Lexicon(pack) for locale, pack in plan.packs.items()}

    def table(self, trial: TrialId, **hooks: Any) -> Table:
        """Lay the table for one trial.

        Args:
            trial: the trial.
            hooks: `emit`, `settle`, `hear`, `arrive` of the table.

        Raises:
            InputError: a prompt cannot be rendered, or nothing answers for a seat.
        """
        seats = {role: self.seat(role, trial) for role in trial.cast}
        return Table(
            trial=trial,
            seats=seats,
            instruments=self.plan.instruments,
            lexicons=self.lexicons,
            **hooks,
        )

    def seat(self, role: str, trial: TrialId, task: str | None = None) -> Seat:
        """Put whom a trial casts as a role in its seat.

        Args:
            role: the role.
            trial: the trial.
            task: `compare` where a judge is to compare two conversations, not to rate one.

        Raises:
            InputError: its prompt cannot be rendered, or nothing answers for it.
        """
        agent = self.plan.agents[trial.cast[role]]
        brief = self.brief(role, trial, task)
        player = self.players.get(role) or PLAYERS.get(brief.model.provider)(brief)
        return Seat(role=role, agent=agent, player=player, prompt=brief.prompt)

    def brief(self, role: str, trial: TrialId, task: str | None = None) -> Brief:
        """Return what a seat is told, its prompt included; see `seat`.

        Raises:
            InputError: its prompt cannot be rendered.
        """
        agent = self.plan.agents[trial.cast[role]]
        return self._prompted(self._brief(role, agent, trial), task)

    def _brief(self, role: str, agent: AnyAgent, trial: TrialId) -> Brief:
        """Put together what a player is told; a judge's hears nothing of the patient."""
        arm = self.plan.scenario.arms[trial.arm]
        cast = (self.plan.agents[name] for name in trial.cast.values())
        patient = next((a for a in cast if isinstance(a, Patient)), None)
        if isinstance(agent, Judge):
            patient = None
        return Brief(
            role=role,
            agent=agent,
            model=self.plan.scenario.model_for(role),
            trial=trial,
            localize=arm.localize if not isinstance(agent, Judge) else None,
            layers=arm.adapted if not isinstance(agent, Judge) else frozenset(),
            patient=patient,
            persona=persona(patient, trial.locale, arm.localize) if patient else None,
            formulation=self._formulation(agent, patient, trial),
            lexicon=self.lexicons.get(trial.locale),
            lexicons=self.lexicons,
            instruments=self.plan.instruments,
            assumptions=self.plan.scenario.reference,
            pool=self.pool,
            judging=self._judging(role, agent),
        )

    def _judging(self, role: str, agent: AnyAgent) -> Judging:
        """Return how a judge or critic reads; speakers read as one speaks."""
        reads = isinstance(agent, Judge | Critic)
        return self.plan.scenario.judging_for(role) if reads else Judging()

    def _formulation(
        self, agent: AnyAgent, patient: Patient | None, trial: TrialId
    ) -> Formulation | None:
        """Return the person's formulation where the arm brings it in; a critic always knows it.

        What flattens is decided against the person, not against what an arm made of them.
        """
        localize = self.plan.scenario.arms[trial.arm].localize
        known = localize == "formulation" or (
            isinstance(agent, Critic) and localize != "nationality"
        )
        return patient.formulation.get(trial.locale) if patient and known else None

    def _prompted(self, brief: Brief, task: str | None) -> Brief:
        """Render what the seat is told: the agent's own prompt, or that of its kind.

        A judge or critic that reads in the original language gets the translation, if there is one.
        """
        agent, frame, own = brief.agent, Frame(), brief.agent.prompt if task is None else None
        prompt = self.plan.prompts.get(_kind(agent, task))
        text = own or (prompt.text if prompt else "")
        if prompt and not own and brief.judging.language == "original":
            translation = prompt.translation(brief.trial.locale)
            if translation:
                text, frame = translation.text, translation.frame
        return replace(brief, prompt=render(text, **known(brief)), frame=frame)


def _kind(agent: AnyAgent, task: str | None) -> str:
    """Return whose prompt an agent gets."""
    if task == "compare":
        return "comparison"
    practice = isinstance(agent, Critic) and agent.watches == "practice"
    return "supervisor" if practice else agent.kind


def persona(patient: Patient, locale: str, localize: str | None) -> Persona:
    """Return the biography a patient has in one arm: with `nationality`, the source one."""
    if localize == "nationality":
        return patient.persona[patient.source_locale]
    return patient.persona[locale]


def _glossed(brief: Brief) -> bool:
    """Say whether the pack is shown: a critic knows the language whatever the arm leaves out."""
    return "idiom" in brief.layers or isinstance(brief.agent, Critic)


def known(brief: Brief) -> dict[str, Any]:
    """Return what a prompt may use; a judge's knows the instrument and nothing else."""
    if isinstance(brief.agent, Judge):
        return {"instrument": brief.instruments[brief.agent.instrument]}
    return {
        "persona": brief.persona,
        "life": life(brief) if isinstance(brief.agent, Patient) else None,
        "presentation": brief.patient.presentation if brief.patient else None,
        "formulation": brief.formulation,
        "origin": brief.patient.origin if brief.patient else None,
        "pack": brief.lexicon.pack if brief.lexicon and _glossed(brief) else None,
        "layers": sorted(brief.layers),
        "language": brief.lexicon.pack.language.name if brief.lexicon else brief.trial.locale,
        "locale": brief.trial.locale,
        "localize": brief.localize,
        "style": getattr(brief.agent, "style", None),
    }
