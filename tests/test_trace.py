"""What a person sees of a conversation, through the public door of `mhsim.trace`."""

from __future__ import annotations

import contextlib
import io
import re
import runpy
import time
import unicodedata
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import SimpleNamespace

import pytest
import wcwidth
from hypothesis import given, settings
from hypothesis import strategies as st

from mhsim.record import Closing, Critique, Failure, Mark, Rating, Risk, Span, Utterance
from mhsim.spec.instrument import Instrument
from mhsim.trace import Trace

TALK = SimpleNamespace(**runpy.run_path(str(Path(__file__).with_name("test_trace_talk.py"))))
LOCALES = list(TALK.WORDS)
GOLDEN = """\
persona-trap  en-US

phq9  Patient Health Questionnaire-9, 0 to 27, filled in by judge_a, judge_b
  items  1 anhedonia  2 mood  3 sleep  4 fatigue  5 appetite  6 worth
         7 concentration  8 psychomotor  9 self_harm
  strip  one sign per item:  ? not assessed  0 denied  + present  1-3 how often
  bar    = can still be  - ruled out this turn  | next band
  bands  minimal 0+  mild 5+  moderate 10+  moderately_severe 15+  severe 20+

models  m

-- turn 1 of 2 --

therapist
  How have you been sleeping since we last talked, and what goes through your
  mind then?

patient
  Honestly, I am depressed and my anxiety is through the roof. I get the bus
  crowd out the door by six thirty, and then I just sit there in the kitchen
  with the light off.

critic: flattened, 1 flag
  Honestly, «I am depressed» and my anxiety is through the roof.
    pan-cultural: a diagnosis in the mouth of someone who never used one about
    herself
    instead: I just feel wore out and low all the time

patient (revision 1)
  Honestly, I just feel wore out and low all the time. I get the bus crowd out
  the door by six thirty, and then I just sit there in the kitchen with the
  light off.

critic: grounded
judge_a [...==|=====|=====|=====|========] +++?????? 3-27/27  undetermined
judge_b [...==|=====|=====|=====|=======.] ?+2?????? 3-26/27  undetermined

-- turn 2 of 2 --

therapist
  That sounds very lonely. How many nights a week is it like that?

patient
  Near about every night. Some nights I think it'd be easier on everybody if I
  didn't wake up, but then I hear the little one cough and I get up.

! risk: passive  «it'd be easier on everybody if I didn't wake up»
critic: grounded
judge_a [...--|----=|=====|=====|====----] +2321???? 9-23/27  undetermined (1 quote nobody said)
! failure: unparsable  judge_b, after 3 attempts  no JSON in it

end after turn 2: its limit was used up
truth 14 on phq9: judge_a 9-23 holds it, judge_b 3-26 (of turn 1) holds it
"""


@pytest.fixture
def out() -> io.StringIO:
    """Take what is shown."""
    return io.StringIO()


def shown(events, locale="en-US", *, width=80, how=None, **more) -> str:
    """Return what is shown of events on a plain stream."""
    out = io.StringIO()
    with TALK.trace(locale, stream=out, width=width, **more) as trace:
        for event in events:
            (how or Trace.event)(trace, event)
    return out.getvalue()


def body(text: str) -> str:
    """Return what comes after the heading."""
    return text.partition("severe 20+\n")[2].strip("\n")


def heard(trace: Trace, event) -> None:
    """Show an event as it comes live."""
    TALK.play(trace, [event])


def words(text: str) -> str:
    """Return a text without its white space."""
    return "".join(text.split())


def speeches(text: str) -> list[str]:
    """Return the lines of each utterance, joined."""
    return re.findall(r"^(?:therapist|patient)\b.*\n((?:  .*\n)+)", text, re.MULTILINE)


def test_transcript() -> None:
    """A session reads as a transcript with what was made of it in between."""
    assert shown(TALK.session("en-US"), truth=TALK.TRUTH) == GOLDEN


@pytest.mark.parametrize("locale", LOCALES)
@pytest.mark.parametrize("width", [30, 80, 200])
def test_replay(locale, width) -> None:
    """What is watched and what is replayed read the same."""
    events = TALK.session(locale)
    assert shown(events, width=width, how=heard) == shown(events, width=width)


