"""What came from elsewhere as text: another project's severity, and questions that lead on."""

from __future__ import annotations

from collections.abc import Mapping

from mhsim.showing.paper import Paper
from mhsim.spec.origin import Origin, Severity
from mhsim.spec.questions import Question, Reply


def origin(paper: Paper, source: Origin | None) -> None:
    """Write where somebody was imported from, and what is said of severity there."""
    if source is None:
        return
    where = f"{source.file}, {source.key}" if source.key else source.file
    paper.head(f"Imported from {source.format}: {where}")
    if source.severity is not None:
        _severity(paper, source.severity)
    paper.field("tells of", list(source.told))
    paper.field("also kept", list(source.extra))


def _severity(paper: Paper, severity: Severity) -> None:
    total = f"{severity.instrument or 'a scale'} {severity.total}"
    paper.field("severity there", total if severity.total is not None else severity.instrument)
    by = f" (cut-offs: {severity.cutoffs})" if severity.cutoffs else ""
    paper.field("label there", f"{severity.label}{by}" if severity.label else None)
    for symptom in severity.symptoms:
        value = "" if symptom.value is None else f", {symptom.value}"
        paper.field("symptom there", f"{symptom.name}{value}")


def asked(paper: Paper, questions: Mapping[str, Question]) -> None:
    """Write questions, their answers, and what follows each."""
    paper.head(f"Asks {len(questions)} questions; which comes next depends on the answer")
    paper.say("Listed and checked; no player follows it yet.", 2)
    for name, question in questions.items():
        marks = [question.dimension, question.severity, question.risk]
        paper.say(f"{name}. {question.asks}", 2)
        paper.field("", [mark for mark in marks if mark], 6)
        for reply in question.replies:
            paper.field(reply.answer, _way(reply), 6)


def _way(reply: Reply) -> str:
    parts = [f"then {reply.to}" if reply.to else "what follows is not known"]
    parts += [reply.severity] if reply.severity else []
    parts += ["for all that is open"] if reply.assigns else []
    parts += ["not relevant"] if reply.not_relevant else []
    return ", ".join(parts)
