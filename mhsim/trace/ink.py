"""Ink: styles inside text, and what of a text may reach a terminal.

A style is written into a text as a Unicode noncharacter, which stands for itself nowhere: `safe`
takes them out of what others wrote, `paint` turns ours into colours on a terminal and into
nothing elsewhere. So nobody's words can colour a screen, move its cursor or turn its direction.
"""

from __future__ import annotations

import re
from typing import Literal

from rich.color import ColorSystem
from rich.style import Style as RichStyle

Style = Literal["bold", "dim", "under", "red", "yellow", "magenta", "cyan"]
"""How a piece of text looks on a terminal. Nothing is told by style alone."""

_NAMES: dict[Style, str] = {
    "bold": "bold",
    "dim": "dim",
    "under": "underline",
    "red": "red",
    "yellow": "yellow",
    "magenta": "magenta",
    "cyan": "cyan",
}
"""Our styles in rich's words; rich knows how a terminal is told them."""

_CODES: dict[Style, str] = {
    style: RichStyle.parse(name).render("x", color_system=ColorSystem.STANDARD).partition("x")[0]
    for style, name in _NAMES.items()
}
_COLOURS = frozenset({"red", "yellow", "magenta", "cyan"})
_ON = {style: chr(0xFDD0 + place) for place, style in enumerate(_CODES)}
OFF = chr(0xFDEF)
"""Ends every style."""

MARKS = frozenset([*_ON.values(), OFF])
"""The characters styles are written with. They take no room."""

# Kept: joiners and direction marks (U+200C-200F, U+061C), which are spelling in several scripts.
_DROPPED = re.compile(
    r"[\x00-\x08\x0b-\x1f\x7f-\x84\x86-\x9f\u202a-\u202e\u2066-\u2069\ufdd0-\ufdef\ufeff]"
)
_BREAKS = re.compile(r"[\x85\u2028\u2029]")
_BROKEN = re.compile(r"[\ud800-\udfff]")


def safe(text: str) -> str:
    """Return what of a text may reach a terminal: line ends, but no other control character.

    Escape sequences lose their ESC, bidirectional overrides and isolates go, halves of surrogate
    pairs become U+FFFD. Works piece by piece: joining safe pieces gives the safe whole.
    """
    kept = _DROPPED.sub("", text)
    return _BROKEN.sub("\N{REPLACEMENT CHARACTER}", _BREAKS.sub("\n", kept)).replace("\t", " ")


def ink(text: str, *styles: Style) -> str:
    """Return the text in these styles. Styles do not nest."""
    return f"{''.join(_ON[style] for style in styles)}{text}{OFF}" if styles else text


def paint(text: str, styled: bool, coloured: bool) -> str:
    """Return the text as it is written out.

    Args:
        text: text with styles in it.
        styled: whether styles are shown at all.
        coloured: whether colours are among them.
    """
    codes = dict.fromkeys(map(ord, MARKS), "")
    if styled:
        codes |= {
            ord(_ON[style]): code
            for style, code in _CODES.items()
            if coloured or style not in _COLOURS
        }
        codes[ord(OFF)] = "\x1b[0m"
    return text.translate(codes)
