"""`mhsim calibrate`: known truth against what the critic and the risk screen make of it."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from mhsim.cli.output import document, say, table
from mhsim.errors import InputError, RunError, listed

if TYPE_CHECKING:
    from mhsim.critic import Finding
    from mhsim.errors import PlayerError
    from mhsim.lexicon import Lexicon
    from mhsim.measure.critics import Figure, Labelled
    from mhsim.spec.model import Model


def calibrate(
    what: Literal["critic", "risk", "measures"],
    file: Path | None = None,
    /,
    *,
    critic: str = "text",
    replications: int = 1000,
    json: bool = False,
) -> int:
    """Tell how well the critic, the risk screen or the measures do.

    Critic and screen: on utterances whose label is known, per label and language, with Wilson
    intervals. Measures: on samples in which the truth is planted, bias, coverage and power.

    The file holds one JSON object per line: id, locale, text, and label (critic) or risk (screen);
    a critic also reads persona, a short description of the speaker.

    Examples:
        mhsim calibrate critic docs/evaluation/critic-dev.jsonl
        mhsim calibrate critic mine.jsonl --critic ollama:qwen3:8b
        mhsim calibrate risk mine.jsonl --json
        mhsim calibrate measures --replications 200

    Args:
        what: critic, risk or measures.
        file: labelled utterances, JSON lines; the measures need none.
        critic: which critic: text, reference, script:FILE, or a chat model, provider:model.
        replications: samples in which the measures are tried, of every kind.
        json: print it as JSON, predictions too.
    """
    if what == "measures":
        return _measures(replications, json=json)
    if file is None:
        raise InputError(
            f"mhsim calibrate {what}: FILE is missing: labelled utterances, JSON lines"
        )
    return _risk(file, json=json) if what == "risk" else _critic(file, critic, json=json)


def _critic(file: Path, critic: str, *, json: bool) -> int:
    from mhsim.critic import Finding
    from mhsim.measure.critics import as_data, figures, read_labelled

    rows = read_labelled(file)
    lexicons = _lexicons({row.locale for row in rows})
    found = _found(rows, lexicons, critic)
    known = [(r, f) for r, f in zip(rows, found, strict=True) if isinstance(f, Finding)]
    if not known:
        raise RunError(f"{critic} could say nothing of any utterance: {found[0]}")
    hit = [
        any(h.kind in ("marker", "idiom") for h in lexicons[row.locale].hits(row.text))
        for row, _ in known
    ]
    every = figures([row for row, _ in known], [f for _, f in known], hit)
    missing = len(rows) - len(known)
    predictions = [
        {"id": r.id, "label": r.label, "predicted": f.verdict if isinstance(f, Finding) else None}
        for r, f in zip(rows, found, strict=True)
    ]
    if json:
        document(critic=critic, file=str(file), missing=missing,
                 figures=[as_data(f) for f in every], predictions=predictions)  # fmt: skip
        return 0
    _print(every)
    if missing:
        failed = next(f for f in found if not isinstance(f, Finding))
        say(f"\nmissing: {missing} of {len(rows)}, in no figure; the first: {failed}")
    return 0


def _measures(replications: int, *, json: bool) -> int:
    from mhsim.measure.calibration import campaign
    from mhsim.report.calibration import calibration

    if replications < 2:
        raise InputError(
            f"mhsim calibrate: --replications: found {replications}; 2 or more is right"
        )
    checks = list(campaign(replications))
    if json:
        document(replications=replications, checks=[check.as_data() for check in checks])
        return 0
    say("\n\n".join(calibration(checks)))
    return 0


def _found(
    rows: Sequence[Labelled], lexicons: dict[str, Lexicon], critic: str
) -> Sequence[Finding | PlayerError]:
    """Return what a critic makes of each utterance, or why it could not say."""
    if critic == "text":
        from mhsim.critic import Speaker, TextCritic

        makings = {locale: TextCritic(lexicon) for locale, lexicon in lexicons.items()}
        return [
            makings[r.locale].look(r.text, Speaker.described(r.persona, lexicons[r.locale]))
            for r in rows
        ]
    import asyncio

    from mhsim.library import Library
    from mhsim.measure.seated import bench, findings

    return asyncio.run(findings(rows, bench(Library(), _model(critic), lexicons)))


def _model(critic: str) -> Model:
    from pydantic import ValidationError

    from mhsim.spec.model import Model

    try:
        return Model(model=critic)
    except ValidationError as error:
        right = "text, reference, script:FILE or provider:model"
        raise InputError(f"mhsim calibrate: --critic: found {critic!r}; {right}") from error


def _risk(file: Path, *, json: bool) -> int:
    from mhsim.lexicon import screen
    from mhsim.measure.critics import as_data
    from mhsim.measure.screening import read_screened, screening

    rows = read_screened(file)
    lexicons = _lexicons({row.locale for row in rows})
    levels = [screen(row.text, [lexicons[row.locale]])[0] for row in rows]
    every = screening(rows, levels)
    if json:
        predictions = [
            {"id": r.id, "label": r.risk, "predicted": level}
            for r, level in zip(rows, levels, strict=True)
        ]
        document(file=str(file), figures=[as_data(f) for f in every], predictions=predictions)
        return 0
    _print(every)
    return 0


def _lexicons(locales: set[str]) -> dict[str, Lexicon]:
    from mhsim.lexicon import Lexicon
    from mhsim.library import Library

    library = Library()
    missing = sorted(locales - set(library.names("locale")))
    if missing:
        raise InputError(
            f"no locale pack for {listed(missing)}; there is: {listed(library.names('locale'), 30)}"
        )
    return {locale: Lexicon(library.load("locale", locale)) for locale in locales}


def _print(figures: Sequence[Figure]) -> None:
    rows = [
        [
            f.measure, ", ".join(f.where.values()) or "all", str(f.n),
            "-" if f.value is None else f"{f.value:.3f}",
            "" if f.low is None else f"[{f.low:.3f}, {f.high:.3f}]",
        ]
        for f in figures
    ]  # fmt: skip
    say(table(["measure", "where", "n", "value", "Wilson 95 %"], rows))
