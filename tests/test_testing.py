"""The conformance checks: what ships passes them, and each finds what it is for."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any, ClassVar, Literal

import pytest
from pydantic import ConfigDict
from support import ANSWER, FINE, ROOT, Broken, filled

from mhsim.casting import Casting
from mhsim.errors import PlayerError
from mhsim.guards import LogGuard
from mhsim.nodes import Step
from mhsim.planning import make_plan
from mhsim.players.script import Script
from mhsim.record import Failure, Utterance
from mhsim.spec.graph import GUARDS, NODES
from mhsim.table import Filled, Line
from mhsim.testing import check_content, check_guard, check_node, check_player

PARAMETERS: dict[str, dict[str, Any]] = {
    "speak": {"role": "therapist"},
    "review": {"role": "critic", "of": "patient"},
    "rate": {"roles": ["judge"]},
    "screen": {"of": "patient"},
    "stable": {"judge": "judge", "turns": 2, "within": 1},
    "item": {"judge": "judge", "item": "sleep", "at_least": 1},
    "total": {"judge": "judge", "at_most": 4},
    "turn": {"at_least": 2},
    "disagree": {"between": ["judge_a", "judge_b"]},
}


@pytest.mark.parametrize("name", list(NODES))
def test_every_node_kind_of_the_package_passes(name: str):
    """What third parties are held to holds here."""
    check_node(NODES.get(name), PARAMETERS[name])


@pytest.mark.parametrize("name", list(GUARDS))
def test_every_guard_of_the_package_passes(name: str):
    """Whatever is missing, it answers yes or no."""
    check_guard(GUARDS.get(name), PARAMETERS.get(name))


def test_every_reference_player_passes():
    """Each answers what it can and refuses the rest as a player should."""
    plan = make_plan("persona-trap")
    tasks = {"critic": "review", "judge": "rate"}
    for role, seat in Casting(plan).table(next(plan.trials())).seats.items():
        check_player(seat.player, role, tasks.get(seat.agent.kind, "speak"))


class Hums(Step):
    """Leaves a hum."""

    kind: Literal["hums"]
    of: str = "patient"

    def about(self):
        return (self.of,)

    async def run(self, visit):
        return [Utterance(turn=visit.turn, role="narrator", text="Hm.")]


class Named(Hums):
    """Has no name of its own."""

    kind: str


class Undone(Step):
    """Does nothing yet."""

    kind: Literal["undone"]


class Loose(Hums):
    """Takes anything."""

    model_config = ConfigDict(extra="ignore")


class Casts(Hums):
    """Casts somebody who is no agent."""

    def cast(self):
        return {"narrator": ("narrator",)}


class Quiet(Hums):
    """Leaves nothing."""

    async def run(self, visit):
        return []


class Stray(Hums):
    """Leaves something else."""

    async def run(self, visit):
        return ["Hm."]


class Late(Hums):
    """Leaves something of another turn."""

    async def run(self, visit):
        return [Utterance(turn=visit.turn + 1, role="narrator", text="Hm.")]


class Meddles(Hums):
    """Writes into the log itself."""

    async def run(self, visit):
        return visit.log.record("here", [Failure(kind="refusal", detail="d")])


class Sync(Hums):
    """Is not async."""

    def run(self, visit):
        return []


class Falls(Hums):
    """Falls over."""

    async def run(self, visit):
        raise ZeroDivisionError("a bug")


class Denies(Hums):
    """Never takes its own visit for whole."""

    def whole(self, events):
        return False


class Agrees(Hums):
    """Takes anything for a whole visit."""

    def whole(self, events):
        return True


class Bare(Hums):
    __doc__ = None


@pytest.mark.parametrize(
    ("cls", "said"),
    [
        (Named, "not Literal"),
        (Undone, "abstract"),
        (Loose, "unknown keys"),
        (Casts, "gives 'narrator'"),
        (Quiet, "left no event"),
        (Stray, "'Hm.', which is no event"),
        (Late, "another turn"),
        (Meddles, "changed the log"),
        (Sync, "is not async"),
        (Falls, "ZeroDivisionError: a bug"),
        (Denies, "denies what a visit left"),
        (Agrees, "no event at all"),
        (Bare, "no docstring"),
        (LogGuard, "no mhsim.nodes.step.Step"),
    ],
)
def test_a_node_that_breaks_a_promise_is_told_which(cls: Any, said: str):
    """In one sentence."""
    check_node(Hums)
    with pytest.raises(AssertionError, match=said):
        check_node(cls)


def test_fields_that_do_not_fit_are_named():
    """A required parameter must be given to the check."""
    with pytest.raises(AssertionError, match=r"(?s)Speak does not take .*role"):
        check_node(NODES.get("speak"))


class Often(LogGuard):
    """Holds after so many utterances."""

    least: int = 2

    def holds(self, log):
        return len(log.transcript) >= self.least


class Truthy(Often):
    """Answers neither yes nor no."""

    def holds(self, log):
        return log.closing


class Fickle(Often):
    """Remembers that it was asked."""

    def holds(self, log):
        asked.append(log)
        return len(asked) % 2 == 0


class Writes(Often):
    """Leaves an event."""

    def holds(self, log):
        log.record("here", [Failure(kind="refusal", detail="d")])
        return True


class Odd(Often):
    """Closes for a reason nobody knows."""

    reason: ClassVar[Any] = "boredom"


asked: list[object] = []


@pytest.mark.parametrize(
    ("cls", "said"),
    [
        (Truthy, "neither True nor False"),
        (Fickle, "not in the log"),
        (Writes, "changed the log"),
        (Odd, "'boredom', not one of"),
        (Hums, "no mhsim.guards.LogGuard"),
    ],
)
def test_a_guard_that_breaks_a_promise_is_told_which(cls: Any, said: str):
    """In one sentence."""
    check_guard(Often, {"least": 3})
    with pytest.raises(AssertionError, match=said):
        check_guard(cls)


class Says(Script):
    """A player that says one thing, whatever it is asked."""

    def __init__(self, text: str = ANSWER, piece: str = "") -> None:
        super().__init__([])
        self.text, self.piece = text, piece

    async def say(self, ask):
        if ask.hear:
            ask.hear(self.piece or self.text)
        return Line(self.text)


class Rewrites(Says):
    """A player that tidies the transcript."""

    async def say(self, ask):
        ask.transcript.clear()
        return Line(ANSWER)


class Misfiles(Says):
    """A player that fills what it was not given."""

    async def fill(self, ask, form):
        return Filled(Line("a"))


class Sulks(Says):
    """A player that fails in its own way."""

    async def say(self, ask):
        raise PlayerError("boredom", "d")  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("player", "task", "said"),
    [
        (Says(" "), "speak", "said nothing"),
        (Says(piece="Something else."), "speak", "pieces"),
        (Rewrites(), "speak", "changed the transcript"),
        (Sulks(), "speak", "'boredom' is not one of"),
        (Broken(), "speak", "say raised ZeroDivisionError"),
        (Broken(), "rate", "fill raised ZeroDivisionError"),
        (Misfiles(), "review", "filled no Findings"),
    ],
)
def test_a_player_that_breaks_a_promise_is_told_which(player: Any, task: Any, said: str):
    """In one sentence; to refuse is no breach."""
    check_player(Says())
    check_player(Script([]))
    check_player(Script([FINE]), "critic", "review")
    check_player(Script([filled()]), "judge", "rate")
    with pytest.raises(AssertionError, match=said):
        check_player(player, "patient", task)


def test_what_ships_passes_as_content():
    """Every scenario's prompts render in every arm and locale."""
    check_content(ROOT)


