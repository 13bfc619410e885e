"""The client for addresses that somebody else chose."""

from __future__ import annotations

import asyncio
import dataclasses
from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass
from datetime import timedelta
from http import HTTPStatus
from typing import TYPE_CHECKING, Final, Protocol
from urllib.parse import urljoin

from shared.adapters.outbound.addresses import AllowedHosts, Destination, check_address
from shared.adapters.outbound.messages import Answer, Request
from shared.errors import AddressRefused, UnexpectedAnswer, UpstreamUnavailable

if TYPE_CHECKING:
    import ssl

    import aiohttp

_REDIRECTS: Final = frozenset(
    {
        HTTPStatus.MOVED_PERMANENTLY,
        HTTPStatus.FOUND,
        HTTPStatus.SEE_OTHER,
        HTTPStatus.TEMPORARY_REDIRECT,
        HTTPStatus.PERMANENT_REDIRECT,
    }
)
_MOST_REDIRECTS: Final = 3


class Sender(Protocol):
    """What can send a request: the guarded client, or a test's stand-in."""

    async def send(self, request: Request) -> Answer:
        """Send one request and return the whole answer, whatever its status.

        Raises AddressRefused, UpstreamUnavailable, UnexpectedAnswer.
        """
        ...


@dataclass(frozen=True, slots=True)
class Bounds:
    """How much the client gives to one request, redirects included, and how many run at the same time."""

    total: timedelta = timedelta(seconds=30)
    read: timedelta = timedelta(seconds=15)
    concurrency: int = 16


class GuardedClient:
    """Asks only https on public addresses, or what was allowed by name; reads bounded answers in bounded time.

    Redirects are followed on the same host and port only, each checked like the first address.
    Use it inside one event loop, and close it there.
    """

    def __init__(
        self,
        *,
        user_agent: str,
        allowed_hosts: Iterable[str] = (),
        bounds: Bounds | None = None,
        resolve: Callable[[str, int], Awaitable[list[str]]] | None = None,
        ssl_context: ssl.SSLContext | None = None,
    ) -> None:
        """Keep the settings; nothing is opened before the first request. `resolve` None = the system's resolver."""
        self._user_agent = user_agent
        self._allowed = AllowedHosts.of(allowed_hosts)
        self._bounds = bounds or Bounds()
        self._resolve = resolve
        self._ssl_context = ssl_context
        self._slots = asyncio.Semaphore(self._bounds.concurrency)
        self._session: aiohttp.ClientSession | None = None

    async def send(self, request: Request) -> Answer:
        """Send one request and return the whole answer, whatever its status.

        Raises:
            AddressRefused: the address, a redirect, or what the name resolves to may not be asked.
            UpstreamUnavailable: no connection, or no whole answer in time.
            UnexpectedAnswer: too large, wrongly encoded, redirected too often, no HTTP.
        """
        async with self._slots:
            try:
                async with asyncio.timeout(self._bounds.total.total_seconds()):
                    return await self._follow(request)
            except TimeoutError as error:
                text = f"no whole answer within {self._bounds.total.total_seconds():g} s"
                raise UpstreamUnavailable(text, service=request.service) from error

    async def aclose(self) -> None:
        """Close all connections. Idempotent."""
        session, self._session = self._session, None
        if session is not None:
            await session.close()

    async def _follow(self, request: Request) -> Answer:
        from shared.adapters.outbound.transport import send  # noqa: PLC0415  # costs cold start: not before use

        origin = check_address(request.url, self._allowed)
        for _ in range(_MOST_REDIRECTS + 1):
            answer = await send(self._opened(), request, user_agent=self._user_agent, read_timeout=self._bounds.read)
            location = answer.headers.get("location")
            if answer.status not in _REDIRECTS or location is None or request.method != "GET":
                return answer
            request = dataclasses.replace(request, url=self._next_address(request.url, location, origin))
        raise UnexpectedAnswer(f"redirected more than {_MOST_REDIRECTS} times", service=request.service)

    def _next_address(self, url: str, location: str, origin: Destination) -> str:
        try:
            following = urljoin(url, location)
        except ValueError as error:
            raise AddressRefused(f"{origin.host} redirects to an address that cannot be read") from error
        destination = check_address(following, self._allowed)
        if destination != origin:
            raise AddressRefused(f"{origin.host} redirects to another host, {destination.host}")
        return following

    def _opened(self) -> aiohttp.ClientSession:
        from shared.adapters.outbound.transport import GuardedResolver, open_session  # noqa: PLC0415  # the same

        if self._session is None:
            self._session = open_session(
                concurrency=self._bounds.concurrency,
                resolver=GuardedResolver(allowed=self._allowed, resolve=self._resolve),
                ssl_context=self._ssl_context,
            )
        return self._session
