"""Small files that are odd in one way each: read all the same, and said to be odd."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from support import rating

from mhsim.exporting.taking import export
from mhsim.importing.taking import take
from mhsim.record import Interval, dump, parse
from mhsim.store import Run

HEAD = "Question ID\tDimension\tSeverity\tRisk Type\tQuestion\tExamples\tAnswer\tGOTO\n"
ODE = {"auto_thought": "x", "situation": "y", "history": "z"}
PAIR = {"patient_a_name": "Ada", "patient_b_name": "Ada", "file_a": "bela.txt"}
TALK = {"messages": [{"role": "client", "content": "So."}], "num_turns": 1}
HELLO = [{"role": "user", "content": "Hi"}, {"role": "assistant", "content": "Yes"}]
ODD: list[tuple[str, str, Any, str]] = [
    (
        "vera-rubric",
        "r.tsv",
        HEAD + "\t\t\t\t\t\tYes\tEND\n1\tD\t\t\tQ\t\t\t\n",
        "belongs to no question",
    ),
    (
        "vera-rubric",
        "r.tsv",
        HEAD + "1\tD\t\t\tQ\t\t\t\n1\tD\t\t\t\t\t\t\n",
        "'1' stands here again",
    ),
    ("vera-rubric", "r.tsv", HEAD + "END\tD\t\t\tQ\t\tMaybe\t\n", "a question is called END"),
    ("vera-rubric", "r.tsv", HEAD + "1\tD\t\t\t\t\t\tEND\n", "has no words"),
    ("vera-rubric", "r.tsv", "Question ID,Question\n1,Q\n", "no column 'GOTO'"),
    (
        "vera-run",
        "0a1b2c_Ida_m_run1.txt",
        "note\n\nuser: a\n\nchatbot: b\n\nagent: c\n",
        "both chatbot",
    ),
    ("vera-run", "odd.txt", "user: a\n\nuser: b\n\nchatbot: c\n", "'user' speaks twice"),
    ("vera-run", "odd.txt", "user: a\n\nchatbot: c\n", "does not say the persona"),
    ("vera-run", "e.tsv", "Dimension\tScore\nD\t\nD\tBest Practice\n", "no score for 'D'"),
    ("vera-personas", "p.tsv", "Name\tAge\n\t31\n", "a persona without a name"),
    ("patient-psi", "p.json", [{"life_history": "x"}], "no cognitive model"),
    (
        "patient-psi",
        "p.json",
        [{**ODE, "name": "A", "id": "1-1"}, {**ODE, "name": "B", "id": "1-1"}],
        "stands for more than one record",
    ),
    ("patient-psi", "p.json", [{"cognitive_models": ["x"], "age": 31}], "that is no mapping; kept"),
    ("talkdep-judgements", "c.jsonl", PAIR, "is compared with the same name"),
    ("talkdep-judgements", "c.jsonl", PAIR, "'Ada' is named for the file 'bela.txt'"),
    ("talkdep-judgements", "c.jsonl", PAIR, "nobody is said to be more depressed"),
    (
        "talkdep-conversations",
        "x-final-conversation.txt",
        "Patient name: Ida\n\nhm\n",
        "no conversation",
    ),
    (
        "mindeval",
        "m.jsonl",
        {"interaction": 3, "member_profile": "Ida, a welder"},
        "no list of messages",
    ),
    ("mindeval", "m.jsonl", {"interaction": HELLO}, "no profile of the person"),
    ("mindeval", "m.jsonl", {"interaction": HELLO}, "does not begin with the patient's fixed"),
    ("mindeval", "m.jsonl", {"parsed_judgment": 3}, "the parsed judgment is no mapping"),
    (
        "mindeval",
        "m.jsonl",
        {"member_attributes": {"name": "Ida"}},
        "no label of depressive symptoms",
    ),
    ("patienthub", "s.json", {**TALK, "messages": "x"}, "the messages are no list"),
    (
        "patienthub",
        "e.json",
        {"session_id": 1, "evaluation": 3},
        "an evaluation that is no mapping",
    ),
    (
        "patienthub",
        "r.yaml",
        "dimensions:\n  - 3\n  - {name: a, paradigm: scalar, range: [0, 1]}\n",
        "a dimension that is no mapping",
    ),
    (
        "patienthub",
        "r.yaml",
        "dimensions:\n  - name: a\n    aspects: [b, b]\n",
        "stands here again",
    ),
    ("erisk", "i.json", {"LLM": None, "conversation": 3}, "names no patient under 'LLM'"),
    ("erisk", "i.json", {"LLM": "Ida", "conversation": 3}, "is no list of messages"),
    (
        "transcripts",
        "t.jsonl",
        {"dialog": [{"speaker": "doctor", "text": "a"}, {"speaker": "Ida", "text": "b"}]},
        "'Ida' is the only other speaker; taken as patient",
    ),
    (
        "transcripts",
        "t.jsonl",
        {"log": HELLO, "portrait": {"age": "x", "drisk": "7"}},
        "off the scale",
    ),
    ("transcripts", "t.jsonl", {"log": HELLO, "portrait": {}}, "the portrait has no drisk"),
    (
        "transcripts",
        "t.csv",
        "speaker,text\ntherapist,\npatient,Error generating response: x\n",
        "the text of an error stands in the conversation",
    ),
]


@pytest.mark.parametrize(("format_", "name", "content", "said"), ODD)
def test_what_is_odd_is_read_and_said(format_: str, name: str, content: Any, said: str):
    text = content if isinstance(content, str) else json.dumps(content)
    Path(name).write_text(text, encoding="utf-8")
    taken = take(format_, Path(name))
    assert any(said in finding.message for finding in taken.findings), taken.findings


def test_a_bdi_rating_without_an_open_end_is_an_erisk_result():
    Path("i.json").write_text(json.dumps({"LLM": "Ida", "conversation": HELLO}))
    run = take("erisk", Path("i.json"), out=Path("one")).run
    assert run is not None
    (file,) = (run / "trials").iterdir()
    events = [parse(line) for line in file.read_bytes().splitlines()]
    rated = rating("2?0??????", instrument="bdi2", total=Interval(low=5, high=5))
    _store(file, [*events[:-1], rated, events[-1]])
    export(Run(run), "erisk", Path("out"))
    assert json.loads(Path("out/results_run1.json").read_text()) == [
        {"LLM": "Ida", "bdi-score": 5, "key-symptoms": ["anhedonia"]}
    ]
    open_ = rated.model_copy(update={"total": Interval(low=5, high=9)})
    _store(file, [*events[:-1], open_, events[-1]])
    assert "leaves the total open" in export(Run(run), "erisk", Path("open")).notes[0]


def _store(file: Path, events: list[Any]) -> None:
    """Write events as a trial's file, numbered anew."""
    numbered = (event.model_copy(update={"seq": n}) for n, event in enumerate(events))
    file.write_bytes(b"".join(map(dump, numbered)))
