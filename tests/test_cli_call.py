"""The command line as a whole: exit codes, streams, help, slips of the finger, closed pipes."""

from __future__ import annotations

import inspect
import json
import os
import runpy
import subprocess
import sys
from importlib import import_module
from io import BytesIO, TextIOWrapper
from pathlib import Path
from typing import Any, Literal

import pytest
from cyclopts import App
from support import ROOT

from mhsim import __version__, cli
from mhsim.cli import VERBS, help, overview
from mhsim.cli.app import app
from mhsim.errors import MhsimError
from runs import call, command, process, small

# --- help


@pytest.mark.parametrize("arguments", [[], ["--help"], ["-h"]])
def test_without_a_verb_every_verb_is_told(arguments: list[str]) -> None:
    """With one line each, on stdout."""
    done = call(*arguments)
    assert (done.code, done.err) == (0, "")
    assert done.out == f"{overview()}\n"
    assert all(f"  {verb} " in done.out and about in done.out for verb, (_, about) in VERBS.items())
    assert all(len(line) <= 80 for line in done.out.splitlines())


def test_the_version_is_told() -> None:
    """For whoever reports a bug."""
    assert call("--version").out == f"mhsim {__version__}\n"


def function(verb: str) -> Any:
    """Return what a verb calls."""
    place, _, name = VERBS[verb][0].partition(":")
    return getattr(import_module(f"mhsim.cli.{place}"), name)


@pytest.mark.parametrize("verb", VERBS)
def test_the_line_of_a_verb_is_the_first_of_its_docstring(verb: str) -> None:
    """One sentence in one place would be better; the start-up time forbids it."""
    assert (inspect.getdoc(function(verb)) or "").splitlines()[0] == VERBS[verb][1]


@pytest.mark.parametrize("verb", VERBS)
def test_every_verb_has_help_with_an_example(verb: str) -> None:
    """Wherever the flag stands; every argument is explained, and the width is kept."""
    done = call(verb, "--help")
    assert (done.code, done.err) == (0, "")
    assert done.out.startswith(f"Usage: mhsim {verb} ")
    assert f"\nExamples:\n  mhsim {verb}" in done.out
    assert all(len(line) <= 80 for line in done.out.splitlines())
    assert call(verb, "anything", "-h").out == done.out
    page = help.page(verb)
    assert all(meaning.endswith((".", "]")) for _, meaning in page.entries)
    assert "Args" not in " ".join(page.about)


@pytest.mark.parametrize("verb", VERBS)
def test_the_examples_of_the_help_are_commands(verb: str) -> None:
    """They parse; what they name may not exist here."""
    for example in help.page(verb).examples:
        _, *arguments = example.split()
        found, bound, *_ = app.parse_args(arguments, exit_on_error=False, print_error=False)
        assert found is function(verb)
        assert bound.arguments or verb in ("check", "list", "doctor")


def test_after_two_dashes_help_is_an_argument() -> None:
    """As everywhere."""
    assert call("plan", "--", "--help").err.startswith("there is no scenario '--help'")


def test_help_knows_values_choices_and_defaults() -> None:
    """What stands for a value says what kind it is."""
    entries = dict(help.page("run").entries)
    assert entries["--workers N"] == "Conversations at once. [16]"
    assert "--out PATH" in entries
    assert "--quiet" in entries
    assert "--pace X" in dict(help.page("watch").entries)
    assert help.page("check").usage == "mhsim check [PATHS ...] [--schema PATH] [--json]"


def test_the_reference_in_docs_is_up_to_date() -> None:
    """`make docs` writes it."""
    assert (ROOT / "docs" / "commands.md").read_text(encoding="utf-8") == help.markdown()


