"""mhsim list, mhsim show"""

from __future__ import annotations

from typing import Annotated

from cyclopts import Parameter

from mhsim.cli.output import document, say, table, width
from mhsim.errors import InputError, listed, suggestion


def list_(
    kind: str | None = None,
    *,
    json: Annotated[bool, Parameter(negative="", help="Print as JSON.")] = False,
) -> int:
    """List what there is: scenarios, graphs, agents, instruments, locales.

    Example: mhsim list patient

    Parameters
    ----------
    kind
        patient, therapist, critic, judge, prompt, instrument, locale, graph or scenario.
    """
    from mhsim.library import MODELS, Library
    from mhsim.showing import listing

    wanted = kind.removesuffix("s") if kind and kind.removesuffix("s") in MODELS else kind
    if wanted is not None and wanted not in MODELS:
        raise InputError(f"there is no kind {kind!r}; one of {listed(MODELS)}{suggestion(kind, MODELS)}")
    rows = listing(Library(), wanted)
    if json:
        document(things=rows)
        return 0
    about = max(20, width() - 42)
    say(
        table(
            ["kind", "name", "about"],
            [[r["kind"], r["name"], _cut(_flag(r), about)] for r in rows],
        )
    )
    return 0


def show(
    name: str,
    *,
    mermaid: Annotated[bool, Parameter(negative="", help="Print a graph as Mermaid.")] = False,
    ascii: Annotated[bool, Parameter(negative="", help="Draw a graph in plain ASCII.")] = False,  # noqa: A002
    json: Annotated[bool, Parameter(negative="", help="Print as JSON.")] = False,
) -> int:
    """Show one thing: a patient, a pack, an instrument, a graph drawn.

    Example: mhsim show culture-loop

    Parameters
    ----------
    name
        A name, or the path of a file.
    """
    from mhsim import drawing, showing
    from mhsim.library import Library
    from mhsim.planning import find_entry
    from mhsim.spec.graph import Graph

    entry = find_entry(name, Library())
    if entry.model is None:
        raise InputError(problems=entry.problems)
    if isinstance(entry.model, Graph) and mermaid:
        say(drawing.mermaid(entry.model))
    elif mermaid:
        raise InputError(f"{name} is a {entry.kind}; only a graph can be drawn as Mermaid")
    elif json:
        document(**showing.as_data(entry))
    elif isinstance(entry.model, Graph) and ascii:
        say(drawing.draw(entry.model, width=width(), ascii=True))
    else:
        say(showing.show(entry, width=width()))
    return 0


def _flag(row: dict[str, object]) -> str:
    problems = f" [{row['problems']} problems: mhsim check]" if row["problems"] else ""
    return f"{row['about'] or ''}{problems}"


def _cut(text: str, most: int) -> str:
    return text if len(text) <= most else f"{text[: most - 3]}..."
