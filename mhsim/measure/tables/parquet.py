"""Tables on disk, as Parquet, by DuckDB; and a list of what is in them."""

from __future__ import annotations

import hashlib
import json
import tempfile
from collections.abc import Generator
from contextlib import ExitStack, contextmanager
from dataclasses import fields
from datetime import UTC, datetime
from pathlib import Path
from typing import IO, Any, get_type_hints

from mhsim.errors import InputError
from mhsim.measure.tables.kept import NAMES, rows
from mhsim.measure.tables.rows import SCHEMA, Row
from mhsim.measure.tables.withheld import without_risk
from mhsim.store import Run

_TYPES = {
    str: "VARCHAR", int: "BIGINT", float: "DOUBLE", bool: "BOOLEAN", datetime: "TIMESTAMP",
}  # fmt: skip
_LONGEST = 1 << 26
"""Bytes of the longest line: an utterance has no limit of its own."""


def write(run: Run, folder: Path, *, with_risk: bool = False) -> dict[str, int]:
    """Write every table of a run as `folder/<table>.parquet`, and `manifest.json` beside them.

    A run still going on is written as far as it has come. A table without rows has its columns.

    Args:
        run: the run.
        folder: made if it is not there; tables in it are replaced.
        with_risk: also write the words of utterances about self-harm; see `without_risk`.

    Returns:
        Table to its number of rows.

    Raises:
        InputError: DuckDB is not installed.
    """
    engine = _engine()
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=folder, prefix=".writing-") as place:
        lines = Path(place)
        counts = _spill(run, lines, with_risk=with_risk)
        for kind, name in NAMES.items():
            made = lines / f"{name}.parquet"
            _convert(engine, kind, lines / f"{name}.jsonl", made)
            made.replace(folder / f"{name}.parquet")
    _describe(run, folder, counts, with_risk=with_risk)
    return counts


def _engine() -> Any:
    try:
        import duckdb
    except ImportError:
        raise InputError(
            "tables need DuckDB, which is not installed: pip install 'mhsim[report]'"
        ) from None
    return duckdb.connect()


def _spill(run: Run, folder: Path, *, with_risk: bool) -> dict[str, int]:
    """Write every row as a line of JSON; a table in memory would not do for a big run."""
    counts = dict.fromkeys(NAMES.values(), 0)
    columns = {kind: [f.name for f in fields(kind)] for kind in NAMES}
    with _files(folder) as files:
        for row in rows(run) if with_risk else without_risk(run, rows(run)):
            name = NAMES[type(row)]
            data = {column: getattr(row, column) for column in columns[type(row)]}
            files[name].write(json.dumps(data, default=_utc) + "\n")
            counts[name] += 1
    return counts


def _utc(moment: datetime) -> str:
    """Write a time without its zone, which is UTC in every table."""
    return moment.astimezone(UTC).replace(tzinfo=None).isoformat()


@contextmanager
def _files(folder: Path) -> Generator[dict[str, IO[str]]]:
    with ExitStack() as stack:
        yield {
            name: stack.enter_context((folder / f"{name}.jsonl").open("w", encoding="utf-8"))
            for name in NAMES.values()
        }


def column_types(kind: type[Row]) -> dict[str, str]:
    """Return the SQL type of every column of a table, by the row's own annotations."""
    hints = get_type_hints(kind)
    found: dict[str, str] = {}
    for field in fields(kind):
        hint = hints[field.name]
        known = [part for part in getattr(hint, "__args__", (hint,)) if part in _TYPES]
        found[field.name] = _TYPES[known[0]]
    return found


def _convert(engine: Any, kind: type[Row], lines: Path, made: Path) -> None:
    table = engine.read_json(
        str(lines),
        columns=column_types(kind),
        format="newline_delimited",
        maximum_object_size=_LONGEST,
    )
    table.write_parquet(str(made), compression="zstd")


def _describe(run: Run, folder: Path, counts: dict[str, int], *, with_risk: bool) -> None:
    """Say what was written, of which plan, and what each file's sha256 is."""
    listed = {
        name: {
            "rows": counts[name],
            "sha256": hashlib.sha256((folder / f"{name}.parquet").read_bytes()).hexdigest(),
        }
        for name in NAMES.values()
    }
    about = {
        "plan": run.plan.hash,
        "run": run.path.name,
        "schema": SCHEMA,
        "words_about_self_harm": "included" if with_risk else "withheld",
        "tables": listed,
    }
    (folder / "manifest.json").write_text(json.dumps(about, indent=2) + "\n", encoding="utf-8")
