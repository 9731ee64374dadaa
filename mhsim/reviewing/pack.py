"""Packs: what each rater is sent, and the key that stays with the coordinator.

review/key.jsonl            code to conversation; never sent to a rater
review/packs/RATER/         form.html, transcripts.csv, ratings.csv, codebook.csv, pack.json
"""

from __future__ import annotations

import csv
import hashlib
import io
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from mhsim.record import Utterance
from mhsim.reviewing.assignment import Sheet
from mhsim.reviewing.page import page
from mhsim.spec.form import ReviewForm
from mhsim.spec.instrument import Instrument

SCALES = {
    "severity": (0, 4),
    "confidence": (1, 5),
    "naturalness": (1, 5),
    "authenticity": (1, 5),
}
"""Question to the lowest and highest answer."""

VERDICTS = ("grounded", "flattened", "caricature", "neutral")
MARKS = ("flattened", "caricature")


def columns(instrument: Instrument) -> list[str]:
    """Return the columns of a rating form: one row per conversation."""
    return [
        "code", *instrument.items, *SCALES, "verdict", "translated", "marks", "comment", "minutes",
    ]  # fmt: skip


@dataclass(frozen=True)
class Pack:
    """What one rater is sent.

    Args:
        rater: the rater's pseudonym.
        locale: the locale whose words the form uses.
        sheets: the packet.
        form: the form in the rater's language.
        instrument: what is rated.
        transcripts: conversation to what is shown of it.
        roles: role to whether it is the patient's.
        run: the run's plan hash, so that ratings come back to the right run.
    """

    rater: str
    locale: str
    sheets: Sequence[Sheet]
    form: ReviewForm
    instrument: Instrument
    transcripts: Mapping[str, Sequence[Utterance]]
    roles: Mapping[str, bool]
    run: str

    def files(self) -> dict[str, bytes]:
        """Return the files by name."""
        return {
            "form.html": page(self.data(), self.form).encode(),
            "transcripts.csv": table(["code", "turn", "speaker", "text"], self._lines()),
            "ratings.csv": table(
                columns(self.instrument),
                ([s.code] + [""] * (len(columns(self.instrument)) - 1) for s in self.sheets),
            ),
            "codebook.csv": table(["column", "asks", "answers"], self._codebook()),
            "pack.json": json.dumps(self.head(), ensure_ascii=False, indent=1).encode(),
        }

    def head(self) -> dict[str, Any]:
        """Return what tells this pack from others, with the sha256 of every transcript shown."""
        shown = {s.code: digest(self.transcripts[s.unit]) for s in self.sheets}
        return {
            "rater": self.rater,
            "locale": self.locale,
            "instrument": self.items(),
            "plan": self.run,
            "transcripts": shown,
        }

    def items(self) -> dict[str, int]:
        """Return item to its highest value."""
        return {name: self.instrument.item_maximum(name) for name in self.instrument.items}

    def data(self) -> dict[str, Any]:
        """Return what the page shows: no id, arm, judge or critic in it."""
        return {
            "head": self.head(),
            "conversations": [
                {
                    "code": sheet.code,
                    "said": [
                        {"turn": u.turn, "patient": self.roles[u.role], "text": u.text}
                        for u in self.transcripts[sheet.unit]
                    ],
                }
                for sheet in self.sheets
            ],
        }

    def key(self) -> Iterator[dict[str, Any]]:
        """Yield the lines of the key."""
        for sheet in self.sheets:
            yield {
                "rater": self.rater,
                **asdict(sheet),
                "sha256": digest(self.transcripts[sheet.unit]),
            }

    def _lines(self) -> Iterator[list[str]]:
        words = self.form.words
        for sheet in self.sheets:
            for u in self.transcripts[sheet.unit]:
                speaker = words.patient if self.roles[u.role] else words.therapist
                yield [sheet.code, str(u.turn), speaker, u.text]

    def _codebook(self) -> Iterator[list[str]]:
        words, scale = self.form.words, self.form.scales[self._scale()]
        anchors = "; ".join(f"{value} {text}" for value, text in scale.anchors.items())
        for name in self.instrument.items:
            yield [name, scale.items[name], f"{anchors}; NA {words.not_assessed}"]
        for name, (low, high) in SCALES.items():
            yield [name, str(getattr(words, name)), f"{low}-{high}"]
        told = "; ".join(f"{name}: {text}" for name, text in self.form.verdicts.items())
        yield ["verdict", words.verdict, told]
        yield ["translated", words.translated, f"yes {words.answer_yes}; no {words.answer_no}"]
        yield ["marks", words.mark, f"turn:{MARKS[0]};turn:{MARKS[1]}"]
        yield ["comment", words.comment, ""]
        yield ["minutes", words.minutes, ""]

    def _scale(self) -> str:
        return next(n for n, s in self.form.scales.items() if set(s.items) >= set(self.items()))


def digest(transcript: Sequence[Utterance]) -> str:
    """Return the sha256 of what a rater is shown of a conversation."""
    told = "\x1e".join(f"{u.turn}\x1f{u.role}\x1f{u.text}" for u in transcript)
    return hashlib.sha256(told.encode(errors="replace")).hexdigest()


def table(head: Sequence[str], rows: Iterator[list[str]]) -> bytes:
    """Return a CSV that spreadsheets open as it is: UTF-8 with BOM, CRLF, no cell a formula."""
    out = io.StringIO(newline="")
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow(head)
    writer.writerows([_harmless(cell) for cell in row] for row in rows)
    return b"\xef\xbb\xbf" + out.getvalue().encode(errors="replace")


def _harmless(cell: str) -> str:
    return f"'{cell}" if cell[:1] in tuple("=+-@\t\r") else cell


def write(folder: Path, packs: Sequence[Pack]) -> list[Path]:
    """Write every pack and the key; return the folders to be sent.

    Args:
        folder: `review/` of the run; it must not hold a key yet.
        packs: the packs.
    """
    folder.mkdir(parents=True, exist_ok=True)
    made: list[Path] = []
    for pack in packs:
        place = folder / "packs" / pack.rater
        place.mkdir(parents=True, exist_ok=True)
        for name, data in pack.files().items():
            (place / name).write_bytes(data)
        made.append(place)
    lines = (json.dumps(line, ensure_ascii=False) for pack in packs for line in pack.key())
    (folder / "key.jsonl").write_text("\n".join(lines) + "\n", encoding="utf-8")
    return made
