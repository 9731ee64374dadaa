"""Loose JSON: what weak models write for an object is read, and never completed."""

from __future__ import annotations

import contextlib
import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mhsim.players.model.loose import NoObjectError, read_object

KEYS = ("verdict", "flags")
WANTED = {"flags": [{"quote": "আমি 'ভালো' না", "n": 2}], "verdict": "neutral"}
PLAIN = json.dumps(WANTED, ensure_ascii=False)

leaves = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text()
)
values = st.recursive(
    leaves, lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner), max_leaves=12
)
objects = st.dictionaries(st.text(), values).map(lambda more: {**more, "verdict": "neutral"})


@pytest.mark.parametrize(
    "text",
    [
        PLAIN,
        f"```json\n{PLAIN}\n```",
        f"Sure! Here is {{what you asked}} for:\n\n{PLAIN}\n\nHope {{that}} helps.",
        f'<think>maybe {{"verdict": "grounded"}}?</think>{PLAIN}',
        f'First {{"verdict": "grounded"}}, but on reflection: {PLAIN}',
        PLAIN.replace("}]", "},]").replace('"neutral"}', '"neutral",}'),
        str(WANTED),
        PLAIN.replace('"', "“", 1).replace('"', "”", 1),
        "{flags: [{quote: \"আমি 'ভালো' না\", n: 2}], // none\n verdict: 'neutral' /* end */}",
        PLAIN.replace("{", "{ # why\n", 1),
        f"[{PLAIN}]",
        f'{{"Findings": {PLAIN}}}',
        f'{{"name": "Findings", "arguments": {PLAIN}}}',
        json.dumps({"name": "Findings", "parameters": PLAIN}),
        json.dumps(WANTED),
    ],
)
def test_an_object_is_found_however_it_is_dressed(text: str):
    assert read_object(text, KEYS) == WANTED


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "no JSON object"),
        ("I would say neutral.", "no JSON object"),
        ('{"verdict": neutral}', "'neutral' needs quotes"),
        ('{"verdict": NaN}', "'NaN' needs quotes"),
        ('{"verdict": 1 "flags": []}', "a comma is missing"),
        ('{"verdict" "neutral"}', "a colon is missing"),
        ('{"verdict": "a", "verdict": "b"}', "given twice"),
        ('{"verdict": "\\u12"  }', "an escape is broken"),
        ('{"verdict": "\\ud83d\\uzzzz"}', "an escape is broken"),
        ('{"verdict": ]}', "stands where none may"),
        ('So: {"verdict": ' + "[" * 60 + "]" * 60 + "}", "nested too deeply"),
        ('{"other": 1, "more": 2}', "no JSON object"),
        ('{"name": "Findings", "arguments": "nothing"}', "no JSON object"),
    ],
)
def test_what_is_no_object_is_said_to_be_none(text: str, said: str):
    with pytest.raises(NoObjectError, match=said):
        read_object(text, KEYS)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        (r"'\u0995\n\ud83d\ude00\'\x'", "ক\n😀'x"),
        ("+12", 12),
        ("-1.5e3", -1500.0),
        ("None", None),
        ("True", True),
        ("“it's so”", "it's so"),
    ],
)
def test_values_come_in_many_spellings(text: str, value: object):
    assert read_object(f"{{'verdict': {text},}}", KEYS)["verdict"] == value


@settings(max_examples=40, deadline=None)
@given(objects)
def test_whatever_json_can_say_is_read_as_it_is(wanted: dict[str, object]):
    assert read_object(f"So: {json.dumps(wanted)} .", KEYS) == wanted
    assert read_object(json.dumps(wanted, ensure_ascii=False, indent=1), KEYS) == wanted


@settings(max_examples=40, deadline=None)
@given(objects, st.data())
def test_an_object_that_is_cut_off_is_never_completed(
    wanted: dict[str, object], data: st.DataObject
):
    whole = json.dumps(wanted)
    end = data.draw(st.integers(1, len(whole) - 1))
    with pytest.raises(NoObjectError) as error:
        read_object(whole[:end], KEYS)
    assert error.value.cut


@settings(max_examples=40, deadline=None)
@given(st.text(alphabet="{}[]\"':,#/*\\ \nabe1.-“”Nonetrue"))
def test_any_text_is_read_or_refused(text: str):
    with contextlib.suppress(NoObjectError):
        assert "verdict" in read_object(text, KEYS)
