"""The report as one page: drawn from a run, read in a browser, nothing fetched."""

from __future__ import annotations

import asyncio
import base64
import gzip
import json
import re
import shutil
import subprocess
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support import ANSWER, LIBRARY, fails, filled, flagged

import mhsim
from mhsim.measure.summary import Number
from mhsim.report.chapters import chapters
from mhsim.report.html import page
from mhsim.report.html.sheet import Cell
from mhsim.report.html.svg import Axis
from mhsim.report.html.talk import packed
from mhsim.store import Run
from runs import call, played, scripted

EVIL = '</script><script>document.title="owned"</script><img src=x onerror=alert(1)> 🙂 ঘুম আসে না'

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")


class Parsed(HTMLParser):
    """What a parser finds in a page: open elements, ids, links, scripts."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.stack: list[str] = []
        self.wrong: list[str] = []
        self.ids: list[str] = []
        self.addresses: list[str] = []
        self.scripts: dict[str, str] = {}
        self._open = ""
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        if tag not in ("meta", "img", "input", "br", "link"):
            self.stack.append(tag)
        self.ids += [given["id"] or ""] if "id" in given else []
        self.addresses += [given[k] or "" for k in ("href", "src", "action") if k in given]
        self._open = (given.get("id") or "code") if tag == "script" else ""

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Shapes close themselves."""

    def handle_endtag(self, tag: str) -> None:
        if not self.stack or self.stack.pop() != tag:
            self.wrong.append(tag)
        self._open = ""

    def handle_data(self, data: str) -> None:
        if self._open:
            self.scripts[self._open] = self.scripts.get(self._open, "") + data


def unpacked(text: str) -> Any:
    """Open what the page's script opens."""
    return json.loads(gzip.decompress(base64.b64decode(text)))


def numbers(run: Run) -> list[Number]:
    """Return all that a report measures."""
    return [number for chapter in chapters(run, None, None) for number in chapter.numbers]


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Run:
    """Play four patients in two languages by the reference simulator, two judges, a critic."""
    changes = {
        "cast": {
            "patient": ["gardener", "nurse", "shopkeeper", "musician"], "therapist": "interviewer",
            "critic": "culture", "judge_a": "severity", "judge_b": "severity",
        },
        "replicates": 1, "reference": {},
        "arms": {
            "english": {"locales": ["en-US"]},
            "moved": {"locales": ["bn-BD"], "localize": "nationality"},
        },
        "contrasts": {"language": ["moved", "english"]}, "pairwise": {"judges": ["judge_a"]},
    }  # fmt: skip
    made = mhsim.plan("persona-trap", LIBRARY, changes)
    out = tmp_path_factory.mktemp("page") / "run"
    assert asyncio.run(mhsim.run(made, out, workers=2)).failed == {}
    assert call("compare", str(out)).code == 0
    return Run(out)


@pytest.fixture(scope="module")
def shown(run: Run) -> str:
    """Return its page, as the verb writes it."""
    done = call("report", str(run.path), "--html", "--with-risk")
    assert done.code == 0, done.err
    return (run.path / "report" / "index.html").read_text("utf-8")


def test_the_page_is_whole_and_leads_nowhere_else(shown: str) -> None:
    """Every element is closed, every id is there once, every address is within the page."""
    parsed = Parsed(shown)
    assert parsed.wrong == [] and parsed.stack == []
    assert len(parsed.ids) == len(set(parsed.ids))
    assert all(a.startswith("#") for a in parsed.addresses)
    inside = {a[1:] for a in parsed.addresses if not a.startswith("#read&")}
    assert inside <= set(parsed.ids)
    assert "default-src 'none'" in shown and "unsafe" not in shown.partition("</head>")[0]
    assert not re.search(r"@import|url\(|fetch\(|XMLHttp|innerHTML", shown)


def test_every_figure_has_words_and_every_part_is_there(shown: str) -> None:
    """Each drawing has a title and a description; no part was left out."""
    parsed = Parsed(shown)
    assert shown.count("<svg") == shown.count("<desc") > 6
    parts = {"run", "drift", "agreement", "bands", "courses", "items", "variance", "pairs",
             "critic", "methods", "numbers", "read"}  # fmt: skip
    assert parts <= set(parsed.ids)
    assert "declared assumptions" in shown.partition("<main")[0]


def test_conversations_and_numbers_come_back_as_they_were(run: Run, shown: str) -> None:
    """What the page holds is what the files hold."""
    scripts = Parsed(shown).scripts
    index = json.loads(scripts["index"])["talks"]
    sessions = list(run.sessions())
    assert [row[0] for row in index] == [session.id for session in sessions]
    for place, session in enumerate(sessions):
        rows = unpacked(scripts[f"talk{place}"])
        said = [row[4] for row in rows if row[0] == "u"]
        assert said == [e.text for e in session.events if e.event == "utterance"]
        for row in rows:
            assert row[0] != "r" or row[3] <= row[4]
    every = unpacked(scripts["every"])
    assert len(every) == len(numbers(run)) > 100
    assert all(len(packed_talk) < 12_000 for k, packed_talk in scripts.items() if "talk" in k)


def test_a_page_is_the_same_twice(run: Run) -> None:
    """Nothing in it depends on when it was written."""
    found = numbers(run)
    assert page(run, found) == page(run, found)


