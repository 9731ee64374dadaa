"""The gate: is the clinical content as faithful in a locale as in English?"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from statistics import fmean, stdev


@dataclass(frozen=True, slots=True)
class Fidelity:
    """How much worse a locale is than English, paired by person.

    Args:
        difference: mean of |error| in the locale less |error| in English, in points; above 0 is
            worse.
        deviation: standard deviation of the paired differences; None with fewer than two.
        n: persons with both.
        missing: persons with only one.
    """

    difference: float | None
    deviation: float | None
    n: int
    missing: int


def clinical_fidelity(local: Mapping[str, float], english: Mapping[str, float]) -> Fidelity:
    """Compare severity errors of the same persons in a locale and in English.

    Formula: mean over persons of |error(locale)| - |error(English)|. The gate is passed where a
    measure of authenticity improves and this does not grow: a perfect costume with changed
    severity is a failure. Expected: 0 or less. Pitfalls: an error is the judge's and the
    generator's together; only a crossed design tells them apart. Source: Xu and Abdullah 2026
    (arXiv:2606.19640).

    Args:
        local: person to severity error in the locale, in points.
        english: person to severity error in English.
    """
    both: Sequence[str] = sorted(set(local) & set(english))
    differences = [abs(local[name]) - abs(english[name]) for name in both]
    return Fidelity(
        difference=fmean(differences) if differences else None,
        deviation=stdev(differences) if len(differences) > 1 else None,
        n=len(both),
        missing=len(set(local) ^ set(english)),
    )
