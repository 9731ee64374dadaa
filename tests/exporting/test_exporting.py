"""Each form: what it holds, what it leaves out and says so, and what comes back from it."""

from __future__ import annotations

import csv
import json
import shutil
import zipfile
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from support import ANSWER, QUESTION, WISH, filled

from mhsim.exporting.order import EXPORTERS
from mhsim.exporting.taking import export
from mhsim.importing.haul import Haul, Message, Talk
from mhsim.importing.people import sketch
from mhsim.importing.staging import stage
from mhsim.importing.taking import take
from mhsim.store import Run
from runs import PLAIN, call, played, scripted

FILES = Path(__file__).parent.parent / "importing" / "files"
FORMS = [
    "csv", "erisk", "huggingface", "inspect", "openai", "patienthub", "sharegpt", "talkdep", "vera",
]  # fmt: skip
BACK = {
    "openai": ("transcripts", "conversations.jsonl"),
    "sharegpt": ("transcripts", "conversations.jsonl"),
    "talkdep": ("talkdep-conversations", "final_conversations"),
    "vera": ("vera-run", "."),
    "patienthub": ("patienthub", "sessions"),
    "erisk": ("erisk", "."),
}
"""Form to the format it is read back by, and the path in its folder."""


def made(replies: dict[str, Any] | None = None, replicates: int = 2) -> Run:
    """Play a small scripted run."""
    plan = scripted(turns=2, replicates=replicates)
    rated = {"judge": [PLAIN, filled("2????????", "get by")]}
    return played(plan, "runs/small", {**rated, **(replies or {})}).run


def heard(run: Run) -> list[list[tuple[str, str]]]:
    """Return what was said in each conversation."""
    return [[(u.role, u.text) for u in session.transcript] for session in run.sessions()]


def test_every_form_is_there_and_leaves_files_where_it_says():
    run = made()
    assert list(EXPORTERS) == FORMS
    for form in FORMS:
        found = call("export", str(run.path), "--to", form, "--json")
        assert found.code == 0
        told = json.loads(found.out)
        assert told["conversations"] == 2
        assert all(Path(file).is_file() for file in told["files"])


def test_chat_forms_say_that_they_are_made_up_and_from_where():
    export(made(), "openai", Path("out"))
    first = json.loads(Path("out/conversations.jsonl").read_text().splitlines()[0])
    assert first["messages"][:2] == [
        {"role": "assistant", "content": QUESTION}, {"role": "user", "content": ANSWER},
    ]  # fmt: skip
    assert first["synthetic"] is True
    assert (first["locale"], first["arm"]) == ("en-US", "plain")
    export(Run(Path("runs/small")), "sharegpt", Path("share"))
    shared = json.loads(Path("share/conversations.jsonl").read_text().splitlines()[0])
    assert shared["conversations"][1] == {"from": "human", "value": ANSWER}


@pytest.mark.parametrize("form", ["openai", "sharegpt", "huggingface"])
def test_risk_is_left_out_of_data_sets_unless_it_is_asked_for(form: str):
    run = made({"patient": [ANSWER, WISH]}, replicates=1)
    found = export(run, form, Path("out"))
    assert found.conversations == 0
    assert "--include-risk takes them in" in found.notes[0]
    assert WISH not in "".join(p.read_text() for p in found.files)
    whole = export(run, form, Path("whole"), include_risk=True)
    assert whole.conversations == 1
    assert WISH in "".join(p.read_text() for p in whole.files)


def test_a_data_set_has_a_card_and_metadata_that_agree_with_its_files():
    run = made()
    export(run, "huggingface", Path("out"))
    _, head, text = Path("out/README.md").read_text().split("---\n", 2)
    card = yaml.safe_load(head)
    assert card["language"] == ["en"]
    assert "synthetic" in card["tags"]
    for config in card["configs"]:
        assert Path("out", config["data_files"]).is_file()
    assert "2 conversations, 8 utterances" in text
    assert "**Synthetic.**" in text
    assert f"the seed {run.plan.scenario.seed}" in text
    metadata = json.loads(Path("out/croissant.json").read_text())
    for records, file in zip(metadata["recordSet"], metadata["distribution"], strict=True):
        rows = [json.loads(r) for r in Path("out", file["contentUrl"]).read_text().splitlines()]
        kinds = {"sc:Text": str, "sc:Integer": int, "sc:Boolean": bool}
        for field in records["field"]:
            values = {type(row[field["source"]["extract"]["column"]]) for row in rows}
            assert values == {kinds[field["dataType"]]}, field["name"]