def test_words_about_self_harm_are_withheld_unless_asked_for(run: Run, shown: str) -> None:
    """And with them what was cited from them."""
    open_, closed = Parsed(shown).scripts, Parsed(page(run, [])).scripts
    hidden = 0
    for name in (name for name in closed if name.startswith("talk")):
        told = unpacked(open_[name])
        rows = unpacked(closed[name])
        gone = {r[1] for r in rows if r[0] == "u" and r[4] is None}
        hidden += len(gone)
        risky = [r for r in told if r[0] == "k"]
        assert {r[1] for r in risky} <= gone
        cited = [q for r in rows if r[0] == "r" for i in r[6].values() for q in i[3]]
        assert not gone & {q[0] for q in cited if len(q) == 3}
    assert hidden


def test_what_failed_is_counted_and_shown() -> None:
    """A conversation that failed, one not played, a turn nobody could rate."""
    made = scripted(turns=2, replicates=2)
    replies = {"judge": [filled("111111111", ANSWER), fails("unparsable")] * 2}
    run = played(made, replies=replies).run
    next(run.trials.glob("*002.jsonl")).unlink()
    text = page(run, numbers(run))
    assert "What could not be answered" in text and "unparsable" in text
    assert re.search(r">2</bdi></a></td><td[^>]*><a[^>]*><bdi>1</bdi>", text)
    assert "declared assumptions" not in text


@given(st.text(), st.text())
def test_no_text_leaves_its_cell(text: str, value: str) -> None:
    """Whatever a name holds, it stays text."""
    parsed = Parsed(f"<tr>{Cell(text, value, '#read&x', text)}</tr>")
    assert parsed.wrong == [] and parsed.stack == [] and parsed.addresses == ["#read&x"]


@given(st.floats(-1e4, 1e4), st.floats(0, 1e4))
def test_an_axis_holds_what_it_must(low: float, wide: float) -> None:
    """Both ends are within, few ticks, all between its ends."""
    axis = Axis(low, low + wide, 0, 100)
    assert -0.01 <= axis(low) <= axis(low + wide) <= 100.01
    assert 2 <= len(axis.ticks) <= 11


@given(st.recursive(st.text() | st.integers() | st.none(), st.lists))
def test_packed_data_comes_back(data: Any) -> None:
    """Whatever it is; and it holds nothing a parser would stop at."""
    clean = json.loads(json.dumps(data, ensure_ascii=False).encode(errors="replace"))
    assert unpacked(packed(data)) == clean
    assert re.fullmatch(r"[A-Za-z0-9+/=]+", packed(data))


def test_the_wheel_carries_script_and_style() -> None:
    """They lie beside the modules, where the build takes them from."""
    folder = Path(mhsim.__file__).parent / "report" / "html"
    assert {f.name for f in folder.iterdir()} >= {"page.css", "page.js", "reader.js"}


def dom(text: str, place: str) -> str:
    """Open a page in a real browser, and return what it became."""
    assert CHROMIUM
    Path("page.html").write_text(text, encoding="utf-8")
    address = Path("page.html").resolve().as_uri() + place
    done = subprocess.run(
        [CHROMIUM, "--headless", "--no-sandbox", "--disable-gpu", "--virtual-time-budget=3000",
         f"--user-data-dir={Path('browser').resolve()}", "--dump-dom", address],
        capture_output=True, text=True, timeout=60, check=True,
    )  # fmt: skip
    return done.stdout


@pytest.mark.skipif(CHROMIUM is None, reason="chromium is not installed")
def test_a_browser_shows_a_conversation_and_runs_nothing_it_says() -> None:
    """An utterance with a script in it is text; flags stand where they should after an emoji."""
    answer = f"{EVIL} and I struggle"
    replies = {
        "patient": [answer],
        "critic": [flagged("struggle")],
        "judge_a": [filled("1????????", "ঘুম আসে না")],
    }
    run = played(scripted(turns=1, graph="culture-loop"), replies=replies).run
    told = dom(page(run, numbers(run), with_risk=True), "#read&arm=plain")
    assert 'data-ready="yes"' in told and "<title>owned" not in told
    assert "&lt;/script&gt;&lt;script&gt;" in told
    assert re.search(r'<mark class="flag"[^>]*>struggle</mark>', told)
    assert re.search(r'<mark class="quote"[^>]*>ঘুম আসে না</mark>', told)


@pytest.mark.skipif(CHROMIUM is None, reason="chromium is not installed")
def test_a_browser_follows_a_number_to_its_conversations(shown: str) -> None:
    """The list is filtered, one conversation is open, every table can be saved."""
    told = dom(shown, "#read&arm=moved&locale=bn-BD&judge=judge_b")
    assert "4 of 8 conversations" in told
    article = told.partition("<article")[2]
    assert "moved.bn-BD.gardener.001" in article and "judge_b: " in article
    assert "judge_a: " not in re.sub(r'title="[^"]*"', "", article)
    tables = told.partition("<article")[0].count("<caption")
    assert told.count('aria-label="Save as CSV:') == tables > 10


def test_numbers_that_are_none_are_dashes(run: Run) -> None:
    """A page of numbers nobody could measure is still a page."""
    empty = [replace(n, value=None, low=None, high=None) for n in numbers(run)]
    parsed = Parsed(page(run, empty))
    assert parsed.wrong == [] and "accuracy" in parsed.ids and "drift" not in parsed.ids