@pytest.mark.parametrize("locale", LOCALES)
@pytest.mark.parametrize("width", [80, 200])
def test_whole(locale, width) -> None:
    """Every utterance is there once, and whole."""
    events = TALK.session(locale)
    said = [words(e.text) for e in events if isinstance(e, Utterance)]
    text = shown(events, locale, width=width, how=heard)
    assert [words(speech) for speech in speeches(text)] == said


@pytest.mark.parametrize("locale", LOCALES)
@pytest.mark.parametrize("width", [24, 80, 200])
def test_wrapped(locale, width) -> None:
    """No line is wider than the page, and none begins inside a grapheme."""
    text = shown(TALK.session(locale), locale, width=width)
    lines = [line for speech in speeches(text) for line in speech.splitlines()]
    assert max(map(wcwidth.width, lines)) < min(width, 104)
    assert not any(unicodedata.category(line[2])[0] == "M" for line in lines)


def test_chinese() -> None:
    """Chinese wraps anywhere, but not before a full stop."""
    text = "她说她很累，" * 40 + "“好。”"
    for width in range(24, 60):
        (speech,) = speeches(shown([utterance(text)], width=width))
        assert not re.search(r"^  [，。”]", speech, re.MULTILINE)
        assert {wcwidth.width(line) for line in speech.splitlines()[:-1]} <= set(
            range(width - 9, width)
        )


def utterance(text: str, role: str = "patient", turn: int = 1, revision: int = 0) -> Utterance:
    """Return an utterance."""
    return Utterance(turn=turn, role=role, text=text, revision=revision, node=role)


def test_paragraphs() -> None:
    """Paragraphs stay apart."""
    text = shown([utterance("\n one \n\n\n two\nthree \n")])
    assert body(text) == "-- turn 1 of 2 --\n\npatient\n  one\n\n  two\n  three"


def test_overlong() -> None:
    """A word no line can hold is cut between graphemes."""
    word = "কো" * 90
    for how in (None, heard):
        (speech,) = speeches(shown([utterance(f"আ {word} আ")], width=40, how=how))
        assert speech.count("\n") > 4
        assert words(speech) == f"আ{word}আ"
        assert all(line.strip()[-1] in "োআ" for line in speech.splitlines())


class Screen(io.StringIO):
    """A terminal that shows nothing."""

    def isatty(self) -> bool:
        """Claim to be one."""
        return True


def screen_text(out: io.StringIO) -> str:
    """Return what was written to a terminal without its status and codes."""
    kept = re.sub(r"\x1b\[\?25l.*?\x1b\[\?25h", "", out.getvalue(), flags=re.DOTALL)
    return re.sub(r"\x1b\[[0-9?]*[A-Za-z]", "", kept)


@pytest.mark.parametrize("locale", LOCALES)
def test_held_back(locale) -> None:
    """Only whole graphemes are ever shown of what is still arriving."""
    text = TALK.WORDS[locale][1]
    clusters = list(wcwidth.iter_graphemes(text))
    allowed = {words("".join(clusters[:n])) for n in range(len(clusters))}
    out = Screen()
    with TALK.trace(locale, stream=out, width=80) as trace:
        for char in text:
            trace.hear("patient", char)
            assert words(screen_text(out).partition("\npatient\n")[2]) in allowed
        trace.event(utterance(text))
    assert words(text) in words(screen_text(out))


HOSTILE = "a\x1b[31mred\x07 \x9b2J\x00b\u202ec\u2066d\u2069 \ud800e\ufdd0\x7f \x85f\rg"


@pytest.mark.parametrize("how", [None, heard])
def test_controls(how) -> None:
    """Nothing anybody writes controls the terminal."""
    span = Span(quote="a", start=0, end=1)
    events = [
        utterance(HOSTILE),
        Critique(
            turn=1,
            role="critic",
            revision=0,
            verdict="flattened",
            flags=(Mark(span=span, kind=HOSTILE, reason=HOSTILE, suggestion=HOSTILE),),
        ),
        Risk(
            turn=1,
            role="patient",
            level="active",
            source="model",
            spans=(Span(quote=HOSTILE, start=0, end=9),),
        ),
        Failure(turn=1, role=HOSTILE, kind="provider", detail=HOSTILE),
        Closing(turn=1, reason="failure", detail=HOSTILE),
    ]
    text = shown(events, how=how, title=HOSTILE, locale=HOSTILE)
    codes = [c for c in text if unicodedata.category(c) in ("Cc", "Cs", "Cn") and c != "\n"]
    assert codes == []
    assert not set("\u202e\u2066\u2069") & set(text)
    assert "a[31mred" in text


