"""The verbs as a cyclopts application, and its errors in our words."""

from __future__ import annotations

from typing import Any, Literal, get_args, get_origin

from cyclopts import (
    App,
    CoercionError,
    CycloptsError,
    MissingArgumentError,
    Parameter,
    UnknownOptionError,
    UnusedCliTokensError,
)

from mhsim import __version__
from mhsim.cli import ABOUT, VERBS
from mhsim.errors import InputError, listed, suggestion

_TYPES: dict[object, str] = {int: "a whole number", float: "a number", bool: "true or false"}

app = App(
    name="mhsim",
    help=ABOUT,
    version=f"mhsim {__version__}",
    help_format="plaintext",
    default_parameter=Parameter(negative=""),
    result_action="return_value",
    exit_on_error=False,
    print_error=False,
    suppress_keyboard_interrupt=False,
)

for _verb, (_place, _about) in VERBS.items():
    app.command(f"mhsim.cli.{_place}", name=_verb, help=_about)


def run(arguments: list[str]) -> int:
    """Run one verb and return its exit code.

    Raises:
        InputError: the arguments are wrong.
    """
    try:
        result = app(arguments)
    except CycloptsError as error:
        verb = arguments[0]
        raise InputError(f"mhsim {verb}: {_explained(error)}; see mhsim {verb} --help") from None
    return result if isinstance(result, int) else 0


def _explained(error: CycloptsError) -> str:
    match error:
        case UnknownOptionError():
            given = error.token.keyword or error.token.value
            known = [name for argument in error.argument_collection for name in argument.names]
            return f"there is no option {given}{suggestion(given, known)}"
        case UnusedCliTokensError():
            return f"found {' '.join(error.unused_tokens or ())!r}, which is one too many"
        case MissingArgumentError() if error.argument is not None:
            name = error.argument.name
            return f"{name} needs a value" if name.startswith("--") else f"{name} is missing"
        case CoercionError() if error.token is not None and error.argument is not None:
            right = _right(error.target_type, error.token.value)
            return f"{error.argument.name}: found {error.token.value!r}; {right}"
        case _:
            return str(error).rstrip(".")


def _right(hint: Any, given: str) -> str:
    """Say what would be right for a type, and which choice was probably meant."""
    if get_origin(hint) is Literal:
        choices = [str(choice) for choice in get_args(hint)]
        return f"one of {listed(choices)}{suggestion(given, choices)}"
    return _TYPES.get(hint, f"a {getattr(hint, '__name__', hint)}")
