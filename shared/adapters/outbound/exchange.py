"""One exchange over a session: send a request, read its answer, whole or piece by piece.

Heavy to import: only functions that are about to send something import this module.
"""

from __future__ import annotations

from collections.abc import AsyncGenerator, Iterator, Mapping
from contextlib import contextmanager
from datetime import timedelta

import aiohttp
from aiohttp.client import _RequestContextManager

from shared.adapters.outbound.body import ACCEPT_ENCODING, BodyReader, BodyStream
from shared.adapters.outbound.messages import Answer, Request
from shared.adapters.outbound.transport import CONNECT_SECONDS
from shared.errors import AddressRefused, UnexpectedAnswer, UpstreamUnavailable


async def send(session: aiohttp.ClientSession, request: Request, *, user_agent: str, read_timeout: timedelta) -> Answer:
    """Send one request and read its answer, piece by piece. Redirects are not followed.

    Raises:
        AddressRefused: the host's name leads away from the public internet.
        UpstreamUnavailable: no connection, or one that broke.
        UnexpectedAnswer: too large, wrongly encoded, no HTTP.
    """
    with _our_errors(request.service):
        async with _begin(session, request, user_agent=user_agent, read_timeout=read_timeout) as response:
            return await _read(response, request)


async def open_answer(
    session: aiohttp.ClientSession, request: Request, *, user_agent: str, read_timeout: timedelta
) -> OpenAnswer:
    """Send one request and wait until its answer begins. Redirects are not followed. Raises as `send`."""
    with _our_errors(request.service):
        response = await _begin(session, request, user_agent=user_agent, read_timeout=read_timeout)
    return OpenAnswer(response, request)


class OpenAnswer:
    """An answer that has begun: its head is here, its body is read piece by piece. Close it."""

    def __init__(self, response: aiohttp.ClientResponse, request: Request) -> None:
        """Read the head."""
        self.status = response.status
        self.headers = _headers(response.headers)
        self._response = response
        self._request = request

    async def pieces(self) -> AsyncGenerator[bytes]:
        """Give the body, decompressed and bounded.

        Raises:
            UpstreamUnavailable: the connection broke.
            UnexpectedAnswer: too large, wrongly encoded, or it ends too early.
        """
        encoding, service = self.headers.get("content-encoding", ""), self._request.service
        stream = BodyStream(encoding=encoding, max_bytes=self._request.max_bytes, service=service)
        received = self._response.content.iter_any()
        while True:
            # Only around our own waiting: what is done with a piece may raise errors of its own.
            with _our_errors(service):
                piece = await anext(received, None)
            if piece is None:
                break
            for decoded in stream.feed(piece):
                yield decoded
        stream.finish()

    def close(self) -> None:
        """Give the connection back where the body was read, else cut it. Idempotent."""
        self._response.close()


def _begin(
    session: aiohttp.ClientSession, request: Request, *, user_agent: str, read_timeout: timedelta
) -> _RequestContextManager:
    timeout = aiohttp.ClientTimeout(sock_connect=CONNECT_SECONDS, sock_read=read_timeout.total_seconds())
    headers = {"user-agent": user_agent, "accept-encoding": ACCEPT_ENCODING, **request.headers}
    return session.request(
        request.method, request.url, headers=headers, data=request.body, timeout=timeout, allow_redirects=False
    )


@contextmanager
def _our_errors(service: str) -> Iterator[None]:
    """Say in our words what the library raises."""
    try:
        yield
    except aiohttp.InvalidURL as error:
        raise AddressRefused("the address cannot be read") from error
    except aiohttp.SocketTimeoutError as error:
        raise UpstreamUnavailable("no answer in time", service=service) from error
    except (aiohttp.ClientConnectionError, aiohttp.ClientPayloadError, OSError, UnicodeError) as error:
        # The system's resolver raises UnicodeError for names that it cannot encode.
        text = f"no connection, or it broke ({type(error).__name__})"
        raise UpstreamUnavailable(text, service=service) from error
    except (aiohttp.ClientError, ValueError) as error:
        raise UnexpectedAnswer("what came back is no HTTP", service=service) from error


async def _read(response: aiohttp.ClientResponse, request: Request) -> Answer:
    headers = _headers(response.headers)
    reader = BodyReader(
        encoding=headers.get("content-encoding", ""), max_bytes=request.max_bytes, service=request.service
    )
    async for piece in response.content.iter_any():
        reader.feed(piece)
    return Answer(response.status, headers, reader.finish())


def _headers(received: Mapping[str, str]) -> dict[str, str]:
    headers: dict[str, str] = {}
    for name, text in received.items():
        key = name.lower()
        # Two headers of one name are one list.
        headers[key] = f"{headers[key]}, {text}" if key in headers else text
    return headers
