"""Pool: the connections of one run, made when first needed and closed together."""

from __future__ import annotations

from collections.abc import Iterable

from mhsim.chat.books import Books, Terms
from mhsim.chat.connection import Connection, ConnectionState
from mhsim.chat.gate import Gate
from mhsim.chat.keys import key_of
from mhsim.chat.price import tariff
from mhsim.chat.request import ChatError, Client, Reply, Request
from mhsim.chat.servers import is_compatible
from mhsim.chat.service import Service
from mhsim.errors import InputError, listed
from mhsim.spec.model import Model

Endpoint = tuple[str, str | None, str | None]
"""Provider, address, and the variable of the key."""


class Pool:
    """Gives each model a scenario names its one connection.

    Args:
        books: what the run knows of its calls; none, without it.
    """

    def __init__(self, books: Books | None = None) -> None:
        self.books = books or Books()
        self._connections: dict[str, Connection] = {}
        self._gates: dict[Endpoint, Gate] = {}

    def get(self, model: Model) -> Connection:
        """Return the connection of a model.

        Raises:
            InputError: the provider is unknown, its package or its key is missing.
        """
        key = model.model_dump_json()
        if key not in self._connections:
            speaks: Client = _Nobody() if self.books.terms.replay else client(model)
            service = Service(model, speaks, self._gate(model), self.books)
            self._connections[key] = Connection(model.model, speaks, service)
        return self._connections[key]

    def states(self) -> list[ConnectionState]:
        """Tell what each connection is doing."""
        return [connection.state() for connection in self._connections.values()]

    async def close(self) -> None:
        """Close every connection, and the books."""
        for connection in self._connections.values():
            await connection.close()
        self._connections.clear()
        self.books.close()

    def _gate(self, model: Model) -> Gate:
        where: Endpoint = (model.provider, model.base_url, model.api_key_env)
        if where not in self._gates:
            self._gates[where] = Gate(model.base_url or model.provider)
        self._gates[where].bind(model)
        return self._gates[where]


class _Nobody:
    """Stands where a model would, while a recording is played: needs no key, no package."""

    async def send(self, request: Request) -> Reply:
        """Fail: a recording answers, or says that it cannot."""
        raise ChatError("request", "a recording is played; nobody is called")

    async def close(self) -> None:
        """Do nothing."""


def afford(terms: Terms, models: Iterable[Model]) -> None:
    """See to it that a budget in US dollars can be kept.

    Raises:
        InputError: a price is not known, and there is no budget in tokens either.
    """
    if terms.budget is None or terms.budget_tokens is not None or terms.replay:
        return
    unknown = dict.fromkeys(m.model for m in models if m.chats and tariff(m) is None)
    if unknown:
        raise InputError(
            f"the price of {listed(unknown)} is not known, so a budget in US dollars cannot be "
            "kept; give it in the scenario (price: {input: 0.25, output: 2.0}, US dollars per "
            "million tokens), or give a budget in tokens (--budget-tokens)"
        )


def client(model: Model) -> Client:
    """Return what speaks to a model.

    Raises:
        InputError: the provider is unknown, its package or its key is missing.
    """
    if is_compatible(model):
        from mhsim.chat.light import LightClient

        return LightClient(model)
    from mhsim.chat.provider import ProviderClient, chat_model

    return ProviderClient(chat_model(model), key_of(model))
