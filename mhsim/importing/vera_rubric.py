"""VERA-MH's question flow as a judge whose next question depends on the answer."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from mhsim.importing.haul import Finding, Haul, Unusable, slug
from mhsim.importing.reading import Row, Text, each, read_rows
from mhsim.spec.agent import Judge
from mhsim.spec.origin import Origin
from mhsim.spec.questions import END, Question, Reply, circular, reachable

SEVERITIES = {
    "", "red", "yellow", "green", "high potential for harm", "best practice",
    "suboptimal but low potential for harm", "not relevant",
}  # fmt: skip
COLUMNS = (
    "Question ID", "Dimension", "Severity", "Risk Type", "Question", "Examples", "Answer", "GOTO",
)  # fmt: skip
_YES = ("yes", "y")


@dataclass
class _Block:
    """A question's row, and the rows of its answers."""

    key: str
    row: Row
    answers: list[Row] = field(default_factory=list)


def read(path: Path, haul: Haul) -> None:
    """Read a rubric."""
    for source in each(path, haul, ".tsv", ".csv"):
        delimiter = "\t" if "\t" in source.text.partition("\n")[0] else ","
        rows = read_rows(source, haul, delimiter)
        if not rows or not {"Question ID", "Question"} <= set(rows[0].cells):
            haul.say(source.file, "no rubric: no columns 'Question ID' and 'Question'; left out", 1)
            continue
        for column in COLUMNS:
            if column not in rows[0].cells:
                haul.say(source.file, f"no column {column!r}", 1)
        _one(source, rows, haul)
    if not haul.judges:
        raise Unusable(Finding(str(path), "no VERA-MH rubric in it"))


def _one(source: Text, rows: list[Row], haul: Haul) -> None:
    blocks = _blocks(source, rows, haul)
    rubric = _Rubric(source, blocks, haul)
    questions = {block.key: rubric.question(place) for place, block in enumerate(blocks)}
    if not questions:
        return
    _flow(source, blocks, questions, haul)
    name = slug(f"vera-{Path(source.file).stem}")
    origin = Origin(format="vera-rubric", file=source.file)
    about = (
        f"Follows {len(questions)} questions of {Path(source.file).name}, imported from VERA-MH."
    )
    haul.judges[name] = Judge(
        kind="judge", about=about, instrument=None, questions=questions, origin=origin
    )
    haul.more["answers"] += sum(len(question.replies) for question in questions.values())


def _blocks(source: Text, rows: list[Row], haul: Haul) -> list[_Block]:
    blocks: list[_Block] = []
    known: set[str] = set()
    for row in rows:
        key = row.get("Question ID")
        if not key:
            if blocks:
                blocks[-1].answers.append(row)
            else:
                haul.say(source.file, "an answer that belongs to no question; left out", row.line)
            continue
        if key in known:
            haul.say(source.file, f"the question {key!r} stands here again", row.line)
            key = f"{key} (line {row.line})"
        if key.lower() == END:
            haul.say(source.file, "a question is called END; it cannot be led to", row.line)
            key = f"{key} (line {row.line})"
        known.add(key)
        blocks.append(_Block(key, row, [row] if row.get("Answer") else []))
    return blocks


@dataclass(frozen=True)
class _Rubric:
    """A rubric's blocks of rows, read one after the other."""

    source: Text
    blocks: list[_Block]
    haul: Haul

    def question(self, place: int) -> Question:
        """Return the question of one block."""
        block, row = self.blocks[place], self.blocks[place].row
        asks = row.get("Question")
        if not asks:
            self._say(row, f"the question {block.key!r} has no words")
        _severity(self.source, row, self.haul)
        replies = [self._reply(place, answer) for answer in block.answers] or [
            Reply(answer="Yes", to=self._dimension_after(place)),
            Reply(answer="No", to=self._next(place)),
        ]
        left = {c: cell.strip() for c, cell in row.cells.items() if c not in COLUMNS}
        return Question(
            asks=asks or block.key,
            dimension=row.get("Dimension") or None,
            severity=row.get("Severity") or None,
            risk=row.get("Risk Type") or None,
            examples=row.get("Examples") or None,
            replies=tuple(replies),
            extra={column: cell for column, cell in left.items() if cell},
        )

    def _say(self, row: Row, message: str) -> None:
        self.haul.say(self.source.file, message, row.line)

    def _reply(self, place: int, row: Row) -> Reply:
        block = self.blocks[place]
        answer, goto = row.get("Answer"), row.get("GOTO")
        own: dict[str, Any] = {}
        if row is not block.row:
            _severity(self.source, row, self.haul)
            taken = ("Answer", "GOTO", "Severity")
            own = {c: v.strip() for c, v in row.cells.items() if v.strip() and c not in taken}
        if not answer:
            self._say(row, f"an answer of {block.key!r} has no words")
        irrelevant, _, target = goto.partition(">>")
        not_relevant = irrelevant.strip().upper() == "NOT_RELEVANT"
        target = target.strip() if not_relevant else goto
        assigns = target.upper() == "ASSIGN_END"
        if assigns and answer.lower() not in _YES:
            self._say(row, f"ASSIGN_END stands for the answer {answer!r}; it is for a yes only")
        to = self._target(place, row, target)
        return Reply(
            answer=answer or "(no words)",
            to=to,
            severity=(row.get("Severity") or None) if row is not block.row else None,
            assigns=assigns,
            not_relevant=not_relevant,
            extra=own if to is not None else {**own, "GOTO": goto},
        )

    def _target(self, place: int, row: Row, target: str) -> str | None:
        if target.upper() in ("END", "ASSIGN_END"):
            return END
        if not target:
            yes = row.get("Answer").lower() in _YES
            return self._dimension_after(place) if yes else self._next(place)
        if target in {block.key for block in self.blocks}:
            return target
        self._say(row, f"GOTO leads to {target!r}, which no question is called")
        return None

    def _next(self, place: int) -> str:
        return self.blocks[place + 1].key if place + 1 < len(self.blocks) else END

    def _dimension_after(self, place: int) -> str:
        """Return the first question of the dimension after the one of a place, or the end."""
        named = [block.row.get("Dimension") for block in self.blocks]
        here = next((name for name in named[place::-1] if name), "")
        after = zip(self.blocks[place + 1 :], named[place + 1 :], strict=True)
        return next((block.key for block, name in after if name not in ("", here)), END)


def _severity(source: Text, row: Row, haul: Haul) -> None:
    severity = row.get("Severity")
    if severity.lower() not in SEVERITIES:
        haul.say(source.file, f"a severity that is not known: {severity!r}", row.line)


def _flow(source: Text, blocks: list[_Block], questions: dict[str, Question], haul: Haul) -> None:
    """Report circles and questions that never come up; a circle is cut where it closes."""
    lines = {block.key: block.row.line for block in blocks}
    while circle := circular(questions):
        said = f"the questions go in a circle: {' > '.join(circle)}; the last way back is cut"
        haul.say(source.file, said, lines[circle[-2]])
        last = questions[circle[-2]]
        replies = tuple(
            reply.model_copy(update={"to": None, "extra": {**reply.extra, "GOTO": reply.to}})
            if reply.to == circle[-1]
            else reply
            for reply in last.replies
        )
        questions[circle[-2]] = last.model_copy(update={"replies": replies})
    there = reachable(questions, blocks[0].key)
    for block in blocks:
        if block.key not in there:
            haul.say(source.file, f"the question {block.key!r} never comes up", block.row.line)
