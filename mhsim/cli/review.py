"""`mhsim review`: conversations out to human raters, and their ratings back."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from mhsim.cli.output import document, note, say
from mhsim.errors import InputError

if TYPE_CHECKING:
    from mhsim.store import Run


def review(  # one verb, two ways
    what: Literal["export", "import"],
    run: str,
    /,
    *files: Path,
    raters: int = 3,
    per: int = 2,
    sample: int = 60,
    locale: list[str] | None = None,
    bridge: list[str] | None = None,
    consent: str | None = None,
    out: Path | None = None,
    json: bool = False,
) -> int:
    """Send conversations to human raters, and take their ratings back.

    `export` writes a folder for each rater, with a form that opens in any browser without a
    network, and sheets for who prefers them; raters see no arm, judge, critic or name. The key
    stays in the run. `import` checks every answer before it takes any in.

    Examples:
        mhsim review export persona-trap --raters 3 --locale bn-BD --locale hi-IN
        mhsim review export persona-trap --bridge anna=en-US,hi-IN
        mhsim review import persona-trap ratings-bn-BD-1.json

    Args:
        what: export or import.
        run: a run directory, or the name of one in runs/.
        files: files that raters sent back.
        raters: raters for each locale.
        per: raters who read each conversation.
        sample: conversations for each locale, at most.
        locale: a locale to be read; all that were played, without it.
        bridge: a rater who reads several locales, NAME=LOCALE,LOCALE.
        consent: what the rater consented to, for sheets, which do not hold it.
        out: where the packs are, or go; review/ in the run without it.
        json: print it as JSON.
    """
    from mhsim.store import Run, find_run

    for option, value in (("--raters", raters), ("--per", per), ("--sample", sample)):
        if value < 1:
            raise InputError(f"mhsim review: {option}: found {value}; 1 or more")
    opened = Run(find_run(run))
    if what == "import":
        return _import(opened, files, consent, out, json=json)
    if files:
        raise InputError(f"mhsim review export: found {str(files[0])!r}; it takes no files")
    team = _team(opened, raters, locale, bridge)
    return _export(opened, team, (per, sample), out, json=json)


def _export(
    run: Run,
    team: Mapping[str, frozenset[str]],
    sizes: tuple[int, int],
    folder: Path | None,
    *,
    json: bool,
) -> int:
    from mhsim.reviewing.exporting import export

    made = export(run, team, per=sizes[0], sample=sizes[1], folder=folder)
    if json:
        document(
            folder=str(made.folder),
            packs=[str(path) for path in made.packs],
            conversations=made.units,
            balance=made.balance,
        )
        return 0
    load, met = made.balance["load"], made.balance["met"]
    say("\n".join(map(str, made.packs)))
    shares = f"a rater reads {_range(*load)}, two raters share {_range(*met)}"
    note(f"{made.units} conversations; {shares}")
    note(f"send each rater their folder; keep {made.folder / 'key.jsonl'} to yourself")
    return 0


def _import(
    run: Run, files: tuple[Path, ...], consent: str | None, folder: Path | None, *, json: bool
) -> int:
    from mhsim.reviewing.taking import take

    if not files:
        raise InputError("mhsim review import: give the files that raters sent back")
    taken = {str(path): take(run, path, consent=consent, folder=folder) for path in files}
    if json:
        document(taken=taken)
        return 0
    for name, count in taken.items():
        say(f"{name}: {count} ratings taken in")
    note(f"next: mhsim report {run.path}")
    return 0


def _team(
    run: Run, raters: int, locale: list[str] | None, bridge: list[str] | None
) -> dict[str, frozenset[str]]:
    """Return rater to locales: so many for each locale, and those who read several."""
    played = list(dict.fromkeys(trial.locale for trial in run.plan.trials()))
    wanted = locale or played
    for tag in wanted:
        if tag not in played:
            raise InputError(f"mhsim review: --locale: found {tag!r}; one of {', '.join(played)}")
    team = {f"{tag}-{n}": frozenset({tag}) for tag in wanted for n in range(1, raters + 1)}
    for told in bridge or ():
        name, _, tags = told.partition("=")
        locales = frozenset(tag for tag in tags.split(",") if tag)
        if not name or not locales or not locales <= set(played):
            raise InputError(
                f"mhsim review: --bridge: found {told!r}; NAME=LOCALE,LOCALE of {', '.join(played)}"
            )
        team[name] = locales
    return team


def _range(low: int, high: int) -> str:
    return str(low) if low == high else f"{low} to {high}"
