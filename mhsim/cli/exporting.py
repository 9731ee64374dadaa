"""`mhsim export`: a run in another project's form."""

from __future__ import annotations

from pathlib import Path

from mhsim.cli.output import document, note, say


def export(
    run: str, /, *, to: str, out: Path | None = None, include_risk: bool = False, json: bool = False
) -> int:
    """Hand a run over in another form.

    Data sets (openai, sharegpt, huggingface) leave out conversations that may speak of death or
    self-harm unless asked. What a form cannot hold is said.

    Examples:
        mhsim export persona-trap --to huggingface --out persona-trap-data
        mhsim export runs/first --to csv
        mhsim export runs/first --to inspect

    Args:
        run: a run directory, or the name of one in runs/.
        to: openai, sharegpt, huggingface, csv, inspect, talkdep, patienthub, vera or erisk.
        out: an empty folder; export/FORM in the run directory without it.
        include_risk: take conversations that may speak of self-harm into data sets.
        json: print what was written as JSON.
    """
    from mhsim.exporting.taking import export as taken
    from mhsim.store import Run, find_run

    done = taken(Run(find_run(run)), to, out, include_risk=include_risk)
    if json:
        document(
            form=done.form,
            out=str(done.out),
            conversations=done.conversations,
            files=[str(file) for file in done.files],
            notes=list(done.notes),
        )
        return 0
    for file in done.files:
        say(str(file))
    for line in done.notes:
        note(line)
    note(f"{done.conversations} conversations in {len(done.files)} files")
    return 0
