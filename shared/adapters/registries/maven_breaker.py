"""After a 429 a Maven repository is left alone for as long as it asks.

Maven Central answers 429 with half an hour of Retry-After, and counts what is asked meanwhile, 404s too: asking on
would only make the wait longer. Other registries recover within a request's own pauses.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from http import HTTPStatus
from typing import Final
from urllib.parse import urlsplit

from shared.adapters.outbound.guarded import Sender
from shared.adapters.outbound.messages import Answer, Request
from shared.adapters.outbound.retry_after import retry_after
from shared.errors import UpstreamUnavailable
from shared.ports import Clock

# What Maven Central is seen to ask for; taken where a repository names no time.
_USUAL_REST: Final = timedelta(minutes=30)
# A slip in a header must not close a repository for good.
_LONGEST_REST: Final = timedelta(days=1)


class CircuitBreaker:
    """A sender that sends nothing to a host that wants to be left alone; in memory, for this process.

    One host's wait does not hold for another: limits are the repository's own, and a custom upstream that
    whoever administers a feed has invented must not be able to silence the others.
    """

    def __init__(self, sender: Sender, *, clock: Clock) -> None:
        """Wrap the sender; `clock` tells when the waits are over."""
        self._sender = sender
        self._clock = clock
        self._resting: dict[str, datetime] = {}

    async def send(self, request: Request) -> Answer:
        """Send one request, unless its host is resting.

        Raises:
            UpstreamUnavailable: it is, until the time in the text; else as the wrapped sender.
        """
        host = _host(request.url)
        self._wake(self._clock())
        until = self._resting.get(host)
        if until is not None:
            told = f"{until.astimezone(UTC):%Y-%m-%d %H:%M:%S} UTC"
            text = f"it asked for fewer requests, and is not asked again before {told}"
            raise UpstreamUnavailable(text, service=request.service, retry_after=until - self._clock())
        answer = await self._sender.send(request)
        if answer.status == HTTPStatus.TOO_MANY_REQUESTS:
            self._rest(host, answer)
        return answer

    def _rest(self, host: str, answer: Answer) -> None:
        now = self._clock()
        asked = retry_after(answer.headers, now=now)
        until = now + min(_USUAL_REST if asked is None else asked, _LONGEST_REST)
        # Requests that were under way may be answered later, with less to wait.
        self._resting[host] = max(until, self._resting.get(host, until))

    def _wake(self, now: datetime) -> None:
        self._resting = {host: until for host, until in self._resting.items() if until > now}


def _host(url: str) -> str:
    return urlsplit(url).netloc.lower()
