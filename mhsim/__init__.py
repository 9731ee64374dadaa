"""A laboratory for multilingual clinical dialogue.

A research simulation: no patients, no diagnosis, no therapy. The names below load what they need
when they are first used, so that `import mhsim` costs nothing.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

__version__ = "0.1.0"

if TYPE_CHECKING:
    from mhsim.batch import Outcome, run
    from mhsim.comparing import compare
    from mhsim.errors import EngineError, InputError, MhsimError, PlayerError, RunError
    from mhsim.lowering import compile_graph
    from mhsim.planning import Plan, make_plan
    from mhsim.session import simulate
    from mhsim.spec.agent import Critic, Judge, Patient, Therapist
    from mhsim.spec.graph import Graph
    from mhsim.spec.scenario import Scenario
    from mhsim.store import Run, Session

    compile = compile_graph
    plan = make_plan

_PLACES = {
    "Critic": "mhsim.spec.agent",
    "EngineError": "mhsim.errors",
    "Graph": "mhsim.spec.graph",
    "InputError": "mhsim.errors",
    "Judge": "mhsim.spec.agent",
    "MhsimError": "mhsim.errors",
    "Outcome": "mhsim.batch",
    "Patient": "mhsim.spec.agent",
    "Plan": "mhsim.planning",
    "PlayerError": "mhsim.errors",
    "Run": "mhsim.store",
    "RunError": "mhsim.errors",
    "Scenario": "mhsim.spec.scenario",
    "Session": "mhsim.store",
    "Therapist": "mhsim.spec.agent",
    "compare": "mhsim.comparing",
    "compile": "mhsim.lowering:compile_graph",
    "plan": "mhsim.planning:make_plan",
    "run": "mhsim.batch",
    "simulate": "mhsim.session",
}

__all__ = [
    "Critic", "EngineError", "Graph", "InputError", "Judge", "MhsimError", "Outcome", "Patient",
    "Plan", "PlayerError", "Run", "RunError", "Scenario", "Session", "Therapist", "__version__",
    "compare", "compile", "plan", "run", "simulate",
]  # fmt: skip


def __getattr__(name: str) -> Any:
    if name not in _PLACES:
        raise AttributeError(f"module 'mhsim' has no attribute {name!r}")
    place, _, inner = _PLACES[name].partition(":")
    return getattr(import_module(place), inner or name)