def test_joiners() -> None:
    """Joiners are spelling, and stay."""
    text = "می‌خواهم ক‍্য র‍্যাব"
    assert text in shown([utterance(text)])


def test_pipe() -> None:
    """A pipe gets no codes, and whole lines only."""

    class Lines(io.StringIO):
        def write(self, text: str) -> int:
            assert text.endswith("\n")
            return super().write(text)

    out = Lines()
    with TALK.trace("hi-IN", stream=out) as trace:
        TALK.play(trace, TALK.session("hi-IN"))
    assert "\x1b" not in out.getvalue()


def test_ascii_stream() -> None:
    """A stream that cannot write a script gets question marks."""
    raw = io.BytesIO()
    with TALK.trace("bn-BD", stream=io.TextIOWrapper(raw, "ascii", write_through=True)) as trace:
        trace.event(utterance("মন ভালো নেই"))
    assert b"patient\n  ??" in raw.getvalue()


def test_as_recorded(out) -> None:
    """What was recorded is shown if it is not what was heard."""
    with TALK.trace("en-US", stream=out) as trace:
        trace.hear("patient", "I am a language model, I")
        trace.event(utterance("I sleep badly."))
    expected = "patient\n  I am a language model, I\n\npatient (as recorded)\n  I sleep badly."
    assert expected in out.getvalue()


def test_unheard(out) -> None:
    """What was not heard of an utterance is added to it."""
    with TALK.trace("en-US", stream=out) as trace:
        trace.hear("patient", "I sleep ba")
        trace.event(utterance("I sleep badly."))
    assert out.getvalue().endswith("patient\n  I sleep badly.\n")


def test_failure(out) -> None:
    """A failure ends what its role was saying."""
    with TALK.trace("en-US", stream=out) as trace:
        trace.hear("patient", "I can")
        trace.event(Failure(turn=1, role="patient", kind="timeout", detail="60 s"))
        trace.hear("patient", "I can not")
    told = "patient\n  I can\n\n! failure: timeout  patient  60 s\n\npatient\n  I can not\n"
    assert out.getvalue().endswith(told)


def test_late(out) -> None:
    """An event that comes late interrupts who speaks, and nothing is lost."""
    with TALK.trace("en-US", stream=out) as trace:
        trace.arrive("therapist")
        trace.hear("therapist", "Good ")
        trace.hear("therapist", "morning, and")
        trace.event(Risk(turn=1, role="patient", level="none", source="lexicon"))
        trace.event(Critique(turn=1, role="critic", revision=0, verdict="neutral"))
        trace.hear("therapist", " welcome.")
        trace.hear("patient", "Thanks.")
        trace.event(utterance("Good morning, and welcome.", "therapist"))
        trace.event(utterance("Thanks."))
    told = (
        "therapist\n  Good morning, and\n\ncritic: neutral\n\n"
        "therapist (goes on)\n  welcome.\n\npatient\n  Thanks.\n"
    )
    assert out.getvalue().endswith(told)


def test_drafts(out) -> None:
    """Drafts are numbered while they are heard."""
    with TALK.trace("en-US", stream=out) as trace:
        for turn in (1, 2):
            trace.arrive("therapist")
            trace.hear("therapist", "So?")
            trace.event(utterance("So?", "therapist", turn))
            for draft in (0, 1):
                trace.arrive("patient")
                trace.hear("patient", f"Draft {draft}.")
                trace.event(utterance(f"Draft {draft}.", turn=turn, revision=draft))
    labels = re.findall(r"^(?:--|therapist|patient).*", out.getvalue(), re.MULTILINE)
    turn = ["therapist", "patient", "patient (revision 1)"]
    assert labels == ["-- turn 1 of 2 --", *turn, "-- turn 2 of 2 --", *turn]


