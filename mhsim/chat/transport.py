"""Transport: JSON posted to one address, over connections that are kept open."""

from __future__ import annotations

import asyncio
import ssl
import weakref
from collections.abc import AsyncGenerator, Generator, Mapping
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from urllib.parse import urlsplit
from urllib.request import getproxies, proxy_bypass

import aiohttp
from yarl import URL

from mhsim import __version__
from mhsim.chat.failure import MOST, refused
from mhsim.chat.keys import hidden
from mhsim.chat.request import ChatError

CONNECT = 10.0
"""Seconds a connection may take to come about, the whole call's timeout permitting."""


@dataclass(frozen=True, slots=True)
class Address:
    """Where calls go, and what opens the door.

    Args:
        url: the address calls are posted to.
        key: sent as a bearer token; None sends nothing.
        timeout: seconds a call may take in all.
    """

    url: str
    key: str | None
    timeout: float

    def __repr__(self) -> str:
        return f"Address({URL(self.url).with_query(None)})"


class Transport:
    """Posts to one address, in whatever event loop it is called from.

    Proxies come from `HTTP_PROXY`, `HTTPS_PROXY` and `NO_PROXY`, authorities for TLS from the
    system or `SSL_CERT_FILE`; both are read once. Sessions close with their event loop.

    Args:
        address: where to.
    """

    def __init__(self, address: Address) -> None:
        self._key = address.key
        self._url = URL(address.url)
        self._proxy = proxy_of(address.url)
        self._timeout = address.timeout
        self._headers = {
            "Content-Type": "application/json",
            "User-Agent": f"mhsim/{__version__}",
            **({"Authorization": f"Bearer {address.key}"} if address.key else {}),
        }
        self._sessions: dict[asyncio.AbstractEventLoop, _Kept] = {}

    async def post(self, body: bytes) -> bytes:
        """Post, and return what comes back with status 200.

        Raises:
            ChatError: no answer, a broken one, or a refusal.
        """
        async with self._answer(body) as response:
            return await response.read()

    async def stream(self, body: bytes) -> AsyncGenerator[bytes]:
        """Post, and yield the pieces of what comes back as they come.

        Raises:
            ChatError: no answer, one that breaks off, or a refusal.
        """
        # llama.cpp hangs up after a stream without saying so, which the next call would notice.
        async with self._answer(body, {"Connection": "close"}) as response:
            async for piece in response.content.iter_any():
                yield piece

    @asynccontextmanager
    async def _answer(
        self, body: bytes, headers: Mapping[str, str] | None = None
    ) -> AsyncGenerator[aiohttp.ClientResponse]:
        with self._failures():
            session = await self._session()
            async with session.post(
                self._url, data=body, headers=headers, proxy=self._proxy, allow_redirects=False
            ) as response:
                if response.status != 200:
                    data = await response.read()
                    raise refused(response.status, response.headers, data, self._key)
                yield response

    async def close(self) -> None:
        """Close the connections of this event loop."""
        kept = self._sessions.get(asyncio.get_running_loop())
        if kept:
            await kept.keeper.aclose()

    async def _session(self) -> aiohttp.ClientSession:
        loop = asyncio.get_running_loop()
        if loop not in self._sessions:
            # An event loop closes the generators that began in it: so it closes our sessions too.
            keeper = _keeper(self._open(), weakref.ref(self))
            self._sessions[loop] = _Kept(await anext(keeper), keeper)
        return self._sessions[loop].session

    def _open(self) -> aiohttp.ClientSession:
        secure = ssl.create_default_context() if self._url.scheme == "https" else True
        return aiohttp.ClientSession(
            # How many calls go on at once is the business of whoever sends them.
            connector=aiohttp.TCPConnector(limit=0, ssl=secure, ttl_dns_cache=300),
            cookie_jar=aiohttp.DummyCookieJar(),
            headers=self._headers,
            timeout=aiohttp.ClientTimeout(self._timeout, sock_connect=min(CONNECT, self._timeout)),
        )

    def forget(self, loop: asyncio.AbstractEventLoop) -> None:
        """Forget the session of an event loop, which has closed."""
        self._sessions.pop(loop, None)

    @contextmanager
    def _failures(self) -> Generator[None]:
        """Tell what goes wrong on the way as a `ChatError`, without what was sent."""
        try:
            yield
        except aiohttp.ConnectionTimeoutError:
            raise ChatError("network", f"no connection to {self._host}") from None
        except TimeoutError:
            raise ChatError("timeout", f"no answer in {self._timeout:g} seconds") from None
        except aiohttp.ClientHttpProxyError as error:
            raise ChatError("network", f"the proxy answered {error.status}") from None
        except (aiohttp.ClientConnectorCertificateError, aiohttp.ClientSSLError) as error:
            detail = f"{self._host} cannot be trusted: {error}"
            raise ChatError("request", hidden(detail, self._key)[:MOST]) from None
        except (aiohttp.ClientError, OSError) as error:
            detail = f"{self._host}: {type(error).__name__}: {error}"
            raise ChatError("network", hidden(detail, self._key)[:MOST]) from None

    @property
    def _host(self) -> str:
        return f"{self._url.host}:{self._url.port}"


@dataclass(frozen=True, slots=True)
class _Kept:
    session: aiohttp.ClientSession
    keeper: AsyncGenerator[aiohttp.ClientSession]


async def _keeper(
    session: aiohttp.ClientSession, owner: weakref.ref[Transport]
) -> AsyncGenerator[aiohttp.ClientSession]:
    """Yield a session, and close it when its owner, its event loop or nobody needs it any more.

    It must not hold its owner: in a cycle nobody could close the session in time.
    """
    try:
        yield session
    finally:
        if transport := owner():
            transport.forget(asyncio.get_running_loop())
        await session.close()


def completions(base_url: str) -> str:
    """Return where chat completions are posted to, below a base address with or without a query."""
    parts = urlsplit(base_url)
    path = parts.path.rstrip("/")
    whole = path if path.endswith("/chat/completions") else f"{path}/chat/completions"
    return parts._replace(path=whole).geturl()


def proxy_of(url: str, proxies: Mapping[str, str] | None = None) -> str | None:
    """Return the proxy that the environment names for an address; None for none."""
    parts = urlsplit(url)
    if proxy_bypass(parts.netloc):
        return None
    given = getproxies() if proxies is None else proxies
    proxy = given.get(parts.scheme) or given.get("all")
    return f"http://{proxy}" if proxy and "://" not in proxy else proxy
