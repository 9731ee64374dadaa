"""Pairwise judging: who meets whom, what a judge is shown, what is kept, and what it measures."""

from __future__ import annotations

import asyncio
import contextlib
import json
import math
import re
import shutil
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mhsim.comparing import compare
from mhsim.comparison import count, pairs
from mhsim.errors import InputError, PlayerError, RunError
from mhsim.ledger import read
from mhsim.masking import masked
from mhsim.measure.counted import Counted
from mhsim.measure.estimators.bands import BANDS
from mhsim.measure.estimators.pairwise import (
    bradley_terry,
    kendall_tau,
    order_agreement,
    pairwise_accuracy,
    pairwise_levels,
    position_bias,
)
from mhsim.measure.pairs import pairwise
from mhsim.planning import make_plan
from mhsim.record import Utterance
from mhsim.spec.agent import Patient, Persona
from mhsim.store import Run
from mhsim.table import Ask, Filled
from runs import SMALL, call, small

PEOPLE = "{patient: [gardener, shopkeeper, musician], therapist: interviewer, judge: severity}"
PAIRWISE = "{judges: [judge], orders: both, blind: true}"


@pytest.fixture(scope="module")
def played(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Play a small scenario with pairwise judging, once."""
    folder = tmp_path_factory.mktemp("pairwise")
    with contextlib.chdir(folder):
        small(SMALL, cast=PEOPLE, pairwise=PAIRWISE, limits="{turns: 3}", replicates=1)
        assert call("run", "scenarios/small.yaml", "--quiet").code == 0
    return folder / "runs"


@pytest.fixture
def opened(played: Path) -> Run:
    """Return a copy of the run, in runs/small."""
    shutil.copytree(played, "runs")
    return Run(Path("runs/small"))


class Judge:
    """Answers from a list, and keeps what it was asked."""

    def __init__(self, *answers: str | PlayerError) -> None:
        self.answers = list(answers)
        self.asks: list[Ask] = []

    async def say(self, ask: Ask) -> Any:
        raise AssertionError

    async def fill(self, ask: Ask, form: Any) -> Filled[Any]:
        self.asks.append(ask)
        answer = self.answers.pop(0) if self.answers else "tie"
        if isinstance(answer, PlayerError):
            raise answer
        return Filled(form(reason="because", more_depressed=answer))


def compared(opened: Run, *answers: Any, **more: Any) -> tuple[Judge, Any]:
    """Have a scripted judge compare what is not on file."""
    judge = Judge(*answers)
    return judge, asyncio.run(compare(opened, players={"judge": judge}, **more))


def test_every_two_patients_meet_in_every_condition_both_ways_round():
    plan = make_plan("persona-trap")
    met = {(p.first.id, p.second.id) for group in pairs(plan) for p in group}
    assert count(plan) == 66 * 2 * 2 * 13 * 5
    assert all((b, a) in met for a, b in met)
    assert all(a.split(".")[:2] == b.split(".")[:2] for a, b in met)


def test_one_order_is_drawn_from_the_seed_and_not_always_the_same():
    changes = {"pairwise": {"judges": ["judge_a"], "orders": "one"}, "replicates": 1}
    drawn = [p.key for g in pairs(make_plan("persona-trap", changes=changes)) for p in g]
    again = [p.key for g in pairs(make_plan("persona-trap", changes=changes)) for p in g]
    flipped = sum(first.split(".")[2] > second.split(".")[2] for _, first, second in drawn)
    assert drawn == again
    assert len(drawn) == 66 * 13
    assert 0.3 < flipped / len(drawn) < 0.7


def test_a_run_ends_with_its_comparisons_and_the_report_tells_them(opened: Run):
    assert len(read(opened.path)) == count(opened.plan) == 12
    told = call("report", "runs/small")
    assert "judge right" in told.out
    numbers = json.loads(call("report", "runs/small", "--json").out)["measures"]
    accuracy = [n for n in numbers if n["measure"] == "pair_accuracy"]
    assert {n["where"]["arm"] for n in accuracy} == {"english", "chinese"}
    assert all(n["n"] == 3 and n["missing"] == 0 for n in accuracy)


def test_what_is_on_file_is_not_asked_again(opened: Run):
    judge, outcome = compared(opened)
    assert judge.asks == []
    assert (outcome.made, outcome.kept, outcome.missing) == (0, 12, 0)


def test_a_torn_last_line_is_asked_again_and_nothing_else(opened: Run):
    file = opened.path / "comparisons.jsonl"
    file.write_bytes(file.read_bytes()[:-20])
    judge, outcome = compared(opened)
    assert (len(judge.asks), outcome.kept) == (1, 11)
    assert len(read(opened.path)) == 12


def test_a_damaged_line_is_named(opened: Run):
    file = opened.path / "comparisons.jsonl"
    file.write_bytes(b"{}\n" + file.read_bytes())
    with pytest.raises(RunError, match=r"comparisons\.jsonl: line 1 is damaged"):
        compared(opened)


def test_a_conversation_that_changed_is_compared_again(opened: Run):
    trial = next(opened.trials.glob("english.*"))
    words = trial.read_text(encoding="utf-8")
    edited = words.replace('"text":"', '"text":"Well. ', 1)
    trial.write_text(re.sub(',"crc":"[0-9a-f]+"', "", edited), encoding="utf-8")
    _, outcome = compared(opened)
    assert (outcome.made, outcome.kept) == (4, 8)


def test_a_judge_that_cannot_answer_leaves_no_answer(opened: Run):
    (opened.path / "comparisons.jsonl").unlink()
    _, outcome = compared(opened, PlayerError("refusal", "no", 3), workers=1)
    (lost,) = [line for line in read(opened.path).values() if line.choice is None]
    assert (lost.failure, lost.detail, lost.attempts, lost.reason) == ("refusal", "no", 3, None)
    assert outcome.failed == 1
    missing = {n.missing for n in pairwise(opened) if n.measure == "tie_rate"}
    assert missing == {0, 1}


def test_a_conversation_that_is_not_there_is_missing(opened: Run):
    next(opened.trials.glob("english.*")).unlink()
    (opened.path / "comparisons.jsonl").unlink()
    _, outcome = compared(opened)
    assert (outcome.made, outcome.missing) == (8, 4)


def test_a_judge_is_shown_two_conversations_and_no_names(opened: Run):
    (opened.path / "comparisons.jsonl").unlink()
    judge, _ = compared(opened)
    people = [a for a in opened.plan.agents.values() if isinstance(a, Patient)]
    names = {p.persona[t].name for p in people for t in ("en-US", "zh-CN")}
    shown = [u.text for ask in judge.asks for u in (*ask.transcript, *ask.versus)]
    assert all(ask.task == "compare" and ask.transcript and ask.versus for ask in judge.asks)
    assert not [text for text in shown for name in names if name in text]


def test_a_scenario_without_pairwise_judging_says_so():
    small(SMALL)
    call("run", "scenarios/small.yaml", "--quiet")
    called = call("compare", "runs/small")
    assert called.code == 2
    assert "plans no pairwise" not in called.err
    assert "its scenario has no pairwise" in called.err
    with pytest.raises(InputError):
        asyncio.run(compare("runs/small"))


@pytest.mark.parametrize(
    ("name", "home", "text", "hidden"),
    [
        ("Daniel Reyes", "Fresno, California", "I'm Daniel, Daniel's from Fresno.",
         "I'm [name], [name] from [place]."),
        ("陈志强", "长沙雨花区，高桥", "陈先生，志强在长沙。", "[name]，[name]在[place]。"),
        ("আব্দুল করিম", "ময়মনসিংহ শহরের পাশে", "করিম ভাই ময়মনসিংহে থাকেন।",
         "[name] ভাই [place]ে থাকেন।"),
        ("राम प्रसाद", "भोपाल, मध्य प्रदेश", "प्रसाद जी भोपाल से हैं।", "[name] जी [place] से हैं।"),
        ("Ann Lee", "Ohio", "Nothing of hers is here: annual, Lees.",
         "Nothing of hers is here: annual, Lees."),
    ],
)  # fmt: skip
def test_names_and_homes_are_masked(name: str, home: str, text: str, hidden: str):
    life = Persona(name=name, age=40, gender="x", home=home, work="w", family="f")
    (utterance,) = masked([Utterance(turn=1, role="patient", text=text)], [life])
    assert utterance.text == hidden


def test_orders_agree_where_both_ways_name_the_same():
    decisions = [("a", "b", "a"), ("b", "a", "a"), ("a", "c", "a"), ("c", "a", "c")]
    assert order_agreement(decisions) == 0.5
    assert order_agreement([("a", "b", "tie")]) != order_agreement([("a", "b", "tie")])


def test_a_judge_that_always_names_the_more_depressed_is_always_right(opened: Run):
    (opened.path / "comparisons.jsonl").unlink()
    plan = opened.plan
    right = []
    for group in pairs(plan):
        for pair in group:
            one, other = (
                plan.agents[t.cast["patient"]].presentation.total for t in (pair.first, pair.second)
            )
            right.append("A" if one > other else "B")
    compared(opened, *right, workers=1)
    value = {n.measure: n.value for n in pairwise(opened) if n.where["arm"] == "english"}
    assert (value["pair_accuracy"], value["tie_rate"], value["position_bias"]) == (1, 0, 0)
    assert (value["rank_agreement"], value["order_agreement"]) == (1, 1)
    assert value["same_level_share"] is None


@given(
    st.lists(
        st.tuples(st.sampled_from("abcde"), st.sampled_from("abcde"), st.integers(0, 2)).filter(
            lambda d: d[0] != d[1]
        ),
        max_size=40,
    )
)
def test_counts_come_to_what_decisions_one_by_one_come_to(drawn: list[tuple[str, str, int]]):
    totals = {"a": 2.0, "b": 7.0, "c": 7.0, "d": 12.0, "e": 21.0}
    decisions = [(one, other, (one, other, "tie")[n]) for one, other, n in drawn]
    counted = Counted(decisions, totals, BANDS["phq9"])
    told = counted.statistics(range(len(counted.people)))
    levels = pairwise_levels(totals, decisions, "phq9")
    accuracy = pairwise_accuracy(totals, decisions)
    order = bradley_terry([d for d in decisions if d[2] != "tie"])
    ranked = kendall_tau(list(order.values()), [totals[n] for n in order])
    expected = {
        **{k: v for k, v in levels.items() if k in told},
        "pair_accuracy": accuracy["accuracy"],
        "pair_accuracy_ties_half": accuracy["accuracy_ties_half"],
        "position_bias": position_bias(decisions),
        "order_agreement": order_agreement(decisions),
        "rank_agreement": ranked if len(order) > 1 else math.nan,
    }
    assert {k: told[k] for k in expected} == pytest.approx(expected, nan_ok=True)
