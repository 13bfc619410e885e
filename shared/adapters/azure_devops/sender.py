"""Sends requests and returns successful answers: credentials, limits, throttling and retries, for every call alike."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import Final

import httpx

from shared.adapters.azure_devops.credentials import Credentials
from shared.adapters.azure_devops.errors_wire import refuse_failures, retry_after
from shared.adapters.azure_devops.exchange import SERVICE, SMALL_ANSWER, Answer, AnswerTooLarge, Request
from shared.adapters.azure_devops.redirect_wire import elsewhere, refuse_no_file
from shared.adapters.azure_devops.throttle import LONGEST_WAIT, Throttle, Timing
from shared.errors import AuthenticationFailed, ConfigurationError, UnexpectedAnswer, UpstreamUnavailable

_RETRIES: Final = 3
_FIRST_PAUSE: Final = timedelta(milliseconds=500)
# A throttled call may be held for 30 s before it is answered.
_TIMEOUT: Final = httpx.Timeout(60, connect=10)
_WHOLE_CALL: Final = timedelta(minutes=3)
# What is kept of a file that is thrown away: enough to see that it is not a web page.
_BEGINNING: Final = 64

_HEADERS: Final = {
    "Accept": "application/json",
    # Without it a bad credential is answered with a redirect to a sign-in page.
    "X-TFS-FedAuthRedirect": "Suppress",
}


class Sender:
    """Sends; every request is idempotent (GET, PATCH of a value, PUT of a version), so every one may be tried again."""

    def __init__(
        self,
        http: httpx.AsyncClient,
        *,
        credentials: Credentials,
        timing: Timing,
        user_agent: str,
        longest_wait: timedelta = LONGEST_WAIT,
    ) -> None:
        """Take an HTTP client that somebody else closes; longer waits send work back to its queue."""
        if not (user_agent.isascii() and user_agent.isprintable()):
            raise ConfigurationError(("the User-Agent (CONTACT) must be printable ASCII",))
        self._http = http
        self._credentials = credentials
        self._timing = timing
        self._throttle = Throttle(timing, longest_wait=longest_wait)
        self._user_agent = user_agent

    async def send(self, request: Request) -> Answer:
        """Return a successful answer.

        Raises:
            UpstreamUnavailable: also after the last retry, and where the service asks for a longer wait than ours.
            UpstreamError: what no retry mends.
        """
        for attempt in range(_RETRIES):
            try:
                return await self._authenticated(request)
            except UpstreamUnavailable as error:
                wait = error.retry_after or timedelta(0)
                if wait > self._throttle.longest_wait:
                    raise
                if not wait:  # else the throttle holds the next attempt for as long as the service asked
                    await self._timing.sleep(_FIRST_PAUSE * 2**attempt * (0.5 + self._timing.chance()))
        return await self._authenticated(request)

    async def aclose(self) -> None:
        """Let go of what the credentials opened; the HTTP client is its owner's."""
        await self._credentials.aclose()

    async def _authenticated(self, request: Request) -> Answer:
        authorization = await self._credentials.authorization()
        try:
            return await self._once(request, authorization)
        except AuthenticationFailed:
            renewed = await self._credentials.renewed(rejected=authorization)
            if renewed is None:
                raise
            return await self._once(request, renewed)

    async def _once(self, request: Request, authorization: str) -> Answer:
        async with self._throttle.turn():
            answer = await self._exchange(request, authorization)
            # Also on a success: the wait is meant for the next call.
            self._throttle.heed(retry_after(answer, now=self._timing.clock()))
            onward = elsewhere(request, answer)
            if onward is not None:
                answer = await self._exchange(onward, None)
        if onward is None:
            refuse_failures(request, answer, now=self._timing.clock())
        else:
            refuse_no_file(answer)
        return answer

    async def _exchange(self, request: Request, authorization: str | None) -> Answer:
        """Send once; `authorization` None = to a host that is not Azure DevOps, which is shown no credential."""
        ours = {} if authorization is None else {**_HEADERS, "Authorization": authorization}
        headers = {**ours, **request.headers, "User-Agent": self._user_agent}
        try:
            # The timeout of the whole call ends a server that sends one byte a minute.
            async with (
                asyncio.timeout(_WHOLE_CALL.total_seconds()),
                self._http.stream(
                    request.method,
                    request.url,
                    params=request.params or None,
                    json=request.json,
                    headers=headers,
                    auth=None,
                    follow_redirects=False,
                    timeout=_TIMEOUT,
                ) as response,
            ):
                return Answer(response.status_code, _lowered(response.headers), await _body(request, response))
        except (httpx.HTTPError, OSError) as error:
            # Only the kind: texts of transport errors may quote what was sent.
            kind = type(error.__cause__ or error).__name__
            raise UpstreamUnavailable(f"no answer ({kind})", service=SERVICE) from error
        except _unreadable() as error:
            raise UnexpectedAnswer(f"what came back is no HTTP ({type(error).__name__})", service=SERVICE) from error


def _unreadable() -> tuple[type[Exception], ...]:
    """Return what the transport underneath lets out beside the errors of httpx; evaluated only after an error."""
    import aiohttp  # noqa: PLC0415  # heavy, and then in use already

    return (aiohttp.ClientError, ValueError)


def _lowered(headers: httpx.Headers) -> dict[str, str]:
    return {name.lower(): value for name, value in headers.items()}


async def _body(request: Request, response: httpx.Response) -> bytes:
    """Read the body up to the limit: more of a success is refused, of a failure the beginning says enough.

    Of a download's success only the beginning is kept, however much comes.
    """
    chunks: list[bytes] = []
    thrown_away = request.download and response.is_success
    room = request.longest_answer if response.is_success else SMALL_ANSWER
    async for chunk in response.aiter_bytes():
        room -= len(chunk)
        if room < 0 and response.is_success:
            raise AnswerTooLarge(f"an answer of more than {request.longest_answer} bytes", service=SERVICE)
        if room < 0:
            break
        if not thrown_away or not chunks:
            chunks.append(chunk[:_BEGINNING] if thrown_away else chunk)
    return b"".join(chunks)
