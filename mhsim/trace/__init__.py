"""The live trace: what a person sees of one conversation, while it happens or afterwards."""

from mhsim.trace.trace import Trace

__all__ = ["Trace"]
