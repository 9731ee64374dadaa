"""A distribution of somebody else's: built as a wheel, installed, used by a graph, end to end."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import zipfile
from collections.abc import Mapping
from pathlib import Path

import pytest
from support import filled

PYPROJECT = """
[build-system]
requires = ["hatchling"]
build-backend = "hatchling.build"

[project]
name = "mhsim-weather"
version = "1.0"
dependencies = ["mhsim"]

[project.entry-points."mhsim.nodes"]
notice = "mhsim_weather.nodes:Notice"

[project.entry-points."mhsim.guards"]
weather = "mhsim_weather.guards:Weather"

[project.entry-points."mhsim.counts"]
storms = "mhsim_weather.guards:storms"
"""

NODES = '''
"""A node kind that marks what is said about the weather."""

from typing import Literal

from mhsim.nodes import Step, Visit
from mhsim.record import Critique, Mark, Span


class Notice(Step):
    """Mark a word in what somebody just said.

    Args:
        of: whose words.
        word: the word.
    """

    kind: Literal["notice"]
    of: str
    word: str = "rain"

    def about(self):
        return (self.of,)

    async def run(self, visit: Visit):
        text = visit.log.spoken(self.of).text
        start = text.find(self.word)
        flags = [] if start < 0 else [self.mark(start)]
        kind = {"role": "weather", "revision": 0, "verdict": "neutral"}
        return [Critique(turn=visit.turn, flags=flags, **kind)]

    def mark(self, start: int) -> Mark:
        span = Span(quote=self.word, start=start, end=start + len(self.word))
        return Mark(span=span, kind="weather", reason="small talk")
'''

GUARDS = '''
"""A guard and a count that read what the node kind left."""

from mhsim.guards import LogGuard
from mhsim.record import Critique


class Weather(LogGuard):
    """Somebody has talked of the weather in so many turns.

    Args:
        turns: how many turns.
    """

    turns: int = 1

    def holds(self, log):
        """Hold when there were that many."""
        return storms(log, "") >= self.turns


def storms(log, target):
    """Count the turns in which the weather came up."""
    return len({e.turn for e in log if isinstance(e, Critique) and e.flags})
'''

GRAPH = """# A talk that ends when the weather has come up twice.
start: therapist
nodes:
  therapist: {kind: speak, role: therapist}
  patient: {kind: speak, role: patient}
  again: {kind: speak, role: patient}
  notice: {kind: notice, of: patient, word: rain}
  judge: {kind: rate, roles: [judge]}
edges:
  therapist: patient
  patient: notice
  again: notice
  notice: [{to: again, when: weather, limit: storms}, judge]
  judge: [{to: end, when: {weather: {turns: 2}}}, {to: therapist, limit: turns}, end]
"""

SCENARIO = """# A small talk, scripted.
graph: small-talk
cast: {patient: shopkeeper, therapist: listener, judge: severity}
models:
  patient: script:patient.yaml
  therapist: script:therapist.yaml
  judge: script:judge.yaml
limits: {turns: 5, storms: 2}
arms: {plain: {locales: [en-US]}}
"""

CONFORMS = """
from mhsim.testing import check_guard, check_node
from mhsim_weather.guards import Weather
from mhsim_weather.nodes import Notice
check_node(Notice, {"of": "patient"})
check_guard(Weather, {"turns": 2})
"""


def write(folder: Path, files: Mapping[str, str]) -> None:
    """Write files below a folder."""
    for name, text in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text)


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Build the distribution as a wheel and unpack it where packages lie."""
    source, site = tmp_path_factory.mktemp("source"), tmp_path_factory.mktemp("site")
    package = "src/mhsim_weather"
    files = {"__init__.py": "", "nodes.py": NODES, "guards.py": GUARDS}
    write(source, {"pyproject.toml": PYPROJECT})
    write(source, {f"{package}/{name}": text for name, text in files.items()})
    subprocess.run(
        [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(source / "dist")],
        cwd=source,
        check=True,
        capture_output=True,
    )
    (wheel,) = (source / "dist").glob("*.whl")
    zipfile.ZipFile(wheel).extractall(site)
    return site


