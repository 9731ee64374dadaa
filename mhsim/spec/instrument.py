"""A published scale: its items, the anchors that fix a value, its bands, its licence."""

from __future__ import annotations

from typing import Literal

from pydantic import Field, model_validator

from mhsim.spec.base import Name, Spec, Text, Texts, Value

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
        for name, item in self.items.items():
            if len(item.anchors or self.anchors) < 2:
                raise ValueError(f"item {name!r} has fewer than two anchors")
        lows = list(self.bands.values())
        if not lows or lows[0] != 0 or lows != sorted(set(lows)) or lows[-1] > self.maximum:
            raise ValueError(
                f"bands must start at 0 and rise, within 0 to {self.maximum}; found {lows}"
            )
        if self.risk_item is not None and self.risk_item not in self.items:
            raise ValueError(
                f"risk_item {self.risk_item!r} is no item; there is: {list(self.items)}"
            )
        return self

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
