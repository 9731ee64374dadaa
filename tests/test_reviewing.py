"""Human review: who reads what, what they see, what is taken back, and what it measures."""

from __future__ import annotations

import contextlib
import csv
import io
import json
import shutil
from pathlib import Path
from random import Random
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mhsim.errors import InputError
from mhsim.library import Library
from mhsim.measure.human import human
from mhsim.reviewing.assignment import Unit, assign, balance, packets
from mhsim.reviewing.rated import read_rated
from mhsim.reviewing.taking import take
from mhsim.store import Run
from runs import SMALL, call, small

CAST = "{patient: [gardener, shopkeeper], therapist: interviewer, judge: severity}"


@pytest.fixture(scope="module")
def played(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("review")
    with contextlib.chdir(folder):
        small(SMALL, cast=CAST, limits="{turns: 3}")
        assert call("run", "scenarios/small.yaml", "--quiet").code == 0
        done = call("review", "export", "small", "--raters", "2", "--locale", "zh-CN")
        assert done.code == 0, done.err
    return folder / "runs"


@pytest.fixture
def run(played: Path) -> Run:
    shutil.copytree(played, "runs")
    return Run(Path("runs/small"))


def pack(run: Run, rater: str = "zh-CN-1") -> dict[str, Any]:
    return json.loads((run.path / "review/packs" / rater / "pack.json").read_text())


def saved(run: Run, rater: str = "zh-CN-1", **answers: Any) -> Path:
    """Write what the form saves: everything answered, with some answers replaced."""
    head = pack(run, rater)
    given = {
        **dict.fromkeys(head["instrument"], "1"), "severity": "2", "confidence": "4",
        "naturalness": "5", "authenticity": "3", "verdict": "grounded", "translated": "no",
        "marks": {}, "comment": "", "minutes": "7", **answers,
    }  # fmt: skip
    rows = [{"code": code, **given} for code in head["transcripts"]]
    file = Path(f"ratings-{rater}.json")
    file.write_text(json.dumps({**head, "consent": "yes", "saved": "now", "ratings": rows}))
    return file


def problems(run: Run, file: Path, **more: Any) -> str:
    with pytest.raises(InputError) as error:
        take(run, file, **more)
    assert read_rated(run.path / "review") == []
    return str(error.value)


@pytest.mark.parametrize(("raters", "per", "units", "met"), [(7, 3, 7, 1), (4, 2, 6, 1)])
def test_where_a_balanced_design_exists_it_is_found(raters: int, per: int, units: int, met: int):
    every = [Unit(f"u{n}", f"p{n}", "en-US", "x") for n in range(units)]
    team = {f"r{n}": frozenset({"en-US"}) for n in range(raters)}
    assert balance(assign(every, team, per, Random(0)))["met"] == (met, met)


@given(
    st.integers(2, 6), st.integers(1, 3), st.lists(st.integers(0, 3), min_size=1, max_size=20),
    st.integers(0, 99),
)  # fmt: skip
def test_everybody_reads_about_as_much_and_nobody_the_same_twice(raters, per, strata, seed):
    units = [Unit(f"u{n}", f"p{n}", "en-US", str(s)) for n, s in enumerate(strata)]
    team = {f"r{n}": frozenset({"en-US"}) for n in range(max(raters, per))}
    made = assign(units, team, per, Random(seed))
    assert all(len(set(group)) == per for group in made.values())
    load = [sum(r in group for group in made.values()) for r in team]
    assert max(load) - min(load) <= 1


def test_nobody_reads_one_patient_in_two_locales():
    units = [Unit(f"{p}-{loc}", p, loc, "x") for p in "abcdef" for loc in ("en-US", "hi-IN")]
    both = frozenset({"en-US", "hi-IN"})
    made = assign(units, {f"r{n}": both for n in range(4)}, 2, Random(1))
    seen = [(rater, unit[0]) for unit, group in made.items() for rater in group]
    assert len(seen) == len(set(seen))


def test_too_few_raters_are_named():
    with pytest.raises(InputError, match="hi-IN has 1 raters left"):
        assign([Unit("u", "p", "hi-IN", "x")], {"r": frozenset({"hi-IN"})}, 2, Random(0))


def test_codes_differ_between_raters_and_tell_nothing():
    made = {f"u{n}": ["a", "b"] for n in range(12)}
    told = packets(made, b"secret", Random(0))
    codes = [sheet.code for sheets in told.values() for sheet in sheets]
    assert len(codes) == len(set(codes)) == 2 * (12 + 2)
    for sheets in told.values():
        first = {s.unit: s.position for s in sheets if not s.again}
        assert all(s.position - first[s.unit] >= 6 for s in sheets if s.again)


def test_a_rater_is_shown_no_arm_judge_or_name(run: Run):
    for file in (run.path / "review/packs/zh-CN-1").iterdir():
        text = file.read_text(encoding="utf-8")
        told = ("chinese", "shopkeeper", "gardener", "judge", "陈志强", ".001")
        assert not [word for word in told if word in text], file


def test_the_page_needs_no_network_and_speaks_the_raters_language(run: Run):
    text = (run.path / "review/packs/zh-CN-1/form.html").read_text(encoding="utf-8")
    assert "http" not in text.replace("http-equiv", "")
    assert '<html lang="zh" dir="ltr">' in text
    data = json.loads(text.partition('id="data">')[2].partition("</script>")[0])
    assert data["conversations"][0]["said"][0]["text"]


def test_packs_are_not_written_over(run: Run):
    again = call("review", "export", "small")
    assert again.code == 2
    assert "holds packs already" in again.err


def test_a_saved_form_is_taken_in_once(run: Run):
    file = saved(run, marks={"1": "flattened"})
    done = call("review", "import", "small", str(file))
    rated = read_rated(run.path / "review")
    assert (done.code, len(rated)) == (0, len(pack(run)["transcripts"]))
    assert rated[0].total == 9
    assert (rated[0].marks, rated[0].consent, rated[0].minutes) == ({1: "flattened"}, "yes", 7.0)
    assert "taken in already" in call("review", "import", "small", str(file)).err


def test_what_the_conversation_does_not_tell_stays_missing(run: Run):
    take(run, saved(run, sleep="NA"))
    (first, *_) = read_rated(run.path / "review")
    assert (first.items["sleep"], first.total) == (None, None)


def test_every_wrong_answer_is_named_and_nothing_is_taken_in(run: Run):
    file = saved(run, sleep="4", severity="", verdict="nice", translated="x", minutes="long",
                 marks={"1": "odd"})  # fmt: skip
    code = next(iter(pack(run)["transcripts"]))
    told = problems(run, file)
    for line in (
        f"{file}: {code}.sleep: found '4'; 0 to 3 or NA",
        f"{file}: {code}.severity: missing; 0 to 4",
        f"{file}: {code}.verdict: found 'nice'; one of grounded, flattened, caricature, neutral",
        f"{file}: {code}.translated: found 'x'; yes or no",
        f"{file}: {code}.minutes: found 'long'; a number of minutes",
        f"{file}: {code}.marks: found 1:odd; turn:flattened or turn:caricature",
    ):
        assert line in told


@pytest.mark.parametrize(("delimiter", "bom"), [(",", True), (";", False), ("\t", True)])
def test_a_sheet_is_read_however_the_spreadsheet_wrote_it(run: Run, delimiter: str, bom: bool):
    given = json.loads(saved(run, minutes="7,5").read_text())["ratings"]
    out = io.StringIO(newline="")
    writer = csv.DictWriter(out, given[0], delimiter=delimiter)
    writer.writeheader()
    writer.writerows({**row, "marks": "2:caricature"} for row in given)
    file = Path("sheet.csv")
    file.write_text(("\ufeff" if bom else "") + out.getvalue(), encoding="utf-8")
    assert "holds no consent" in problems(run, file)
    assert take(run, file, consent="on paper") == len(given)
    first = read_rated(run.path / "review")[0]
    assert (first.minutes, first.marks, first.consent) == (7.5, {2: "caricature"}, "on paper")


def test_wrong_codes_are_named_by_line(run: Run):
    head = (run.path / "review/packs/zh-CN-1/ratings.csv").read_text(encoding="utf-8-sig")
    Path("x.csv").write_text(head.splitlines()[0] + "\nABC,1\n", encoding="utf-8")
    assert "x.csv:2: code: found 'ABC'" in problems(run, Path("x.csv"), consent="y")


@pytest.mark.parametrize("text", ["{", "[]", '{"ratings": [{}]}'])
def test_what_no_form_saved_is_refused(run: Run, text: str):
    Path("x.json").write_text(text)
    assert "no file that a rating form saved" in problems(run, Path("x.json"))


def test_ratings_of_another_text_are_refused(run: Run):
    file = saved(run)
    told = json.loads(file.read_text())
    told["transcripts"] = dict.fromkeys(told["transcripts"], "0")
    file.write_text(json.dumps(told))
    assert "not the text that was exported" in problems(run, file)


def test_ratings_come_into_the_report(run: Run):
    take(run, saved(run, "zh-CN-1"))
    take(run, saved(run, "zh-CN-2", sleep="2", authenticity="5"))
    told = {(n.measure, *n.where.values()): n for n in human(run)}
    assert told["human_authenticity", "zh-CN", "chinese"].value == 4
    bias = told["judge_human_bias", "zh-CN", "judge"]
    finals = [s.ratings("judge")[-1].total for s in run.sessions(locale="zh-CN")]
    middles = [(t.low + t.high) / 2 for t in finals]
    assert bias.value == pytest.approx(sum(middles) / len(middles) - 9.5)
    assert told["human_alpha_total", "zh-CN"].value is not None
    assert "judge_human_bias" in call("report", "small").out


def test_a_run_nobody_rated_has_no_human_numbers(run: Run):
    assert list(human(run)) == []


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (("export", "small", "--raters", "0"), "--raters: found 0"),
        (("export", "small", "--locale", "xx-XX"), "--locale: found 'xx-XX'"),
        (("export", "small", "--bridge", "anna"), "--bridge: found 'anna'"),
        (("export", "small", "file.csv"), "it takes no files"),
        (("import", "small"), "give the files"),
        (("import", "small", "gone.json"), "No such file"),
    ],
)
def test_wrong_commands_are_told(run: Run, arguments: tuple[str, ...], told: str):
    done = call("review", *arguments)
    assert done.code == 2
    assert told in done.err


@pytest.mark.parametrize("name", Library().names("form"))
def test_a_shipped_form_asks_for_the_phq9_in_words_of_its_own(name: str):
    form, phq9 = Library().load("form", name), Library().load("instrument", "phq9")
    assert set(form.scales["phq9"].items) == set(phq9.items)
    assert set(form.scales["phq9"].anchors) == set(phq9.anchors)
    assert "{n}" in form.words.position
    assert "{of}" in form.words.position