def test_the_reference_is_written_by_the_module(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As the Makefile calls it."""
    path = tmp_path / "commands.md"
    monkeypatch.setattr(sys, "argv", ["help", str(path)])
    monkeypatch.delitem(sys.modules, "mhsim.cli.help")
    runpy.run_module("mhsim.cli.help", run_name="__main__")
    assert path.read_text(encoding="utf-8") == help.markdown()


def test_choices_are_told_with_bars() -> None:
    """In a table of Markdown, too."""
    other = App()

    @other.default
    def hand_over(*, to: Literal["csv", "openai"] | None = None, days: int | str = 3) -> None:
        """Hand over."""

    labels = [help._label(argument) for argument in other.assemble_argument_collection()]
    assert labels == ["--to csv|openai", "--days DAYS"]
    page = help.Page("x", "x", ("y",), ((labels[0], "Where to."),), ("mhsim x",))
    assert "| `--to csv\\|openai` | Where to. |" in help._section(page)


def test_shells_can_complete_verbs_and_options() -> None:
    """Static completion, from the same application."""
    script = app.generate_completion(shell="bash")
    assert all(verb in script for verb in VERBS)
    assert "--workers" in script


# --- slips


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["rnu"], "mhsim: there is no verb 'rnu'; there is: check, list, "),
        (["rnu"], " (did you mean 'run'?); see mhsim --help\n"),
        (["reprot", "--help"], " (did you mean 'report'?); see mhsim --help\n"),
        (["-x"], "mhsim: there is no option '-x'; there is: check, "),
        (["run"], "mhsim run: SCENARIO is missing; see mhsim run --help\n"),
        (
            ["run", "x", "--wrokers", "3"],
            "there is no option --wrokers (did you mean '--workers'?)",
        ),
        (["run", "x", "--workers"], "mhsim run: --workers needs a value; see"),
        (["run", "x", "--workers", "x"], "mhsim run: --workers: found 'x'; a whole number; see"),
        (["run", "x", "--workers", "0"], "mhsim run: --workers: found 0; 1 or more\n"),
        (["run", "x", "--replicates", "-1"], "mhsim run: --replicates: found -1; 1 or more\n"),
        (["run", "x", "--quiet=3"], "mhsim run: --quiet: found '3'; true or false; see"),
        (["run", "x", "--workers", "1", "--workers", "2"], "--workers specified multiple times"),
        (["watch", "x", "--pace", "y"], "mhsim watch: --pace: found 'y'; a number; see"),
        (["watch", "x", "--pace", "-1"], "mhsim watch: --pace: found -1.0; 0 or more seconds\n"),
        (["plan", "x", "y", "z"], "mhsim plan: found 'y z', which is one too many; see"),
        (["plan", "x", "--jsno"], "there is no option --jsno (did you mean '--json'?)"),
        (["list", "pateint"], "there is no kind 'pateint'; one of "),
        (["list", "pateint"], " (did you mean 'patient'?)\n"),
        (["new", "pateint", "x"], "(did you mean 'patient'?)"),
        (["show", "cultureloop"], "(did you mean 'culture-loop'?)"),
        (["plan", "persona-trp"], "(did you mean 'persona-trap'?)"),
        (["check", "nowhere.yaml"], "nowhere.yaml: there is no such file or folder\n"),
        (["calibrate", "critc", "x"], "WHAT: found 'critc'; one of critic, risk, measures"),
    ],
)
def test_a_slip_is_one_line_that_says_what_would_be_right(
    arguments: list[str], message: str
) -> None:
    """On stderr, with exit code 2, and nothing on stdout."""
    done = call(*arguments)
    assert (done.code, done.out) == (2, "")
    assert message in done.err
    assert done.err.count("\n") == 1


def test_what_the_system_refuses_is_no_traceback() -> None:
    """File and reason, in one line."""
    Path("agents").mkdir()
    Path("agents/patients").write_text("a file where a folder should be")
    done = call("new", "patient", "seamstress")
    assert (done.code, done.err.count("\n")) == (2, 1)
    assert done.err.startswith(f"{Path.cwd()}/agents/patients: File exists")


def test_an_error_without_a_file_is_told_too(monkeypatch: pytest.MonkeyPatch) -> None:
    """Some errors of the system have no file name."""

    def dispatch(arguments: list[str]) -> int:
        raise OSError("the moon is in the way")

    monkeypatch.setattr(cli, "_dispatch", dispatch)
    assert call("run").err == "the moon is in the way\n"


def test_our_own_errors_end_with_a_line(monkeypatch: pytest.MonkeyPatch) -> None:
    """Exactly one."""

    def dispatch(arguments: list[str]) -> int:
        raise MhsimError("no\n\n")

    monkeypatch.setattr(cli, "_dispatch", dispatch)
    assert call("run").err == "no\n"


# --- streams


@pytest.mark.parametrize(
    "arguments",
    [
        ["check", "scenarios/small.yaml", "--json"],
        ["list", "graph", "--json"],
        ["show", "culture-loop", "--json"],
        ["plan", "small", "--json"],
        ["report", "small", "--json"],
        ["doctor", "--json"],
    ],
)
def test_every_json_document_names_its_version(arguments: list[str]) -> None:
    """And stdout holds nothing else."""
    small(replicates=1)
    if arguments[0] == "report":
        assert call("run", "small", "--quiet").code == 0
    done = call(*arguments)
    assert done.code == 0, done.err
    assert json.loads(done.out)["mhsim"] == __version__
    assert done.err == ""


def test_data_goes_to_stdout_and_the_rest_to_stderr() -> None:
    """So that a script can take what it wants."""
    small(replicates=1)
    done = process("run", "small")
    assert (done.code, done.out) == (0, "runs/small\n")
    assert "2/2 conversations" in done.err
    assert "next: mhsim report runs/small" in done.err


@pytest.mark.parametrize("more", [{"TERM": "xterm-256color"}, {"NO_COLOR": "1"}])
def test_piped_output_has_no_escape_codes(more: dict[str, str]) -> None:
    """Whatever the terminal could do."""
    small(replicates=1)
    for arguments in (["watch", "small"], ["run", "--help"]):
        done = process(*arguments, env={**os.environ, **more})
        assert done.code == 0
        assert "\x1b" not in done.out + done.err


def test_a_closed_pipe_is_no_traceback() -> None:
    """`mhsim list | head -1` ends when head does."""
    small(replicates=1)
    for arguments in (["list"], ["watch", "small"], ["show", "zh-CN", "--json"]):
        job = subprocess.Popen(
            command(*arguments), stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
        )
        assert job.stdout
        assert job.stderr
        job.stdout.readline()
        job.stdout.close()
        err = job.stderr.read()
        job.stderr.close()
        assert "Traceback" not in err
        assert "Exception ignored" not in err
        assert job.wait(60) in (0, 141)


def test_a_reader_that_is_gone_before_the_end_is_141(monkeypatch: pytest.MonkeyPatch) -> None:
    """As the shell reports whoever is killed by SIGPIPE; nothing is left to fail at the exit."""
    read, write = os.pipe()
    os.close(read)
    with os.fdopen(write, "w") as gone:
        monkeypatch.setattr(sys, "stdout", gone)
        assert cli.call(["--help"]) == 141


@pytest.mark.parametrize("closed", [1, 2])
def test_a_stream_that_was_closed_takes_text_nowhere(closed: int) -> None:
    """A daemon may have neither."""
    small(replicates=1)
    done = process("run", "small", before=["sh", "-c", f'exec "$@" {closed}>&-', "sh"])
    assert done.code == 0
    assert (done.out == "") is (closed == 1)
    assert (done.err == "") is (closed == 2)


def test_a_terminal_that_lacks_a_letter_shows_another() -> None:
    """Never a traceback."""
    done = process("show", "culture-loop", env={**os.environ, "PYTHONIOENCODING": "ascii"})
    assert (done.code, done.err) == (0, "")
    assert done.out.startswith("graph culture-loop")
    assert "?" in done.out


def test_an_interrupt_is_130(monkeypatch: pytest.MonkeyPatch) -> None:
    """Without a traceback."""

    def dispatch(arguments: list[str]) -> int:
        raise KeyboardInterrupt

    monkeypatch.setattr(cli, "_dispatch", dispatch)
    done = call("plan", "small")
    assert (done.code, done.err) == (130, "interrupted\n")


def test_hosted_tracing_is_switched_off(monkeypatch: pytest.MonkeyPatch) -> None:
    """Transcripts go nowhere unasked."""
    monkeypatch.setenv("LANGSMITH_TRACING", "true")
    monkeypatch.setenv("LANGCHAIN_TRACING_V2", "true")
    call("--version")
    assert (os.environ["LANGSMITH_TRACING"], os.environ["LANGCHAIN_TRACING_V2"]) == ("false",) * 2


# --- start-up


def imported(code: str) -> set[str]:
    """Return the top-level packages a program imports."""
    tail = "; import sys; print(' '.join({name.partition('.')[0] for name in sys.modules}))"
    done = subprocess.run(
        [sys.executable, "-c", code + tail], check=True, capture_output=True, text=True
    )
    return set(done.stdout.splitlines()[-1].split())


HEAVY = {"langgraph", "langchain_core", "pydantic", "networkx", "rich", "yaml", "numpy", "cyclopts"}


def test_importing_mhsim_imports_nothing_heavy() -> None:
    """A start under a third of a second."""
    assert not imported("import mhsim") & HEAVY


def test_the_first_help_imports_nothing_heavy() -> None:
    """Nor does the version."""
    assert not imported("from mhsim.cli import call; call(['--help']); call(['--version'])") & HEAVY


@pytest.mark.parametrize("verb", VERBS)
def test_the_help_of_a_verb_imports_no_engine(verb: str) -> None:
    """Only what reads signatures."""
    heavy = imported(f"from mhsim.cli import call; call(['{verb}', '--help'])") & HEAVY
    assert heavy <= {"cyclopts"}


def test_the_program_exits_with_the_code_of_its_verb(monkeypatch: pytest.MonkeyPatch) -> None:
    """`python -m mhsim`, in this process, which may have lost a stream."""
    monkeypatch.setattr(sys, "argv", ["mhsim", "plan", "nothing"])
    monkeypatch.setattr(sys, "stdout", None)
    monkeypatch.setattr(sys, "stderr", TextIOWrapper(BytesIO(), "ascii"))
    with pytest.raises(SystemExit, match="2"):
        runpy.run_module("mhsim", run_name="__main__")
    sys.stdout.close()


def test_the_program_is_there_by_both_names() -> None:
    """`mhsim` and `python -m mhsim`."""
    program = Path(sys.executable).with_name("mhsim")
    for start in ([str(program)], [sys.executable, "-m", "mhsim"]):
        done = subprocess.run([*start, "--version"], check=True, capture_output=True, text=True)
        assert done.stdout == f"mhsim {__version__}\n"
