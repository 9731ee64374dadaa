"""Chapters: what a report is made of, each the numbers of one question and how they are shown."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from mhsim.measure.summary import Number
from mhsim.store import Run

if TYPE_CHECKING:
    from mhsim.measure.authenticity.table import Given


@dataclass(frozen=True)
class Chapter:
    """One question.

    Args:
        numbers: what was measured.
        pages: paragraphs for a terminal.
    """

    numbers: Sequence[Number]
    pages: Sequence[str]


def chapters(run: Run, cutoffs: str | None, given: Given | None) -> Iterator[Chapter]:
    """Yield the chapters of a report; one where nothing was measured is empty.

    Args:
        run: the run.
        cutoffs: a table of severity bands by name; each instrument's own, without it.
        given: what culture is measured with; None leaves it out.
    """
    from mhsim.measure.human import human as rated
    from mhsim.measure.pairs import pairwise
    from mhsim.measure.safety import enquiries
    from mhsim.measure.severity import severity
    from mhsim.measure.summary import summary
    from mhsim.report.culture import enquiry
    from mhsim.report.drift import drift
    from mhsim.report.human import human
    from mhsim.report.pairs import pairs
    from mhsim.report.terminal import pages

    numbers = summary(run)
    yield Chapter(numbers, list(pages(run, numbers)))
    safety = list(enquiries(run))
    yield Chapter(safety, list(enquiry(safety)))
    shifts = list(severity(run, cutoffs))
    yield Chapter(shifts, list(drift(shifts)))
    numbers = list(pairwise(run, cutoffs))
    yield Chapter(numbers, list(pairs(numbers)))
    numbers = list(rated(run))
    yield Chapter(numbers, list(human(numbers)))
    if given is not None:
        yield _culture(run, given, [*shifts, *safety])


def _culture(run: Run, given: Given, more: Sequence[Number]) -> Chapter:
    from mhsim.measure.culture import culture_numbers
    from mhsim.report.culture import culture

    numbers = list(culture_numbers(run, given))
    return Chapter(numbers, list(culture([*more, *numbers])))
