"""`mhsim import`: other projects' files."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

from mhsim.cli.output import document, note, say
from mhsim.errors import InputError, listed, suggestion

if TYPE_CHECKING:
    from mhsim.importing.taking import Taken

COLUMNS = ("conversation", "speaker", "text", "patient", "locale", "turn")
"""What `--map` can name, for transcripts in rows or records."""


def import_(
    format: str,
    path: Path,
    /,
    *,
    check: bool = False,
    out: Path | None = None,
    truth: Path | None = None,
    template: Path | None = None,
    map: str | None = None,
    locale: str = "en-US",
    judge: str | None = None,
    model: str = "reference",
    json: bool = False,
) -> int:
    """Take in other projects' files, and say what is wrong there.

    Patients and judges land in agents/ of the working directory, conversations and judgements in a
    run directory. What has no word here is kept under `extra`. Nothing is guessed: what does not
    fit is reported with file and line, and left open. Exit codes: 0 clean, 1 with findings,
    2 unusable.

    Examples:
        mhsim import talkdep patient_profiles --truth golden_truth.txt
        mhsim import vera-run conversations --check
        mhsim import talkdep-conversations final_conversations --judge severity
        mhsim import transcripts calls.csv --map speaker=who,text=said

    Args:
        format: talkdep, talkdep-conversations, talkdep-judgements, patient-psi, vera-personas,
            vera-rubric, vera-run, mindeval, patienthub, erisk or transcripts.
        path: a file or folder.
        check: only say what is wrong; write nothing.
        out: the run directory; runs/imported-FORMAT without it.
        truth: a file of true totals, a name and a number on each line.
        template: the template that personas are told by.
        map: our columns to theirs: conversation, speaker, text, patient.
        locale: whose language is spoken.
        judge: a judge of ours that rates the conversations, turn by turn, such as severity.
        model: what answers for that judge: reference, or provider:name.
        json: print counts and findings as JSON.
    """
    from mhsim.importing.haul import Options
    from mhsim.importing.taking import take

    if not path.exists():
        raise InputError(f"mhsim import: {path}: there is no such file or folder")
    options = Options(truth, template, _columns(map), _locale(locale), judge, model)
    taken = take(format, path, options, out, dry=check)
    if json:
        document(
            format=taken.format,
            counts=taken.counts,
            findings=[
                {k: v for k, v in asdict(f).items() if v is not None} for f in taken.findings
            ],
            files=[str(file) for file in taken.files],
            run=str(taken.run) if taken.run else None,
        )
    else:
        _tell(taken)
    return 1 if taken.findings else 0


def _columns(given: str | None) -> dict[str, str]:
    """Read `speaker=who,text=utterance`."""
    columns: dict[str, str] = {}
    for pair in given.split(",") if given else ():
        name, sign, column = pair.partition("=")
        name = {"role": "speaker", "id": "conversation"}.get(name.strip(), name.strip())
        if not sign or not column.strip():
            raise InputError(f"mhsim import: --map: found {pair!r}; write ours=theirs")
        if name not in COLUMNS:
            near = suggestion(name, COLUMNS)
            raise InputError(f"mhsim import: --map: found {name!r}; one of {listed(COLUMNS)}{near}")
        columns[name] = column.strip()
    return columns


def _locale(given: str) -> str:
    import re

    from mhsim.spec.base import LOCALE

    if not re.fullmatch(LOCALE, given):
        raise InputError(f"mhsim import: --locale: found {given!r}; a tag such as en-US or bn-BD")
    return given


def _tell(taken: Taken) -> None:
    for finding in taken.findings:
        say(str(finding))
    for file in taken.files:
        note(f"wrote {file}")
    if taken.run:
        note(f"wrote {taken.run}: mhsim report {taken.run}")
    found = ", ".join(f"{count} {name}" for name, count in taken.counts.items() if count)
    note(f"{found}; {len(taken.findings)} findings")
