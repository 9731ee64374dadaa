"""A laboratory for multilingual clinical dialogue.

A research simulation: no patients, no diagnosis, no therapy. The names below load what they need
when they are first used, so that `import mhsim` costs nothing.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

__version__ = "0.1.0"

if TYPE_CHECKING:
    from mhsim.batch import Outcome as Outcome
    from mhsim.batch import run as run
    from mhsim.lowering import compile_graph as compile
    from mhsim.errors import EngineError as EngineError
    from mhsim.errors import InputError as InputError
    from mhsim.errors import MhsimError as MhsimError
    from mhsim.errors import PlayerError as PlayerError
    from mhsim.errors import RunError as RunError
    from mhsim.planning import Plan as Plan
    from mhsim.planning import make_plan as plan
    from mhsim.session import simulate as simulate
    from mhsim.spec.agent import Critic as Critic
    from mhsim.spec.agent import Judge as Judge
    from mhsim.spec.agent import Patient as Patient
    from mhsim.spec.agent import Therapist as Therapist
    from mhsim.spec.graph import Graph as Graph
    from mhsim.spec.scenario import Scenario as Scenario
    from mhsim.store import Run as Run
    from mhsim.store import Session as Session

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
    "compile": "mhsim.lowering:compile_graph",
    "plan": "mhsim.planning:make_plan",
    "run": "mhsim.batch",
    "simulate": "mhsim.session",
}

__all__ = ["__version__", *_PLACES]  # pyright: ignore[reportUnsupportedDunderAll]


def __getattr__(name: str) -> Any:
    if name not in _PLACES:
        raise AttributeError(f"module 'mhsim' has no attribute {name!r}")
    place, _, inner = _PLACES[name].partition(":")
    return getattr(import_module(place), inner or name)