def test_turns(out) -> None:
    """Turns are told apart without word of nodes."""
    with TALK.trace("en-US", stream=out, turns=None) as trace:
        for turn in (1, 2):
            for role in ("therapist", "patient"):
                trace.hear(role, "Hm.")
                trace.event(utterance("Hm.", role, turn))
    assert re.findall("-- .* --", out.getvalue()) == ["-- turn 1 --", "-- turn 2 --"]
    assert "revision" not in out.getvalue()


def test_forms(out) -> None:
    """Forms being filled in are not shown."""
    with TALK.trace("en-US", stream=out) as trace:
        trace.hear("judge_a", '{"rationale": ')
        trace.hear("critic", '{"flags": ')
    assert "{" not in out.getvalue()


def flagged(text: str, *quotes: str) -> str:
    """Return how a critique of these words is shown."""
    marks = tuple(
        Mark(span=TALK.span(text, q), kind="k", reason=f"about {q}", idiom="i") for q in quotes
    )
    critique = Critique(turn=1, role="critic", revision=0, verdict="caricature", flags=marks)
    return shown([utterance(text), critique]).partition("critic: ")[2]


def test_flags() -> None:
    """Only the sentences with flags are shown again."""
    text = "One is fine. Two is bad. Three is fine. Four is very bad."
    told = flagged(text, "very bad", "Two")
    assert told == (
        "caricature, 2 flags\n  «Two» is bad.\n    k: i: about Two\n"
        "  Four is «very bad».\n    k: i: about very bad\n"
    )


def test_overlapping_flags() -> None:
    """Flags that overlap are marked together."""
    told = flagged("My heart is heavy. My soul too.", "heart is heavy", "heavy. My", "too")
    assert "  My «heart is heavy. My» soul «too».\n" in told
    assert told.count("about") == 3


def test_flag_in_grapheme() -> None:
    """A flag does not cut a grapheme."""
    text = "তার বুকটা ভারী।"
    mark = Mark(span=Span(quote="ুকট", start=5, end=8), kind="k", reason="r")
    critique = Critique(turn=1, role="critic", revision=0, verdict="flattened", flags=(mark,))
    assert "  তার «বুকটা» ভারী।\n" in shown([utterance(text), critique])


def test_unknown_flags() -> None:
    """Flags on words that were not shown are shown by themselves."""
    mark = Mark(span=Span(quote="my soul", start=0, end=7), kind="k", reason="r")
    critique = Critique(turn=1, role="critic", revision=0, verdict="flattened", flags=(mark,))
    assert "critic: flattened, 1 flag\n  «my soul»\n    k: r\n" in shown([critique])


def test_risk_quotes() -> None:
    """Every quote of a risk has a line."""
    spans = tuple(Span(quote=q, start=0, end=1) for q in ("not wake up", "be gone"))
    event = Risk(turn=1, role="patient", level="active", spans=spans, source="model")
    lines = body(shown([event])).splitlines()[-2:]
    assert lines == ["! risk: active  «not wake up»", "  «be gone»"]


@pytest.mark.parametrize(
    ("reason", "words"),
    [("closed", "brought to a close"), ("stable", "no longer moved"), ("stopped", "somebody")],
)
def test_end(reason, words) -> None:
    """An end says why."""
    assert words in shown([Closing(turn=3, reason=reason)])


def test_known_total() -> None:
    """A total that is known has one figure and a band."""
    (line,) = re.findall("judge_a .*", body(shown([TALK.rating(1, "judge_a", "222222000")])))
    assert line == "judge_a [.....|.....|..=..|.....|........] 222222000 12/27    moderate"


def instrument(items: int, most: int, **bands: int) -> Instrument:
    """Return an instrument of some size."""
    return Instrument.model_validate(
        {
            "kind": "instrument",
            "about": "a",
            "title": "T",
            "administration": "self",
            "licence": {"status": "free", "note": "n"},
            "anchors": dict.fromkeys(range(most + 1), "x"),
            "items": {f"item{n}": {"topic": "t"} for n in range(items)},
            "bands": bands,
            "sources": ["s"],
        }
    )


