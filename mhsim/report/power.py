"""Power in the terminal: what a design finds, what it would need, and a curve."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from mhsim.measure.design import CURVE, REPLICATES, Design
from mhsim.report.table import table

_WIDTH = 40

_LEGEND = """\
finds: the chance of this design to find the shift; least: the smallest shift it finds with the
wanted chance; equal: its chance to show equivalence where there is no shift; needs: patients for
the wanted chance, by replicates. The level of 5 % is divided by the languages tested together, as
Holm does at worst. More patients help; more replicates soon do not."""


def power(designs: Sequence[Design]) -> Iterator[str]:
    """Yield what designs find, and the curve of the one that finds least."""
    first = designs[0]
    yield (
        f"to find a shift of {first.shift:g} points with a chance of {first.wanted:.0%}; "
        f"{first.persons} patients, {first.replicates} replicates\n{first.spread.source}"
    )
    head = ["contrast", "languages", "spread", "finds", "least", "equal"]
    rows = [_row(design) for design in designs]
    yield table([*head, *(f"needs at {r}" for r in REPLICATES)], rows)
    hardest = min(designs, key=lambda design: -design.comparisons)
    yield "\n".join([f"patients and the chance to find it: {hardest.contrast}", *_curve(hardest)])
    yield _LEGEND


def _row(design: Design) -> list[str]:
    told = design.as_data()
    return [
        design.contrast,
        str(design.comparisons),
        f"{told['deviation']:.2f}",
        _share(told["power"]),
        "-" if told["detectable"] is None else f"{told['detectable']:.1f}",
        _share(told["equivalence_power"]),
        *(str(design.needed(replicates)) for replicates in REPLICATES),
    ]


def _share(value: float | None) -> str:
    return "-" if value is None else f"{value:.0%}"


def _curve(design: Design) -> Iterator[str]:
    """Yield a bar for every number of patients; the design's own is marked."""
    for persons in sorted({*CURVE, max(2, design.persons)}):
        chance = design.power(persons) or 0.0
        mark = " <- this scenario" if persons == design.persons else ""
        bar = ("#" * round(chance * _WIDTH)).ljust(_WIDTH)
        yield f"{persons:>5}  {bar} {chance:4.0%}{mark}"
