"""Node kinds: one file each. A node is an async function from log to new events.

To add a kind from outside, subclass `Step`, and name it in the entry point group `mhsim.nodes`.
"""

from mhsim.nodes.step import Step
from mhsim.table import Visit

__all__ = ["Step", "Visit"]