@pytest.mark.parametrize("width", [20, 40, 60, 80, 100, 200])
@pytest.mark.parametrize(
    "scale",
    [
        instrument(21, 3, minimal=0, mild=14, moderate=20, severe=29),
        instrument(7, 3, minimal=0, mild=5, moderate=10, severe=15),
        instrument(3, 10, low=0),
    ],
)
def test_bars(scale, width) -> None:
    """Bars of any scale fit a terminal of any width."""
    first = next(iter(scale.items))
    items = dict.fromkeys(scale.items, TALK.ItemRating(low=0, high=3, state="not_assessed"))
    items[first] = TALK.ItemRating(low=3, high=3, state="scaled")
    total = TALK.Interval(low=3, high=3 * len(items))
    event = Rating(turn=1, role="j", instrument="s", items=items, total=total, rationale="")
    out = Screen()
    options = {"instruments": {"s": scale}, "judges": {"j": "s"}, "stream": out, "width": width}
    with TALK.trace("en-US", **options) as trace:
        trace.event(event)
    told = screen_text(out).partition("\nj ")[2]
    bar = re.search(r"\[[|=.-]+\]", told)
    assert bar is not None
    assert bar[0].count("|") == len(scale.bands) - 1
    assert "=" in bar[0]
    assert max(map(len, ("j " + told).splitlines())) <= max(width - 1, 24)
    assert "3" + "?" * (len(items) - 1) in told


def test_truth() -> None:
    """Truth is told at the end only, and only if it was given."""
    judges = ("222222000", "000000000", "333333333")
    events = [TALK.rating(1, f"judge_{n}", strip) for n, strip in enumerate(judges)]
    text = shown([*events, Closing(turn=1, reason="limit")], truth=TALK.TRUTH)
    told = "truth 14 on phq9: judge_0 12 is 2 below, judge_1 0 is 14 below, judge_2 27 is 13 above"
    assert words(text).endswith(words(told))
    assert "truth" not in shown(events, truth=TALK.TRUTH)
    assert "truth" not in shown([*events, Closing(turn=1, reason="limit")])


def live(locale: str = "en-US", **more: object) -> tuple[Screen, Trace]:
    """Return a trace on a terminal that shows nothing."""
    out = Screen()
    return out, TALK.trace(locale, stream=out, **{"width": 80, **more})


def statuses(out: io.StringIO) -> list[list[str]]:
    """Return the lines of every status drawn."""
    drawn = re.findall(r"\x1b7(.*?)\x1b8", out.getvalue(), re.DOTALL)
    lines = [re.sub(r"\x1b\[\d*[A-Za-z]", "", one).split("\r\n") for one in drawn]
    return [[line for line in one if line] for one in lines]


@pytest.fixture(autouse=True)
def _terminal(monkeypatch):
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.delenv("NO_COLOR", raising=False)


def wait(seconds: float = 0.35) -> None:
    """Let the status be drawn."""
    time.sleep(seconds)


def test_status() -> None:
    """A status says where the session stands."""
    out, trace = live()
    with trace:
        for event in TALK.session("en-US")[:3]:
            trace.event(event)
        trace.arrive("judges")
        wait()
    path, counts = statuses(out)[-1]
    assert path == "therapist > patient > screen > critic > [judges]"
    expected = r"turn 1/2  3 events  tokens 1,800 in 120 out  \d s  waiting for judge_a, judge_b"
    assert re.fullmatch(expected, counts)


def test_narrow_status() -> None:
    """A status is ASCII, cut to the width, and says what is unknown."""
    out, trace = live(width=30, turns=None)
    with trace:
        trace.arrive("critic")
        trace.hear("মা", "হ্যাঁ ")
        wait()
    path, counts = statuses(out)[-1]
    assert path == "... > screen > [critic] > ..."
    assert counts == "turn 1  0 events  tokens - in"


def test_status_rate() -> None:
    """A status is refreshed at most ten times a second, however much happens."""
    out, trace = live()
    began = time.monotonic()
    with trace:
        for turn in range(300):
            trace.event(utterance("one two three", turn=turn))
            time.sleep(0.002)
    assert 2 <= len({*map(tuple, statuses(out))}) <= (time.monotonic() - began) * 10 + 1


