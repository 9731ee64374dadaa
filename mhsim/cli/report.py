"""`mhsim report`: what a run measured."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from mhsim.cli.output import document, note, say

if TYPE_CHECKING:
    from collections.abc import Sequence

    from mhsim.measure.summary import Number
    from mhsim.store import Run


def report(
    run: str,
    /,
    *,
    cutoffs: str | None = None,
    authenticity: bool = False,
    reference: Path | None = None,
    translations: Path | None = None,
    embeddings: str | None = None,
    tables: Path | None = None,
    with_risk: bool = False,
    html: bool = False,
    out: Path | None = None,
    json: bool = False,
) -> int:
    """Tell what a run measured, and what is missing.

    Severity error and flags by arm and locale; what every language did to totals and items against
    the English twins; agreement, trajectories, variance. Intervals are over patients. A run that is
    still going on is reported as far as it has come.

    Examples:
        mhsim report persona-trap
        mhsim report runs/first --cutoffs phq9
        mhsim report runs/first --authenticity
        mhsim report runs/first --embeddings ollama:bge-m3
        mhsim report runs/first --tables runs/first/report/tables
        mhsim report runs/first --html
        mhsim report runs/first --json

    Args:
        run: a run directory, or the name of one in runs/.
        cutoffs: a table of severity bands by name: phq9, bdi2_manual, erisk, talkdep.
        authenticity: also measure culture: idioms, flattening, register, disclosure, the gate.
        reference: human dialogues, JSON lines of locale, patient and turns, for the bands.
        translations: literal translations of the English conversations, in the same form.
        embeddings: sentence embeddings, provider:model, for likeness to the English twin.
        tables: also write every table into this folder, as Parquet: turns, ratings, items, flags.
        with_risk: also write the words of utterances about self-harm, into tables and page.
        html: write everything, conversations included, as one HTML page that needs no network.
        out: the page's file; runs/NAME/report/index.html, without it.
        json: print every number as JSON.
    """
    from mhsim.embedding import embedder
    from mhsim.measure.authenticity.table import Given
    from mhsim.report.chapters import chapters
    from mhsim.store import Run, find_run

    opened = Run(find_run(run))
    if tables:
        _write(opened, tables, with_risk=with_risk)
    wanted = authenticity or reference or translations or embeddings
    given = Given(reference, translations, embedder(embeddings) if embeddings else None)
    every = list(chapters(opened, cutoffs, given if wanted else None))
    numbers = [number for chapter in every for number in chapter.numbers]
    if html or out:
        return _page(opened, out, numbers, with_risk=with_risk)
    if json:
        scenario = opened.plan.scenario
        document(
            run=str(opened.path),
            plan=opened.plan.hash,
            models={role: scenario.model_for(role).model for role in scenario.cast},
            measures=[number.as_data() for number in numbers],
        )
        return 0
    say("\n\n".join(page for chapter in every for page in chapter.pages))
    return 0


def _page(run: Run, out: Path | None, numbers: Sequence[Number], *, with_risk: bool) -> int:
    """Write the page, and say where."""
    from mhsim.disk import disk
    from mhsim.report.html import page

    file = out or run.path / "report" / "index.html"
    text = page(run, numbers, with_risk)
    with disk(file):
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, encoding="utf-8")
    say(f"{file}: {len(text.encode()) / 1e6:.1f} MB")
    return 0


def _write(run: Run, folder: Path, *, with_risk: bool) -> None:
    """Write the tables, and say on stderr what was written."""
    from mhsim.measure.tables import write

    counts = write(run, folder, with_risk=with_risk)
    rows = ", ".join(f"{name} {count}" for name, count in counts.items())
    note(f"{folder}: rows of {rows}")
    if not with_risk:
        note("words about self-harm are withheld (--with-risk writes them)")
