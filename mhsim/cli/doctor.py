"""`mhsim doctor`: what is installed, and what the chat models of a scenario can do."""

from __future__ import annotations

import platform
import sys
from importlib.metadata import PackageNotFoundError, requires, version
from typing import TYPE_CHECKING, Any

from mhsim.cli.output import document, say, table
from mhsim.errors import InputError

if TYPE_CHECKING:
    from mhsim.chat.ability import Ability
    from mhsim.spec.model import Model


def doctor(
    scenario: str | None = None,
    /,
    *,
    model: str | None = None,
    base_url: str | None = None,
    api_key_env: str | None = None,
    json: bool = False,
) -> int:
    """Tell what is installed and what can be used.

    With a scenario or a model: ask each chat model five short questions, one attempt each, and
    tell what it can do. Exit code 1 says that one of them does not answer.

    Examples:
        mhsim doctor
        mhsim doctor scenarios/mine.yaml
        mhsim doctor --model llamacpp:qwen3 --base-url http://127.0.0.1:8080/v1

    Args:
        scenario: a scenario whose chat models are asked.
        model: a chat model to ask, provider:name.
        base_url: where the model's server listens.
        api_key_env: the variable that holds the model's key.
        json: print it as JSON.
    """
    models = _models(scenario) if scenario else []
    if model:
        models.append(_model(model=model, base_url=base_url, api_key_env=api_key_env))
    elif base_url or api_key_env:
        raise InputError("--base-url and --api-key-env say more about --model, which is missing")
    if scenario or model:
        return _tell(models, json=json)
    return _installed(json=json)


def _models(scenario: str) -> list[Model]:
    """Return the chat models of a scenario, each once."""
    from mhsim.planning import make_plan

    design = make_plan(scenario).scenario
    every = (*design.models.values(), design.reporting.critic)
    return list({each.model_dump_json(): each for each in every if each.chats}.values())


def _model(**given: str | None) -> Model:
    from pydantic import ValidationError

    from mhsim.spec.model import Model

    try:
        return Model.model_validate({key: value for key, value in given.items() if value})
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        where = ".".join(map(str, first["loc"])).replace("_", "-")
        raise InputError(f"--{where or 'model'}: {first['msg'].removeprefix('model: ')}") from None


def _tell(models: list[Model], *, json: bool) -> int:
    """Ask the models, and tell what came of it."""
    import asyncio

    from mhsim.chat.ability import find_out

    async def ask() -> list[Ability]:
        return await asyncio.gather(*(find_out(model) for model in models))

    found = asyncio.run(ask())
    if json:
        document(models=[_as_data(each) for each in found])
    elif not found:
        say("no chat models: nothing here calls a server")
    else:
        _print(found)
    return 0 if all(each.answers for each in found) else 1


def _print(found: list[Ability]) -> None:
    head = ["model", "answers", "streams", "json_schema", "tool", "json", "usage", "cached", "s"]
    say(table(head, [_row(each) for each in found]))
    for each in found:
        for what, trouble in each.troubles.items():
            say(f"\n{each.model.model}, {what}: {trouble}")


def _row(found: Ability) -> list[str]:
    modes = (found.modes.get(mode) for mode in ("json_schema", "tool", "json"))
    signs = [found.answers, found.streams, *modes, found.usage, found.cached]
    told = ["?" if sign is None else "yes" if sign else "no" for sign in signs]
    return [found.model.model, *told, "?" if found.seconds is None else f"{found.seconds:.2f}"]


def _as_data(found: Ability) -> dict[str, Any]:
    return {
        "model": found.model.model,
        "base_url": found.model.base_url,
        "answers": found.answers,
        "streams": found.streams,
        "modes": found.modes,
        "usage": found.usage,
        "cached": found.cached,
        "seconds": found.seconds,
        "troubles": found.troubles,
    }


def _installed(*, json: bool) -> int:
    """Tell what is installed."""
    from mhsim.casting import PLAYERS
    from mhsim.checking import check_paths
    from mhsim.library import BUILT_IN, Library

    packages = {name: _version(name) for name in _needed()}
    files, problems = check_paths([])
    players = list(PLAYERS)
    if json:
        document(
            python=platform.python_version(),
            packages=packages,
            players=players,
            files=files,
            problems=len(problems),
        )
    else:
        say(f"Python {platform.python_version()} on {sys.platform}")
        say()
        say(table(["package", "version"], [[k, v or "missing"] for k, v in packages.items()]))
        say()
        say(f"players: {', '.join(players)}")
        say(f"content: {BUILT_IN}; locales {', '.join(Library().names('locale'))}")
        say(f"{files} files, {len(problems)} problems" + (": mhsim check" if problems else ""))
    return 2 if problems or None in packages.values() else 0


def _needed() -> list[str]:
    """Return the packages mhsim cannot do without, by its own metadata."""
    every = (line.partition(";") for line in requires("mhsim") or ())
    return [_bare(name) for name, _, condition in every if "extra" not in condition]


def _bare(requirement: str) -> str:
    end = next((n for n, c in enumerate(requirement) if c in "<>=!~[ ("), len(requirement))
    return requirement[:end]


def _version(package: str) -> str | None:
    try:
        return version(package)
    except PackageNotFoundError:
        return None
