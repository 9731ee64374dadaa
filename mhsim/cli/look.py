"""`mhsim list` and `mhsim show`: what there is."""

from __future__ import annotations

from typing import Annotated

from cyclopts import Parameter

from mhsim.cli.output import document, say, table, width
from mhsim.errors import InputError


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

    one = kind.removesuffix("s") if kind else None
    rows = listing(Library(), one if one in MODELS else kind)
    if json:
        document(things=rows)
        return 0
    room = max(30, width() - 42)
    say(table(["kind", "name", "about"], [[r["kind"], r["name"], _about(r, room)] for r in rows]))
    return 0


def show(
    name: str,
    scenario: str | None = None,
    /,
    *,
    for_: Annotated[str | None, Parameter(name="--for")] = None,
    mermaid: bool = False,
    ascii: bool = False,
    json: bool = False,
) -> int:
    """Show one thing; a graph is drawn.

    Examples:
        mhsim show shopkeeper
        mhsim show culture-loop
        mhsim show culture-loop --mermaid
        mhsim show patient --for adapted.bn-BD.shopkeeper.001

    Args:
        name: its name, or the path of its file; with --for a role, or a prompt's name.
        scenario: with --for, the scenario that has the trial.
        for_: a trial: print what a chat model in that seat sees in its first call.
        mermaid: print a graph as Mermaid.
        ascii: draw a graph in plain ASCII.
        json: print it as JSON.
    """
    if for_ is not None:
        return _seen(name, for_, scenario, json=json)
    from mhsim import drawing, showing
    from mhsim.checking import find_entry
    from mhsim.library import Library
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


def _seen(name: str, trial: str, scenario: str | None, *, json: bool) -> int:
    from mhsim.library import Library
    from mhsim.showing.seen import find_trial, seen

    plan, found = find_trial(trial, scenario, Library())
    messages = seen(plan, found, name)
    if json:
        document(trial=found.id, seat=name, messages=[dict(message) for message in messages])
        return 0
    say("\n\n".join(f"[{message['role']}]\n{message['content']}" for message in messages))
    return 0


def _about(row: dict[str, object], room: int) -> str:
    """Return what a thing is about, cut to `room`; that it has problems is never cut."""
    count = row["problems"]
    problems = f"[{count} problem{'s' if count != 1 else ''}: mhsim check]" if count else ""
    about = str(row["about"] or "")
    room -= len(problems) + 1 if problems else 0
    cut = about if len(about) <= room else f"{about[: room - 3]}..."
    return " ".join(filter(None, [cut, problems]))
