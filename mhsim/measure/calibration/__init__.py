"""Do the measures recover what was planted? Known truth in, the report's own functions out."""

from mhsim.measure.calibration.campaign import Check, campaign, worlds
from mhsim.measure.calibration.world import World

__all__ = ["Check", "World", "campaign", "worlds"]