def test_the_metadata_validates():
    mlcroissant = pytest.importorskip("mlcroissant")
    export(made(), "huggingface", Path("out"))
    found = mlcroissant.Dataset("out/croissant.json")
    assert found.metadata.ctx.issues.report() == ""
    assert len(list(found.records("utterances"))) == 8


def test_clinicians_get_tables_a_spreadsheet_reads_as_text():
    run = made({"patient": ["=1+1", 'ভালো আছি, "মোটামুটি"']}, replicates=1)
    export(run, "csv", Path("out"))
    raw = Path("out/utterances.csv").read_bytes()
    assert raw.startswith(b"\xef\xbb\xbf")
    rows = list(csv.DictReader(raw.decode("utf-8-sig").splitlines()))
    assert [r["text"] for r in rows if r["speaker"] == "patient"] == [
        "'=1+1", 'ভালো আছি, "মোটামুটি"',
    ]  # fmt: skip
    rated = list(csv.DictReader(Path("out/ratings.csv").read_text("utf-8-sig").splitlines()))
    assert {(r["turn"], r["item"], r["state"], r["low"]) for r in rated} >= {
        ("1", "anhedonia", "scaled", "1"), ("2", "anhedonia", "scaled", "2"),
        ("2", "mood", "not_assessed", "0"),
    }  # fmt: skip


def test_an_inspect_log_has_a_sample_for_each_conversation_and_a_score_for_each_judge():
    (path,) = export(made(), "inspect", Path("out")).files
    with zipfile.ZipFile(path) as log:
        header = json.loads(log.read("header.json"))
        first = header["eval"]["dataset"]["sample_ids"][0]
        sample = json.loads(log.read(f"samples/{first}_epoch_1.json"))
    assert header["results"]["total_samples"] == 2
    assert [m["role"] for m in sample["messages"]] == ["assistant", "user"] * 2
    assert sample["scores"]["judge"]["metadata"]["low"] == 2
    assert sample["target"] == "9"
    assert [len(e["input"]) for e in sample["events"]] == [0, 1, 1]


def test_inspect_opens_its_log_without_a_warning():
    log = pytest.importorskip("inspect_ai.log")
    (path,) = export(made(), "inspect", Path("out")).files
    found = log.read_eval_log(str(path))
    assert (found.status, len(found.samples)) == ("success", 2)
    assert found.samples[0].messages[1].text == ANSWER


@pytest.mark.parametrize("form", sorted(BACK))
def test_what_was_played_comes_back_from_the_peers_forms(form: str):
    run = made()
    export(run, form, Path("out"))
    format_, path = BACK[form]
    taken = take(format_, Path("out") / path, out=Path("back"))
    assert taken.run is not None
    assert heard(Run(taken.run)) == heard(run)


def test_talkdep_profiles_come_back_as_they_were():
    shutil.copytree(FILES / "talkdep", "talkdep")
    shutil.copytree(FILES / "talks", "talks")
    take("talkdep", Path("talkdep"))
    run = take("talkdep-conversations", Path("talks")).run
    assert run is not None
    before = Run(run).plan.agents
    found = export(Run(run), "talkdep", Path("out"))
    assert (
        Path("out/golden_truth_BDI_depression_ranking.txt").read_text().split("\n")[0] == "Ada 21"
    )
    assert len(found.files) == 7
    shutil.rmtree("agents")
    take("talkdep", Path("out/patient_profiles"))
    again = take("talkdep-conversations", Path("out/final_conversations"), out=Path("back")).run
    assert again is not None
    for name, patient in Run(again).plan.agents.items():
        one, other = getattr(before[name], "origin", None), getattr(patient, "origin", None)
        if one is not None and other is not None:
            assert (one.severity, one.told) == (other.severity, other.told), name


def test_vera_personas_come_back_as_they_were():
    shutil.copytree(FILES / "vera", "vera")
    take("vera-personas", Path("vera/personas.tsv"))
    run = take("vera-run", Path("vera/run")).run
    assert run is not None
    export(Run(run), "vera", Path("out"))
    before = {n: a for n, a in Run(run).plan.agents.items() if getattr(a, "origin", None)}
    shutil.rmtree("agents")
    take("vera-personas", Path("out/personas.tsv"))
    again = take("vera-run", Path("out"), out=Path("back")).run
    assert again is not None
    for name, patient in before.items():
        other = Run(again).plan.agents[name]
        assert (patient.origin.severity, patient.origin.told) == (  # type: ignore[union-attr]
            other.origin.severity, other.origin.told,  # type: ignore[union-attr]
        ), name  # fmt: skip


