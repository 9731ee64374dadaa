"""VERA-MH personas: a table whose columns changed between versions, and a prompt's template."""

from __future__ import annotations

import re
from pathlib import Path

from mhsim.importing.haul import Finding, Haul, Unusable
from mhsim.importing.people import age_of, patient, text_of
from mhsim.importing.reading import Row, Text, each, read_rows, read_text
from mhsim.spec.origin import Origin, Severity

RISK = ("Current Risk Level", "Current Suicide Risk Level", "Harm imminence", "Harm Imminence")
LEVELS = ("none", "low", "moderate", "high", "imminent")
_LIFE = {"Name", "Age", "Gender", "Pronouns"}
_PLACE = re.compile(r"(?<!\{)\{([^{}]+)\}(?!\})")
SCALE = "VERA-MH risk level"


def read(path: Path, haul: Haul) -> None:
    """Read a table of personas."""
    for source in each(path, haul, ".tsv", ".csv"):
        delimiter = "\t" if "\t" in source.text.partition("\n")[0] else ","
        rows = read_rows(source, haul, delimiter)
        columns = list(rows[0].cells) if rows else []
        if "Name" not in columns:
            haul.say(source.file, "no table of personas: no column 'Name'; left out", 1)
            continue
        if haul.options.template is not None:
            _template(haul.options.template, source, columns, haul)
        if not set(RISK) & set(columns):
            haul.say(source.file, f"no column of risk: none of {', '.join(RISK)}", 1)
        for row in rows:
            _one(source, row, haul)
    if not haul.patients:
        raise Unusable(Finding(str(path), "no VERA-MH persona in it"))


def _one(source: Text, row: Row, haul: Haul) -> None:
    name = text_of(row.get("Name"))
    if name is None:
        haul.say(source.file, "a persona without a name", row.line)
    # The word None is a risk level here, not a missing one.
    label = row.get(*RISK) or None
    if label is None:
        haul.say(source.file, "no risk level", row.line)
    elif label.lower() not in LEVELS:
        haul.say(source.file, f"a risk level that is not known: {label!r}", row.line)
    said = row.get("Age")
    age = age_of(said, haul, source.file, row.line) if said else None
    extra = {"Age": said} if said and age is None else {}
    pronouns, gender = row.get("Pronouns"), text_of(row.get("Gender"))
    told = {
        column: (cell.strip(),)
        for column, cell in row.cells.items()
        if column not in _LIFE | {column for column in RISK if row.cells.get(column)}
        and cell.strip()
    }
    if pronouns:
        told["Pronouns"] = (pronouns,)
    column = next((name for name in RISK if row.cells.get(name, "").strip()), None)
    if column is not None:
        extra["risk column"] = column
    for each_column, cell in row.cells.items():
        if not cell.strip() and not each_column.startswith("column "):
            haul.say(source.file, f"nothing in {each_column!r}", row.line)
    severity = Severity(instrument=SCALE, label=label) if label else None
    origin = Origin(
        format="vera-personas", file=source.file, severity=severity, told=told, extra=extra
    )
    haul.add(name, patient(haul, origin, name=name, age=age, gender=gender))


def _template(path: Path, source: Text, columns: list[str], haul: Haul) -> None:
    """Hold a template against the columns: what it asks for, and what it never tells."""
    template = read_text(path, haul)
    places = {found[1]: found.start() for found in _PLACE.finditer(template.text)}
    for name, start in places.items():
        if name not in columns:
            said = f"{{{name}}} is asked for, and {source.file} has no such column"
            haul.say(template.file, said, template.line(start))
    for column in columns:
        if column not in places and not column.startswith("column "):
            haul.say(template.file, f"the column {column!r} is never told")
    haul.more["placeholders"] = len(places)
