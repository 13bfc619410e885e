"""The client for addresses that somebody else chose."""

from __future__ import annotations

import asyncio
import dataclasses
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable
from contextlib import AbstractAsyncContextManager, aclosing, asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from http import HTTPStatus
from typing import TYPE_CHECKING, Final, Protocol
from urllib.parse import urljoin

from shared.adapters.outbound.addresses import AllowedHosts, Destination, check_address
from shared.adapters.outbound.messages import Answer, AnswerHead, Request, StreamedAnswer
from shared.adapters.outbound.patience import Patience
from shared.errors import AddressRefused, UnexpectedAnswer, UpstreamUnavailable

if TYPE_CHECKING:
    import ssl

    import aiohttp

    from shared.adapters.outbound.exchange import OpenAnswer

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


class StreamingSender(Sender, Protocol):
    """A sender that can also give an answer's body while it arrives."""

    def stream(self, request: Request) -> AbstractAsyncContextManager[StreamedAnswer]:
        """Send one request and give the answer, whatever its status, as soon as it begins.

        Raises AddressRefused, UpstreamUnavailable, UnexpectedAnswer, on entering and with each piece.
        """
        ...


@dataclass(frozen=True, slots=True)
class Bounds:
    """How much the client gives to one request, redirects included, and how many run at the same time.

    `total` is for a whole answer; `streaming` for what is waited for one that is streamed, `read` for each piece.
    """

    total: timedelta = timedelta(seconds=30)
    streaming: timedelta = timedelta(minutes=5)
    read: timedelta = timedelta(seconds=15)
    concurrency: int = 32


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
                    return await self._send(request)
            except TimeoutError as error:
                text = f"no whole answer within {self._bounds.total.total_seconds():g} s"
                raise UpstreamUnavailable(text, service=request.service) from error

    @asynccontextmanager
    async def stream(self, request: Request) -> AsyncIterator[StreamedAnswer]:
        """Send one request and give the answer while it arrives; the same rules as for `send`.

        Its slot is held until the block is left, which also cuts a connection whose body was not read to its end.
        Time is counted while we wait for the service, not while a piece is worked on.
        """
        patience = Patience(self._bounds.streaming, service=request.service)
        async with self._slots:
            opened = await patience.wait(self._open(request))
            try:
                async with aclosing(opened.pieces()) as pieces, aclosing(patience.each(pieces)) as waited_for:
                    yield StreamedAnswer(opened.status, opened.headers, waited_for)
            finally:
                opened.close()

    async def aclose(self) -> None:
        """Close all connections. Idempotent."""
        session, self._session = self._session, None
        if session is not None:
            await session.close()

    async def _send(self, request: Request) -> Answer:
        from shared.adapters.outbound.exchange import send  # noqa: PLC0415  # costs cold start: not before use

        async def ask(asked: Request) -> Answer:
            return await send(self._opened(), asked, user_agent=self._user_agent, read_timeout=self._bounds.read)

        return await self._follow(request, ask)

    async def _open(self, request: Request) -> OpenAnswer:
        from shared.adapters.outbound.exchange import open_answer  # noqa: PLC0415  # the same

        async def ask(asked: Request) -> OpenAnswer:
            session, wait = self._opened(), self._bounds.read
            opened = await open_answer(session, asked, user_agent=self._user_agent, read_timeout=wait)
            if _leads_on(asked, opened) is not None:
                opened.close()
            return opened

        return await self._follow(request, ask)

    async def _follow[Got: AnswerHead](self, request: Request, ask: Callable[[Request], Awaitable[Got]]) -> Got:
        origin = check_address(request.url, self._allowed)
        for _ in range(_MOST_REDIRECTS + 1):
            answer = await ask(request)
            location = _leads_on(request, answer)
            if location is None:
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


def _leads_on(request: Request, answer: AnswerHead) -> str | None:
    """Return where the answer redirects to; only a question is sent on."""
    is_followed = answer.status in _REDIRECTS and request.method == "GET"
    return answer.headers.get("location") if is_followed else None
