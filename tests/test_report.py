"""What a run measured: totals against the truth, flags, and everything that is missing."""

from __future__ import annotations

import asyncio
import itertools
from pathlib import Path
from typing import Any

import pytest
from support import (
    ANSWER,
    FINE,
    ITEMS,
    JUDGE,
    LIBRARY,
    QUESTION,
    fails,
    filled,
    flagged,
    plan,
    scenario,
)

from mhsim import batch
from mhsim.measure.played import played as comes_to
from mhsim.measure.summary import Number, summary
from mhsim.planning import make_plan
from mhsim.players.script import Script
from mhsim.report.table import table
from mhsim.report.terminal import pages
from mhsim.store import Run
from mhsim.table import Filled
from runs import played, scripted

WHERE = {"arm": "plain", "locale": "en-US"}


def number(run: Run, measure: str, judge: str | None = None) -> Number:
    """Return one number of a run's summary."""
    where = {**WHERE, **({"judge": judge} if judge else {})}
    return next(n for n in summary(run) if n.measure == measure and n.where == where)


def rated(*strips: str, **more: Any) -> Run:
    """Play one conversation whose judge rates like this, a strip a turn; the truth is 1 each."""
    replies = {"judge": [filled(strip, ANSWER) for strip in strips]}
    return played(scripted(turns=len(strips), **more), replies=replies).run


@pytest.mark.parametrize(
    ("strip", "low", "middle", "high", "items", "holds"),
    [
        ("111111111", 0, 0, 0, 9, 1),
        ("333333333", 18, 18, 18, 9, 0),
        ("?????????", -9, 4.5, 18, 0, 1),
        ("000000000", -9, -9, -9, 9, 0),
        ("++???????", -7, 5.5, 18, 2, 1),
        ("31?000000", -5, -3.5, -2, 8, 0),
    ],
)
def test_the_error_is_the_final_interval_less_the_truth(
    strip: str, low: float, middle: float, high: float, items: int, holds: float
) -> None:
    """An item not assessed leaves 0 to 3 open, and is never 0."""
    run = rated("333333333", strip)
    error = number(run, "severity_error", "judge")
    assert (error.low, error.value, error.high) == (low, middle, high)
    assert (error.n, error.missing) == (1, 0)
    assert number(run, "severity_error_abs", "judge").value == abs(middle)
    assert number(run, "items_assessed", "judge").value == items
    assert number(run, "truth_in_interval", "judge").value == holds


def test_an_unrated_last_turn_is_missing_and_no_earlier_rating_takes_its_place() -> None:
    """Missing stays missing."""
    replies = {"judge": [filled("111111111", ANSWER), fails("unparsable")]}
    run = played(scripted(turns=2), replies=replies).run
    error = number(run, "severity_error", "judge")
    assert (error.value, error.low, error.high, error.n, error.missing) == (None, None, None, 0, 1)
    assert number(run, "unrated_turns", "judge").value == 1
    assert number(run, "conversations").value == 1


def test_a_failed_conversation_is_counted_and_in_no_mean() -> None:
    """Nor is one that was not played yet."""
    made = scripted(turns=2, replicates=4)
    run = played(made, replies={"judge": [filled("111111111", ANSWER)] * 2}).run
    ids = [trial.id for trial in made.trials()]
    (run.trials / f"{ids[0]}.jsonl").unlink()
    (run.trials / f"{ids[1]}.jsonl").unlink()
    replies = {"patient": [ANSWER, fails()], "judge": [filled("333333333", ANSWER)] * 2}
    played(made, replies=replies)
    (run.trials / f"{ids[0]}.jsonl").unlink()
    whole, failed = number(run, "conversations"), number(run, "failed_conversations")
    assert (whole.value, whole.missing) == (2, 2)
    assert (failed.value, failed.missing) == (1, 1)
    error = number(run, "severity_error", "judge")
    assert (error.value, error.n, error.missing) == (0, 1, 2)


def test_replicates_are_averaged_within_a_patient_first() -> None:
    """Three conversations of one patient weigh as one of another."""
    base = scenario("interview", {"turns": 1})
    (patient,) = base.cast["patient"]
    people = {**base.cast, "patient": (patient, patient)}
    made = make_plan(base.model_copy(update={"cast": people, "replicates": 3}), LIBRARY)
    judge = PerPatient("111111111", "333333333")
    players = {"therapist": Script([QUESTION]), "patient": Script([ANSWER]), "judge": judge}
    run = asyncio.run(batch.run(made, "run", players=players, workers=1)).run
    (run.trials / "plain.en-US.patient-2.002.jsonl").unlink()
    (run.trials / "plain.en-US.patient-2.003.jsonl").unlink()
    error = number(run, "severity_error", "judge")
    assert (error.value, error.n, error.missing) == (9, 2, 2)


