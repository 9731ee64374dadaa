"""The command line: verbs only. Each verb's module, and cyclopts, is imported when it is called."""

from __future__ import annotations

import os
import signal
import sys
from io import TextIOWrapper
from typing import TextIO

from mhsim import __version__
from mhsim.errors import InputError, MhsimError, listed, suggestion

ABOUT = """\
A laboratory for multilingual clinical dialogue.

A research simulation: no patients, no diagnosis, no therapy.
To begin with: mhsim watch persona-trap"""

VERBS: dict[str, tuple[str, str]] = {
    "check": ("check:check", "Validate files: every problem with place and remedy."),
    "list": ("look:list_", "List what there is, by kind."),
    "show": ("look:show", "Show one thing; a graph is drawn."),
    "new": ("new:new", "Write a commented starter file that passes `check`."),
    "plan": ("plan:plan", "Show the design, and what it will take, before spending."),
    "watch": ("watch:watch", "Play one conversation live, or follow or replay a stored one."),
    "run": ("run:run", "Play every planned conversation; go on where it stopped."),
    "compare": (
        "compare:compare",
        "Have judges say which of two patients is more depressed.",
    ),
    "rerun": ("rerun:rerun", "Give conversations that failed another attempt."),
    "judge": ("judge:judge", "Have another judge rate stored transcripts, beside the old ratings."),
    "ctl": ("ctl:ctl", "Steer a running batch: pause, resume, cancel, workers, why."),
    "review": (
        "review:review",
        "Send conversations to human raters, and take their ratings back.",
    ),
    "report": ("report:report", "Tell what a run measured, and what is missing."),
    "export": ("exporting:export", "Hand a run over in another form."),
    "import": ("importing:import_", "Take in other projects' files, and say what is wrong there."),
    "calibrate": (
        "calibrate:calibrate",
        "Tell how well the critic, the risk screen or the measures do.",
    ),
    "power": ("power:power", "Tell how many patients and replicates find a shift."),
    "doctor": ("doctor:doctor", "Tell what is installed and what can be used."),
}
"""Verb to where it is done, below this package, and the first line of its docstring."""

_HELP = ("-h", "--help")


def main() -> None:
    """Run the command line; exit with 0, 1 (trials failed), 2 (wrong input) or 130."""
    sys.stdout, sys.stderr = _usable(sys.stdout), _usable(sys.stderr)
    sys.exit(call(sys.argv[1:]))


def call(arguments: list[str]) -> int:
    """Run one command and return its exit code; errors are printed, never raised."""
    # A hosted tracer switched on in somebody's shell would send transcripts away unasked.
    os.environ["LANGSMITH_TRACING"] = os.environ["LANGCHAIN_TRACING_V2"] = "false"
    try:
        code = _dispatch(arguments)
        sys.stdout.flush()
    except MhsimError as error:
        return complain(str(error))
    except KeyboardInterrupt:
        return complain("interrupted", 130)
    except BrokenPipeError:
        # Whoever read our output has gone, such as `head`: nothing is wrong.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 128 + signal.SIGPIPE
    except OSError as error:
        where = f"{error.filename}: " if error.filename else ""
        return complain(f"{where}{error.strerror or error}")
    return code


def complain(message: str, code: int = 2) -> int:
    """Print a message to stderr and return the exit code that goes with it."""
    sys.stderr.write(f"{message.rstrip()}\n")
    return code


def overview() -> str:
    """Return the help of the command line as a whole."""
    verbs = "\n".join(f"  {verb:11}{about}" for verb, (_, about) in VERBS.items())
    return (
        f"Usage: mhsim VERB ...\n\n{ABOUT}\n\n{verbs}\n\n"
        "mhsim VERB --help says more about one; mhsim --version says which mhsim this is."
    )


def _usable(stream: TextIO | None) -> TextIO:
    """Return a stream that takes any text: one that was closed takes it nowhere."""
    if isinstance(stream, TextIOWrapper):
        stream.reconfigure(errors="replace")
    return stream or os.fdopen(os.open(os.devnull, os.O_WRONLY), "w")


def _dispatch(arguments: list[str]) -> int:
    """Find the verb. What needs no verb is answered without importing anything."""
    verb = arguments[0] if arguments else "--help"
    if verb in _HELP or verb == "--version":
        sys.stdout.write(f"{overview() if verb in _HELP else f'mhsim {__version__}'}\n")
        return 0
    if verb not in VERBS:
        what = "option" if verb.startswith("-") else "verb"
        raise InputError(
            f"mhsim: there is no {what} {verb!r}; there is: {listed(VERBS)}"
            f"{suggestion(verb, VERBS)}; see mhsim --help"
        )
    options = arguments[1 : arguments.index("--") if "--" in arguments else None]
    if any(flag in options for flag in _HELP):
        from mhsim.cli.help import text

        sys.stdout.write(f"{text(verb)}\n")
        return 0
    from mhsim.cli.app import run

    return run(arguments)
