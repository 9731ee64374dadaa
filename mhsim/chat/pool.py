"""Pool: the connections of one run, made when first needed and closed together."""

from __future__ import annotations

from mhsim.chat.connection import Connection, ConnectionState
from mhsim.chat.request import Client
from mhsim.spec.model import Model


class Pool:
    """Gives each model a scenario names its one connection."""

    def __init__(self) -> None:
        self._connections: dict[str, Connection] = {}

    def get(self, model: Model) -> Connection:
        """Return the connection of a model.

        Raises:
            InputError: the provider is unknown, its package or its key is missing.
        """
        key = model.model_dump_json()
        if key not in self._connections:
            self._connections[key] = Connection(model.model, client(model))
        return self._connections[key]

    def states(self) -> list[ConnectionState]:
        """Tell what each connection is doing."""
        return [connection.state() for connection in self._connections.values()]

    async def close(self) -> None:
        """Close every connection."""
        for connection in self._connections.values():
            await connection.close()
        self._connections.clear()


def client(model: Model) -> Client:
    """Return what speaks to a model.

    Raises:
        InputError: the provider is unknown, its package or its key is missing.
    """
    from mhsim.chat.light import LightClient, speaks_to

    if speaks_to(model):
        return LightClient(model)

    from mhsim.chat.provider import ProviderClient, chat_model

    return ProviderClient(chat_model(model))
