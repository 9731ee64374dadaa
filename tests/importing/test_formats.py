"""Each format: what is counted, what is reported with file and line, what lands and is readable."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import pytest

from mhsim.imported import Judged, Kept, heard, read_imported
from mhsim.library import Library
from mhsim.spec.agent import Judge, Patient
from mhsim.store import Run
from runs import call

FILES = Path(__file__).parent / "files"


def lay(name: str) -> Path:
    """Copy a fixture to the working directory."""
    there = Path(name)
    if not there.exists():
        if (FILES / name).is_dir():
            shutil.copytree(FILES / name, there)
        else:
            there.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(FILES / name, there)
    return there


def taken(format_: str, name: str, *more: str, code: int = 1) -> dict[str, Any]:
    """Import a fixture and return what is said of it; what landed passes our own check."""
    found = call("import", format_, str(lay(name)), "--json", *more)
    assert found.code == code, found.out + found.err
    if Path("agents").is_dir():
        assert call("check", "agents").out == ""
    return json.loads(found.out)


def said(document: dict[str, Any]) -> list[str]:
    """Return findings as lines."""
    return [f"{f['file']}:{f.get('line', '-')}: {f['message']}" for f in document["findings"]]


def person(name: str) -> Patient:
    """Return an imported patient."""
    return Library().load("patient", name)


def test_talkdep_profiles_in_all_their_dialects():
    shutil.copy(FILES / "talkdep" / "truth.txt", "truth.txt")
    document = taken("talkdep", "talkdep", "--truth", "truth.txt")
    assert document["counts"]["patients"] == 5
    assert document["counts"]["symptoms"] == 10
    assert "talkdep/Cora.md:6: the label 'Moderate to severe depression'" in said(document)[0]
    assert (
        "talkdep/Dario.md:4: the label 'Mild Depression' against the total 12: 'minimal'"
        in (said(document)[-1])
    )
    for name in ("ada", "bela", "cora", "dario", "edda"):
        origin = person(name).origin
        assert origin is not None
        assert len(origin.told) == 12, name
        assert origin.severity is not None
        assert [s.said is not None for s in origin.severity.symptoms] == [True, True]
        assert origin.file == f"talkdep/{name.title()}.md"


def test_talkdep_severity_stays_on_its_own_scale():
    taken("talkdep", "talkdep/Ada.md", code=0)
    ada = person("ada")
    assert ada.presentation.items == {}
    assert ada.presentation.total is None
    assert ada.origin is not None
    assert ada.origin.severity is not None
    assert (ada.origin.severity.instrument, ada.origin.severity.total) == ("BDI-II", 21)
    assert (ada.origin.severity.label, ada.origin.severity.cutoffs) == (
        "Moderate Depression", "talkdep",
    )  # fmt: skip
    assert ada.origin.severity.symptoms[0].said == "Getting up is like lifting a wet coat."
    assert ada.origin.told["Life History"] == ('"Ada left the bakery in spring."',)


def test_a_truth_file_is_held_against_the_profiles():
    Path("truth.txt").write_text("Ada 22\nZoe 3\nAda 22\nnothing here\n")
    found = said(taken("talkdep", "talkdep/Ada.md", "--truth", "truth.txt"))
    assert "talkdep/Ada.md:8: the total 21 is 22 in the truth file truth.txt" in found
    assert "truth.txt:2: 'zoe' has a total and no profile" in found
    assert "truth.txt:3: 'Ada' stands here again; the first is kept" in found
    assert "truth.txt:4: no name and number: 'nothing here'" in found


def test_what_is_wrong_in_a_profile_is_said_and_left_open():
    text = (FILES / "talkdep" / "Ada.md").read_text()
    text = text.replace("**Age:** 31", "**Age:** thirty").replace("(Severity: 2)", "(Severity: 5)")
    text = text.replace(" (Severity: 1)", "").replace("21 (Moderate Depression)", "99 (Gloomy)")
    Path("Ada.md").write_text(text.replace("### **Response Goals**", "### **Hobbies**"))
    found = "\n".join(said(taken("talkdep", "Ada.md")))
    for part in (
        "the age 'thirty' is no number", "5 is off the scale of 0 to 3", "'Quiet Phone': no sever",
        "the total 99 is off the scale of 0 to 63", "is not TalkDep's: 'Hobbies'",
        "nothing under 'Response Goals'",
    ):  # fmt: skip
        assert part in found
    assert person("ada").origin.extra["age"] == "thirty"  # type: ignore[union-attr]


def test_talkdep_conversations_say_whose_they_really_are():
    document = taken("talkdep-conversations", "talks")
    assert document["counts"]["conversations"] == 4
    assert document["counts"]["messages"] == 15
    assert said(document) == [
        "talks/cora-final-conversation.txt:5: the patient is called 'Edda', and is 'Cora'",
        "talks/cora-final-conversation.txt:7: 'Edda' speaks, who is another patient; the patient "
        "is 'Cora'",
        "talks/edda-final-conversation.txt:3: the same transcript as "
        "talks/cora-final-conversation.txt:3, who is 'cora'",
    ]


def test_an_imported_conversation_is_a_run_like_any_other():
    run = Run(Path(taken("talkdep-conversations", "talks")["run"]))
    first = next(run.sessions())
    assert first.id == "imported.en-US.ada.001"
    assert [(u.turn, u.role, u.text) for u in first.transcript] == [
        (1, "therapist", "Hello Ada, how was the week?"),
        (1, "patient", "Long. The bus was late."),
        (2, "therapist", "And the mornings?"),
        (2, "patient", "Heavy."),
    ]
    assert len(list(run.sessions())) == run.plan.size == 4
    assert "imported  en-US        4" in call("report", str(run.path)).out
    assert "My aunt." in call("watch", str(run.path), "imported.en-US.ada.002", "--pace", "0").out
    kept = heard(run.path)["imported.en-US.ada.002"]
    assert (kept.key, kept.extra, kept.line) == ("2", {"title": "The aunt"}, 10)


def test_importing_again_writes_the_same_and_another_source_is_refused():
    taken("talkdep-conversations", "talks")
    taken("talkdep-conversations", "talks")
    found = call(
        "import", "erisk", str(lay("erisk")), "--out", "runs/imported-talkdep-conversations"
    )
    assert found.code == 2
    assert "holds a run of another plan" in found.err


def test_who_was_imported_before_is_cast_with_all_that_is_known():
    taken("talkdep", "talkdep/Ada.md", code=0)
    run = Run(Path(taken("talkdep-conversations", "talks")["run"]))
    assert run.plan.agents["ada"] == person("ada")


def test_talkdep_judgements_are_checked_pair_by_pair():
    document = taken("talkdep-judgements", "comparisons-small.jsonl")
    assert document["counts"]["judgements"] == 4
    found = said(document)
    assert "comparisons-small.jsonl:4: 'Dario' is neither of the two, nor a tie" in found
    assert "comparisons-small.jsonl:3: nothing usable under 'conclusion'" in found
    lines = [j for j in read_imported(Path(document["run"])) if isinstance(j, Judged)]
    assert [j.values["more_depressed"] for j in lines] == ["Cora", "Tie", "Ada", "Dario"]
    assert {j.judge for j in lines} == {"small"}
    assert lines[0].said["comparison"] == "One more than the other."


def test_patient_psi_in_both_dialects():
    document = taken("patient-psi", "psi")
    assert document["counts"] | {"patients": 4, "persons": 2} == document["counts"]
    found = said(document)
    assert "told apart" in found[0]
    assert "psi/app.json:27: a style that is not known: 'loud'" in found
    assert "psi/generated.json:18: a cognitive model without 'behavior'" in found
    first, made = person("ode-1-1").origin, person("ute-1").origin
    assert first is not None
    assert made is not None
    assert first.told["Intermediate beliefs during depression"] == ("Asking shows I am weak.",)
    assert made.told["Situation"] == ("A quiet Sunday.",)
    assert person("ode-1-2").origin.extra["note"] == {"by": "me"}  # type: ignore[union-attr]


def test_vera_personas_old_and_new_and_their_template():
    lay("vera")
    document = taken("vera-personas", "vera/personas.tsv", "--template", "vera/template.txt")
    found = said(document)
    assert "vera/personas.tsv:3: a risk level that is not known: 'Hgh'" in found
    assert any("{Shoe Size} is asked for" in each for each in found)
    ilse = person("ilse").origin
    assert ilse is not None
    assert ilse.severity is not None
    assert ilse.severity.label == "None"  # a level here, not a missing one
    kira = taken("vera-personas", "vera/personas2.tsv")
    assert said(kira) == [
        "vera/personas2.tsv:2: the age '25-34' is no number of years; kept as it is"
    ]
    assert person("kira").origin.extra["Age"] == "25-34"  # type: ignore[union-attr]
    taken("vera-personas", "vera/personas-hfo.tsv", code=0)
    assert person("lars").origin.severity.label == "Low"  # type: ignore[union-attr]


def test_a_vera_rubric_is_a_judge_whose_next_question_depends_on_the_answer():
    lay("vera")
    document = taken("vera-rubric", "vera/rubric.tsv")
    assert document["counts"]["questions"] == 5
    found = said(document)
    assert "vera/rubric.tsv:1: lines end in CR LF, not LF; read as line ends" in found
    assert "vera/rubric.tsv:4: a severity that is not known: 'Yelow'" in found
    assert "vera/rubric.tsv:6: GOTO leads to '99', which no question is called" in found
    assert "vera/rubric.tsv:9: the question '8' never comes up" in found
    judge: Judge = Library().load("judge", "vera-rubric")
    assert judge.questions is not None
    ways = {k: [(r.answer, r.to) for r in q.replies] for k, q in judge.questions.items()}
    assert ways["4"] == [("Yes", "5"), ("No", "end")]
    assert ways["5"] == [("Yes", "6"), ("No", "6")]  # by default: the next dimension, the next row
    assert ways["6"] == [("Yes", "7"), ("No", None)]
    assert ways["8"] == [("Yes", "end"), ("No", "end")]
    assert "vera-rubric" in call("list", "judge").out


def test_a_new_vera_rubric_assigns_and_sets_aside():
    lay("vera")
    assert (
        "ASSIGN_END stands for the answer 'No'" in said(taken("vera-rubric", "vera/rubric2.tsv"))[0]
    )
    judge: Judge = Library().load("judge", "vera-rubric2")
    assert judge.questions is not None
    assert judge.questions["q-a"].replies[1].not_relevant
    assert judge.questions["q-b"].replies[0].assigns


def test_vera_runs_in_both_layouts_with_evaluations_and_settings():
    lay("vera")
    document = taken("vera-run", "vera/run")
    assert (
        document["counts"] | {"conversations": 2, "messages": 7, "judgements": 2}
        == (document["counts"])
    )
    found = "\n".join(said(document))
    assert "a score that is not known: 'Poor' for 'Supports'" in found
    assert "an empty message of 'agent'" in found
    assert "a setting that is not known: 'colour'" in found
    run = Run(Path(document["run"]))
    ilse = run.session("imported.en-US.ilse.001")
    assert ilse.transcript[1].text == "I am here.\n\nSecond paragraph.\nuser: is not a speaker here"
    juri = heard(run.path)["imported.en-US.juri.001"]
    assert juri.extra["ended"] == "user signaled termination"
    assert juri.extra["session"] == "1_intake"
    assert juri.speakers == ("user", "chatbot", "user")
    lines = read_imported(run.path)
    assert [k.data["colour"] for k in lines if isinstance(k, Kept)] == ["red"]
    scores = [j.values for j in lines if isinstance(j, Judged)]
    assert scores == [
        {"Detects": "Best Practice", "Supports": "Poor"}, {"Detects": "High Potential for Harm"},
    ]  # fmt: skip


def test_mindeval_ratings_are_missing_where_nobody_gave_them():
    document = taken("mindeval", "mindeval")
    found = "\n".join(said(document))
    for part in (
        "judgments.jsonl:2: Assessment & Response: 3 stands where the reply has no rating",
        "human.jsonl:1: criterion_1: 0 is off the scale of 1 to 6; taken as missing",
        "'criterion11' is written without the mark", "3 responses of 2 people",
        "there is no criterion_2, criterion_4, criterion_5",
        "'Overall score' is 9, the mean of the criteria 3.00",
        "profiles.jsonl:2: a label of depressive symptoms that is not known: 'gloomy'",
        "the message '...' stands where an answer is missing",
        "turns.jsonl:1: a secret stands under 'chat_password'; left out",
    ):  # fmt: skip
        assert part in found
    lines = [j for j in read_imported(Path(document["run"])) if isinstance(j, Judged)]
    assert {j.judge: j.values for j in lines if j.judge == "r2"} == {
        "r2": {"criterion_1": None, "criterion_11": 5}
    }
    assert [v for j in lines if "line 2" in j.about[0] for v in j.values.values()] == [None] * 5
    assert "hush" not in "".join(p.read_text() for p in Path("agents/patients").iterdir())


def test_mindeval_people_keep_label_and_story():
    taken("mindeval", "mindeval/profiles.jsonl")
    mona = person("mona")
    assert mona.origin is not None
    assert mona.origin.severity is not None
    assert mona.origin.severity.label == "moderate depressive symptoms"
    assert mona.origin.told["Narrative"] == ("You weld gates.",)
    assert mona.persona["en-US"].work == "Welder"
    assert person("nils").persona["en-US"].age is None


def test_patienthub_characters_sessions_evaluations_and_rubrics():
    document = taken("patienthub", "hub")
    found = "\n".join(said(document))
    for part in (
        "hub/talkDep.json:14: the severity 4 is off the scale", "hub/talkDep.json:30: no symptoms",
        "hub/eval.json:21: nothing was judged under 'empty'",
        "hub/rubric.yaml:18: the paradigm 'TEMP'", "num_turns is 7, and there are 1 messages",
        "a message of 'owl'; kept apart", "the same transcript as hub/session_1.json:1",
    ):  # fmt: skip
        assert part in found
    assert person("pia").presentation.items["sleep"] == 0
    assert person("pia").presentation.total == 9
    judge: Judge = Library().load("judge", "patienthub-rubric")
    assert judge.questions is not None
    assert [r.answer for r in judge.questions["strength.strength"].replies] == list("12345")


def test_who_has_item_values_plays_on_the_reference_player():
    taken("patienthub", "hub/clientCast.json")
    Path("scenarios").mkdir()
    Path("scenarios/pia.yaml").write_text(
        "# Pia.\ngraph: interview\ncast: {patient: pia, therapist: interviewer, judge: severity}\n"
        "limits: {turns: 3}\narms: {english: {locales: [en-US]}}\n"
    )
    assert call("check", "pia").out == ""
    assert call("run", "pia", "--out", "runs/pia").code == 0
    assert len(next(Run(Path("runs/pia")).sessions()).transcript) == 6


def test_erisk_interactions_and_results():
    document = taken("erisk", "erisk")
    assert document["counts"] | {"conversations": 2, "judgements": 3} == document["counts"]
    found = said(document)
    assert "erisk/interactions_run1.json:17: 'Noah' speaks; the patient is 'Ethan'" in found
    assert any(":10: the total 71 is off the scale of 0 to 63" in each for each in found)
    assert any("the total '12' is no whole number; taken as missing" in each for each in found)
    ethan = heard(Path(document["run"]))["imported.en-US.ethan.001"]
    assert ethan.extra["team"] == "t"
    assert ethan.key == "run1"


def test_transcripts_by_a_column_map():
    columns = "role=who,text=utterance,conversation=call"
    document = taken("transcripts", "calls.csv", "--map", columns)
    assert said(document) == ["calls.csv:6: 'Owl' is neither patient nor therapist; kept apart"]
    kept = heard(Path(document["run"]))
    assert kept["imported.en-US.somebody.001"].messages == {1: {"mood": "low"}}
    assert "messages kept apart" in kept["imported.en-US.somebody.002"].extra


def test_transcripts_as_d4_and_as_chat_have_them():
    document = taken("transcripts", "d4.jsonl", "--locale", "zh-CN", code=0)
    session = next(Run(Path(document["run"])).sessions())
    assert (session.locale, session.transcript[1].text) == ("zh-CN", "你好，我睡不着")
    assert heard(Path(document["run"]))[session.id].messages[0] == {"action": "问候"}
    wrong = taken("transcripts", "d4.jsonl", "--check")
    assert "written in Hani; en-US is written in Latn: say --locale" in said(wrong)[0]
    chat = taken("transcripts", "chat.jsonl", "--out", "runs/chat")
    assert "taken by custom: 'assistant' as the therapist, 'user' as the patient" in said(chat)[0]


def test_check_writes_nothing():
    assert call("import", "talkdep", str(FILES / "talkdep"), "--check").code == 1
    assert list(Path().iterdir()) == []


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["nothing", "calls.csv"], "there is no format 'nothing'"),
        (["talkdep", "gone"], "gone: there is no such file or folder"),
        (["talkdep", "calls.csv"], "nothing of talkdep in it"),
        (["transcripts", "odd.csv"], "say --map speaker=COLUMN"),
        (["transcripts", "calls.csv", "--map", "speaker"], "write ours=theirs"),
        (["transcripts", "calls.csv", "--map", "speakr=who"], "did you mean 'speaker'?"),
        (["erisk", "calls.csv"], "no line of the file is JSON"),
        (["patient-psi", "d4.jsonl"], "no Patient-Psi profile in it"),
        (["talkdep", "calls.csv", "--locale", "english"], "a tag such as en-US"),
        (["talkdep", "calls.csv", "--truth", "calls.csv"], "no line is a name and a number"),
        (["vera-personas", "calls.csv"], "no VERA-MH persona"),
        (["vera-rubric", "calls.csv"], "no VERA-MH rubric"),
        (["vera-run", "calls.csv"], "neither conversations nor evaluations"),
        (["mindeval", "chat.jsonl"], "nothing of MindEval"),
        (["talkdep-judgements", "chat.jsonl"], "no pairwise judgements"),
        (["erisk", "chat.jsonl"], "neither eRisk conversations nor results"),
    ],
)  # fmt: skip
def test_what_cannot_be_used_ends_in_one_message(arguments: list[str], message: str):
    Path("odd.csv").write_text("a,b\n1,2\n")
    lay("calls.csv")
    lay("d4.jsonl")
    lay("chat.jsonl")
    found = call("import", *arguments)
    assert found.code == 2
    assert message in found.err
    assert not Path("agents").exists()


def test_ones_own_files_are_never_touched():
    Path("agents/patients").mkdir(parents=True)
    mine = Path("agents/patients/ada.yaml")
    mine.write_text((FILES.parent.parent.parent / "agents/patients/baker.yaml").read_text())
    before = mine.read_text()
    taken("talkdep", "talkdep/Ada.md", code=0)
    assert mine.read_text() == before
    assert Path("agents/patients/talkdep-ada.yaml").is_file()
    taken("talkdep", "talkdep/Ada.md", code=0)
    assert not Path("agents/patients/talkdep-ada-2.yaml").exists()


def test_without_json_findings_are_lines_and_the_rest_goes_to_stderr():
    found = call("import", "talkdep-conversations", str(lay("talks")))
    assert found.out.startswith("talks/cora-final-conversation.txt:5: the patient is called")
    assert "wrote runs/imported-talkdep-conversations" in found.err
    assert "4 conversations, 15 messages; 3 findings" in found.err


def test_a_judge_of_ours_rates_what_was_imported_turn_by_turn():
    run = Run(Path(taken("talkdep-conversations", "talks", "--judge", "severity")["run"]))
    for session in run.sessions():
        patient = {u.turn for u in session.transcript if u.role == "patient"}
        assert {rating.turn for rating in session.ratings("judge")} == patient
    assert "judge" in call("report", str(run.path)).out
    assert call("watch", str(run.path), "imported.en-US.ada.001", "--pace", "0").code == 0


@pytest.mark.parametrize(
    ("judge", "message"),
    [("nobody", "there is no judge 'nobody'"), ("vera-rubric", "follows questions")],
)
def test_a_judge_that_cannot_rate_is_refused_before_anything_is_read(judge: str, message: str):
    taken("vera-rubric", "vera/rubric.tsv")
    found = call("import", "erisk", str(lay("erisk")), "--judge", judge)
    assert found.code == 2
    assert message in found.err
    assert not Path("runs").exists()
