"""One export from a run to a folder of files."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from mhsim.errors import InputError
from mhsim.exporting.order import EXPORTERS, Order
from mhsim.store import Run


@dataclass(frozen=True)
class Exported:
    """What an export came to.

    Args:
        form: the form.
        out: the folder.
        files: what was written.
        conversations: how many went into it.
        notes: what was left out, and why.
    """

    form: str
    out: Path
    files: tuple[Path, ...]
    conversations: int
    notes: tuple[str, ...]


def export(run: Run, form: str, out: Path | None = None, *, include_risk: bool = False) -> Exported:
    """Write a run in another form.

    Args:
        run: the run.
        form: the form, such as `openai`.
        out: the folder; `export/<form>` in the run directory without it.
        include_risk: whether data sets take in conversations that may speak of self-harm.

    Raises:
        InputError: there is no such form, nothing is closed, or the folder holds other files.
    """
    exporter = EXPORTERS.get(form)
    folder = out or run.path / "export" / form
    if out is not None and out.exists() and (not out.is_dir() or any(out.iterdir())):
        raise InputError(f"mhsim export: --out: {out} is not empty; name another folder")
    order = Order(run, folder, include_risk)
    if not order.conversations:
        raise InputError(f"mhsim export: {run.path}: no conversation has ended yet")
    files = tuple(exporter(order))
    # Only what the data set forms ask for is released; the others take everything.
    taken = order.__dict__.get("released", order.conversations)
    return Exported(form, folder, files, len(taken), tuple(dict.fromkeys(order.notes)))
