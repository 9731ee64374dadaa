"""All numbers of a run about culture: the authenticity vector, the gate."""

from __future__ import annotations

from collections.abc import Iterator

from mhsim.measure.authenticity.table import Given, authenticity
from mhsim.measure.gate import errors, gates
from mhsim.measure.summary import Number
from mhsim.store import Run


def culture_numbers(run: Run, given: Given | None = None) -> Iterator[Number]:
    """Yield every number about culture.

    Args:
        run: the run.
        given: human dialogues that calibrate the bands, translations, embeddings.

    Raises:
        InputError: a file cannot be read.
        RunError: embeddings cannot be had.
    """
    yield from authenticity(run, given)
    yield from gates(run, errors(run))
