"""All numbers of a run about culture: the authenticity vector, the gate, contrasts, safety."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from mhsim.measure.authenticity.table import authenticity
from mhsim.measure.contrast import contrasts, errors, gates
from mhsim.measure.safety import enquiries
from mhsim.measure.summary import Number
from mhsim.store import Run


def culture_numbers(run: Run, reference: Path | None = None) -> Iterator[Number]:
    """Yield every number about culture.

    Args:
        run: the run.
        reference: human dialogues that calibrate the bands.

    Raises:
        InputError: the reference cannot be read.
    """
    yield from authenticity(run, reference)
    by = errors(run)
    yield from gates(run, by)
    yield from contrasts(run, by)
    yield from enquiries(run)
