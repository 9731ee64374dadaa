"""Measures of cultural authenticity: a vector, never one number.

Each is a plain function of a dialogue or of several, whose docstring says its formula, which way
it is expected to move, what fools it, and where it comes from. A keyword-stuffed dialogue scores
high on some of them: so bands are two-sided wherever caricature is possible, and no measure is
read alone. Without a human reference every band is *uncalibrated*.
"""

from mhsim.measure.authenticity.dialogue import Dialogue
from mhsim.measure.authenticity.diversity import vendi_score
from mhsim.measure.authenticity.gate import clinical_fidelity
from mhsim.measure.authenticity.lexical import (
    idiom_coverage,
    idiom_rate,
    idioms_per_turn,
    somatic_psychological_ratio,
    therapy_speak_rate,
)
from mhsim.measure.authenticity.mixing import code_mixing_index
from mhsim.measure.authenticity.person import (
    disclosure_gap,
    formulation_match,
    register_fit,
    risk_unasked,
)
from mhsim.measure.authenticity.twins import locale_separability, twin_isomorphism
from mhsim.measure.authenticity.vector import Band, utility

__all__ = [
    "Band",
    "Dialogue",
    "clinical_fidelity",
    "code_mixing_index",
    "disclosure_gap",
    "formulation_match",
    "idiom_coverage",
    "idiom_rate",
    "idioms_per_turn",
    "locale_separability",
    "register_fit",
    "risk_unasked",
    "somatic_psychological_ratio",
    "therapy_speak_rate",
    "twin_isomorphism",
    "utility",
    "vendi_score",
]