@pytest.fixture
def talk(tmp_path: Path) -> Path:
    """Write the graph, the scenario and the scripts into the working directory."""
    write(tmp_path, {"graphs/small-talk.yaml": GRAPH, "scenarios/small-talk.yaml": SCENARIO})
    scripts = {
        "therapist": ["How are you?"] * 5,
        "patient": ["I get by.", ["It will rain.", "Still, rain.", "Never mind."], "More rain."],
        "judge": [filled()] * 5,
    }
    write(tmp_path, {f"{role}.yaml": json.dumps(given) for role, given in scripts.items()})
    return tmp_path


def mhsim(*arguments: str, site: Path | None = None) -> subprocess.CompletedProcess[str]:
    """Run the command line in a process of its own."""
    code = ["-m", "mhsim", *arguments] if arguments[0] != "-c" else list(arguments)
    path = {"PYTHONPATH": str(site)} if site else {}
    return subprocess.run(
        [sys.executable, *code],
        env={**os.environ, **path},
        capture_output=True,
        text=True,
        check=False,
    )


def test_what_a_package_adds_is_checked_like_what_ships(site, talk):
    """Its names, its fields and their types are known to `mhsim check`."""
    files = ("graphs/small-talk.yaml", "scenarios/small-talk.yaml")
    done = mhsim("check", *files, site=site)
    assert (done.returncode, done.stdout) == (0, ""), done.stdout + done.stderr
    graph = talk / "graphs/small-talk.yaml"
    graph.write_text(GRAPH.replace("word: rain", "wort: rain").replace("turns: 2", "turns: often"))
    wrong = mhsim("check", "graphs/small-talk.yaml", site=site)
    assert wrong.returncode == 2
    assert "graphs/small-talk.yaml:7:39: nodes.notice.wort" in wrong.stdout
    assert "did you mean 'word'" in wrong.stdout
    assert "edges.judge[0].when.weather.turns" in wrong.stdout


def test_what_a_package_adds_is_played_in_a_batch(site, talk):
    """The node leaves events, the count stops the returns, the guard ends the session."""
    done = mhsim("run", "small-talk", "--out", "runs/x", site=site)
    assert done.returncode == 0, done.stderr
    (trial,) = (talk / "runs/x/trials").iterdir()
    events = [json.loads(line) for line in trial.read_text().splitlines()]
    nodes = [event["node"] for event in events if event["node"]]
    first = ["therapist", "patient", "notice", "judge"]
    second = ["therapist", "patient", *["notice", "again"] * 2, "notice", "judge"]
    third = ["therapist", "patient", "notice", "judge"]
    assert nodes == first + second + third
    assert events[-1]["reason"] == "closed"
    assert "mhsim_weather" not in json.dumps(events)


def test_a_plan_that_uses_a_package_is_read_back_with_it(site, talk):
    """A second call finds the run done, and its plan the same."""
    assert mhsim("run", "small-talk", "--out", "runs/x", site=site).returncode == 0
    again = mhsim("run", "small-talk", "--out", "runs/x", site=site)
    assert again.returncode == 0, again.stderr
    assert "0 of 1 conversations played, 1 were done before" in again.stderr


def test_without_the_package_its_names_are_unknown(talk):
    """The message says where, and what node kinds there are."""
    done = mhsim("check", "graphs/small-talk.yaml")
    assert done.returncode == 2
    assert "there is no node kind 'notice'" in done.stdout
    assert "rate, review, screen, speak" in done.stdout


def test_a_package_can_check_itself(site):
    """The conformance checks run where the package is installed."""
    done = mhsim("-c", CONFORMS, site=site)
    assert done.returncode == 0, done.stderr


def test_a_broken_package_is_named_in_one_line(site, talk, tmp_path):
    """Exit code 2 and a sentence, no traceback."""
    broken = tmp_path / "broken"
    write(broken, {"mhsim_weather/__init__.py": "", "mhsim_weather/nodes.py": "import no_such"})
    info = next(site.glob("*.dist-info"))
    write(broken, {f"{info.name}/{p.name}": p.read_text() for p in info.iterdir() if p.is_file()})
    done = mhsim("check", "graphs/small-talk.yaml", site=broken)
    assert done.returncode == 2
    assert "Traceback" not in done.stderr
    assert "the node kind 'notice' of mhsim-weather cannot be loaded" in done.stderr