JUDGE = "# A judge of their own.\nkind: judge\nabout: Rates.\ninstrument: phq9\n"
SCENARIO = """# A scenario of their own.
graph: interview
cast: {patient: shopkeeper, therapist: listener, judge: mine}
limits: {turns: 2}
arms: {plain: {locales: [en-US]}}
"""


def write(folder: Path, **files: str) -> Path:
    """Write files, `a__b` for `a/b.yaml`."""
    for name, text in files.items():
        path = folder / (name.replace("__", os.sep) + ("" if "." in name else ".yaml"))
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    return folder


def test_a_pack_of_their_own_passes(tmp_path: Path):
    """It may use what ships."""
    check_content(write(tmp_path, agents__judges__mine=JUDGE, scenarios__mine=SCENARIO))


@pytest.mark.parametrize(
    ("files", "said"),
    [
        ({}, "holds no YAML"),
        ({"agents__judges__mine": JUDGE, "agents__init.py": ""}, "Python among the content"),
        ({"agents__judges__mine": JUDGE[JUDGE.index("kind") :]}, "mine.yaml: open with a comment"),
        ({"agents__judges__mine": JUDGE + "mood: 3\n"}, "mine.yaml:5:1: mood: unknown key"),
        ({"scenarios__mine": SCENARIO}, "there is no agent 'mine'"),
        (
            {"agents__judges__mine": JUDGE + "prompt: Rate {{ 1 / 0 }}.\n"}
            | {"scenarios__mine": SCENARIO},
            "plain.en-US.*division by zero",
        ),
    ],
)
def test_a_pack_with_something_wrong_is_told_what(tmp_path: Path, files: dict[str, str], said: str):
    """With its place, as `mhsim check` would."""
    write(tmp_path, **files)
    with pytest.raises(AssertionError, match=said):
        check_content(tmp_path)
