"""PatientHub's rubrics: dimensions and aspects as questions asked one after the other."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from mhsim.document import parse
from mhsim.importing.haul import Haul, slug
from mhsim.importing.people import text_of
from mhsim.importing.reading import Text
from mhsim.spec.agent import Judge
from mhsim.spec.origin import Origin
from mhsim.spec.questions import END, Question, Reply

PARADIGMS = ("binary", "scalar", "categorical", "extraction")
_MOST = 20
"""Values of a range that are written out."""


def rubric(source: Text, haul: Haul) -> None:
    """Read a rubric as a judge that asks for each aspect in turn."""
    document = parse(source.text, source.file)
    for problem in document.problems:
        haul.say(source.file, f"{problem.found}; {problem.right}", problem.line)
    data: Any = document.data
    dimensions = data.get("dimensions") if isinstance(data, dict) else None
    if not isinstance(dimensions, list) or not dimensions:
        haul.say(source.file, "no rubric: no dimensions; left out")
        return
    asked: list[tuple[str, dict[str, Any]]] = []
    for number, dimension in enumerate(dimensions):
        line = document.problem(("dimensions", number), "", "").line
        asked += _dimension(source, dimension, line, haul)
    if not asked:
        return
    names = [key for key, _ in asked]
    questions: dict[str, Question] = {}
    for (key, fields), to in zip(asked, [*names[1:], END], strict=True):
        answers = fields.pop("answers")
        replies = tuple(Reply(answer=answer, to=to) for answer in answers)
        questions[key] = Question(replies=replies, **fields)
    extra = {key: value for key, value in data.items() if key != "dimensions"}
    origin = Origin(format="patienthub", file=source.file, extra=extra)
    about = f"Asks {len(questions)} things of {Path(source.file).name}, imported from PatientHub."
    name = slug(f"patienthub-{Path(source.file).stem}")
    haul.judges[name] = Judge(
        kind="judge", about=about, instrument=None, questions=questions, origin=origin
    )


def _dimension(
    source: Text, dimension: Any, line: int | None, haul: Haul
) -> list[tuple[str, dict[str, Any]]]:
    if not isinstance(dimension, dict):
        haul.say(source.file, "a dimension that is no mapping; left out", line)
        return []
    left = dict(dimension)
    name = text_of(left.pop("name", None)) or f"line {line}"
    paradigm = left.get("paradigm")
    if paradigm not in PARADIGMS:
        said = f"the paradigm {paradigm!r} of {name!r} is none of {', '.join(PARADIGMS)}"
        haul.say(source.file, said, line)
    answers = _answers(source, name, left, line, haul)
    aspects = left.pop("aspects", None)
    if not isinstance(aspects, list) or not aspects:
        haul.say(
            source.file, f"the dimension {name!r} has no aspects; it is asked as a whole", line
        )
        aspects = [{"name": name, "description": left.get("description")}]
    asked: list[tuple[str, dict[str, Any]]] = []
    for aspect in aspects:
        own = dict(aspect) if isinstance(aspect, dict) else {"name": aspect}
        called = text_of(own.pop("name", None)) or f"aspect {len(asked) + 1}"
        asks = text_of(own.pop("description", None)) or called
        extra = {**left, **({"aspect": own} if own else {})}
        key = f"{name}.{called}"
        if key in (known for known, _ in asked):
            haul.say(source.file, f"the aspect {key!r} stands here again", line)
            key = f"{key} ({len(asked) + 1})"
        fields = {"asks": asks, "dimension": name, "answers": answers, "extra": extra}
        asked.append((key, fields))
    return asked


def _answers(
    source: Text, name: str, left: dict[str, Any], line: int | None, haul: Haul
) -> list[str]:
    """Return the answers a paradigm allows."""
    labels, ends = left.get("labels"), left.get("range")
    if isinstance(labels, list) and labels:
        return [text_of(label) or "(no words)" for label in labels]
    if isinstance(ends, list) and len(ends) == 2 and all(isinstance(e, int) for e in ends):
        low, high = min(ends), max(ends)
        if high - low < _MOST:
            return [str(value) for value in range(low, high + 1)]
    if left.get("paradigm") == "binary":
        return ["yes", "no"]
    if left.get("paradigm") != "extraction":
        haul.say(source.file, f"{name!r} says neither labels nor a range", line)
    return ["in words of its own"]
