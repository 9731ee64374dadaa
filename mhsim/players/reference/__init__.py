"""The reference simulator: an offline, seeded, agent-based player for every seat.

It is no language model and pretends to be none: what it assumes about flattening, attenuation and
judges is declared in the scenario, so that what the measurement finds can be held against it. Its
players keep nothing between calls that could not be read off the transcript; every draw has its own
stream, so a conversation cut anywhere goes on to the same end.
"""

from __future__ import annotations

from mhsim.errors import InputError
from mhsim.players.reference.critic import ReferenceCritic
from mhsim.players.reference.judge import ReferenceJudge
from mhsim.players.reference.patient import ReferencePatient
from mhsim.players.reference.supervisor import ReferenceSupervisor
from mhsim.players.reference.therapist import ReferenceTherapist
from mhsim.spec.agent import Critic, Judge, Patient, Therapist
from mhsim.table import Brief, Player


def seat(brief: Brief) -> Player:
    """Return the simulator of one seat.

    Raises:
        InputError: the locale has no expressions, or the therapist no speech there.
    """
    match brief.agent:
        case Patient():
            return ReferencePatient(brief)
        case Therapist():
            return ReferenceTherapist(brief)
        case Critic(watches="practice"):
            return ReferenceSupervisor(brief)
        case Critic():
            return ReferenceCritic(brief)
        case Judge():
            return ReferenceJudge(brief)
    raise InputError(f"the reference simulator cannot be {brief.agent.kind}")
