"""`mhsim list` and `mhsim show`: what there is."""

from __future__ import annotations

from mhsim.cli.output import document, say, table, width
from mhsim.errors import InputError, listed, suggestion


def list_(kind: str | None = None, /, *, json: bool = False) -> int:
    """List what there is, by kind.

    Both what lies in the working directory and what ships with mhsim.

    Examples:
        mhsim list
        mhsim list patient

    Args:
        kind: patient, therapist, critic, judge, prompt, instrument, locale, graph or scenario.
        json: print it as JSON.
    """
    from mhsim.library import MODELS, Library
    from mhsim.showing import listing

    wanted = kind.removesuffix("s") if kind and kind.removesuffix("s") in MODELS else kind
    if wanted is not None and wanted not in MODELS:
        raise InputError(
            f"mhsim list: there is no kind {kind!r}; one of {listed(MODELS)}"
            f"{suggestion(kind, MODELS)}"
        )
    rows = listing(Library(), wanted)
    if json:
        document(things=rows)
        return 0
    about = max(20, width() - 42)
    cells = [[row["kind"], row["name"], _cut(_flagged(row), about)] for row in rows]
    say(table(["kind", "name", "about"], cells))
    return 0


def show(
    name: str,
    /,
    *,
    mermaid: bool = False,
    ascii: bool = False,
    json: bool = False,
) -> int:
    """Show one thing; a graph is drawn.

    Examples:
        mhsim show shopkeeper
        mhsim show culture-loop
        mhsim show culture-loop --mermaid

    Args:
        name: its name, or the path of its file.
        mermaid: print a graph as Mermaid.
        ascii: draw a graph in plain ASCII.
        json: print it as JSON.
    """
    from mhsim import drawing, showing
    from mhsim.library import Library
    from mhsim.planning import find_entry
    from mhsim.spec.graph import Graph

    entry = find_entry(name, Library())
    if entry.model is None:
        raise InputError(problems=entry.problems)
    if isinstance(entry.model, Graph) and mermaid:
        say(drawing.mermaid(entry.model).rstrip())
    elif isinstance(entry.model, Graph) and ascii:
        say(drawing.draw(entry.model, width=width(), ascii=True).rstrip())
    elif mermaid or ascii:
        raise InputError(
            f"mhsim show: {name} is no graph but a {entry.kind}; only graphs are drawn"
        )
    elif json:
        document(**showing.as_data(entry))
    else:
        say(showing.show(entry, width=width()).rstrip())
    return 0


def _flagged(row: dict[str, object]) -> str:
    problems = f" [{row['problems']} problems: mhsim check]" if row["problems"] else ""
    return f"{row['about'] or ''}{problems}"


def _cut(text: str, most: int) -> str:
    return text if len(text) <= most else f"{text[: most - 3]}..."
