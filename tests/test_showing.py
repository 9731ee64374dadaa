"""What `show` and `list` say about each kind of file."""

from __future__ import annotations

import json
import unicodedata
from pathlib import Path

import pytest
from wcwidth import wcswidth

from mhsim.drawing import draw
from mhsim.errors import InputError
from mhsim.library import BUILT_IN, FOLDERS, MODELS, Entry, Library
from mhsim.planning import make_plan
from mhsim.showing import as_data, listing, show
from mhsim.starter import create, starter

SHIPPED = [(kind, name) for kind in MODELS for name in Library((BUILT_IN,)).names(kind)]


@pytest.fixture
def library(tmp_path: Path) -> Library:
    return Library((tmp_path, BUILT_IN))


def written(library: Library, kind: str, name: str, text: str) -> Entry:
    """Write a file to the folder of its kind, and read it."""
    path = library.roots[0] / FOLDERS[kind] / f"{name}.yaml"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
    return library.read(path, kind)


def begun(library: Library, kind: str, name: str, changes: dict[str, str] | None = None) -> Entry:
    """Read a starter in which some texts are replaced."""
    text = starter(kind, name)
    for found, put in (changes or {}).items():
        assert found in text
        text = text.replace(found, put)
    return written(library, kind, name, text)


def leftward(text: str) -> bool:
    return any(unicodedata.bidirectional(char) in ("R", "AL") for char in text)


@pytest.mark.parametrize(("kind", "name"), SHIPPED)
def test_no_line_is_longer_than_the_terminal(kind: str, name: str) -> None:
    shared = Library((BUILT_IN,))
    for width in (40, 80, 132):
        shown = show(shared.entry(kind, name), width, shared)
        assert max(wcswidth(line) for line in shown.splitlines()) <= width
        assert shown.startswith(f"{kind} {name}\n")


@pytest.mark.parametrize("kind", MODELS)
def test_every_kind_of_starter_can_be_shown_and_written_as_json(
    kind: str, library: Library
) -> None:
    name = "fr-FR" if kind == "locale" else "mine"
    entry = library.read(create(kind, name, library.roots[0]), kind)
    assert show(entry, 80, library).splitlines()[2].startswith("  ")
    data = json.loads(json.dumps(as_data(entry)))
    assert (data["kind"], data["name"], data["problems"]) == (kind, name, [])
    assert data["content"]["about"] == data["about"] == entry.model.about


def test_a_patient_is_shown_with_its_items_and_band(library: Library) -> None:
    shown = show(begun(library, "patient", "mine"), 100, library)
    assert "phq9, total 8 of 27, mild" in shown
    assert "sleep              2  unasked    insomnia" in shown
    assert "worth              1  held back  " in shown
    assert "bands         minimal 0-4, mild 5-9, moderate 10-14" in shown


def test_a_patient_is_shown_in_every_locale(library: Library) -> None:
    shown = show(begun(library, "patient", "mine"), 100, library)
    assert "\nen-US, the source\n  name          Rosa Delgado\n" in shown
    assert "\nzh-CN\n  name          林晓梅\n" in shown
    assert shown.count("formulation   none") == 1
    assert "    calls it      心里有事" in shown


def test_idioms_of_a_formulation_are_shown_in_words(library: Library) -> None:
    pack = library.load("locale", "zh-CN")
    first = pack.idioms[0]
    text = starter("patient", "mine").replace("licensed: []", f"licensed: [{first.id}]")
    assert f"    idioms        {first.text}" in show(written(library, "patient", "mine", text))


def test_a_patient_of_an_unknown_instrument_is_shown_all_the_same(library: Library) -> None:
    shown = show(begun(library, "patient", "mine", {"phq9": "unheard-of"}), 80, library)
    assert "unheard-of, total 8\n" in shown
    assert "bands" not in shown


def test_an_instrument_is_shown_with_anchors_bands_licence_and_sources(library: Library) -> None:
    shown = show(begun(library, "instrument", "mine"), 120, library)
    assert "bands         low 0-2, raised 3-6" in shown
    assert "anchors       0 not at all, 1 several days" in shown
    assert "licence       names-only; Say where the licence stands" in shown
    assert "- Author A, Author B." in shown


