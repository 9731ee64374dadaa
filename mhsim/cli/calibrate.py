"""mhsim calibrate"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

from cyclopts import Parameter

from mhsim.cli.output import document, say, table
from mhsim.errors import InputError, listed


def calibrate(
    what: Literal["critic", "risk"],
    file: Path,
    *,
    critic: Annotated[str, Parameter(help="Which critic: text.")] = "text",
    json: Annotated[bool, Parameter(negative="", help="Print as JSON, predictions too.")] = False,
) -> int:
    """How well a critic, or the risk screen, does on labelled utterances.

    The file holds one JSON object per line: id, locale, text, and label (critic) or risk (screen);
    a critic also reads persona, a short description of the speaker.

    Example: mhsim calibrate critic docs/evaluation/critic-dev.jsonl

    Parameters
    ----------
    what
        critic or risk.
    file
        Labelled utterances, JSON lines.
    """
    if critic != "text":
        raise InputError(f"--critic: there is no critic {critic!r}; one of text")
    if what == "risk":
        return _risk(file, json=json)
    from mhsim.critic import Speaker, TextCritic
    from mhsim.measure.critics import as_data, figures, read_labelled

    rows = read_labelled(file)
    lexicons = _lexicons({row.locale for row in rows})
    found = [
        TextCritic(lexicons[r.locale]).look(
            r.text, Speaker.described(r.persona, lexicons[r.locale])
        )
        for r in rows
    ]
    hit = [
        any(h.kind in ("marker", "idiom") for h in lexicons[row.locale].hits(row.text))
        for row in rows
    ]
    every = figures(rows, found, hit)
    predictions = [
        {"id": r.id, "label": r.label, "predicted": f.verdict}
        for r, f in zip(rows, found, strict=True)
    ]
    if json:
        document(critic=critic, file=str(file), figures=[as_data(f) for f in every],
                 predictions=predictions)  # fmt: skip
        return 0
    _print(every)
    return 0


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


def _lexicons(locales: set[str]) -> dict[str, object]:
    from mhsim.lexicon import Lexicon
    from mhsim.library import Library

    library = Library()
    missing = sorted(locales - set(library.names("locale")))
    if missing:
        raise InputError(
            f"no locale pack for {listed(missing)}; there is: {listed(library.names('locale'), 30)}"
        )
    return {locale: Lexicon(library.load("locale", locale)) for locale in locales}


def _print(figures: object) -> None:
    rows = [
        [
            f.measure, ", ".join(f.where.values()) or "all", str(f.n),
            "-" if f.value is None else f"{f.value:.3f}",
            "" if f.low is None else f"[{f.low:.3f}, {f.high:.3f}]",
        ]
        for f in figures  # type: ignore[attr-defined]
    ]  # fmt: skip
    say(table(["measure", "where", "n", "value", "Wilson 95 %"], rows))
