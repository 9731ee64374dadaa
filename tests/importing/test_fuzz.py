"""Whatever lies there: an import ends in what was taken or in one message, never in a traceback."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from mhsim.errors import InputError
from mhsim.importing.haul import IMPORTERS, Options
from mhsim.importing.taking import take
from mhsim.library import Library
from mhsim.store import Run

FILES = Path(__file__).parent / "files"
SEEDS = {
    "talkdep": "talkdep/Ada.md", "talkdep-conversations": "talks/ada-final-conversation.txt",
    "talkdep-judgements": "comparisons-small.jsonl", "patient-psi": "psi/app.json",
    "vera-personas": "vera/personas.tsv", "vera-rubric": "vera/rubric.tsv",
    "vera-run": "vera/run/p_gpt__a_bot__t4__r1__20260101_000000/0a1b2c_Ilse_bot-1_run1.txt",
    "mindeval": "mindeval/human.jsonl", "patienthub": "hub/session_2.json",
    "erisk": "erisk/interactions_run1.json", "transcripts": "d4.jsonl",
}  # fmt: skip
LENIENT = settings(max_examples=60, suppress_health_check=list(HealthCheck))


def test_every_format_is_fuzzed():
    assert set(SEEDS) == set(IMPORTERS)


def survives(format_: str, name: str, raw: bytes, *, dry: bool = True) -> None:
    """Import bytes; what lands must be as readable as anything of ours."""
    path = Path(name)
    path.write_bytes(raw)
    options = Options(truth=Path("truth.txt"), template=Path("truth.txt"))
    Path("truth.txt").write_text("Ada 3\n{x}\n")
    for old in Path().glob("runs/*/plan.json"):
        old.unlink()
    try:
        taken = take(format_, path, options, dry=dry)
    except InputError:
        return
    assert all(finding.message for finding in taken.findings)
    for file in taken.files:
        assert Library().read(file).problems == ()
    if taken.run:
        assert len(list(Run(taken.run).sessions())) == taken.counts["conversations"]


@LENIENT
@given(st.sampled_from(sorted(SEEDS)), st.data())
def test_a_file_with_pieces_cut_out_or_put_in(format_: str, data: st.DataObject):
    raw = (FILES / SEEDS[format_]).read_bytes()
    for _ in range(data.draw(st.integers(1, 4))):
        start = data.draw(st.integers(0, len(raw)))
        end = data.draw(st.integers(start, min(len(raw), start + 40)))
        piece = data.draw(
            st.binary(max_size=6) | st.sampled_from([b"\r", b'"', b"{", b"**", b"\t"])
        )
        raw = raw[:start] + piece + raw[end:]
    survives(format_, f"f{Path(SEEDS[format_]).suffix}", raw)


@LENIENT
@given(
    st.sampled_from(sorted(SEEDS)), st.binary(max_size=60) | st.text(max_size=60).map(str.encode)
)
def test_any_bytes(format_: str, raw: bytes):
    survives(format_, f"f{Path(SEEDS[format_]).suffix}", raw)


_WORDS = st.sampled_from(
    ["name", "age", "messages", "role", "content", "profile", "conversation", "LLM", "patient",
     "bdi-score", "key-symptoms", "interaction", "member_attributes", "member_profile",
     "evaluation", "session_id", "parsed_judgment", "cognitive_models", "auto_thought",
     "situation", "portrait",
     "symptoms", "PHQ-9", "1", "severity_level", "patient_profile", "criterion_1.responses",
     "log",
     "key_negative_symptoms", "bdi_score", "patient_a_name", "patient_b_name", "user", "text",
     "\x85", "no", "1e3", "0o7", "- a: b", "#x", "{{ x }}", "a: b", "y\n  z", "\u2028"]
)  # fmt: skip
_VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | _WORDS | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(_WORDS, inner, max_size=4),
    max_leaves=14,
)
_JSONS = sorted(name for name, seed in SEEDS.items() if ".json" in seed)


@settings(LENIENT, max_examples=80)
@given(st.sampled_from(_JSONS), _VALUES)
def test_any_json(format_: str, data: Any):
    survives(format_, "f.json", json.dumps(data).encode())


@settings(LENIENT, max_examples=6)
@given(_VALUES, _VALUES)
def test_whatever_is_told_of_somebody_lands_as_a_file_that_can_be_read(one: Any, other: Any):
    base = {"auto_thought": one, "situation": other, "history": "x", "odd": [one, other]}
    survives("patient-psi", "f.json", json.dumps([base]).encode(), dry=False)
    session = {"profile": {"about": one}, "messages": [{"role": "client", "content": str(other)}]}
    survives("patienthub", "f.json", json.dumps([session]).encode(), dry=False)
