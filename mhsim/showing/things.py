"""One thing as text or data, and everything as rows."""

from __future__ import annotations

from typing import Any

from mhsim.checking import located
from mhsim.errors import InputError, listed, suggestion
from mhsim.library import BUILT_IN, MODELS, Entry, Library
from mhsim.showing import designs, forms, pack, people
from mhsim.showing.paper import Paper
from mhsim.spec.agent import Critic, Judge, Patient, Therapist
from mhsim.spec.culture import LocalePack
from mhsim.spec.form import ReviewForm
from mhsim.spec.graph import Graph
from mhsim.spec.instrument import Instrument
from mhsim.spec.prompt import Prompt
from mhsim.spec.scenario import Scenario


def show(entry: Entry, width: int = 80, library: Library | None = None) -> str:
    """Return one thing as plain text; one that cannot be read, as what is wrong with it.

    Args:
        entry: what was read.
        width: columns no line exceeds, 40 or more.
        library: where the instrument of a patient or judge is looked up.
    """
    paper = Paper(width)
    paper.say(f"{entry.kind} {entry.name}")
    paper.say(_about(entry), 2)
    paper.say(entry.shown, 2)
    if entry.problems:
        paper.head(f"Problems: {len(entry.problems)}")
        paper.rows(map(str, entry.problems))
    _write(paper, entry.model, library or Library())
    return str(paper)


def _write(paper: Paper, model: Any, library: Library) -> None:
    match model:
        case Patient():
            people.patient(paper, model, library)
        case Judge():
            people.judge(paper, model, library)
        case None:
            return
        case _:
            _WRITERS[type(model)](paper, model)


_WRITERS: dict[type, Any] = {
    Therapist: people.therapist,
    Critic: people.critic,
    Prompt: people.prompt,
    Instrument: people.instrument,
    LocalePack: pack.locale,
    ReviewForm: forms.form,
    Graph: designs.graph,
    Scenario: designs.scenario,
}


def as_data(entry: Entry) -> dict[str, Any]:
    """Return one thing as plain data: what its file says, and where it lies."""
    content: Any = entry.model.model_dump(mode="json", by_alias=True) if entry.model else None
    if isinstance(entry.model, LocalePack):
        for line, known in zip(
            content["context"]["crisis"], entry.model.context.crisis, strict=True
        ):
            if known.verified is None:
                kept = {"name": pack.masked(known.name), "status": known.status}
                line.update(dict.fromkeys(line) | kept)
    return {
        "kind": entry.kind,
        "name": entry.name,
        "about": _about(entry) or None,
        "file": entry.shown,
        "sha256": entry.sha256,
        "built_in": _built_in(entry),
        "problems": [str(problem) for problem in entry.problems],
        "content": content,
    }


def listing(library: Library, kind: str | None = None) -> list[dict[str, Any]]:
    """Return a row for each thing there is, kind by kind, by name.

    Args:
        library: where to look.
        kind: only this kind.

    Raises:
        InputError: there is no such kind.
    """
    if kind is not None and kind not in MODELS:
        right = f"one of {listed(MODELS)}{suggestion(kind, MODELS)}"
        raise InputError(f"there is no kind {kind!r}; {right}")
    return [
        _row(library, library.entry(each, name))
        for each in ([kind] if kind else MODELS)
        for name in library.names(each)
    ]


def _row(library: Library, entry: Entry) -> dict[str, Any]:
    between = list(located(library, entry)) if entry.model is not None else []
    return {
        "kind": entry.kind,
        "name": entry.name,
        "about": _about(entry) or None,
        "file": entry.shown,
        "built_in": _built_in(entry),
        "problems": len(entry.problems) + len(between),
    }


def _about(entry: Entry) -> str:
    data = entry.document.data
    about = data.get("about") if isinstance(data, dict) else None
    return about if isinstance(about, str) else ""


def _built_in(entry: Entry) -> bool:
    return entry.path.is_relative_to(BUILT_IN)