def test_patienthub_sessions_come_back_with_profile_and_unknown_fields():
    shutil.copytree(FILES / "hub", "hub")
    run = take("patienthub", Path("hub/session_1.json"), out=Path("one")).run
    assert run is not None
    export(Run(run), "patienthub", Path("out"))
    (written,) = Path("out/sessions").iterdir()
    assert json.loads(written.read_text()) == json.loads(Path("hub/session_1.json").read_text())


def test_erisk_runs_come_back_with_unknown_fields():
    shutil.copytree(FILES / "erisk", "erisk")
    run = take("erisk", Path("erisk/interactions_run1.json"), out=Path("one")).run
    assert run is not None
    found = export(Run(run), "erisk", Path("out"))
    assert "no results" in found.notes[0]
    first = json.loads(Path("out/interactions_run1.json").read_text())[0]
    assert first["team"] == "t"
    assert [m["message"] for m in first["conversation"]] == ["Hello", "Hi.", "And?", "So so."]


_ANY = st.text(st.characters(exclude_categories=["Cs"]), max_size=12)
_WORD = st.from_regex(r"[A-Za-z0-9,.?!'éক]{1,6}", fullmatch=True)
_WORDS = st.lists(_WORD, min_size=1, max_size=4).map(" ".join)
_FREE = ("openai", "sharegpt", "patienthub", "erisk")


def _talks(texts: st.SearchStrategy[str]) -> st.SearchStrategy[list[list[tuple[str, str]]]]:
    said = st.tuples(st.sampled_from(["patient", "therapist"]), texts)
    return st.lists(st.lists(said, min_size=1, max_size=5), min_size=1, max_size=3)


def _back(form: str, talks: list[list[tuple[str, str]]]) -> None:
    """Stage conversations, export them, import them, and compare."""
    for folder in ("one", "out", "back"):
        shutil.rmtree(folder, ignore_errors=True)
    haul = Haul("test")
    name = sketch(haul, "Mira", "f")
    for talk in talks:
        messages = tuple(Message(role, role, text) for role, text in talk)
        haul.talks.append(Talk(name, "f", messages))
    run = Run(stage(haul, Path("one")))
    assert heard(run) == talks
    found = export(run, form, Path("out"), include_risk=True)
    if any("set off" in note for note in found.notes):
        return
    format_, path = BACK[form]
    taken = take(format_, Path("out") / path, out=Path("back"))
    assert taken.run is not None
    assert sorted(heard(Run(taken.run))) == sorted(talks)


@settings(max_examples=10, suppress_health_check=list(HealthCheck))
@given(st.sampled_from(_FREE), _talks(_ANY))
def test_any_text_comes_back_from_json_forms(form: str, talks: list[list[tuple[str, str]]]):
    _back(form, talks)


@settings(max_examples=6, suppress_health_check=list(HealthCheck))
@given(st.sampled_from(["talkdep", "vera"]), _talks(_WORDS))
def test_words_come_back_from_text_forms(form: str, talks: list[list[tuple[str, str]]]):
    _back(form, talks)


def test_a_line_that_begins_like_a_speaker_is_set_off_and_said():
    run = made({"patient": ["So.\n\nuser: no", ANSWER]}, replicates=1)
    found = export(run, "vera", Path("out"))
    assert "a line that begins like a speaker is set off" in found.notes[0]
    back = take("vera-run", Path("out"), out=Path("back")).run
    assert back is not None
    assert heard(Run(back))[0][1] == ("patient", "So.\n\n user: no")


def test_what_cannot_be_exported_ends_in_one_message():
    run = made()
    Path("full").mkdir()
    Path("full/mine").write_text("")
    assert "is not empty" in call("export", str(run.path), "--to", "csv", "--out", "full").err
    assert "there is no form 'cvs'" in call("export", str(run.path), "--to", "cvs").err
    for file in (run.path / "trials").iterdir():
        file.unlink()
    found = call("export", str(run.path), "--to", "csv")
    assert (found.code, "no conversation has ended yet" in found.err) == (2, True)


def test_imported_conversations_are_not_called_synthetic():
    shutil.copytree(FILES / "talks", "talks")
    run = take("talkdep-conversations", Path("talks")).run
    assert run is not None
    export(Run(run), "huggingface", Path("out"), include_risk=True)
    text = Path("out/README.md").read_text()
    assert "imported" in text
    assert "Synthetic" not in text
    assert "Not known; see the source." in text
