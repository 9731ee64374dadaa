"""Text of any language: one normal form for matching, sentences, spans. Knows nothing of agents."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from functools import lru_cache

_NUKTA = "\N{DEVANAGARI SIGN NUKTA}"
_STRAIGHT = {"’": "'", "‘": "'", "“": '"', "”": '"'}


_BUT = r"\bbut\b|\bthough\b|\bexcept\b|但|可是|不过|কিন্তু|তবে|लेकिन|मगर|(?<=, )पर "
_CLAUSE_END = re.compile(rf"[,;:.!?，；：、。！？…।॥—\n]|{_BUT}", re.IGNORECASE)
_TURN = re.compile(_BUT, re.IGNORECASE)


class _Fold(dict[int, str]):
    """What each code point folds to, worked out once."""

    def __missing__(self, point: int) -> str:
        bare = unicodedata.normalize("NFD", chr(point)).replace(_NUKTA, "")
        folded = unicodedata.normalize("NFC", bare).casefold()
        return self.setdefault(point, _STRAIGHT.get(folded, folded))


_FOLD = _Fold()
_SENTENCE = re.compile(r"[^.!?。！？…।॥\n]*[.!?。！？…।॥\n]+[\"'”’」]*\s*|[^.!?。！？…।॥\n]+")

_SCRIPTS = {
    "Hani": re.compile("[\u4e00-\u9fff]"),
    "Kana": re.compile("[\u3040-\u30ff]"),
    "Beng": re.compile("[\u0980-\u09ff]"),
    "Deva": re.compile("[\u0900-\u0963\u0966-\u097f]"),
    "Taml": re.compile("[\u0b80-\u0bff]"),
    "Arab": re.compile("[\u0600-\u06ff\u0750-\u077f]"),
    "Latn": re.compile("[A-Za-z\u00c0-\u024f]"),
}
"""Letters by which the script of a text is told apart; names after ISO 15924."""

_SAME = {"Hans": "Hani", "Hant": "Hani", "Jpan": "Kana"}


def nfc(text: str) -> str:
    """Return the text in NFC, the form in which spans are counted."""
    return text if unicodedata.is_normalized("NFC", text) else unicodedata.normalize("NFC", text)


def fold(text: str) -> str:
    """Return the form used for matching only: NFC, no nukta, straight quotes, case folded.

    Devanagari writes one sound with and without the nukta (कमज़ोरी, कमजोरी) and encodes it in two
    ways; Bengali encodes য় and ড় in two ways. The length may differ from the original's: see
    `fold_offsets`.
    """
    return nfc(text).translate(_FOLD)


def fold_offsets(text: str, folded: str) -> Sequence[int]:
    """Return, for every place in `folded` and its end, the place in `nfc(text)` it came from."""
    source = nfc(text)
    if len(source) == len(folded):
        return range(len(source) + 1)
    places = [n for n, char in enumerate(source) for _ in _FOLD[ord(char)]]
    return [*places, len(source)]


_folded = lru_cache(maxsize=4096)(fold)
"""Several judges look for many quotes in the same words."""


def locate(text: str, quote: str) -> tuple[int, int] | None:
    """Return where a quote stands in a text, as start and end in code points of its NFC form.

    It is matched as it is first, and folded where that fails: who cites a patient may straighten
    a quotation mark or leave a nukta out, and has invented nothing.
    """
    start = nfc(text).find(nfc(quote)) if quote else -1
    if start >= 0:
        return start, start + len(nfc(quote))
    wanted, folded = _folded(quote), _folded(text)
    start = folded.find(wanted) if wanted else -1
    if start < 0:
        return None
    places = fold_offsets(text, folded)
    return places[start], max(places[start + len(wanted)], places[start] + 1)


def sentences(text: str) -> list[str]:
    """Cut a text after its sentence marks (. ! ? 。 ！ ？ … । ॥ and line ends)."""
    return [part.strip() for part in _SENTENCE.findall(text) if part.strip()]


def clause_ends(text: str) -> list[int]:
    """Return where each clause of a text ends: at its marks and before its words for `but`."""
    return [match.start() for match in _CLAUSE_END.finditer(text)]


def turns_away(text: str) -> bool:
    """Say whether a word for `but` stands in a text."""
    return _TURN.search(text) is not None


def script(text: str) -> str | None:
    """Return the script most letters of the text belong to, or None without letters.

    Japanese counts as `Kana` as soon as a tenth of it is.
    """
    counts = script_counts(text)
    if counts["Kana"] * 10 > counts["Hani"]:
        counts["Kana"] += counts.pop("Hani")
    best = max(counts, key=lambda name: counts[name])
    return best if counts[best] else None


def written_in(text: str, code: str) -> bool:
    """Say whether a letter of a script stands in a text; True where the script is not known."""
    letters = _SCRIPTS.get(same_script(code))
    if letters is None:
        return True
    return letters.search(text) is not None or (code == "Jpan" and written_in(text, "Hani"))


def script_counts(text: str) -> dict[str, int]:
    """Return how many letters of each script a text has; Japanese as `Hani` and `Kana`."""
    return {name: len(letters.findall(text)) for name, letters in _SCRIPTS.items()}


def same_script(code: str) -> str:
    """Return the name `script` gives texts of an ISO 15924 code: Hans and Hant are Hani."""
    return _SAME.get(code, code)


def digest(text: str) -> str:
    """Return the sha256 of a text as hexadecimal digits."""
    import hashlib

    return hashlib.sha256(text.encode()).hexdigest()