def test_a_pack_says_what_it_is_not_and_who_reviewed_it(library: Library) -> None:
    shown = " ".join(show(begun(library, "locale", "fr-FR"), 80, library).split())
    assert "never what a person from there must say" in shown
    assert "not for clinical or public use" in shown
    assert "Idioms of distress: 1, not reviewed" in shown


def test_an_idiom_is_shown_with_gloss_source_and_confidence(library: Library) -> None:
    unsourced = "common-usage # literature needs a source\n    source: []"
    sourced = {unsourced: "literature\n    source: [A2001]"}
    entry = begun(library, "locale", "fr-FR", sourced)
    shown = show(entry, 80, library)
    assert "\nfr-FR-001  emotional\n    heavy heart\n" in shown
    assert '"word for word, in English"' in shown
    assert "confidence    literature: A2001" in shown


CRISIS = "{name: the national helpline, status: uncertain}"
LINE = "{name: 116 123 Helpline, number: '116 123', status: known-unverified, note: 'dial 116123'"


@pytest.mark.parametrize("verified", ["", ", verified: '2026-11-20'"])
def test_a_crisis_number_is_shown_only_once_verified(verified: str, library: Library) -> None:
    text = starter("locale", "fr-FR").replace(CRISIS, f"{LINE}{verified}}}")
    entry = written(library, "locale", "fr-FR", text)
    said = [show(entry, 80, library), json.dumps(as_data(entry)["content"])]
    assert [("116" in text) for text in said] == [bool(verified)] * 2
    assert ("not shown until a person has verified it" in " ".join(said[0].split())) != bool(
        verified
    )


def test_a_reviewed_pack_says_by_whom(library: Library) -> None:
    changes = {"done: false, by: []": "done: true, by: [A. Local]"}
    shown = show(begun(library, "locale", "fr-FR", changes), 80, library)
    assert "review        reviewed by A. Local" in shown
    assert "Idioms of distress: 1, reviewed\n" in shown


def test_a_prompt_of_its_own_is_shown_line_by_line(library: Library) -> None:
    text = starter("judge", "mine") + "prompt: |\n  Read {{ instrument.title }}.\n\n  Then rate.\n"
    shown = show(written(library, "judge", "mine", text), 80, library)
    assert "Prompt of its own\n  Read {{ instrument.title }}." in shown
    assert shown.endswith("\n  Then rate.")


def test_a_formulation_without_a_pack_is_shown_with_its_ids(library: Library) -> None:
    changes = {"zh-CN": "fr-FR", "licensed: []": "licensed: [fr-FR-001]"}
    shown = show(begun(library, "patient", "mine", changes), 80, library)
    assert "    idioms        fr-FR-001\n" in shown


URDU = {"heavy heart": "دل پر بوجھ", "what a person there might say instead": "دل بھاری ہے"}


def test_what_runs_from_right_to_left_has_lines_of_its_own(library: Library) -> None:
    shown = show(begun(library, "locale", "ur-PK", URDU), 80, library)
    lines = [line.strip() for line in shown.splitlines() if leftward(line)]
    assert lines == ["دل پر بوجھ", "دل بھاری ہے"]


@pytest.mark.parametrize("name", ["ar-EG", "ar-MA", "ur-PK"])
def test_a_pack_from_right_to_left_is_readable(name: str) -> None:
    """Each wording stands alone in its line; prose that cites one has no column beside it."""
    shared = Library((BUILT_IN,))
    lines = show(shared.entry("locale", name), 80, shared).splitlines()
    alone = {line.strip() for line in lines}
    pack = shared.load("locale", name)
    for entry in (*pack.idioms, *pack.flattened_markers):
        assert entry.text in alone or not leftward(entry.text)
        assert set(filter(leftward, getattr(entry, "alternatives", ()))) <= alone
    assert not [line for line in lines if leftward(line) and "  " in line.strip()]
    assert not {"\u200e", "\u200f", "\u202b", "\u202e"} & set("".join(lines))


