"""One import from a path to files of ours: read, check, write, and say what was found."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from mhsim.errors import InputError
from mhsim.importing.checks import check
from mhsim.importing.haul import IMPORTERS, Finding, Haul, Options
from mhsim.importing.landing import land
from mhsim.importing.rating import judge_of
from mhsim.importing.staging import stage


@dataclass(frozen=True)
class Taken:
    """What an import came to.

    Args:
        format: the format read.
        counts: how much of what was found.
        findings: what is wrong in the source, by file and line.
        files: agents written.
        run: the run directory written, if there were conversations or judgements.
    """

    format: str
    counts: dict[str, int]
    findings: tuple[Finding, ...]
    files: tuple[Path, ...] = ()
    run: Path | None = None


def take(
    format_: str,
    path: Path,
    options: Options | None = None,
    out: Path | None = None,
    *,
    dry: bool = False,
) -> Taken:
    """Import a path.

    Args:
        format_: the format, such as `talkdep`.
        path: a file or folder of it.
        options: what else is known.
        out: the run directory; `runs/imported-<format>` without it.
        dry: read and check only; nothing is written.

    Raises:
        InputError: there is no such format, or nothing can be taken from the path.
        RunError: the run directory holds something else, or the disk refused.
    """
    importer = IMPORTERS.get(format_)
    haul = Haul(format_, options or Options(), root=path.parent)
    judge_of(haul.options)
    importer(path, haul)
    if not any(haul.counts().values()):
        said = [str(finding) for finding in haul.findings[:3]] or [
            "nothing in it is of this format"
        ]
        raise InputError(f"mhsim import: {path}: nothing of {format_} in it; " + "; ".join(said))
    check(haul)
    haul.settle()
    files: list[Path] = []
    run: Path | None = None
    if not dry:
        files = land(haul, Path.cwd())
        if haul.talks or haul.judged or haul.kept:
            run = stage(haul, out or Path("runs") / f"imported-{format_}")
    findings = sorted(haul.findings, key=lambda f: (f.file, f.line or 0))
    return Taken(format_, haul.counts(), tuple(findings), tuple(files), run)
