"""Speech: one utterance while it is heard."""

from __future__ import annotations

from mhsim.trace.glyphs import Flow
from mhsim.trace.ink import safe
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
        self._revision = revision
        self._page = page
        self._flow = Flow(page.room)
        self._heard = ""
        self._labelled = False
        self._cut = False

    def hear(self, piece: str) -> None:
        """Take a piece of it."""
        self._heard += piece
        self._write(self._flow.feed(piece))

    def close(self, text: str = "") -> None:
        """End it.

        Args:
            text: what was said as a whole, if known by now; what was not heard of it is added.
        """
        if text.startswith(self._heard):
            self.hear(text[len(self._heard) :])
        self._write(self._flow.flush())
        self._page.end()

    def cut(self) -> None:
        """Leave the page to something else before it goes on."""
        self._write(self._flow.flush())
        self._flow.restart()
        self._cut = True

    def correct(self, text: str) -> None:
        """Write what was recorded, if that is not what was heard: what one sees is what is kept."""
        if text.strip() != self._heard.strip():
            self._page.begin("speech")
            self._page.line(label(self.role, self._revision, "as recorded"))
            self._page.prose(safe(text), indent="  ")

    def _write(self, text: str) -> None:
        if text and (self._cut or not self._labelled):
            note = "goes on" if self._labelled else ""
            self._page.begin("speech")
            self._page.line(label(self.role, self._revision, note))
            self._labelled, self._cut = True, False
        self._page.write(text)
