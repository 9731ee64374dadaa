"""What the reference simulator assumes: declared known truth, not a finding about models."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field, StrictStr

from mhsim.spec.base import Locale, Name, Share, Spec


class Reader(Spec):
    """What the simulator assumes of one judge in one language.

    Args:
        bias: points added to every item value it reads, -3 to 3.
        noise: standard deviation, in points, of what it adds besides.
        miss: the share of evidence it overlooks.
    """

    bias: Annotated[float, Field(ge=-3, le=3, strict=True)] = 0.0
    noise: Annotated[float, Field(ge=0, le=3, strict=True)] = 0.0
    miss: Share = 0.0


class Assumptions(Spec):
    """What the reference simulator assumes: declared known truth, not a finding about models.

    Args:
        flattening: per arm, the probability that a patient puts an experience in flattened words.
        attenuation: per locale, the share of each item's value that is lost when it is put into
            words (0.18 turns a 3 into a 2 about every second time).
        judges: per judge's role and language (`en`, `zh`, `bn`, `hi`), how well it reads.
    """

    flattening: dict[Name, Share] = Field(default_factory=dict)
    attenuation: dict[Locale, Share] = Field(default_factory=dict)
    judges: dict[Name, dict[Annotated[StrictStr, Field(pattern="^[a-z]{2,3}$")], Reader]] = Field(
        default_factory=dict
    )
