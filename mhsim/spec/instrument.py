"""A published scale: its items, the anchors that fix a value, its bands, its licence."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Literal

from pydantic import Field, model_validator

from mhsim.spec.base import Finding, Name, Spec, Text, Texts, Value, refusal, unknown

Administration = Literal["self", "clinician", "observer"]
"""Who fills the scale in.

- `self`: the person
- `clinician`: an interviewer
- `observer`: a judge that reads a transcript, whatever the scale was made for
"""


class Licence(Spec):
    """What may be done with the scale's own wording.

    Args:
        status: `free` (may be reproduced), `public-domain`, or `names-only` (no wording shipped).
        note: where that is said, and how far it was checked.
    """

    status: Literal["free", "public-domain", "names-only"]
    note: Text


class Item(Spec):
    """One question of an instrument, by topic; the published wording is not shipped.

    Args:
        topic: a short name of what is asked.
        evidence: what in a conversation speaks for it, and what does not.
        anchors: value to meaning, where they differ from the instrument's.
    """

    topic: Text
    evidence: Text | None = None
    anchors: dict[Value, Text] | None = None


class Instrument(Spec):
    """A published scale as data; sums need no code.

    Args:
        kind: `instrument`.
        about: one line for lists.
        title: the published name.
        administration: how it was made to be filled in; a judge's reading is always `observer`.
        window: the period it asks about.
        licence: what may be done with its wording.
        anchors: value to meaning, for items without their own.
        items: item name to item, in published order.
        bands: band name to its lowest total, lowest first; the first starts at 0.
        bands_note: where the bands come from, or which others there are.
        risk_item: the item that asks about self-harm, if there is one.
        sources: citations, each as far as it was checked.
    """

    kind: Literal["instrument"]
    about: Text
    title: Text
    administration: Administration
    window: Text | None = None
    licence: Licence
    anchors: dict[Value, Text] = Field(default_factory=dict)
    items: dict[Name, Item] = Field(min_length=1)
    bands: dict[Name, Value]
    bands_note: Text | None = None
    risk_item: Name | None = None
    sources: Texts

    @model_validator(mode="after")
    def _coherent(self) -> Instrument:
        found = [*self._few_anchors(), *self._risk()]
        found += [] if found else self._uneven_bands()
        if found:
            raise refusal(*found)
        return self

    def _few_anchors(self) -> Iterator[Finding]:
        right = "two anchors or more, such as {0: not at all, 1: several days}"
        if len(self.anchors) < 2 and any(item.anchors is None for item in self.items.values()):
            few = "found one anchor" if self.anchors else "missing"
            yield Finding(("anchors",), few, right)
        for name, item in self.items.items():
            if item.anchors is not None and len(item.anchors) < 2:
                few = "found one anchor" if item.anchors else "found no anchors"
                yield Finding(("items", name, "anchors"), few, right)

    def _risk(self) -> Iterator[Finding]:
        if self.risk_item is not None:
            yield from unknown(("risk_item",), self.risk_item, self.items, "there is no item")

    def _uneven_bands(self) -> Iterator[Finding]:
        lows = list(self.bands.values())
        if not lows:
            right = "the lowest total of each band, such as {low: 0, high: 10}"
            yield Finding(("bands",), "found no bands", right)
        for place, (name, low) in enumerate(self.bands.items()):
            if place == 0 and low != 0:
                yield Finding(("bands", name), f"the first band begins at {low}", "begin at 0")
            elif place and low <= lows[place - 1]:
                right = f"more than {lows[place - 1]}: bands rise"
                yield Finding(("bands", name), f"found {low}", right)
            if low > self.maximum:
                right = f"0 to {self.maximum}, the highest total there is"
                yield Finding(("bands", name), f"found {low}", right)

    def item_maximum(self, item: str) -> int:
        """Return the highest value of one item."""
        return max(self.items[item].anchors or self.anchors)

    @property
    def maximum(self) -> int:
        """The highest total: the sum of every item's highest value."""
        return sum(self.item_maximum(item) for item in self.items)

    def band(self, total: int) -> str:
        """Return the name of the severity band a total (0 to `maximum`) falls in."""
        return [name for name, low in self.bands.items() if low <= total][-1]
