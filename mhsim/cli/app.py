"""The verbs as a cyclopts application, and its errors in our words."""

from __future__ import annotations

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
from mhsim.errors import InputError, suggestion

_TYPES: dict[object, str] = {int: "a whole number", float: "a number"}

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
        case CoercionError() if error.token is not None and error.target_type in _TYPES:
            right = _TYPES[error.target_type]
            return f"{error.token.keyword}: found {error.token.value!r}; {right}"
        case _:
            return str(error).rstrip(".")
