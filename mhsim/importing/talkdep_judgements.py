"""TalkDep's pairwise judgements: who of two is more depressed, as JSON Lines."""

from __future__ import annotations

from itertools import combinations
from pathlib import Path

from mhsim.imported import Judged
from mhsim.importing.haul import Finding, Haul, Unusable
from mhsim.importing.people import Fields, sketch, text_of
from mhsim.importing.reading import each
from mhsim.importing.records import Record, read_any
from mhsim.importing.truth import Truth, read_truth

_REASONS = ("summary_patient_a", "summary_patient_b", "comparison", "conclusion")
_TIES = ("tie", "neither", "equal", "both")


def read(path: Path, haul: Haul) -> None:
    """Read one judge's comparisons, or a folder of them."""
    truth = read_truth(haul.options.truth, haul) if haul.options.truth else None
    for source in each(path, haul, ".jsonl", ".json"):
        before = len(haul.judged)
        judge = Path(source.file).stem.removeprefix("comparisons-")
        try:
            for record in read_any(source, haul):
                _one(record, judge, haul, truth)
        except Unusable as error:
            if path.is_file():
                raise
            haul.findings.append(error.finding)
        _pairs(haul.judged[before:], source.file, haul)
    if not haul.judged:
        raise Unusable(Finding(str(path), "no pairwise judgements in it"))


def _one(record: Record, judge: str, haul: Haul, truth: Truth | None) -> None:
    fields = Fields(record.data)
    file, line = record.file, record.line()
    pair = [fields.text(f"patient_{side}_name") for side in "ab"]
    files = [fields.take(f"file_{side}") for side in "ab"]
    if None in pair:
        haul.say(file, "a judgement that does not name two patients; left out", line)
        return
    names = [name for name in pair if name]
    more = fields.text("more_depressed_patient")
    said = {key: text for key in _REASONS if (text := text_of(fields.take(key)))}
    for key in _REASONS:
        if key not in said:
            haul.say(file, f"nothing usable under {key!r}", line)
    more = _verdict(more, names, haul, file, line)
    for name, of in zip(names, files, strict=True):
        stem = Path(of).stem.lower() if isinstance(of, str) else None
        if stem and name.lower() not in stem:
            haul.say(file, f"{name!r} is named for the file {of!r}", line)
        sketch(haul, name, file)
        if truth is not None and truth.total(name) is None:
            haul.say(file, f"{name!r} is not in the truth file", line)
    extra = {f"file_{side}": of for side, of in zip("ab", files, strict=True) if of is not None}
    haul.judged.append(
        Judged(
            format=haul.format,
            file=file,
            line=line,
            about=tuple(names),
            judge=judge,
            scale="pairwise",
            values={"more_depressed": more},
            said=said,
            extra={**extra, **fields.left},
        )
    )


def _verdict(more: str | None, names: list[str], haul: Haul, file: str, line: int) -> str | None:
    if more is None:
        haul.say(file, "nobody is said to be more depressed; taken as missing", line)
    elif more.casefold() in _TIES:
        return "Tie"
    elif more.casefold() not in [name.casefold() for name in names]:
        haul.say(file, f"{more!r} is neither of the two, nor a tie", line)
    if names[0].casefold() == names[1].casefold():
        haul.say(file, f"{names[0]!r} is compared with the same name", line)
    return more


def _pairs(judged: list[Judged], file: str, haul: Haul) -> None:
    """Report pairs that stand there twice or not at all, and pairs in one order only."""
    seen: dict[frozenset[str], Judged] = {}
    orders: set[tuple[str, ...]] = set()
    for one in judged:
        pair = frozenset(one.about)
        if one.about in orders:
            first = seen[pair].line
            haul.say(file, f"the pair {' and '.join(one.about)} stands on line {first}", one.line)
        orders.add(one.about)
        seen.setdefault(pair, one)
    names = sorted({name for one in judged for name in one.about})
    missing = [p for p in combinations(names, 2) if frozenset(p) not in seen]
    if missing:
        first = " and ".join(missing[0])
        haul.say(file, f"{len(missing)} pairs of {len(names)} patients are missing, as {first}")
    if judged and not any(tuple(reversed(order)) in orders for order in orders):
        haul.say(file, "every pair stands in one order only: the order cannot be told apart")