@pytest.mark.parametrize("name", Library((BUILT_IN,)).names("locale"))
def test_every_pack_says_what_it_is_not_and_how_its_crisis_lines_stand(name: str) -> None:
    shared = Library((BUILT_IN,))
    shown = " ".join(show(shared.entry("locale", name), 80, shared).split())
    pack = shared.load("locale", name)
    assert "is not What may be said there, never what a person from there must say" in shown
    lines = pack.context.crisis
    assert lines
    assert shown.count("last verified never, not shown until") == len(lines)
    assert all(line.status in shown for line in lines)


def test_a_name_from_right_to_left_stands_below_its_label(library: Library) -> None:
    entry = begun(library, "patient", "mine", {"Rosa Delgado": "شازیہ بی بی"})
    assert "\n  name\n    شازیہ بی بی\n  age, gender   38, woman\n" in show(entry, 80, library)


@pytest.mark.parametrize(("kind", "name"), SHIPPED)
def test_nothing_is_drawn_beside_other_scripts(kind: str, name: str) -> None:
    shown = show(Library((BUILT_IN,)).entry(kind, name), 80)
    boxed = [line for line in shown.splitlines() if set(line) & set("│┌└|")]
    assert not any(
        unicodedata.category(char).startswith(("Lo", "M")) for line in boxed for char in line
    )


def test_control_characters_of_a_file_never_reach_the_terminal(library: Library) -> None:
    text = 'kind: judge\ninstrument: phq9\nabout: "\\u001b[31mAn observer\\u202e"\n'
    entry = written(library, "judge", "mine", text)
    assert "\x1b" in as_data(entry)["about"]
    assert not {"\x1b", "\u202e"} & set(show(entry, 80, library))


def test_a_scenario_is_shown_as_arms_by_locales(library: Library) -> None:
    entry = begun(library, "scenario", "mine")
    shown = show(entry, 80, library)
    assert f"{make_plan('mine', library).size} trials" in shown
    assert "  arm        en-US  zh-CN  changes" in shown
    assert "  adapted    -      2      localize formulation" in shown
    assert "  adaptation    adapted against biography" in shown


def test_a_scenario_of_many_locales_is_shown_arm_by_arm(library: Library) -> None:
    many = ", ".join(["zh-CN", "bn-BD", "hi-IN", "ur-PK", "ta-IN", "sw-KE", "ja-JP"])
    entry = begun(library, "scenario", "mine", {"[zh-CN], localize: biography": f"[{many}]"})
    shown = " ".join(show(entry, 72, library).split())
    assert f"english en-US: as they are biography {many}: as they are adapted zh-CN: " in shown


def test_a_graph_is_shown_as_its_drawing(library: Library) -> None:
    entry = begun(library, "graph", "mine")
    shown = show(entry, 90, library)
    assert draw(entry.model, width=90) in shown
    assert "critic (critic)" in " ".join(shown.split())
    assert "limits        revisions, turns" in shown


def test_a_file_with_problems_is_shown_as_them(library: Library) -> None:
    entry = written(library, "graph", "mine", starter("graph", "mine").replace("start:", "starts:"))
    shown = show(entry, 80, library)
    assert "Problems: 1" in shown
    assert "did you mean 'start'" in " ".join(shown.split())
    assert as_data(entry)["content"] is None


def test_a_list_says_what_there_is_and_what_is_wrong(library: Library) -> None:
    written(library, "judge", "broken", "kind: judge\nabout: Mine.\ninstrument: phq99\n")
    rows = {row["name"]: row for row in listing(library, "judge")}
    assert rows["broken"] == {
        "kind": "judge",
        "name": "broken",
        "about": "Mine.",
        "file": "agents/judges/broken.yaml",
        "built_in": False,
        "problems": 1,
    }
    assert rows["severity"]["built_in"] is True
    assert rows["severity"]["problems"] == 0


def test_a_list_of_everything_goes_kind_by_kind(library: Library) -> None:
    kinds = [row["kind"] for row in listing(library)]
    assert list(dict.fromkeys(kinds)) == list(MODELS)
    assert len(kinds) == len(SHIPPED)


def test_a_list_of_an_unknown_kind_is_refused(library: Library) -> None:
    with pytest.raises(InputError, match="did you mean 'patient'"):
        listing(library, "pateint")
