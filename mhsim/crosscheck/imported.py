"""Whether somebody imported can be played: by the simulator, or as a judge, not everybody can."""

from __future__ import annotations

from collections.abc import Iterator

from mhsim.crosscheck.locales import Cast
from mhsim.spec.agent import Judge, Patient
from mhsim.spec.base import Finding
from mhsim.spec.scenario import Scenario


def check_imported(scenario: Scenario, cast: Cast) -> Iterator[Finding]:
    """Yield a finding for each patient without item values the simulator would have to make up.

    And for each judge that follows questions: no node plays one yet.
    """
    for role, members in cast.items():
        simulated = scenario.model_for(role).provider == "reference"
        for name, agent, path in members:
            if simulated and isinstance(agent, Patient) and _unknown(agent):
                right = f"a chat model or a person for {role!r}; the simulator makes none up"
                yield Finding(path, f"{name} has no item values", right)
            if isinstance(agent, Judge) and agent.scale is None:
                right = "a judge that fills in an instrument; no player follows questions yet"
                yield Finding(path, f"{name} follows questions", right)


def _unknown(patient: Patient) -> bool:
    """Say whether nobody knows the truth; of our own patients their file says so already."""
    return patient.origin is not None and not patient.presentation.items