class PerPatient(Script):
    """A judge who rates one patient after the other: trials are planned patient by patient."""

    def __init__(self, *strips: str) -> None:
        super().__init__([])
        self._forms = itertools.cycle(filled(strip, ANSWER) for strip in strips)

    async def fill(self, ask: Any, form: Any) -> Any:
        """Fill the form for whoever is next."""
        return Filled(form.model_validate(next(self._forms)))


def test_only_what_two_instruments_ask_alike_is_compared() -> None:
    """The PHQ-8 is the PHQ-9 without its last item; the HAM-D asks in its own way."""
    phq8 = [n for n in ITEMS if n != "self_harm"]
    run = other_judge("phq8", {f"item_{n}": {"state": "scaled", "value": 2} for n in phq8})
    assert number(run, "severity_error", "judge").value == 8
    assert number(run, "items_assessed", "judge").value == 8
    hamd = LIBRARY.load("instrument", "hamd17").items
    run = other_judge("hamd17", {f"item_{n}": {"state": "denied"} for n in hamd})
    error = number(run, "severity_error", "judge")
    assert (error.value, error.n, error.missing) == (None, 0, 1)


def other_judge(instrument: str, items: dict[str, Any]) -> Run:
    """Play a conversation with a judge who fills in another instrument."""
    judge = JUDGE.model_copy(update={"scale": instrument})
    base = scenario("interview", {"turns": 1})
    made = make_plan(base.model_copy(update={"cast": {**base.cast, "judge": (judge,)}}), LIBRARY)
    return played(made, instrument, {"judge": [{"rationale": "read", **items}]}).run


def test_flags_are_told_of_first_drafts_and_of_what_was_finally_said() -> None:
    """A revision that mends what was flagged changes the second alone."""
    made = plan("culture-loop", {"turns": 2, "revisions": 1})
    critic = [[flagged("get by"), FINE], FINE]
    run = played(made, replies={"critic": critic, "judge_a": RATED, "judge_b": RATED}).run
    assert number(run, "flag_rate_first_draft").value == 0.5
    assert number(run, "flag_rate").value == 0
    assert number(run, "revisions").value == 1
    (session,) = run.sessions()
    one = comes_to(run, session)
    assert (one.drafts, one.finally_said, one.revisions) == ((1, 2), (0, 2), 1)


RATED = [filled("?????????")] * 9


def test_where_nobody_watches_no_flags_are_told() -> None:
    """A rate of nothing is no zero."""
    run = rated("111111111")
    assert not [n for n in summary(run) if n.measure.startswith("flag_rate")]
    assert "flagged" not in "\n".join(pages(run, summary(run)))


def test_where_the_critic_failed_the_rate_is_missing() -> None:
    """Nothing that was said counts as unflagged."""
    made = plan("culture-loop", {"turns": 1})
    replies = {"critic": [fails()], "judge_a": RATED, "judge_b": RATED}
    run = played(made, replies=replies).run
    rate = number(run, "flag_rate")
    assert (rate.value, rate.n, rate.missing) == (None, 0, 1)
    assert "-" in pages_of(run).split("\n\n")[1].splitlines()[2].split()


def test_without_a_patient_there_is_no_truth_to_be_held_against() -> None:
    """The conversation still counts."""
    base = scenario("interview", {"turns": 1})
    people = {**base.cast, "patient": base.cast["therapist"]}
    run = played(make_plan(base.model_copy(update={"cast": people}), LIBRARY)).run
    assert number(run, "conversations").value == 1
    error = number(run, "severity_error", "judge")
    assert (error.value, error.missing) == (None, 1)


# --- the terminal


def pages_of(run: Run) -> str:
    """Return the report as it is printed."""
    return "\n\n".join(pages(run, summary(run)))


def test_the_report_is_paragraphs_of_plain_lines() -> None:
    """A table of conversations, one per judge, and what the columns mean; 80 columns do."""
    run = rated("++???????")
    text = pages_of(run)
    assert text.splitlines()[0].startswith("run: scenario, plan ")
    assert ", models " in text.splitlines()[0]
    assert "reference simulator" not in text
    assert "plain  en-US        1       0        0\n" in text
    assert "plain  en-US   +5.5 [-7.0, +18.0]   5.5   100%    2.0        0\n" in text
    assert text.isascii()
    assert all(len(line) <= 100 for line in text.splitlines())


def test_what_is_missing_is_a_dash() -> None:
    """Never a zero."""
    made = scripted(turns=1)
    run = played(made, replies={"judge": [fails()]}).run
    assert "plain  en-US             -     -      -      -        1\n" in pages_of(run)
    Path(run.trials / "plain.en-US.patient.001.jsonl").unlink()
    assert "plain  en-US        0       0        1\n" in pages_of(run)


def test_numbers_stand_to_the_right_and_words_to_the_left() -> None:
    """A column is one or the other."""
    assert table(["name", "n"], [["a", "5"], ["bcdef", "12"]]) == (
        "name    n\n-----  --\na       5\nbcdef  12"
    )
    assert table(["name", "n"], []) == "name  n\n----  -"
