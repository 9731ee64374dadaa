"""Price: what a call costs, by the scenario's own word or an offline table; unknown stays unknown.

The table is that of the `genai-prices` package: public list prices of the day it was released.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from mhsim.spec.model import Model

_MILLION = 1_000_000


@dataclass(frozen=True, slots=True)
class Step:
    """Prices of calls that read more than `above` tokens, in US dollars per million tokens."""

    above: int
    input: float
    output: float
    cached: float


@dataclass(frozen=True, slots=True)
class Tariff:
    """What one model costs.

    Args:
        steps: prices by how much a call reads, the first from 0 tokens on.
    """

    steps: tuple[Step, ...]

    def cost(self, tokens_in: int, tokens_out: int, tokens_cached: int = 0) -> float:
        """Return US dollars for one call; of `tokens_in`, the cached ones cost their own price."""
        step = next((s for s in reversed(self.steps) if tokens_in > s.above), self.steps[0])
        fresh = max(0, tokens_in - tokens_cached)
        dear = fresh * step.input + tokens_cached * step.cached + tokens_out * step.output
        return dear / _MILLION

    def most(self, tokens_in: int, tokens_out: int) -> float:
        """Return US dollars one call costs at most, whatever of it turns out to be cached."""
        return max(self.cost(tokens_in, tokens_out), self.cost(tokens_in, tokens_out, tokens_in))


def tariff(model: Model) -> Tariff | None:
    """Return what a model costs; None where nobody said and the table does not know it."""
    if model.price is not None:
        own = model.price
        cached = own.input if own.cached is None else own.cached
        return Tariff((Step(0, own.input, own.output, cached),))
    from genai_prices.data_snapshot import get_snapshot

    name = model.model.partition(":")[2]
    where = (None, model.base_url) if model.base_url else (model.provider, None)
    try:
        _, found = get_snapshot().find_provider_model(name, None, *where)
    except LookupError:
        return None
    return _listed(found.get_prices(datetime.now(UTC)))


def _listed(prices: Any) -> Tariff | None:
    """Return the table's prices of tokens; None where it does not price them."""
    read, written = (getattr(prices, name, None) for name in ("input_mtok", "output_mtok"))
    if read is None or written is None:
        return None
    cached = getattr(prices, "cache_read_mtok", None) or read
    every = (read, written, cached)
    starts = {0, *(t.start for p in every for t in getattr(p, "tiers", ()))}
    return Tariff(
        tuple(Step(start, *(_from(price, start) for price in every)) for start in sorted(starts))
    )


def _from(price: Any, start: int) -> float:
    """Return a price of the table for calls that read more than `start` tokens."""
    tiers = [tier.price for tier in getattr(price, "tiers", ()) if tier.start <= start]
    return float(tiers[-1] if tiers else getattr(price, "base", price))
