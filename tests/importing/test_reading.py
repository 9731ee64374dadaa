"""Encodings, tables and JSON of other people: read whatever they are, and said to be odd."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mhsim.importing.haul import Haul, Unusable, slug
from mhsim.importing.people import age_of, texts_of
from mhsim.importing.reading import Text, each, read_rows, read_text
from mhsim.importing.records import read_any, read_json, read_lines
from mhsim.importing.severity import band, label_findings


def opened(raw: bytes) -> tuple[Text, list[str]]:
    """Write and read bytes; return the text and what is said of it."""
    Path("f").write_bytes(raw)
    haul = Haul("test")
    return read_text(Path("f"), haul), [str(finding) for finding in haul.findings]


@pytest.mark.parametrize(
    ("raw", "text", "said"),
    [
        (b"a\nb", "a\nb", []),
        (b"\xef\xbb\xbfa", "a", ["f:1: a byte order mark stands at the beginning; left out"]),
        (b"a\r\nb", "a\nb", ["f:1: lines end in CR LF, not LF; read as line ends"]),
        (b"x\nI\x92m", "x\nI’m", ["f:2: byte 0x92 is not UTF-8; the file is read as cp1252"]),
        ("né".encode("utf-16"), "né", ["f:1: the file is UTF-16, not UTF-8"]),
        (b"a\x00b", "a\x00b", ["f:1: holds the control character U+0000"]),
        (
            "donâ€™t".encode(), "donâ€™t",
            ["f:1: 'â€™' reads like UTF-8 taken for cp1252; kept as it is"],
        ),
    ],
)  # fmt: skip
def test_encoding_trouble_is_read_and_said(raw: bytes, text: str, said: list[str]):
    found, findings = opened(raw)
    assert (found.text, findings) == (text, said)


def test_a_folder_leaves_out_what_cannot_be_read_and_a_file_alone_is_refused(
    monkeypatch: pytest.MonkeyPatch,
):
    Path("d").mkdir()
    Path("d/a.txt").write_text("x")
    with pytest.raises(Unusable, match="no file here ends in"):
        list(each(Path("d"), Haul("t"), ".md"))
    with pytest.raises(Unusable, match="no such file"):
        list(each(Path("gone"), Haul("t"), ".md"))

    def refuse(_: Path) -> bytes:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(Path, "read_bytes", refuse)
    haul = Haul("t")
    assert list(each(Path("d"), haul, ".txt")) == []
    assert "cannot be read: Permission denied" in str(haul.findings[0])
    with pytest.raises(Unusable, match="Permission denied"):
        list(each(Path("d/a.txt"), haul, ".txt"))


def test_rows_know_their_lines_and_odd_columns_are_said():
    haul = Haul("t")
    text = Text("f", 'a,b,a,\n1,"two\nlines",3,4\n\n5,6\n7,8,9,10,11\n')
    rows = read_rows(text, haul, ",")
    assert [(row.line, len(row.cells)) for row in rows] == [(2, 4), (5, 2), (6, 5)]
    assert rows[0].get("b") == "two\nlines"
    assert [f.line for f in haul.findings] == [1, 5, 6]
    with pytest.raises(Unusable, match="empty"):
        read_rows(Text("f", ""), haul, ",")


_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(-9, 9) | st.text(max_size=4),
    lambda of: st.lists(of, max_size=3) | st.dictionaries(st.text(max_size=3), of, max_size=3),
    max_leaves=12,
)  # fmt: skip


def _paths(data: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    rows = data.items() if isinstance(data, dict) else enumerate(data if type(data) is list else [])
    return [path, *(found for key, value in rows for found in _paths(value, (*path, key)))]


@given(_JSON, st.sampled_from([None, 1, 2]))
def test_every_value_of_a_json_file_has_the_line_it_stands_on(data: Any, indent: int | None):
    text = "\n" + json.dumps(data, indent=indent, ensure_ascii=False)
    record = read_json(Text("f", text), Haul("t"))
    assert record.data == data
    for path in _paths(data):
        value = data
        for step in path:
            value = value[step]
        rest = text.split("\n", record.line(*path) - 1)[-1]
        assert json.dumps(value, ensure_ascii=False).split("\n")[0][:1] in rest


def test_json_that_is_odd_is_read_and_said():
    haul = Haul("t")
    record = read_json(Text("f", '{"a": 1, "a": NaN, "b": "\\ud800", "c": [[]]}'), haul)
    assert record.data == {"a": None, "b": "\N{REPLACEMENT CHARACTER}", "c": [[]]}
    said = "\n".join(map(str, haul.findings))
    assert "stands twice" in said
    assert "nan is no number" in said
    assert "surrogate" in said
    deep = read_json(Text("f", "[" * 60 + "]" * 60), haul)
    assert "kept as text" in str(haul.findings[-1])
    assert json.dumps(deep.data)
    for text in ("[" * 100_000, "{", "1" * 5000):
        with pytest.raises(Unusable):
            read_json(Text("f", text), haul)


def test_json_lines_leave_out_a_bad_line():
    haul = Haul("t")
    found = read_lines(Text("f", '{"a": 1}\n\n  {"b":\n{"c": 3}'), haul)
    assert [(r.data, r.line()) for r in found] == [({"a": 1}, 1), ({"c": 3}, 4)]
    assert haul.findings[0].line == 3
    assert len(read_any(Text("f", '{"a": 1}\n{"a": 2}'), haul)) == 2
    assert [r.line() for r in read_any(Text("f", "[\n1,\n2]"), haul)] == [2, 3]
    with pytest.raises(Unusable, match="no line"):
        read_lines(Text("f", "x\ny"), haul)
    with pytest.raises(Unusable):
        read_any(Text("f", "x"), haul)


def test_tables_of_cutoffs():
    assert [band(13, name) for name in ("bdi2_manual", "erisk", "talkdep")] == [
        "minimal", "mild", "minimal",
    ]  # fmt: skip
    assert label_findings(22, "Moderate Depression", "bdi2_manual") == []
    assert label_findings(22, None, "erisk") == []
    assert "fits erisk" in label_findings(12, "Mild", "talkdep")[0]
    assert "is none of" in label_findings(12, "Gloomy", "talkdep")[0]
    assert "off the scale" in label_findings(-1, "Mild", "talkdep")[0]


@pytest.mark.parametrize(
    ("given_", "age"),
    [("31", 31), (31, 31), (31.0, 31), ("31 years old", 31), ("25-34", None), (9, None), ("", None),
     (-1, None), ("unknown", None), ([3], None)],
)  # fmt: skip
def test_ages(given_: object, age: int | None):
    assert age_of(given_, Haul("t"), "f", 1) == age


def test_loose_values_as_texts_and_names():
    assert texts_of({"a": ["b", ""], "c": {"d": 1}}) == ("a: b", "c: d: 1")
    assert texts_of(None) == ()
    assert [slug("Ada Ö."), slug("你好"), slug("7up")] == ["ada", "patient", "p-7up"]