def test_no_flicker() -> None:
    """A status that makes way for text comes back in the same breath."""

    class Recorder(Screen):
        """Remembers each write."""

        def write(self, text: str) -> int:
            """Remember it."""
            writes.append(text)
            return super().write(text)

    writes: list[str] = []
    with TALK.trace("en-US", stream=Recorder(), width=80) as trace:
        wait()
        for event in TALK.session("en-US"):
            trace.event(event)
        erased = [text for text in writes if text.startswith("\x1b[J")]
        assert len(erased) > 10
        assert all("\x1b8" in text for text in erased)


def test_erased() -> None:
    """A status is erased before text goes there."""
    out, trace = live()
    with trace:
        trace.hear("patient", "word " * 10)
        wait()
        trace.hear("patient", "word " * 10)
    after = out.getvalue().split("\x1b8\x1b[?25h")
    assert all(part.startswith("\x1b[J") for part in after[1:] if "\n" in part.split("\x1b")[0])


def test_interrupt() -> None:
    """An interrupt leaves a clean terminal."""
    out, trace = live()
    with contextlib.suppress(KeyboardInterrupt), trace:
        trace.hear("patient", "I was just go")
        wait()
        raise KeyboardInterrupt
    assert out.getvalue().endswith("\x1b[J\x1b[0m\x1b[?25h")
    assert screen_text(out).endswith("I was just go\n")
    size = len(out.getvalue())
    wait()
    assert len(out.getvalue()) == size


def test_paused() -> None:
    """Nothing is drawn while a person types."""
    out, trace = live()
    with trace:
        wait()
        with trace.paused():
            drawn = len(statuses(out))
            wait(0.3)
            assert len(statuses(out)) == drawn
        trace.arrive("patient")
        wait()
        assert len(statuses(out)) > drawn


def test_no_color(monkeypatch) -> None:
    """Colours are left out where nobody wants them."""
    seen = []
    for value in ("", "1"):
        monkeypatch.setenv("NO_COLOR", value)
        out, trace = live()
        with trace:
            for event in TALK.session("en-US"):
                trace.event(event)
        seen.append(set(re.findall(r"\x1b\[(\d+)m", out.getvalue())))
    assert {"31", "33", "35"} <= seen[0]
    assert seen[1] == {"0", "1", "2", "4"}


def test_dumb(monkeypatch) -> None:
    """A dumb terminal gets plain lines."""
    monkeypatch.setenv("TERM", "dumb")
    out, trace = live()
    with trace:
        trace.event(utterance("Hello."))
    assert "\x1b" not in out.getvalue()


AWKWARD = " \n\u3000\u200b\u00a0\u200d\u0301ক্ষিরाস，“我🇧👩☂\ufe0fลั\x1b\r"
"""Spaces of all kinds, joiners, marks on nothing, half flags, and what is dropped."""


@settings(deadline=None, max_examples=150)
@given(
    text=st.text(st.one_of(st.sampled_from(AWKWARD), st.characters()), max_size=150),
    cuts=st.data(),
)
def test_any_text(text, cuts) -> None:
    """Any text in any pieces reads the same."""
    text = "x" + text
    whole = shown([utterance(text)], width=24)
    out = io.StringIO()
    with TALK.trace("en-US", stream=out, width=24) as trace:
        rest = text
        while rest:
            size = cuts.draw(st.integers(1, 40))
            trace.hear("patient", rest[:size])
            rest = rest[size:]
        trace.event(utterance(text))
    assert out.getvalue() == whole


def test_lagging(out: io.StringIO) -> None:
    """Where events are read later than they happen, words wait for them, in order."""
    stamped = datetime(2026, 1, 1, tzinfo=UTC)
    events = [e for e in TALK.session("zh-CN") if e.node]
    events = [e.model_copy(update={"at": stamped + timedelta(0, e.turn)}) for e in events]
    with TALK.trace("en-US", stream=out, width=80) as trace:
        for event in events:
            if event.role != "judge_b":
                trace.arrive(event.node)
            if isinstance(event, Utterance):
                trace.hear(event.role, event.text[:9])
                trace.hear(event.role, event.text[9:])
        for event in events:
            trace.event(event)
    assert out.getvalue() == shown(events)
