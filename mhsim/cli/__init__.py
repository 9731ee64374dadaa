"""The command line: verbs only. Each verb's module is imported when it is called."""

from __future__ import annotations

import os
import signal
import sys

from cyclopts import App, CycloptsError

from mhsim import __version__
from mhsim.errors import MhsimError

_ABOUT = """A laboratory for multilingual clinical dialogue.

A research simulation: no patients, no diagnosis, no therapy. Try `mhsim watch persona-trap`.
"""

app = App(
    name="mhsim",
    help=_ABOUT,
    version=f"mhsim {__version__}",
    help_format="plaintext",
    version_flags=["--version"],
    result_action="return_value",
    exit_on_error=False,
    print_error=False,
)

for _verb, _place, _help in (
    ("check", "check:check", "Validate files; every problem with file, line, column and remedy."),
    ("list", "look:list_", "List what there is: scenarios, graphs, agents, instruments, locales."),
    ("show", "look:show", "Show one thing: a patient, a pack, an instrument, a graph drawn."),
    ("new", "new:new", "Write a commented starter file that passes `check`."),
    ("plan", "plan:plan", "The design as a table: trials, calls, tokens and cost, before spending."),
    ("watch", "watch:watch", "Play one conversation live, or replay a stored one."),
    ("run", "run:run", "Play every planned conversation; resumes where it stopped."),
    ("report", "report:report", "Severity error and flags by arm and locale, with what is missing."),
    ("doctor", "doctor:doctor", "What is installed and what can be used."),
):
    app.command(f"mhsim.cli.{_place}", name=_verb, help=_help)


def main() -> None:
    """Run the command line; exit with 0, 1 (trials failed), 2 (wrong input) or 130."""
    sys.exit(call(sys.argv[1:]))


def call(arguments: list[str]) -> int:
    """Run one command and return its exit code; errors are printed, never raised."""
    # A hosted tracer switched on in somebody's shell would send transcripts away unasked.
    os.environ["LANGSMITH_TRACING"] = os.environ["LANGCHAIN_TRACING_V2"] = "false"
    try:
        result = app(arguments)
    except CycloptsError as error:
        return complain(str(error))
    except MhsimError as error:
        return complain(str(error))
    except KeyboardInterrupt:
        return complain("interrupted; everything finished is on disk", 130)
    except BrokenPipeError:
        # Whoever read our output has gone, such as `head`: nothing is wrong.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 128 + signal.SIGPIPE
    return result if isinstance(result, int) else 0


def complain(message: str, code: int = 2) -> int:
    """Print a message to stderr and return the exit code that goes with it."""
    sys.stderr.write(f"{message.rstrip()}\n")
    return code
