"""What files must agree on: names, casts, items, locales, limits. Reads, never raises."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from mhsim.crosscheck.agents import check_agent
from mhsim.crosscheck.packs import check_pack
from mhsim.crosscheck.prompts import check_prompt
from mhsim.crosscheck.scenarios import ScenarioCheck as ScenarioCheck
from mhsim.crosscheck.sources import source_problems as source_problems
from mhsim.library import Entry, Library
from mhsim.spec.base import Finding
from mhsim.spec.culture import LocalePack
from mhsim.spec.prompt import Prompt
from mhsim.spec.scenario import Scenario


def twins(library: Library, entry: Entry) -> Iterator[Finding]:
    """Complain about a file whose name another gets first."""
    for path in library.twins(entry)[:1]:
        found = f"{library.shown(path)} has the same name"
        yield Finding((), found, "another name: a cast would not know which is meant")


def check_entry(library: Library, model: Any) -> Iterator[Finding]:
    """Yield what one readable file says that other files contradict."""
    match model:
        case Prompt():
            yield from check_prompt(model)
        case LocalePack():
            yield from check_pack(library, model)
        case Scenario():
            yield from ScenarioCheck(library, model).findings()
        case _:
            yield from check_agent(library, model)
