"""Help: what each verb says of itself, in the terminal and in docs/commands.md.

`python -m mhsim.cli.help docs/commands.md` writes the reference. Everything is read off the verbs:
signatures say what there is, docstrings what it means.
"""

from __future__ import annotations

import inspect
import sys
import textwrap
from dataclasses import dataclass
from pathlib import Path as FilePath
from types import UnionType
from typing import TYPE_CHECKING, Any, Literal, Union, get_args, get_origin

from mhsim.cli import ABOUT, VERBS
from mhsim.cli.app import app
from mhsim.cli.output import width

if TYPE_CHECKING:
    from cyclopts import Argument

_WIDEST = 100
"""Columns of help, at most."""

_VALUES: dict[object, str] = {int: "N", float: "X", FilePath: "PATH"}


@dataclass(frozen=True, slots=True)
class Page:
    """The help of one verb.

    Args:
        verb: its name.
        usage: how it is called.
        about: paragraphs.
        entries: argument or option, and what it means.
        examples: commands.
    """

    verb: str
    usage: str
    about: tuple[str, ...]
    entries: tuple[tuple[str, str], ...]
    examples: tuple[str, ...]


def page(verb: str) -> Page:
    """Return the help of a verb."""
    command = app[verb]
    arguments = [a for a in command.assemble_argument_collection(parse_docstring=True) if a.show]
    about, examples = _said(inspect.getdoc(command.default_command) or "")
    return Page(
        verb=verb,
        usage=" ".join([f"mhsim {verb}", *map(_used, arguments)]),
        about=about,
        entries=tuple((_label(argument), _meaning(argument)) for argument in arguments),
        examples=examples,
    )


def text(verb: str) -> str:
    """Return the help of a verb for the terminal."""
    told = page(verb)
    room = min(width(), _WIDEST)
    usage = textwrap.fill(f"Usage: {told.usage}", room, subsequent_indent="       ")
    paragraphs = [textwrap.fill(paragraph, room) for paragraph in told.about]
    column = max((len(label) for label, _ in told.entries), default=0) + 4
    entries = [
        textwrap.fill(f"{f'  {label}':{column}}{meaning}", room, subsequent_indent=" " * column)
        for label, meaning in told.entries
    ]
    examples = "\n".join(["Examples:", *(f"  {example}" for example in told.examples)])
    return "\n\n".join([usage, *paragraphs, *(["\n".join(entries)] if entries else []), examples])


def markdown() -> str:
    """Return the help of every verb as a Markdown document."""
    rows = [f"| [`mhsim {verb}`](#mhsim-{verb}) | {about} |" for verb, (_, about) in VERBS.items()]
    head = [
        "# Commands",
        "<!-- Written by `make docs` (python -m mhsim.cli.help); edit the docstrings instead. -->",
        ABOUT,
        "\n".join(["| command | does |", "|---|---|", *rows]),
        "Data goes to stdout, everything else to stderr. Exit codes: 0 done, 1 some conversations "
        "failed (they are named), 2 wrong input, 130 interrupted (what is finished is on disk; the "
        "command to go on is printed). `NO_COLOR` is honoured.",
    ]
    return "\n\n".join([*head, *(_section(page(verb)) for verb in VERBS)]) + "\n"


def _section(told: Page) -> str:
    # A bar ends a cell even where it stands in code.
    cells = ((label.replace("|", "\\|"), meaning) for label, meaning in told.entries)
    entries = [f"| `{label}` | {meaning} |" for label, meaning in cells]
    table = "\n".join(["| argument | meaning |", "|---|---|", *entries])
    return "\n\n".join(
        [
            f"## mhsim {told.verb}",
            *told.about,
            "\n".join(["```text", told.usage, "```"]),
            *([table] if entries else []),
            "\n".join(["```sh", *told.examples, "```"]),
        ]
    )


def _said(doc: str) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Take a docstring apart: its paragraphs, and its examples."""
    parts = doc.partition("\n\nArgs:\n")[0].partition("\n\nExamples:\n")
    paragraphs = (" ".join(paragraph.split()) for paragraph in parts[0].split("\n\n"))
    return tuple(paragraphs), tuple(line.strip() for line in parts[2].splitlines() if line.strip())


def _meaning(argument: Argument) -> str:
    said = argument.parameter.help or ""
    default = argument.field_info.default
    shown = isinstance(default, int | float | str) and not isinstance(default, bool)
    sentence = f"{said[:1].upper()}{said[1:]}"
    return f"{sentence} [{default}]" if shown else sentence


def _label(argument: Argument) -> str:
    return " ".join(filter(None, [argument.name, _value(argument)]))


def _used(argument: Argument) -> str:
    """Return how an argument stands in the usage line."""
    label = _label(argument)
    if argument.field_info.kind is inspect.Parameter.VAR_POSITIONAL:
        return f"[{label} ...]"
    return label if argument.required else f"[{label}]"


def _value(argument: Argument) -> str:
    """Return what stands for the value of an option; nothing for a switch or a position."""
    if not argument.name.startswith("-"):
        return ""
    hint = _bare(argument.hint)
    if hint is bool:
        return ""
    if get_origin(hint) is Literal:
        return "|".join(map(str, get_args(hint)))
    return _VALUES.get(hint, argument.name.lstrip("-").upper())


def _bare(hint: Any) -> Any:
    """Return a type without `| None`."""
    members = [member for member in get_args(hint) if member is not type(None)]
    return members[0] if get_origin(hint) in (Union, UnionType) and len(members) == 1 else hint


def main(path: str) -> None:
    """Write the reference."""
    FilePath(path).write_text(markdown(), encoding="utf-8")


if __name__ == "__main__":
    main(sys.argv[1])
