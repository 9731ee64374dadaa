"""Speech: one utterance while it is heard, and the utterance it turns out to be."""

from __future__ import annotations

from mhsim.trace.glyphs import Flow
from mhsim.trace.ink import ink, safe
from mhsim.trace.page import Page
from mhsim.trace.telling import label


class Speech:
    """What one role says, set on a page as it comes.

    Args:
        page: where.
        role: who speaks.
        revision: which draft it is, as far as is known.
    """

    def __init__(self, page: Page, role: str, revision: int) -> None:
        self.role = role
        self.revision = revision
        self._page = page
        self._flow = Flow(page.room)
        self._heard = ""
        self._labelled = False
        self._cut = False

    def hear(self, piece: str) -> None:
        """Take a piece of it."""
        self._heard += piece
        self._write(self._flow.feed(piece))

    def cut(self) -> None:
        """Leave the page to something else for a while."""
        self._write(self._flow.flush())
        self._page.end()
        self._flow.restart()
        self._cut = True

    def close(self, text: str | None = None) -> None:
        """End it.

        Args:
            text: what was recorded; where that is not what was heard, it is written as well.
        """
        if text is not None and text.startswith(self._heard):
            self._write(self._flow.feed(text[len(self._heard) :]))
            text = None
        self._write(self._flow.flush())
        self._page.end()
        if text is not None and text.strip() != self._heard.strip():
            self._page.begin("speech")
            self._page.line(label(self.role, self.revision, "as recorded"))
            self._page.prose(safe(text), indent="  ")

    def _write(self, text: str) -> None:
        if not text:
            return
        if not self._labelled or self._cut:
            self._page.begin("speech")
            note = "goes on" if self._labelled else ""
            self._page.line(label(self.role, self.revision, note))
            self._labelled, self._cut = True, False
        self._page.write(text)


def turn_line(turn: int, limit: int | None) -> str:
    """Return the line a turn begins with."""
    return ink(f"turn {turn}" + ("" if limit is None else f" of {limit}"), "dim")
