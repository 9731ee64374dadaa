"""A run as tables: one row per unit, missing as null, the same in Python and in Parquet."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import duckdb
import pytest
from support import ANSWER, FINE, PHQ9, fails, filled, flagged

from mhsim.measure.tables import tables, write
from mhsim.measure.tables.rows import row_id
from mhsim.measure.totals import prorated
from mhsim.store import Run
from runs import call, lines, played, reopen, scripted


def judged(*replies: Any, **more: Any) -> Run:
    """Play one conversation whose judge replies like this, one reply a turn."""
    return played(scripted(turns=len(replies), **more), replies={"judge": list(replies)}).run


def test_an_unrated_turn_has_a_row_and_no_total() -> None:
    """Why it is unrated stands in its place."""
    found = tables(judged(filled("12?0+????", ANSWER), fails("refusal")))
    first, second = found.ratings
    assert (first.status, first.assessed, first.low, first.high) == ("rated", 4, 4, 21)
    assert (first.total_zero, first.total_prorated, first.final) == (5, None, False)
    assert (second.status, second.low, second.total_prorated) == ("refusal", None, None)
    assert second.final
    assert [i.value for i in found.items] == [1, 2, None, 0, 2, None, None, None, None]
    assert {i.intended for i in found.items} == {1}


def test_a_conversation_that_was_not_played_has_a_row_too() -> None:
    """So that nobody forgets to count it."""
    run = judged(filled("111111111", ANSWER), replicates=3)
    ids = [trial.id for trial in run.plan.trials()]
    (run.trials / f"{ids[1]}.jsonl").unlink()
    part = reopen(run.path, ids[2])
    part.write_bytes(b"".join(lines(part)[:-1]))
    found = tables(run).conversations
    assert [c.status for c in found] == ["closed", "planned", "in_progress"]
    assert [c.turns for c in found] == [1, None, 1]
    assert (found[1].intended_total, found[1].intended_band) == (9, PHQ9.band(9))


def test_drafts_are_rows_and_only_the_last_was_finally_said() -> None:
    """A flag knows whose words it is about and which draft."""
    replies = {
        "patient": [["my neurotransmitters", "my chest"]],
        "critic": [[flagged("neurotransmitters"), FINE]],
    }
    made = scripted(turns=1, graph="culture-loop", arms=_revised())
    found = tables(played(made, replies=replies).run)
    mine = [t for t in found.turns if t.role == "patient"]
    assert [(t.revision, t.final, t.verdict) for t in mine] == [
        (0, False, "flattened"),
        (1, True, "grounded"),
    ]
    assert [(f.role, f.revision, f.quote) for f in found.flags] == [
        ("patient", 0, "neurotransmitters")
    ]
    assert [r.level for r in found.risks] == ["none", "none"]


def _revised() -> dict[str, Any]:
    return {"plain": {"locales": ["en-US"], "limits": {"revisions": 1}}}


def test_a_quote_nobody_said_is_counted() -> None:
    """Invented evidence is a result."""
    found = tables(judged(filled("1????????", ANSWER, "I weep all night")))
    assert [(r.quotes, r.unsupported) for r in found.ratings] == [(2, 1)]


def test_calls_are_counted_where_they_failed_too() -> None:
    """A failure says what it was."""
    found = tables(judged(filled("111111111", ANSWER), fails("unparsable"))).calls
    assert [c.failure for c in found if c.role == "judge"] == [None, "unparsable"]
    assert len({c.call_id for c in found}) == len(found)


def test_parquet_holds_the_same_rows_with_nulls(tmp_path: Path) -> None:
    """Every table is there, an empty one with its columns."""
    run = judged(filled("12?0+????", ANSWER), fails("refusal"))
    counts = write(run, tmp_path / "out")
    assert counts["items"] == 9
    assert counts["comparisons"] == 0
    ask = f"select low, status from '{tmp_path}/out/ratings.parquet' order by turn"
    assert duckdb.sql(ask).fetchall() == [(4, "rated"), (None, "refusal")]
    empty = duckdb.sql(f"select * from '{tmp_path}/out/comparisons.parquet'")
    assert "choice" in empty.columns
    about = json.loads((tmp_path / "out" / "manifest.json").read_text())
    assert about["tables"]["items"]["rows"] == 9


def test_ids_are_the_same_at_every_read_and_no_two_are_alike(tmp_path: Path) -> None:
    """They are made of what names the unit."""
    run = judged(filled("111111111", ANSWER), filled("111111111", ANSWER))
    one, other = tables(run), tables(run)
    assert one == other
    assert len({t.turn_id for t in one.turns}) == len(one.turns)
    assert row_id("a", "bc") != row_id("ab", "c")


def test_comparisons_are_read_and_the_later_answer_counts() -> None:
    """A line that is still being written is left for the next time."""
    run = judged(filled("111111111", ANSWER))
    (trial,) = run.plan.trials()
    line = {"judge": "judge", "arm": "plain", "locale": "en-US", "replicate": 1,
            "first": trial.id, "second": "other", "texts": "0",
            "at": "2026-01-01T00:00:00Z"}  # fmt: skip
    said = [
        json.dumps({**line, **more}) + "\n" for more in ({"failure": "refusal"}, {"choice": "A"})
    ]
    (run.path / "comparisons.jsonl").write_text("".join(said) + '{"judge"')
    (found,) = tables(run).comparisons
    assert (found.choice, found.failure, found.first_patient) == ("A", None, "patient")
    assert found.second_patient is None


@pytest.mark.parametrize(
    ("values", "total"),
    [
        ([1, 1, 1, 1, 1, 1, 1, None, None], 9),
        ([1, 1, 1, 1, 1, 1, None, None, None], None),
        ([0, 0, 0, 0, 0, 0, 0, 0, 3], 3),
        ([None], None),
    ],
)
def test_a_total_is_scaled_up_from_seven_items_in_nine(values: list[Any], total: Any) -> None:
    """With fewer there is none; it is never the sum of what happened to come up."""
    assert prorated(values) == total


def test_tables_are_written_by_the_verb_beside_the_report() -> None:
    """What was written is told on stderr; stdout stays the report."""
    judged(filled("111111111", ANSWER))
    done = call("report", "run", "--tables", "tables")
    assert done.code == 0
    assert "ratings 1" in done.err
    assert "plain" in done.out
    assert Path("tables/turns.parquet").is_file()


def test_without_the_engine_the_message_says_what_to_install(monkeypatch: Any) -> None:
    """Everything else of the report works without it."""
    judged(filled("111111111", ANSWER))
    monkeypatch.setitem(__import__("sys").modules, "duckdb", None)
    done = call("report", "run", "--tables", "tables")
    assert done.code == 2
    assert "mhsim[report]" in done.err


RISKY, ASKED = "Some days I wish I was dead.", "Do you sometimes wish you were dead?"


def words(folder: str) -> dict[str, list[Any]]:
    """Return the texts and quotes of tables on disk."""
    names = {"turns": "text", "risks": "quote", "flags": "quote"}
    return {
        name: [
            row[0]
            for row in duckdb.sql(f"select {column} from '{folder}/{name}.parquet'").fetchall()
        ]
        for name, column in names.items()
    }


def risky() -> Run:
    """Play two turns, a wish to be dead in the second; a critic marks a word of each."""
    replies = {
        "patient": ["The roof leaks.", RISKY],
        "critic": [flagged("roof"), flagged("days")],
        "judge": [filled("111111111", ANSWER)] * 2,
    }
    return played(scripted(turns=2, graph="culture-loop"), replies=replies).run


def test_words_about_self_harm_are_withheld_from_tables_unless_asked_for() -> None:
    """That there was an utterance, how long it was and what the screen made of it remains."""
    risky()
    done = call("report", "run", "--tables", "mine")
    assert "words about self-harm are withheld" in done.err
    assert not any(RISKY in str(found) for found in words("mine").values())
    assert "The roof leaks." in words("mine")["turns"]
    assert words("mine")["flags"] == ["roof", None]
    assert json.loads(Path("mine/manifest.json").read_text())["words_about_self_harm"] == "withheld"
    assert call("report", "run", "--tables", "whole", "--with-risk").code == 0
    assert RISKY in words("whole")["turns"]
    assert any(words("whole")["risks"])


def test_the_report_and_its_numbers_cite_no_words_about_self_harm() -> None:
    """Neither for people nor for programs."""
    risky()
    for options in ((), ("--json",), ("--authenticity",), ("--authenticity", "--json")):
        assert RISKY not in call("report", "run", *options).out
